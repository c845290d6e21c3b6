import { renameSync, writeFileSync } from 'node:fs';

/** Puts a new file in the place of one that others read: they see the old one or the new one, whole. */
export function replaceFile(path: string, text: string): void {
  const next = `${path}.next`;
  writeFileSync(next, text, { mode: 0o600 });
  renameSync(next, path);
}
