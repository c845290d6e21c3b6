import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AddedTree } from './job.ts';

/** Where the built product stands in the guest. */
export const guestRepository = '/opt/bpfaudit';

/** What of a checkout runs: the compiled daemon and tools, BPF objects, and what these load. */
const productPaths = ['package.json', 'dist', 'bpf/include', '.output/bpf', 'examples', 'etc'];

/** Paths of the packages that run, development ones left out; those for other machines are not installed. */
function runtimePackages(root: string): string[] {
  const lock: { packages: Record<string, { dev?: boolean }> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  return Object.entries(lock.packages).flatMap(([path, { dev }]) => (path === '' || dev ? [] : [path]));
}

/**
 * The built product of a checkout, to be added to a guest at {@link guestRepository}.
 *
 * @param root Folder of the checkout. What is not built yet is left out.
 */
export function productTree(root: string): AddedTree[] {
  const paths = [...productPaths, ...runtimePackages(root)];
  return addedTrees(
    root,
    paths.filter((path) => existsSync(join(root, path))),
  );
}

/** More of a checkout, to be added to a guest where it stands beside the product. */
export function addedTrees(root: string, paths: readonly string[]): AddedTree[] {
  return paths.map((path) => ({ source: join(root, path), destination: join(guestRepository, path) }));
}
