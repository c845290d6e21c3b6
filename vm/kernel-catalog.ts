/** Where Debian keeps one kernel. */
export interface CatalogEntry {
  /** Name by which the guest asks for it: `6.12`. */
  readonly name: string;
  /** Packages whose name matches hold the kernel image; the newest is taken. */
  readonly image: RegExp;
  /** Name of the package that holds the modules, where the image's own package does not. */
  readonly modulesOf?: (imagePackage: string) => string;
}

/**
 * The kernels that bpfaudit is tested on: the oldest and the newest that Debian still updates, and the
 * first in which nearly all LSM hooks may call `bpf_path_d_path`.
 *
 * The cloud flavour is taken because it is a third of the size and has everything needed built in.
 */
export const kernelCatalog: readonly CatalogEntry[] = [
  { name: '6.1', image: /^linux-image-6\.1\.0-\d+-cloud-amd64$/ },
  { name: '6.12', image: /^linux-image-6\.12\.\d+\+deb12(\.\d+)?-cloud-amd64$/ },
  {
    name: '7.2',
    image: /^linux-binary-7\.2\.\d+\+deb13(\.\d+)?-cloud-amd64$/,
    modulesOf: (imagePackage) => imagePackage.replace('linux-binary-', 'linux-modules-'),
  },
];

/** Suites of the Debian archive that hold them. */
export const kernelSuites: readonly string[] = ['bookworm', 'bookworm-backports', 'trixie-backports'];

/** Suites of the security archive that hold newer builds of them. */
export const kernelSecuritySuites: readonly string[] = ['bookworm-security'];

/**
 * The newest package whose name matches, comparing the numbers in the names from left to right.
 *
 * The name carries the whole version for these packages, so the archive's own version need not be asked.
 */
export function newestPackage(names: readonly string[], pattern: RegExp): string | undefined {
  return names.filter((name) => pattern.test(name)).sort((left, right) => compareNumbers(right, left))[0];
}

function compareNumbers(left: string, right: string): number {
  const [leftNumbers, rightNumbers] = [left, right].map((name) => numbersIn(name));
  const length = Math.max(leftNumbers?.length ?? 0, rightNumbers?.length ?? 0);
  for (let index = 0; index < length; index++) {
    const difference = (leftNumbers?.[index] ?? 0) - (rightNumbers?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersIn(name: string): number[] {
  return (name.replace(/-cloud-amd64$/, '').match(/\d+/g) ?? []).map(Number);
}
