import { readFileSync, writeFileSync } from 'node:fs';
import { withMilliseconds } from '../../audit/write/milliseconds.ts';
import { BpfauditError } from '../../errors/audit-error.ts';
import { errorName } from '../../errors/thrown.ts';

/** The last complete event of a search, as ausearch notes it. */
export interface CheckpointEvent {
  readonly node: string | null;
  readonly sec: number;
  readonly milli: number;
  readonly serial: number;
  /** Type of the first record. */
  readonly type: number;
}

/** Where a search ended: the file, and the event. */
export interface Checkpoint {
  readonly device: bigint;
  readonly inode: bigint;
  /** Undefined if no event was complete. */
  readonly last: CheckpointEvent | undefined;
}

/**
 * Reads a checkpoint file of ausearch(8) or of ours.
 *
 * @returns undefined if there is none yet.
 * @throws E_CHECKPOINT if it is not one.
 */
export function readCheckpoint(path: string): Checkpoint | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (cause) {
    if (errorName(cause) === 'ENOENT') return undefined;
    throw badCheckpoint(path, 'cannot be read', cause);
  }
  const device = /^dev=(0x[0-9a-f]+)$/im.exec(text)?.[1];
  const inode = /^inode=(\d+)$/m.exec(text)?.[1];
  const output = /^output=(\S+) (\d+)\.(\d+):(\d+) (0x[0-9a-f]+)$/im.exec(text);
  if (device === undefined || inode === undefined || output === null)
    throw badCheckpoint(path, 'is not a checkpoint');
  const [, node = '-', sec, milli, serial, type] = output;
  const last = {
    node: node === '-' ? null : node,
    sec: Number(sec),
    milli: Number(milli),
    serial: Number(serial),
    type: Number(type),
  };
  return { device: BigInt(device), inode: BigInt(inode), last: last.sec === 0 ? undefined : last };
}

/** Writes a checkpoint file as ausearch does. @throws E_CHECKPOINT_WRITE */
export function writeCheckpoint(path: string, { device, inode, last }: Checkpoint): void {
  const event = last ?? { node: null, sec: 0, milli: 0, serial: 0, type: 0 };
  const text =
    `dev=0x${device.toString(16).toUpperCase()}\ninode=${inode}\n` +
    `output=${event.node ?? '-'} ${withMilliseconds(event.sec, event.milli)}:${event.serial} 0x${event.type.toString(16).toUpperCase()}\n`;
  try {
    writeFileSync(path, text, { mode: 0o640 });
  } catch (cause) {
    throw new BpfauditError(`write checkpoint ${path}`, {
      code: 'E_CHECKPOINT_WRITE',
      hint: 'name a file in a directory that can be written',
      cause,
    });
  }
}

/** Whether an event is the one that a checkpoint ends with. */
export function isCheckpointEvent(last: CheckpointEvent, event: CheckpointEvent): boolean {
  return (
    last.sec === event.sec &&
    last.milli === event.milli &&
    last.serial === event.serial &&
    last.type === event.type &&
    last.node === event.node
  );
}

function badCheckpoint(path: string, what: string, cause?: unknown): BpfauditError {
  return new BpfauditError(`checkpoint ${path} ${what}`, {
    code: 'E_CHECKPOINT',
    hint: 'delete it to begin anew, or use -ts checkpoint to go by its time alone',
    cause,
  });
}
