import { expect, test } from 'vitest';
import { deepPaths, pathTriggers } from '../guest/path-scenarios.ts';
import type { ScenarioResults } from '../scenario-run.ts';
import { parseLine } from './record-line.ts';

/** What the same object shows on every run: its path without the numbers of inodes, and its device. */
function place(line: string): string {
  const { fields } = parseLine(line);
  const path = fields.get('path') ?? '(none)';
  return `${path.replace(/\[\d+\]/, '[N]').replace(/^"\/proc\/\d+\//, '"/proc/N/')} ${fields.get('dev')}${fields.has('truncated') ? ' truncated' : ''}`;
}

/** Ways to render a path. */
export function pathChecks(results: () => ScenarioResults): void {
  test('every way to render a path gives the same text', () => {
    const { auto, helper, walk } = results().get('paths');
    const calls = [...pathTriggers.map(String), ...deepPaths.map((deep) => `deep ${deep.join(' ')}`)];
    const table = (lines: readonly string[]): string[] =>
      lines.map((line, i) => `${calls[i]}: ${place(line)}`);
    expect(auto).toHaveLength(calls.length);
    expect(table(helper)).toEqual(table(auto));
    expect(table(walk)).toEqual(table(auto));
  });

  test('what does not fit into a record is flagged, and nothing else is', () => {
    const { auto } = results().get('paths');
    const cut = auto.filter((line) => / truncated=path(?: |$)/.test(line));
    expect(cut).toEqual(auto.slice(-1));
    expect(auto.filter((line) => line.includes(' truncated='))).toEqual(cut);
  });
}
