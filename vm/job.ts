import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { Archive } from './archive.ts';
import { GuestError } from './guest-error.ts';
import type { BootableKernel } from './kernels.ts';
import { findProgram, guestPath, sharedLibraries } from './programs.ts';

/** A file or folder of this machine that the guest gets. */
export interface AddedTree {
  /** Path on this machine. */
  readonly source: string;
  /** Absolute path in the guest. */
  readonly destination: string;
}

/** What one run brings along besides the base image. */
export interface GuestJob {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Working directory in the guest. */
  readonly cwd: string;
  /** Additional environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Files and folders to add. */
  readonly add: readonly AddedTree[];
  /** Programs of this machine to add with their shared libraries. */
  readonly programs: readonly string[];
  /** Paths to hand back after the command ended. */
  readonly get: readonly string[];
}

/** File systems are mounted over these at boot, so that files added there could not be seen. */
const mountPoints = ['/proc', '/sys', '/dev', '/tmp', '/run'];

/**
 * Appends to an initramfs what one run needs.
 *
 * @throws GuestError `E_GUEST_ARGUMENT` if something to add is missing or would not be seen.
 */
export function appendJob(initramfs: string, kernel: BootableKernel, job: GuestJob): void {
  using archive = new Archive(initramfs);
  if (kernel.modules !== undefined) {
    for (const name of readdirSync(kernel.modules)) {
      archive.file(`/guest/modules/${name}`, readFileSync(join(kernel.modules, name)));
    }
  }
  archive.file('/guest/channel', `${kernel.channel}\n`);
  archive.file('/guest/command', commandScript(job));
  archive.file('/guest/get', job.get.map((path) => `${path}\n`).join(''));
  for (const program of job.programs) addProgram(archive, program);
  for (const { source, destination } of job.add) {
    checkAddition(source, destination);
    archive.tree(source, destination);
  }
}

/** Refuses what the guest would silently not see. */
export function checkAddition(source: string, destination: string): void {
  const path = normalize(destination);
  const problem = !existsSync(source)
    ? `no such file ${source}`
    : !path.startsWith('/')
      ? 'the destination must be an absolute path'
      : mountPoints.some((point) => path === point || path.startsWith(`${point}/`))
        ? 'a file system is mounted there when the guest starts'
        : undefined;
  if (problem === undefined) return;
  throw new GuestError(`add ${source}:${destination}: ${problem}`, { code: 'E_GUEST_ARGUMENT' });
}

function addProgram(archive: Archive, name: string): void {
  const source = findProgram(name);
  if (source === undefined) {
    throw new GuestError(`add program ${name}: not found on this machine`, { code: 'E_GUEST_ARGUMENT' });
  }
  for (const file of [source, ...sharedLibraries(source)]) archive.copy(file, guestPath(file));
}

/** The script by which PID 1 runs the command. */
export function commandScript({ command, cwd, env }: Pick<GuestJob, 'command' | 'cwd' | 'env'>): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}\n`);
  const words = command.map((word) => shellQuote(word)).join(' ');
  return `${exports.join('')}cd ${shellQuote(cwd)} || exit 126\nexec ${words}\n`;
}

/** A word that any POSIX shell reads back as it is. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
