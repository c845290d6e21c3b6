/**
 * npm run config-pages: writes etc/bpfaudit/bpfaudit.toml, man/bpfaudit.toml.5 and the table in
 * docs/configuration.md from the schema. A test compares them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configPages } from './render-config-pages.ts';

const root = path.resolve(import.meta.dirname, '..');
const pages = configPages((file) => readFileSync(path.join(root, file), 'utf8'));
for (const [file, text] of Object.entries(pages)) writeFileSync(path.join(root, file), text);
