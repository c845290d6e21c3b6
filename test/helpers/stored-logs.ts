import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folder of what real programs wrote, licensed so that it may be kept here. */
export const FIXTURES: string = resolve(import.meta.dirname, '../fixtures');

/** Every audit log in a folder and below, sorted; what the stock tools answered about one is not a log. */
export function logsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter(
      (file) => /\.(log|txt)$|audit\.log/.test(file) && !file.includes('oracle-') && statSync(file).isFile(),
    )
    .sort();
}
