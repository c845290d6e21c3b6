import type { ProgramDirectory } from '../bpf/program-directory.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import type { GapFormat } from './gap-record.ts';
import type { RewindableLog } from './journal.ts';

/** Where finished lines go. */
export interface RecordSink {
  /** Takes whole lines; they must be safe (written, or queued by the sink itself) when it returns. */
  write(lines: Uint8Array): void;
  /** The log itself, if the sink is one: a reader that is killed then leaves no record twice. */
  readonly log?: RewindableLog;
}

/** What a {@link Collector} counted. */
export interface CollectorCounts {
  /** Events that were read. */
  readonly events: number;
  /** Records that the header could not put into the ring. */
  readonly lost: number;
  /** Chunks that made no sense. */
  readonly malformed: number;
  /** Chunks of policies that were built against another ABI version. */
  readonly otherAbi: number;
  /** Records that were handed to the log. */
  readonly written: number;
  /** Records that a rule left out. */
  readonly filtered: number;
}

/** How a collector is made. */
export interface CollectorOptions {
  readonly maps: SharedMaps;
  readonly programs: ProgramDirectory;
  readonly sink: RecordSink;
  /** How losses are written; @default as records of audit */
  readonly gapFormat?: GapFormat;
  /** What stands in front of each line; @default nothing */
  readonly linePrefix?: string;
}
