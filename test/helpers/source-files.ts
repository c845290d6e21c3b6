import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Root of the repository. */
export const ROOT: string = path.resolve(import.meta.dirname, '../..');

/** A file of the repository. */
export interface SourceFile {
  /** Path from the root: `src/sys/door.ts`. */
  readonly path: string;
  readonly text: string;
}

/** All files below a folder of the repository whose name ends so. */
export function sourceFiles(folder: string, ...endings: readonly string[]): SourceFile[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ path: path.relative(ROOT, file), text: readFileSync(file, 'utf8') }));
}
