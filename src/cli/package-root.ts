import { fileURLToPath } from 'node:url';

/** Folder of the package. Compiled, this file lies two levels below it, by itself and as part of a bundle. */
export function packageRoot(): string {
  return fileURLToPath(new URL('../../', import.meta.url));
}
