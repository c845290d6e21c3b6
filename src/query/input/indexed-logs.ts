import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { INDEX_HEAD_BYTES, indexPath, parseIndex, type LogIndex } from '../../log/log-index.ts';
import type { LogInput } from './log-input.ts';
import { isPacked, packedBytes } from './packed-log.ts';
import { marginSec, type TimeSpan } from './time-span.ts';

/** What a search looks for that an index knows of. */
export interface IndexedConditions extends TimeSpan {
  /** Each event has a record of one of these types; undefined if types do not matter. */
  readonly types: readonly number[] | undefined;
}

/** Why a log need not be read, or that it must. */
type Judgement = 'read' | 'other time' | 'other types';

/**
 * Leaves out rotated logs whose index says that they hold nothing of what is looked for.
 *
 * An index that is damaged, or that is not of its log, is told of and not used.
 *
 * @param input files, the oldest first; anything else has no index, and is given back as it is.
 * @param onStale is told the path of an index that was not used.
 */
export async function indexedLogs(
  input: LogInput,
  conditions: IndexedConditions,
  onStale: (index: string) => void = () => {},
): Promise<LogInput> {
  const { startSec, endSec, types } = conditions;
  if (input.kind !== 'files') return input;
  if (startSec === undefined && endSec === undefined && types === undefined) return input;
  const judged: Judgement[] = [];
  for (const path of input.paths) judged.push(await judge(path, conditions, onStale));
  const paths = input.paths.filter((_, i) => {
    if (judged[i] !== 'other types') return judged[i] === 'read';
    // The other records of an event may stand at the end of the log before, or the start of the next.
    return judged[i - 1] === 'read' || judged[i + 1] === 'read';
  });
  return { ...input, paths };
}

async function judge(
  path: string,
  conditions: IndexedConditions,
  onStale: (index: string) => void,
): Promise<Judgement> {
  const name = indexPath(path);
  const text = name === undefined ? undefined : textOf(name);
  if (name === undefined || text === undefined) return 'read';
  const index = parseIndex(text);
  if (index === undefined || !(await isOf(index, path))) {
    onStale(name);
    return 'read';
  }
  const { startSec = -Infinity, endSec = Infinity, types } = conditions;
  const margin = marginSec(conditions);
  if (index.toSec < startSec - margin || index.fromSec > endSec + margin) return 'other time';
  return types === undefined || types.some((type) => index.types.includes(type)) ? 'read' : 'other types';
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function isOf(index: LogIndex, path: string): Promise<boolean> {
  if (!isPacked(path) && statSync(path).size !== index.sizeBytes) return false;
  return (await headOf(path)) === index.head;
}

async function headOf(path: string): Promise<string> {
  if (!isPacked(path)) return plainHead(path);
  let head = Buffer.alloc(0);
  for await (const bytes of packedBytes(path)) {
    head = Buffer.concat([head, bytes.subarray(0, INDEX_HEAD_BYTES - head.length)]);
    if (head.length >= INDEX_HEAD_BYTES) break;
  }
  return head.toString('latin1');
}

function plainHead(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(INDEX_HEAD_BYTES);
    return head.toString('latin1', 0, readSync(fd, head, 0, head.length, 0));
  } finally {
    closeSync(fd);
  }
}
