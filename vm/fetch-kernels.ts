import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { openPrivateApt, type PrivateApt } from './apt.ts';
import { GuestError } from './guest-error.ts';
import { type CatalogEntry, kernelCatalog, newestPackage } from './kernel-catalog.ts';
import {
  diskModules,
  loadOrder,
  moduleDependencies,
  moduleName,
  wantedModules,
  type LoadStep,
  type WantedModule,
} from './kernel-modules.ts';

/**
 * Fetches the kernels of the catalogue that are not there yet; nothing is installed.
 *
 * @param folder Where each gets a folder with `vmlinuz`, `release` and `modules/`.
 * @param names Which of them; all by default.
 * @throws GuestError `E_GUEST_FETCH` if a package cannot be found or downloaded.
 */
export function fetchKernels(folder: string, names: readonly string[] = []): void {
  const wanted = kernelCatalog.filter(({ name }) => names.length === 0 || names.includes(name));
  const missing = wanted.filter(({ name }) => !existsSync(join(folder, name, 'modules', 'load-disk')));
  if (missing.length === 0) return;
  mkdirSync(folder, { recursive: true });
  // Beside the result, so that the finished folder can be moved into place in one step.
  const work = mkdtempSync(join(folder, '.fetch-'));
  try {
    const apt = openPrivateApt(join(work, 'apt'));
    for (const entry of missing) fetchKernel(apt, entry, work, join(folder, entry.name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function fetchKernel(apt: PrivateApt, entry: CatalogEntry, work: string, destination: string): void {
  const image = newestPackage(apt.search(`^linux-(image|binary)-${entry.name}`), entry.image);
  if (image === undefined) {
    throw new GuestError(`find a package for kernel ${entry.name}: none matches ${entry.image.source}`, {
      code: 'E_GUEST_FETCH',
      hint: 'the archive has moved on: change the pattern in vm/kernel-catalog.ts',
    });
  }
  process.stderr.write(`fetching ${image}\n`);
  const root = join(work, entry.name);
  const ready = join(work, `${entry.name}.ready`);
  apt.extract(entry.modulesOf === undefined ? [image] : [image, entry.modulesOf(image)], root);
  mkdirSync(join(ready, 'modules'), { recursive: true });
  const files = listFiles(root);
  const kernel = files.find((file) => basename(file).startsWith('vmlinuz'));
  if (kernel === undefined) {
    throw new GuestError(`unpack ${image}: no vmlinuz in it`, { code: 'E_GUEST_FETCH' });
  }
  copyFileSync(kernel, join(ready, 'vmlinuz'));
  writeFileSync(join(ready, 'release'), `${releaseOf(files)}\n`);
  copyModules(files, join(ready, 'modules'));
  rmSync(destination, { recursive: true, force: true });
  renameSync(ready, destination);
}

function listFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** `uname -r` of a kernel, from the folder of its modules. */
function releaseOf(files: readonly string[]): string {
  for (const file of files) {
    const release = /\/lib\/modules\/([^/]+)\/kernel\//.exec(file)?.[1];
    if (release !== undefined) return release;
  }
  return 'unknown';
}

function copyModules(files: readonly string[], destination: string): void {
  const byName = new Map(
    files.filter((file) => /\.ko(\.xz)?$/.test(file)).map((file) => [moduleName(basename(file)), file]),
  );
  const contents = new Map<string, Buffer>();
  const inOrder = (modules: readonly WantedModule[]): LoadStep[] =>
    loadOrder(modules, (name) => {
      const file = byName.get(name);
      if (file === undefined) return undefined;
      const content = file.endsWith('.xz') ? unxz(file) : readFileSync(file);
      contents.set(name, content);
      return moduleDependencies(content);
    });
  const always = inOrder(wantedModules);
  const forDisks = inOrder(diskModules).filter(({ name }) => always.every((step) => step.name !== name));
  for (const { name } of [...always, ...forDisks]) {
    writeFileSync(join(destination, `${name}.ko`), contents.get(name) ?? Buffer.alloc(0));
  }
  writeFileSync(join(destination, 'order'), stepLines(always, ''));
  writeFileSync(join(destination, 'load-disk'), stepLines(forDisks, 'insmod /guest/modules/'));
}

/** One line for each step, in its order. */
function stepLines(steps: readonly LoadStep[], before: string): string {
  return steps.map(({ name, parameters }) => `${`${before}${name}.ko ${parameters}`.trimEnd()}\n`).join('');
}

function unxz(file: string): Buffer {
  const result = spawnSync('xz', ['-dc', file], { maxBuffer: 64 << 20 });
  if (result.status === 0) return result.stdout;
  throw new GuestError(`run xz on ${basename(file)}: ${result.stderr?.toString() ?? 'not found'}`, {
    code: 'E_GUEST_FETCH',
    hint: 'apt-get install xz-utils',
  });
}
