import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kernelCatalog } from '../../vm/kernel-catalog.ts';
import { kernelFolder } from '../../vm/paths.ts';

/** Kernels to test on, by name, the oldest first; `BPFAUDIT_TEST_KERNELS=6.1,7.2` leaves others out. */
export const kernels: readonly string[] = kernelCatalog
  .map(({ name }) => name)
  .filter((name) => existsSync(join(kernelFolder(), name, 'vmlinuz')))
  .filter((name) => (process.env['BPFAUDIT_TEST_KERNELS'] ?? name).split(',').includes(name));

// Without one, every test of the kernel would be left out and nothing would be red.
if (kernels.length === 0) throw new Error('there is no kernel to test on: run vm/fetch-kernels.sh');
