import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { configPages } from '../../../scripts/render-config-pages.ts';
import { ROOT } from '../../helpers/source-files.ts';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

test('the shipped file, the manual page and the table of keys come from the schema (npm run config-pages)', () => {
  const pages = Object.entries(configPages(read));
  expect(pages).toHaveLength(3);
  for (const [file, text] of pages) expect(read(file), file).toBe(text);
});
