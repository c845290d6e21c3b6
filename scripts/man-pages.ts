/**
 * npm run man-pages: writes man/bpfaudit-search.8 and man/bpfaudit-report.8 from the option tables. A test
 * compares them.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { manPages } from './render-man-pages.ts';

const root = path.resolve(import.meta.dirname, '..');
for (const [file, text] of Object.entries(manPages())) writeFileSync(path.join(root, file), text);
