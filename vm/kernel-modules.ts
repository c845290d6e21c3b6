/** A kernel module that the guest loads at start, and its parameters. */
export interface WantedModule {
  /** Name with underscores: `virtio_pci`. */
  readonly name: string;
  /** What `insmod` gets after the file name. */
  readonly parameters?: string;
}

/**
 * What Debian's cloud kernels keep in modules and the guest or a test needs. A kernel that has one built in
 * has no file for it, which is fine.
 */
export const wantedModules: readonly WantedModule[] = [
  // The guest's own way to hand back output; built in from 6.12 on.
  { name: 'virtio_pci' },
  { name: 'virtio_console' },
  { name: 'overlay' },
  // Without the parameter the module makes a dummy0, and a test's `ip link add dummy0` finds it taken.
  { name: 'dummy', parameters: 'numdummies=0' },
  { name: 'veth' },
  { name: 'unix_diag' },
];

/**
 * Modules that a test loads itself, with `sh /guest/modules/load-disk`: a file system on a loop device, for disks
 * that fail.
 */
export const diskModules: readonly WantedModule[] = [{ name: 'loop' }, { name: 'ext4' }];

/** One line of the load order. */
export interface LoadStep {
  readonly name: string;
  readonly parameters: string;
}

/**
 * Puts modules behind those they depend on.
 *
 * @param wanted What to load.
 * @param dependenciesOf Names a module depends on, or `undefined` if the kernel has no such module file.
 */
export function loadOrder(
  wanted: readonly WantedModule[],
  dependenciesOf: (name: string) => readonly string[] | undefined,
): LoadStep[] {
  const steps = new Map<string, LoadStep>();
  const visit = ({ name, parameters = '' }: WantedModule): void => {
    if (steps.has(name)) return;
    const dependencies = dependenciesOf(name);
    if (dependencies === undefined) return;
    for (const dependency of dependencies) visit({ name: dependency });
    steps.set(name, { name, parameters });
  };
  for (const module of wanted) visit(module);
  return [...steps.values()];
}

/**
 * Names a module depends on, from the `.modinfo` section of its (uncompressed) file.
 *
 * Debian ships no `modules.dep`: depmod makes it at installation, and nothing is installed here. The section
 * is a run of NUL-terminated `key=value` strings, so the key can be searched for without reading ELF.
 */
export function moduleDependencies(file: Buffer): string[] {
  const start = file.indexOf('\0depends=');
  if (start < 0) return [];
  const valueStart = start + '\0depends='.length;
  const value = file.toString('latin1', valueStart, file.indexOf(0, valueStart));
  return value
    .split(',')
    .filter((name) => name !== '')
    .map((name) => moduleName(name));
}

/** The kernel's own name for a module: `snd-pcm.ko.xz` is `snd_pcm`. */
export function moduleName(fileName: string): string {
  return fileName.replace(/\.ko(\.\w+)?$/, '').replaceAll('-', '_');
}
