import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, sourceFiles } from '../helpers/source-files.ts';

const raised = new Set(
  sourceFiles('src', '.ts').flatMap(({ text }) =>
    [...text.matchAll(/'(E_[A-Z_]+)'/g)].map(([, code]) => code!),
  ),
);
const page = readFileSync(path.join(ROOT, 'docs/errors.md'), 'utf8');
const documented = [...page.matchAll(/^\| `(E_[A-Z_]+)` \| [^|]+ \| [^|]+ \|$/gm)].map(([, code]) => code!);

test('every error code is in docs/errors.md', () => {
  expect(raised.size).toBeGreaterThan(20);
  expect([...raised].filter((code) => !documented.includes(code)).toSorted()).toEqual([]);
});

test('docs/errors.md has no code that nothing raises', () => {
  expect(documented.filter((code) => !raised.has(code))).toEqual([]);
});

test('docs/errors.md has each code once', () => {
  expect(documented.filter((code, i) => documented.indexOf(code) !== i)).toEqual([]);
});
