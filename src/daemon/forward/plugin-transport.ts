import { spawn, type ChildProcess } from 'node:child_process';
import type { PluginFile } from './plugin-file.ts';
import { retryDelayMs, type SendResult, type Transport, type TransportEvents } from './transport.ts';

/** How long a plugin may take to end after its input was closed, in milliseconds. */
const END_MS = 2000;
/** A plugin that has run for this long has not failed at once: its restarts are forgiven. */
const SETTLED_MS = 60_000;

/**
 * A plugin: a child process that gets records on its standard input, as auditd-plugins(5) has it. One that ends is
 * started again, up to a limit.
 */
export class PluginTransport implements Transport {
  readonly #plugin: PluginFile;
  readonly #maxRestarts: number;
  readonly #events: TransportEvents;
  #child: ChildProcess | undefined;
  #since = 0;
  #restarts = 0;
  #inRow = 0;
  #gaveUp = false;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(plugin: PluginFile, maxRestarts: number, events: TransportEvents) {
    this.#plugin = plugin;
    this.#maxRestarts = maxRestarts;
    this.#events = events;
    this.#start();
  }

  get state(): 'up' | 'down' | 'given-up' {
    if (this.#gaveUp) return 'given-up';
    return this.#child ? 'up' : 'down';
  }

  get restarts(): number {
    return this.#restarts;
  }

  send(message: Uint8Array): SendResult {
    const input = this.#child?.stdin;
    if (!input || input.destroyed || input.writableNeedDrain) return 'busy';
    input.write(message);
    return 'sent';
  }

  reload(): void {
    this.#child?.kill('SIGHUP');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child) return;
    await new Promise<void>((fulfil) => {
      const stop = setTimeout(() => child.kill('SIGTERM'), END_MS / 2);
      const kill = setTimeout(() => child.kill('SIGKILL'), END_MS);
      child.once('exit', () => {
        clearTimeout(stop);
        clearTimeout(kill);
        fulfil();
      });
      child.stdin?.end();
    });
  }

  #start(): void {
    const child = spawn(this.#plugin.path, this.#plugin.args, {
      stdio: ['pipe', 'ignore', 'inherit'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      cwd: '/',
    });
    this.#child = child;
    this.#since = performance.now();
    child.stdin.on('drain', () => this.#events.ready());
    child.stdin.on('error', () => undefined);
    child.once('spawn', () => this.#events.ready());
    child.once('error', (error) => this.#gone(error.message));
    child.once('exit', (status, signal) => this.#gone(signal ?? `exit status ${status}`));
  }

  #gone(how: string): void {
    if (!this.#child) return;
    this.#child = undefined;
    if (this.#ended) return;
    if (performance.now() - this.#since > SETTLED_MS) this.#inRow = 0;
    if (this.#inRow >= this.#maxRestarts) {
      this.#gaveUp = true;
      this.#events.failed('plugin-given-up', how);
      return;
    }
    this.#events.failed('plugin-ended', how);
    this.#timer = setTimeout(
      () => {
        this.#restarts++;
        this.#start();
      },
      retryDelayMs(this.#inRow++),
    ).unref();
  }
}
