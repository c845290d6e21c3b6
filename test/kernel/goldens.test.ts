import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { runInGuest } from '../../vm/run.ts';
import { cases, pathCases } from './goldens/cases.ts';
import { compareCase } from './goldens/compare.ts';
import { expectedOn } from './goldens/differences.ts';
import { type Golden, parseGolden } from './goldens/golden-file.ts';
import { buildGuestTree, guestPaths, type Tree } from './goldens/guest-tree.ts';
import { refusals } from './goldens/refusals.ts';
import { Report } from './goldens/report.ts';
import { countSeedRecords, seedCases } from './goldens/seed-cases.ts';
import { kernels } from './kernels.ts';

const FOLDER = new URL('../fixtures/goldens/rfc-kernel-7.2/', import.meta.url);

function load(name: string): Golden {
  return parseGolden(readFileSync(new URL(`${name}.txt`, FOLDER), 'latin1'));
}

let tree: Tree[] = [];
beforeAll(() => {
  tree = buildGuestTree();
});

describe.each(kernels)('kernel %s', (kernel) => {
  let report: Report;

  beforeAll(async () => {
    const { driver, objects, orc } = guestPaths;
    const result = await runInGuest({
      kernel,
      add: tree,
      command: ['node', driver, objects, orc],
      timeoutMs: 880_000,
    });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    report = new Report(result.stdout);
  });

  function differences(pass: 'best' | 'walk', name: string): string {
    const run = report.run(pass, name);
    return compareCase(expectedOn(kernel, load(name), run), run).join('\n');
  }

  test.each(cases)('$name', ({ name }) => expect(differences('best', name)).toBe(''));

  test.each(pathCases)('$name, by walking', ({ name }) => expect(differences('walk', name)).toBe(''));

  test.each(seedCases)('$program of the series writes $golden', ({ program, golden }) => {
    const run = report.run('seed', golden);
    expect(countSeedRecords(load(golden), program, run), run.records.join('\n')).toBe(1);
  });

  test.each(refusals)('bad program $object', ({ object, code }) => {
    expect(report.verdict(object)).toBe(code ?? 'loaded');
  });
});
