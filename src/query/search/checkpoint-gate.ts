import { BpfauditError } from '../../errors/audit-error.ts';
import type { EventText } from '../output/event-text.ts';
import { isCheckpointEvent, type CheckpointEvent } from './checkpoint.ts';

/** Seconds behind a checkpoint within which its event must come. */
const MAX_DELAY_SEC = 2;

/** Lets through what comes behind the last event of a checkpoint, and notes the last event it sees. */
export class CheckpointGate {
  readonly #from: CheckpointEvent | undefined;
  readonly #timeOnly: boolean;
  #isOpen: boolean;
  #last: CheckpointEvent | undefined;

  /** @param timeOnly go by the time of the checkpoint, not by its event. */
  constructor(from: CheckpointEvent | undefined, timeOnly: boolean) {
    this.#from = from;
    this.#timeOnly = timeOnly;
    this.#isOpen = from === undefined;
    this.#last = from;
  }

  /** The last event that was seen, or that of the checkpoint. */
  get last(): CheckpointEvent | undefined {
    return this.#last;
  }

  /**
   * Whether an event may be printed.
   *
   * @throws E_CHECKPOINT_CORRUPTED if the event of the checkpoint should have come by now.
   */
  admit(event: EventText): boolean {
    const { sec, milli, serial, node } = event;
    const seen: CheckpointEvent = { sec, milli, serial, node, type: event.records[0]?.type ?? -1 };
    this.#last = seen;
    if (this.#isOpen || this.#from === undefined) return true;
    const from = this.#from;
    if (this.#timeOnly) {
      this.#isOpen = sec > from.sec || (sec === from.sec && milli >= from.milli);
      return this.#isOpen;
    }
    if (isCheckpointEvent(from, seen)) {
      this.#isOpen = true;
      return false;
    }
    if (sec - from.sec > MAX_DELAY_SEC) {
      throw new BpfauditError(
        `event ${sec}.${milli}:${serial} came before that of the checkpoint, ${from.sec}.${from.milli}:${from.serial}`,
        {
          code: 'E_CHECKPOINT_CORRUPTED',
          hint: 'the log was replaced: use -ts checkpoint once, or delete the checkpoint',
        },
      );
    }
    return false;
  }
}
