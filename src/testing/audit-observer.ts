import { BpfauditError } from '../errors/audit-error.ts';
import { Expectation, type ExpectedType } from './expectation.ts';
import { RecordLines } from './record-lines.ts';

/**
 * Where records come from: bytes are a stream that may be cut anywhere (the stdout of `bpfaudit run`), strings
 * are whole lines (`readline`).
 */
export type RecordSource = AsyncIterable<Uint8Array | string>;

const DEFAULT_TIMEOUT_MS = 5000;
/** Records that {@link AuditObserver.unmet} shows. */
const SHOWN = 20;

/**
 * Tests a policy by the records it writes: say what you expect, trigger it, wait. The counterpart of
 * `struct audit_observer` in the tests of the kernel series.
 *
 * Records come from an async iterable, or the observer is itself the sink of a `Collector`. Records that
 * nothing expects are kept for the report and otherwise ignored.
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { AuditObserver } from 'bpfaudit/testing';
 *
 * const observer = new AuditObserver(createReadStream('audit.log'));
 * observer.expect('BPF_LSM_ACCESS', 'cause="secret"', 1).expect('SYSCALL', /exit=-1 .* comm="cat"/);
 * await observer.wait(2000);
 * ```
 * @see runPolicies, which loads policies and observes them
 */
export class AuditObserver {
  readonly #lines: RecordLines = new RecordLines((line) => this.#see(line));
  #expectations: Expectation[] = [];
  #records: string[] = [];
  #count = 0;
  #ended = false;
  #failure: unknown;
  #waiting: (() => void) | undefined;

  /** @param source - records; without one, hand them over with {@link write} */
  constructor(source?: RecordSource) {
    if (source !== undefined) void this.#follow(source);
  }

  /**
   * Expects records from now on.
   *
   * @param type - number or name of the record type, or `any`
   * @param pattern - text that the record contains, or an expression that matches it
   * @param count - how many at least; 0: none may come. @default 1
   * @returns the observer, so that expectations can be chained
   * @throws {BpfauditError} `E_EXPECTATION` if there is no such type, or the count is no whole number
   */
  expect(type: ExpectedType, pattern: string | RegExp, count: number = 1): this {
    this.#expectations.push(new Expectation(type, pattern, count));
    return this;
  }

  /**
   * Waits until everything that is expected has come. It returns at once if it is there already; a count of 0
   * is judged at that moment, so expect a later record beside it.
   *
   * @param timeoutMs - milliseconds; @default 5000
   * @throws {BpfauditError} `E_UNMET` after the time, or when the source ends before; the message is that of
   * {@link unmet}
   */
  async wait(timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.#incomplete && !this.#ended) {
      const left = deadline - performance.now();
      if (left <= 0) break;
      await this.#somethingNew(left);
    }
    const report = this.unmet();
    if (report === '') return;
    const why = this.#ended ? 'the records ended' : `waited ${timeoutMs} ms`;
    throw new BpfauditError(`${why}: ${report}`, {
      code: 'E_UNMET',
      ...(this.#failure === undefined ? {} : { cause: this.#failure }),
    });
  }

  /** What is missing, and what came instead, over several lines; empty if nothing is missing. */
  unmet(): string {
    const unmet = this.#expectations.filter(({ met }) => !met);
    if (unmet.length === 0) return '';
    const shown = this.#records.slice(-SHOWN);
    const omitted = this.#count - shown.length;
    return [
      `${unmet.length} of ${this.#expectations.length} expectations unmet`,
      ...unmet.map((expectation) => `  ${String(expectation)}`),
      this.#count === 0 ? 'no record came' : `records that came: ${this.#count}`,
      ...(omitted > 0 ? [`  (${omitted} earlier ones omitted)`] : []),
      ...shown.map((line) => `  ${printable(line)}`),
    ].join('\n');
  }

  /** Forgets all expectations and records, for the next case. */
  reset(): void {
    this.#expectations = [];
    this.#records = [];
    this.#count = 0;
  }

  /** Takes records as bytes: makes the observer a sink of a `Collector`. */
  write(lines: Uint8Array): void {
    this.#lines.bytes(lines);
  }

  /** Whether a record that is still to come could make a difference. */
  get #incomplete(): boolean {
    return this.#expectations.some(({ met }) => !met);
  }

  #see(line: string): void {
    this.#count++;
    this.#records.push(line);
    if (this.#records.length > 2 * SHOWN) this.#records = this.#records.slice(-SHOWN);
    for (const expectation of this.#expectations) expectation.see(line);
    this.#waiting?.();
  }

  async #follow(source: RecordSource): Promise<void> {
    try {
      for await (const chunk of source) {
        if (typeof chunk === 'string') this.#lines.text(chunk);
        else this.#lines.bytes(chunk);
      }
    } catch (error) {
      this.#failure = error;
    }
    this.#lines.end();
    this.#ended = true;
    this.#waiting?.();
  }

  #somethingNew(timeoutMs: number): Promise<void> {
    return new Promise((fulfil) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting = undefined;
        fulfil();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting = done;
    });
  }
}

/** Records come from elsewhere: nothing in them may move the cursor of who reads the report. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
