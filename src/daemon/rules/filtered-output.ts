import type { FormattableEvent } from '../event-format.ts';
import type { EventOutput } from '../event-output.ts';
import type { RecordFilter } from './record-filter.ts';

/** Lets only those events through to an output that the rules keep. */
export class FilteredOutput implements EventOutput {
  readonly #output: EventOutput;
  readonly #filter: RecordFilter;
  readonly #leftOut: () => void;

  /** @param leftOut - told about each event that is not */
  constructor(output: EventOutput, filter: RecordFilter, leftOut: () => void) {
    this.#output = output;
    this.#filter = filter;
    this.#leftOut = leftOut;
  }

  oldest(from: number): number | undefined {
    return this.#output.oldest(from);
  }

  waitingBefore(position: number): number {
    return this.#output.waitingBefore(position);
  }

  event(event: FormattableEvent): void {
    if (this.#filter.keeps(event)) this.#output.event(event);
    else this.#leftOut();
  }

  note(kind: number, view: DataView, at: number): void {
    this.#output.note(kind, view, at);
  }

  tick(): number | undefined {
    return this.#output.tick();
  }

  end(): void {
    this.#output.end();
  }
}
