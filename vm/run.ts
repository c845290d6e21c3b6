import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseAccelerator } from './accelerator.ts';
import { baseImage } from './base-image.ts';
import { GuestError, type GuestOutput } from './guest-error.ts';
import { appendJob, type AddedTree, type GuestJob } from './job.ts';
import { type BootableKernel, findKernel } from './kernels.ts';
import { judgeOutcome } from './outcome.ts';
import { outputFolder } from './paths.ts';
import { type Accelerator, qemuArguments } from './qemu.ts';
import { type GuestPort, runQemu } from './qemu-process.ts';
import { parseResult } from './result.ts';
import { ensureTools } from './tools.ts';

/** One command to run on a real kernel. */
export interface GuestOptions {
  /** `6.1`, `6.12`, `7.2`, `oracle`, or the path of a kernel image. */
  readonly kernel: string;
  /** Program and arguments; found in the guest's `PATH`. */
  readonly command: readonly string[];
  /** Files and folders to add to the guest. */
  readonly add?: readonly AddedTree[];
  /** Programs of this machine to add to the guest, with their shared libraries. */
  readonly programs?: readonly string[];
  /** Working directory in the guest. @default `/` */
  readonly cwd?: string;
  /** Additional environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kernel command line after what every guest has. @default {@link defaultAppend} */
  readonly append?: string;
  /** Longest run, from the start of QEMU. @default 120 000 */
  readonly timeoutMs?: number;
  /** Memory of the guest. @default 2048 */
  readonly memoryMib?: number;
  /** Processors of the guest. @default 2 */
  readonly cpus?: number;
  /** Emulates the processors in parallel: faster, but the guest may panic. @see QemuOptions.parallel @default false */
  readonly parallel?: boolean;
  /** Paths in the guest to hand back after the command ended. */
  readonly get?: readonly string[];
  /** Folder of this machine below which they are put, under their whole path. Required with `get`. */
  readonly getInto?: string;
  /** Hardware or software; chosen by a probe if absent. */
  readonly accelerator?: Accelerator;
  /** Kills the guest when aborted. */
  readonly signal?: AbortSignal;
  /** Called with each piece of output as it arrives. */
  readonly onData?: (port: GuestPort, chunk: Buffer) => void;
}

/** A command that ran to its end. */
export interface GuestResult extends GuestOutput {
  /** Exit status of the command; 128 and the signal's number if a signal ended it. */
  readonly exitCode: number;
  /** `uname -r` of the guest. */
  readonly kernelRelease: string;
  /** For each path in `get` that was there, where it is now on this machine. */
  readonly files: ReadonlyMap<string, string>;
  /** From the start of QEMU to the start of the command. */
  readonly bootMs: number;
  /** From the start of QEMU to its end. */
  readonly wallMs: number;
}

/** Enables BPF LSM and auditing from boot on; give `append` to boot without. */
const defaultAppend = 'lsm=landlock,lockdown,bpf audit=1';

/**
 * Boots a kernel in QEMU, runs one command as root, and powers off.
 *
 * A command that fails is a result. Everything else that goes wrong is an error.
 *
 * @throws GuestError `E_GUEST_TOOLS`, `E_GUEST_KERNEL`, `E_GUEST_ARGUMENT` before the start;
 * `E_GUEST_TIMEOUT`, `E_GUEST_PANIC`, `E_GUEST_QEMU`, `E_GUEST_NO_RESULT`, `E_GUEST_INTERRUPTED` after it.
 * @example
 * ```ts
 * const { stdout } = await runInGuest({ kernel: '6.12', command: ['uname', '-r'] });
 * ```
 */
export async function runInGuest(options: GuestOptions): Promise<GuestResult> {
  ensureTools();
  const kernel = findKernel(options.kernel);
  const job = jobOf(options);
  const base = baseImage(join(outputFolder, 'initramfs'));
  const accelerator = options.accelerator ?? (await probedAccelerator(options.kernel));
  const initramfs = openInitramfs(base, kernel, job);
  try {
    const timeoutMs = options.timeoutMs ?? 120_000;
    const { append = defaultAppend, memoryMib = 2048, cpus = 2, parallel = false, signal, onData } = options;
    const machine = { accelerator, append, memoryMib, cpus, parallel, channel: kernel.channel };
    const outcome = await runQemu(qemuArguments({ ...machine, kernel: kernel.image }), {
      initramfs,
      timeoutMs,
      ...(signal !== undefined && { signal }),
      ...(onData !== undefined && { onData }),
    });
    const report = parseResult(outcome.ports.result);
    const finished = judgeOutcome(outcome, report, timeoutMs);
    const archive = outcome.ports.result.subarray(report.archiveOffset ?? outcome.ports.result.length);
    const files = unpackFiles(archive, options.getInto, job.get, report.missing);
    return { ...finished, files, bootMs: outcome.bootMs ?? outcome.wallMs, wallMs: outcome.wallMs };
  } finally {
    closeSync(initramfs);
  }
}

/** The base image with what the run needs behind it, as a file without a name: nothing to clean up after a crash. */
function openInitramfs(base: string, kernel: BootableKernel, job: GuestJob): number {
  const scratch = mkdtempSync(join(tmpdir(), 'bpfaudit-guest-'));
  try {
    const file = join(scratch, 'initramfs');
    copyFileSync(base, file);
    appendJob(file, kernel, job);
    return openSync(file, 'r');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function jobOf(options: GuestOptions): GuestJob {
  if (options.command.length === 0) {
    throw new GuestError('run in the guest: no command given', { code: 'E_GUEST_ARGUMENT' });
  }
  if ((options.get ?? []).length > 0 && options.getInto === undefined) {
    throw new GuestError('hand back files: no folder given', {
      code: 'E_GUEST_ARGUMENT',
      hint: 'set getInto',
    });
  }
  const { command, cwd = '/', env = {}, add = [], programs = [], get = [] } = options;
  return { command, cwd, env, add, programs, get };
}

function probedAccelerator(kernel: string): Promise<Accelerator> {
  return chooseAccelerator(join(outputFolder, 'accelerator.json'), async () => {
    try {
      // A guest that KVM really carries is up within two seconds.
      await runInGuest({ kernel, command: ['true'], accelerator: 'kvm', timeoutMs: 8000 });
      return true;
    } catch {
      return false;
    }
  });
}

function unpackFiles(
  archive: Buffer,
  folder: string | undefined,
  wanted: readonly string[],
  missing: readonly string[],
): ReadonlyMap<string, string> {
  const there = wanted.filter((path) => !missing.includes(path));
  if (folder === undefined || there.length === 0) return new Map();
  mkdirSync(folder, { recursive: true });
  const tar = spawnSync('tar', ['-x', '-f', '-', '-C', folder, '--no-same-owner'], { input: archive });
  if (tar.status !== 0) {
    throw new GuestError(`unpack the guest's files: ${tar.stderr?.toString().trim() ?? 'tar not found'}`, {
      code: 'E_GUEST_NO_RESULT',
    });
  }
  return new Map(there.map((path) => [path, join(folder, path)]));
}
