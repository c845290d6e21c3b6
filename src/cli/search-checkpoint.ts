import { statSync } from 'node:fs';
import { BpfauditError } from '../errors/audit-error.ts';
import type { LogInput } from '../query/input/log-input.ts';
import { CheckpointGate } from '../query/search/checkpoint-gate.ts';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../query/search/checkpoint.ts';
import { callError } from './option-table.ts';
import { logInput } from './search-input.ts';
import type { SearchRequest } from './search-request.ts';

/** A search that continues where the last one ended. */
export interface OpenCheckpoint {
  readonly input: LogInput;
  readonly gate: CheckpointGate;
  /** Notes where this search ended. */
  save(): void;
}

/** Opens a checkpoint file. @throws E_CHECKPOINT if it is none, or none for these logs. */
export function openCheckpoint(request: SearchRequest, path: string): OpenCheckpoint {
  const input = logInput(request.input, request.useLogs);
  if (input.kind === 'stream') throw callError('a pipe has no checkpoint: name a log with -if');
  const before = readCheckpoint(path);
  const { checkpointTimeOnly } = request;
  const paths =
    before === undefined || checkpointTimeOnly ? input.paths : remaining(input.paths, before, path);
  const gate = new CheckpointGate(before?.last, checkpointTimeOnly);
  return {
    input: { kind: 'files', paths },
    gate,
    save: () => {
      const file = statSync(paths.at(-1) ?? '', { bigint: true });
      writeCheckpoint(path, { device: file.dev, inode: file.ino, last: gate.last });
    },
  };
}

/** The file of the checkpoint and those that are younger. */
function remaining(paths: readonly string[], before: Checkpoint, name: string): readonly string[] {
  const at = paths.findIndex((path) => {
    const file = statSync(path, { bigint: true });
    return file.dev === before.device && file.ino === before.inode;
  });
  if (at >= 0) return paths.slice(at);
  throw new BpfauditError(`checkpoint ${name} is of a log that is not here`, {
    code: 'E_CHECKPOINT',
    hint: 'use -ts checkpoint to go by its time alone, or delete it',
  });
}
