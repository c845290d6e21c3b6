import type { OwnRecord } from '../own-record.ts';

/** How the daemon makes itself heard about what it was told to do. */
export interface Voices {
  /** Tells an operator, a line at a time. */
  readonly say: (line: string) => void;
  /** Writes a record into the log. */
  readonly tell: (record: OwnRecord) => void;
}
