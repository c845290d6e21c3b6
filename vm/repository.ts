import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AddedTree } from './job.ts';

/** Where the built product stands in the guest. */
export const guestRepository = '/opt/bpfaudit';

/** What of a checkout runs: the compiled daemon and tools, BPF objects, and what these load. */
const productPaths = [
  'package.json',
  'dist',
  'bpf/include',
  '.output/bpf',
  'examples',
  'etc',
  'node_modules/koffi',
  'node_modules/@koromix/koffi-linux-x64',
  'node_modules/toml-eslint-parser',
  'node_modules/eslint-visitor-keys',
];

/**
 * The built product of a checkout, to be added to a guest at {@link guestRepository}.
 *
 * @param root Folder of the checkout. What is not built yet is left out.
 */
export function productTree(root: string): AddedTree[] {
  return productPaths
    .filter((path) => existsSync(join(root, path)))
    .map((path) => ({ source: join(root, path), destination: join(guestRepository, path) }));
}
