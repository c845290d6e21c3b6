import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cases, notCases } from '../kernel/goldens/cases.ts';
import { accessTexts, type Golden, parseGolden } from '../kernel/goldens/golden-file.ts';

const FOLDER = new URL('../fixtures/goldens/rfc-kernel-7.2/', import.meta.url);

function load(name: string): Golden {
  return parseGolden(readFileSync(new URL(`${name}.txt`, FOLDER), 'latin1'));
}

describe('a golden file', () => {
  test('gives programs, records, return codes and the result of the call', () => {
    const deny = load('rule_openat_deny');
    expect(deny.programs).toEqual([{ name: 'm_deny', section: 'lsm/file_open', id: 79 }]);
    expect(deny.records.map((record) => record.type)).toEqual([1427, 1300, 1307, 1302, 1327, 1320]);
    expect([...deny.returnCodes]).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(deny.errno).toBe('EPERM');
    expect(deny.pid).toBe(816);
  });

  test('keeps the space at the end of a record', () => {
    expect(accessTexts(load('cap_0'))).toEqual(['prog-id=73 pid=427 comm="orc" capability=0 ']);
  });

  test('gives all records of a case with two programs, in their order', () => {
    expect(load('two_progs').programs.map((program) => program.name)).toEqual(['m_a', 'm_b']);
    expect(accessTexts(load('two_progs')).map((text) => /cause="([^"]*)"/.exec(text)?.[1])).toEqual([
      'prog-b',
      'prog-a',
    ]);
  });

  test('gives the pid that the initial namespace knows', () => {
    expect(load('pidns_open').pid).toBe(781);
    expect(load('auditd_self').pid).toBe(51);
  });

  test('is refused when it is none', () => {
    expect(() => parseGolden('# case: x\n')).toThrow('not a golden: x');
  });
});

describe('the table of cases', () => {
  const files = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.txt'))
    .map((file) => file.slice(0, -'.txt'.length));

  test('has every golden once, or says why not', () => {
    const named = [...cases.map((entry) => entry.name), ...Object.keys(notCases)];
    expect(named.toSorted()).toEqual(files.toSorted());
  });

  test.each(cases)('$name attaches the programs that the golden names', (entry) => {
    expect(entry.programs).toEqual(load(entry.name).programs.map((program) => program.name));
  });

  test('finds every program in a source file, in the section of the golden', () => {
    const folder = new URL('../kernel/programs/', import.meta.url);
    const source = readdirSync(folder)
      .filter((file) => file.startsWith('golden-'))
      .map((file) => readFileSync(new URL(file, folder), 'utf8'))
      .join('\n');
    for (const entry of cases)
      for (const program of entry.programs) expect(source).toMatch(new RegExp(`\\(${program}\\b`));
  });
});
