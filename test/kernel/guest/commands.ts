import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cli, tool } from './place.ts';

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(file: string, args: readonly string[], input: string | Buffer = ''): CommandResult {
  const { status, signal, stdout, stderr, error } = spawnSync(file, args, {
    input,
    encoding: 'latin1',
    timeout: 30_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  return { status, signal, stdout, stderr };
}

/** Runs the stress program: how often each errno came. */
export function stress(args: readonly string[], input = ''): Record<string, number> {
  const { status, stdout, stderr } = run(tool('stress'), args, input);
  if (status !== 0) throw new Error(`stress ${args.join(' ')}: ${stderr}`);
  const counts: Record<string, number> = JSON.parse(stdout);
  return counts;
}

/** Sockets of a protocol from several processes: how often each errno came. */
export function storm(processes: number, calls: number, protocol: number): Record<string, number> {
  return stress(['storm', processes, calls, protocol].map(String));
}

/** Answers of bpftool. */
export function bpftool(...args: readonly string[]): unknown {
  const { status, stdout, stderr } = run('bpftool', ['-j', ...args]);
  if (status !== 0) throw new Error(`bpftool ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}

/** Ids of the BPF programs of type LSM, and how many links there are to any program. */
export function attachedState(): { readonly lsm: readonly number[]; readonly links: number } {
  const programs = bpftool('prog', 'list');
  const links = bpftool('link', 'list');
  const lsm = (Array.isArray(programs) ? programs : []).filter((each) => each.type === 'lsm');
  return { lsm: lsm.map((each) => each.id), links: Array.isArray(links) ? links.length : 0 };
}

/** A running `bpfaudit run`. */
export class Reader {
  readonly child: ChildProcess;
  #stderr = '';

  private constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [cli, 'run', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr!.setEncoding('latin1').on('data', (text: string) => {
      this.#stderr += text;
    });
  }

  /** Starts it, and waits until it reads. */
  static async start(...args: readonly string[]): Promise<Reader> {
    const reader = new Reader(args);
    while (!reader.#stderr.includes('bpfaudit: ready\n')) {
      if (reader.child.exitCode !== null) throw new Error(`bpfaudit run: ${reader.#stderr}`);
      await pause(20);
    }
    return reader;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Ids of the programs that it attached, by name. */
  get programIds(): Record<string, number> {
    const found = this.#stderr.matchAll(/: (\w+) on \S+, prog-id=(\d+)/g);
    return Object.fromEntries([...found].map(([, name, id]) => [name, Number(id)]));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    const ended = once(this.child, 'close');
    this.child.kill(signal);
    await ended;
    return this.child.exitCode;
  }
}

/** Lets time pass. */
export function pause(ms: number): Promise<void> {
  return new Promise((fulfil) => {
    setTimeout(fulfil, ms);
  });
}
