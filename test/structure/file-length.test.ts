import { expect, test } from 'vitest';
import { sourceFiles } from '../helpers/source-files.ts';

/** 250 is what we aim at; more than this is two files. */
const LONGEST = 350;

test(`no file has more than ${LONGEST} lines, unless it is generated`, () => {
  const files = [
    ...sourceFiles('src', '.ts'),
    ...sourceFiles('vm', '.ts'),
    ...sourceFiles('bpf/include', '.h'),
    ...sourceFiles('bpf/core', '.c'),
    ...sourceFiles('examples', '.c'),
  ];
  expect(files.length).toBeGreaterThan(50);
  const long = files
    .filter(({ path }) => !path.includes('.generated.'))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LONGEST);
  expect(long).toEqual([]);
});
