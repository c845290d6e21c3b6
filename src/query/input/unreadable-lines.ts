import { HeaderReader } from '../../audit/parse/header.ts';
import { inputChunks } from './chunks.ts';
import { MAX_LINE_BYTES } from './line-chunks.ts';
import type { LogInput } from './log-input.ts';

const NEWLINE = 0x0a;
/** Separates a record from what auditd looked up for it. */
const ENRICHMENT = 0x1d;
/** No more than that is read again to find out where a line stands. */
const LOOKED_AT_BYTES = 256 << 20;

/** Why a line is no record. */
export const NO_HEADER = 'no type= and msg=audit(...) at its start';
/** Why a line is not looked at. */
export const TOO_LONG = 'longer than 1 MiB';

/** Where a line stands that could not be read. */
export interface LinePlace {
  readonly file: string;
  /** Counted from 1. */
  readonly lineNumber: number;
  readonly reason: string;
}

/** A line of a log. */
interface LogLine extends Omit<LinePlace, 'reason'> {
  /** Undefined for one that is too long to be kept. */
  readonly bytes: Buffer | undefined;
}

/** What lines an input has that could not be read. */
export interface Unreadable {
  readonly first: LinePlace | undefined;
  /** How many are longer than 1 MiB. */
  readonly longLines: number;
}

/**
 * Looks for lines that cannot be read when it is known that there are some: what reads a log at full speed only
 * counts them. No more than the first 256 MiB are looked at, and nothing that can be read only once.
 */
export async function findUnreadable(input: LogInput): Promise<Unreadable> {
  const header = new HeaderReader();
  let first: LinePlace | undefined;
  let longLines = 0;
  for await (const { file, lineNumber, bytes } of linesOf(input)) {
    if (bytes === undefined) {
      longLines += 1;
      first ??= { file, lineNumber, reason: TOO_LONG };
    } else if (first === undefined && bytes.length > 0 && !header.read(bytes, 0, bytes.length)) {
      first = { file, lineNumber, reason: NO_HEADER };
    }
  }
  return { first, longLines };
}

/**
 * Where records stand in an input, by their text up to what auditd looked up.
 *
 * @returns only what was found in the first 256 MiB of an input that can be read twice.
 */
export async function placesOf(
  input: LogInput,
  bodies: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const lengths = new Set([...bodies].map((body) => body.length));
  for await (const { file, lineNumber, bytes } of linesOf(input)) {
    if (found.size === bodies.size) break;
    if (bytes === undefined) continue;
    const separator = bytes.indexOf(ENRICHMENT);
    const length = separator < 0 ? bytes.length : separator;
    if (!lengths.has(length)) continue;
    const body = bytes.toString('latin1', 0, length);
    if (bodies.has(body) && !found.has(body)) found.set(body, `${file}:${lineNumber}`);
  }
  return found;
}

async function* linesOf(input: LogInput): AsyncGenerator<LogLine> {
  if (input.kind === 'stream') return;
  let file = '';
  let lineNumber = 0;
  let left = LOOKED_AT_BYTES;
  for await (const chunk of inputChunks(input)) {
    if (chunk.file !== file) lineNumber = 0;
    file = chunk.file;
    for (let i = 0; i < (chunk.longBefore ?? 0); i += 1)
      yield { file, lineNumber: (lineNumber += 1), bytes: undefined };
    const { bytes } = chunk;
    for (let start = 0; start < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline < 0 ? bytes.length : newline;
      lineNumber += 1;
      const isLong = end - start > MAX_LINE_BYTES;
      yield { file, lineNumber, bytes: isLong ? undefined : bytes.subarray(start, end) };
      start = end + 1;
    }
    left -= bytes.length;
    if (left <= 0) return;
  }
}
