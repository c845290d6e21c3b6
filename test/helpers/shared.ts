import { existsSync } from 'node:fs';
import path from 'node:path';

const ROOT = process.env['BPFAUDIT_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared');

/** A path in the shared test data, which may be absent; `BPFAUDIT_SHARED` says where it is. */
export function sharedPath(...parts: string[]): string {
  return path.join(ROOT, ...parts);
}

/** Why shared test data can't be used; undefined when it is there. */
export function whyNoShared(...parts: string[]): string | undefined {
  const wanted = sharedPath(...parts);
  return existsSync(wanted) ? undefined : `${path.join(...parts)} is not there: set BPFAUDIT_SHARED`;
}
