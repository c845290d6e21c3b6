import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Folder of the C sources that are compiled to WebAssembly. */
export const BYTES_FOLDER: string = path.resolve(import.meta.dirname, '../src/query/simd');

/** Names of the C files and of what they include. */
export function bytesSources(): readonly string[] {
  return readdirSync(BYTES_FOLDER)
    .filter((name) => /\.[ch]$/.test(name))
    .toSorted();
}

/** SHA-256 over all of them: tells whether what is checked in was compiled from them. */
export function bytesSourceHash(): string {
  const hash = createHash('sha256');
  for (const name of bytesSources()) hash.update(readFileSync(path.join(BYTES_FOLDER, name)));
  return hash.digest('hex');
}
