import { LogCompressor } from '../../log/log-compressor.ts';
import { LogIndexer } from '../../log/log-indexer.ts';
import type { LogSection } from '../config/settings.ts';

/** Indexes and compresses rotated logs, one thing after another, beside everything else, until it is disposed. */
export class RotatedLogs implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #failed: (op: string, error: unknown) => void;
  #settings: LogSection;
  #work: Promise<void> = Promise.resolve();

  /** @param failed - told what could not be done: `index-logs` or `compress-logs` */
  constructor(settings: LogSection, failed: (op: string, error: unknown) => void) {
    this.#settings = settings;
    this.#failed = failed;
  }

  /** SIGHUP: from the next rotation on, other settings hold. */
  configure(settings: LogSection): void {
    this.#settings = settings;
  }

  /** Does with the log that was just rotated what the settings say. */
  tend(): void {
    const { log_file, log_format, compress, index } = this.#settings;
    // An index is made of the plain log, so before it is compressed.
    if (index === 'sidecar' && log_format === 'raw') this.#next('index-logs', new LogIndexer(log_file));
    if (compress === 'zstd') this.#next('compress-logs', new LogCompressor(log_file));
  }

  /** What is not done is left for the next rotation. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#work;
  }

  #next(op: string, work: { run(signal: AbortSignal): Promise<void> }): void {
    this.#work = this.#work
      .then(() => work.run(this.#stop.signal))
      .catch((error: unknown) => this.#failed(op, error));
  }
}
