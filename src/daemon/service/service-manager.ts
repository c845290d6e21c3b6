import { UnixDatagram } from '../../sys/unix-datagram.ts';

/** What of the environment a service manager sets: sd_notify(3), sd_watchdog_enabled(3). */
export interface ServiceEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined;
  readonly WATCHDOG_USEC?: string | undefined;
}

/**
 * Tells systemd how the daemon is: ready, reloading, ending, and from time to time that it is alive. Without
 * systemd it does nothing.
 */
export class ServiceManager implements Disposable {
  readonly #socket: UnixDatagram | undefined;
  readonly #watchdogMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(environment: ServiceEnvironment) {
    const { NOTIFY_SOCKET: path, WATCHDOG_USEC: watchdog } = environment;
    this.#socket = path === undefined || path === '' ? undefined : new UnixDatagram(path);
    this.#watchdogMs = Math.floor(Number(watchdog ?? 0) / 1000);
  }

  /** The daemon works. From now on it says so twice in each time that systemd would wait, while `isAlive`. */
  ready(isAlive: () => boolean): void {
    this.#say(`READY=1\nMAINPID=${process.pid}\n`);
    if (!this.#socket || !(this.#watchdogMs > 0)) return;
    this.#timer = setInterval(() => {
      if (isAlive()) this.#say('WATCHDOG=1\n');
    }, this.#watchdogMs / 2).unref();
  }

  /** It reads its configuration again. */
  reloading(monotonicUs: bigint): void {
    this.#say(`RELOADING=1\nMONOTONIC_USEC=${monotonicUs}\n`);
  }

  /** It has. */
  reloaded(): void {
    this.#say('READY=1\n');
  }

  /** It ends. */
  stopping(): void {
    this.#say('STOPPING=1\n');
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#socket?.[Symbol.dispose]();
  }

  #say(text: string): void {
    this.#socket?.send(Buffer.from(text));
  }
}
