import { spawn, type ChildProcess } from 'node:child_process';
import { findProgram } from './programs.ts';
import { firstDescriptor, guestPorts } from './qemu.ts';

/** A way out of the guest. */
export type GuestPort = (typeof guestPorts)[number];

/** How one QEMU process went. */
export interface QemuOutcome {
  /** All bytes of each port. */
  readonly ports: Readonly<Record<GuestPort, Buffer>>;
  /** What QEMU itself complained about. */
  readonly complaint: string;
  /** Why it was killed, if it did not end by itself. */
  readonly killed?: 'timeout' | 'abort' | 'stuck';
  /** From the start of QEMU to the first byte on the result port; `undefined` if none came. */
  readonly bootMs: number | undefined;
  /** From the start of QEMU to its end. */
  readonly wallMs: number;
}

/** What QEMU needs besides its arguments, when to give up on it, and who else listens. */
export interface QemuSurroundings {
  /** Descriptor of the initramfs, open for reading. */
  readonly initramfs: number;
  /** Longest run. */
  readonly timeoutMs: number;
  /** Kills the guest when aborted. */
  readonly signal?: AbortSignal;
  /** Called for each piece of a port's output as it arrives. */
  readonly onData?: (port: GuestPort, chunk: Buffer) => void;
}

/** Runs QEMU to its end; resolves also when it has to be killed. */
export async function runQemu(args: readonly string[], surroundings: QemuSurroundings): Promise<QemuOutcome> {
  const startMs = performance.now();
  const chunks: Record<GuestPort, Buffer[]> = { console: [], stdout: [], stderr: [], result: [] };
  let complaint = '';
  let killed: QemuOutcome['killed'];
  let bootMs: number | undefined;

  const child = start(args, surroundings.initramfs);
  const kill = (reason: NonNullable<QemuOutcome['killed']>): void => {
    killed ??= reason;
    child.kill('SIGKILL');
  };
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
    // QEMU then waits for a debugger for ever: seen where /dev/kvm is there and cannot boot a guest.
    if (complaint.includes('KVM internal error')) kill('stuck');
  });
  listen(child, (port, chunk) => {
    if (port === 'result') bootMs ??= performance.now() - startMs;
    chunks[port].push(chunk);
    surroundings.onData?.(port, chunk);
  });

  const onAbort = (): void => kill('abort');
  const timer = setTimeout(() => kill('timeout'), surroundings.timeoutMs);
  surroundings.signal?.addEventListener('abort', onAbort);
  if (surroundings.signal?.aborted === true) onAbort();
  const failure = await closed(child);
  complaint += failure;
  clearTimeout(timer);
  surroundings.signal?.removeEventListener('abort', onAbort);

  const wallMs = performance.now() - startMs;
  return {
    ports: {
      console: Buffer.concat(chunks.console),
      stdout: Buffer.concat(chunks.stdout),
      stderr: Buffer.concat(chunks.stderr),
      result: Buffer.concat(chunks.result),
    },
    complaint: complaint.trim(),
    ...(killed !== undefined && { killed }),
    bootMs,
    wallMs,
  };
}

/** The kernel kills QEMU when this process dies, however it dies: no guest is left behind. */
function start(args: readonly string[], initramfs: number): ChildProcess {
  return spawn(
    findProgram('setpriv') ?? 'setpriv',
    ['--pdeathsig', 'KILL', '--', findProgram('qemu-system-x86_64') ?? 'qemu-system-x86_64', ...args],
    { stdio: ['ignore', 'ignore', 'pipe', ...guestPorts.map(() => 'pipe' as const), initramfs] },
  );
}

function listen(child: ChildProcess, onData: (port: GuestPort, chunk: Buffer) => void): void {
  for (const [index, port] of guestPorts.entries()) {
    const stream = child.stdio[firstDescriptor + index];
    stream?.on('data', (chunk: Buffer) => onData(port, chunk));
    // A reset while QEMU is being killed says nothing that its end does not say.
    stream?.on('error', () => {});
  }
}

/** Why it could not be started or killed, or nothing. */
function closed(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('close', () => resolve(''));
    child.on('error', (error) => resolve(error.message));
  });
}
