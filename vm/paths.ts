import { fileURLToPath } from 'node:url';

/** Root of the repository, with a trailing slash. */
export const repositoryRoot: string = fileURLToPath(new URL('..', import.meta.url));

/** Folder of everything built or fetched; never committed. */
export const outputFolder: string = `${repositoryRoot}.output`;

/**
 * Folder of the fetched kernels, one sub-folder per name.
 *
 * @param environment `BPFAUDIT_KERNELS` replaces the default, so that several clones share one download.
 */
export function kernelFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['BPFAUDIT_KERNELS'] ?? `${outputFolder}/kernels`;
}
