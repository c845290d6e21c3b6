import { HeaderReader } from '../audit/parse/header.ts';

/** What the name of an index ends with: that of `audit.log.3`, or of `audit.log.3.zst`, is `audit.log.3.idx`. */
export const INDEX_ENDING = '.idx';
/** So much of the start of a log says which log it is: the stamp of its first record stands there. */
export const INDEX_HEAD_BYTES = 256;

const VERSION = 1;
const NEWLINE = 0x0a;
/** The head of a record lies within so much of its line. */
const RECORD_HEAD_BYTES = 400;

/** What a rotated log holds: enough to leave it out of a search. */
export interface LogIndex {
  readonly version: typeof VERSION;
  /** Size of the plain log in bytes. */
  readonly sizeBytes: number;
  /** The first {@link INDEX_HEAD_BYTES} of the plain log, latin-1. */
  readonly head: string;
  /** Oldest and youngest second of a record, since the epoch; both 0 if there is no record. */
  readonly fromSec: number;
  readonly toSec: number;
  /** Types of all records; -1 stands for words that are no type we know. */
  readonly types: readonly number[];
}

/** Path of the index of a rotated log, packed or not; undefined if a log has no number. */
export function indexPath(log: string): string | undefined {
  const found = /^(.*\.[1-9]\d*)(?:\.zst|\.gz)?$/.exec(log);
  return found?.[1] === undefined ? undefined : found[1] + INDEX_ENDING;
}

/** Reads the text of an index; undefined if it is none. */
export function parseIndex(text: string): LogIndex | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isIndex(value) ? value : undefined;
}

function isIndex(value: unknown): value is LogIndex {
  if (typeof value !== 'object' || value === null) return false;
  const { version, sizeBytes, head, fromSec, toSec, types } = value as Partial<
    Record<keyof LogIndex, unknown>
  >;
  return (
    version === VERSION &&
    typeof head === 'string' &&
    [sizeBytes, fromSec, toSec].every((number) => typeof number === 'number') &&
    Array.isArray(types) &&
    types.every((type) => typeof type === 'number')
  );
}

/** Makes the index of a log from its bytes, piece by piece. */
export class IndexBuilder {
  readonly #header = new HeaderReader();
  readonly #types = new Set<number>();
  #fromSec = Infinity;
  #toSec = -Infinity;
  #sizeBytes = 0;
  #head = '';
  #isInLine = false;

  /**
   * Adds the next bytes of the log.
   *
   * @param isLast nothing comes behind them.
   * @returns how many were taken: the others must come again, with more behind them.
   */
  add(bytes: Buffer, isLast: boolean): number {
    if (this.#sizeBytes === 0) this.#head = bytes.toString('latin1', 0, INDEX_HEAD_BYTES);
    let at = 0;
    while (at < bytes.length) {
      const newline = bytes.indexOf(NEWLINE, at);
      const end = newline < 0 ? bytes.length : newline;
      if (!this.#isInLine) {
        if (newline < 0 && !isLast && end - at < RECORD_HEAD_BYTES) break;
        this.#record(bytes, at, end);
      }
      this.#isInLine = newline < 0;
      at = newline < 0 ? end : newline + 1;
    }
    this.#sizeBytes += at;
    return at;
  }

  /** The index of what was added. */
  index(): LogIndex {
    const hasRecords = this.#fromSec <= this.#toSec;
    return {
      version: VERSION,
      sizeBytes: this.#sizeBytes,
      head: this.#head,
      fromSec: hasRecords ? this.#fromSec : 0,
      toSec: hasRecords ? this.#toSec : 0,
      types: [...this.#types].toSorted((a, b) => a - b),
    };
  }

  #record(bytes: Buffer, start: number, end: number): void {
    const header = this.#header;
    if (end === start || !header.read(bytes, start, end)) return;
    if (header.sec < this.#fromSec) this.#fromSec = header.sec;
    if (header.sec > this.#toSec) this.#toSec = header.sec;
    this.#types.add(header.type);
  }
}
