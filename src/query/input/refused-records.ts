import type { RefusedRecord } from '../items/extract.ts';
import type { LogInput } from './log-input.ts';
import { placesOf } from './unreadable-lines.ts';

/** What is held back until its place is known; what is more is told without. */
const MOST = 10_000;

/** Tells of records that could not be used, with file and line. */
export class RefusedRecords {
  readonly #input: LogInput;
  readonly #tell: (text: string) => void;
  #held: RefusedRecord[] = [];

  constructor(input: LogInput, tell: (text: string) => void) {
    this.#input = input;
    this.#tell = tell;
  }

  add(records: readonly RefusedRecord[]): void {
    for (const record of records) {
      if (this.#held.length < MOST) this.#held.push(record);
      else this.#tell(textOf(record));
    }
  }

  /** All has been read: tells what was held back. */
  async end(): Promise<void> {
    if (this.#held.length === 0) return;
    const places = await placesOf(this.#input, new Set(this.#held.map(({ body }) => body)));
    for (const record of this.#held) {
      const place = places.get(record.body);
      this.#tell(place === undefined ? textOf(record) : `${place}: ${textOf(record)}`);
    }
    this.#held = [];
  }
}

function textOf({ reason, body }: RefusedRecord): string {
  return `${reason}: ${body}`;
}
