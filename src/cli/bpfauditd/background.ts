import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, writeSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { printable } from '../../errors/printable.ts';

/** Descriptor by which a daemon in the background says what goes on until it is ready. */
const TELL_FD = 3;
const TELL_VARIABLE = 'BPFAUDITD_TELL_FD';
const READY = 'ready';

/**
 * Starts the same program again, in the background, and waits until it is ready.
 *
 * @returns exit status: 0 if it runs; what it said is on stderr
 */
export async function startInBackground(argv: readonly string[]): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, [process.argv[1]!, '--no-fork', ...argv], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { ...process.env, [TELL_VARIABLE]: String(TELL_FD) },
  });
  const exited = once(child, 'exit');
  const said = child.stdio[TELL_FD];
  if (!(said instanceof Readable)) return 1;
  for await (const line of createInterface({ input: said })) {
    if (line === READY) {
      said.destroy();
      child.unref();
      return 0;
    }
    process.stderr.write(`bpfauditd: ${line}\n`);
  }
  const [status]: unknown[] = await exited;
  return typeof status === 'number' && status !== 0 ? status : 1;
}

/** How the daemon speaks to the operator: on stderr; in the background to who started it, then to syslog. */
export class Voice {
  readonly #syslog: (line: string) => void;
  #tellFd: number | undefined;
  #background = false;

  /** @param syslog - takes a line */
  constructor(syslog: (line: string) => void) {
    this.#syslog = syslog;
    const fd = process.env[TELL_VARIABLE];
    if (fd === undefined) return;
    this.#background = true;
    this.#tellFd = Number(fd);
    process.on('uncaughtException', (error) => {
      this.fail(error);
      process.exit(1);
    });
  }

  /** Descriptors that it needs. */
  get descriptors(): readonly number[] {
    return this.#tellFd === undefined ? [0, 1, 2] : [0, 1, 2, this.#tellFd];
  }

  /** Says a line: nothing in it can become another, such as the one that says that the daemon is ready. */
  readonly say = (text: string): void => {
    const line = printable(text);
    if (this.#tellFd !== undefined) writeSync(this.#tellFd, `${line}\n`);
    else if (this.#background) this.#syslog(line);
    else process.stderr.write(`bpfauditd: ${line}\n`);
  };

  /** Says what nobody has foreseen, a line for each place of the program that it came through. */
  fail(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const line of text.split('\n')) this.say(line);
  }

  /** The daemon is ready: whoever has started it in the background need not wait any longer. */
  ready(): void {
    if (this.#tellFd === undefined) return;
    this.say(READY);
    closeSync(this.#tellFd);
    delete process.env[TELL_VARIABLE];
    this.#tellFd = undefined;
  }
}
