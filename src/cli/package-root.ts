import { fileURLToPath } from 'node:url';

/** Folder of the package. Compiled, this file lies two levels below it, by itself and as part of a bundle. */
export const PACKAGE_ROOT: string = fileURLToPath(new URL('../../', import.meta.url));
