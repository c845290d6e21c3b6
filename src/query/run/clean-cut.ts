import { HeaderReader } from '../../audit/parse/header.ts';
import type { LogSpace } from '../input/log-space.ts';
import { compareStamps, type Stamp } from './stamp.ts';

const NEWLINE = 0x0a;
/** How much is looked at on each side; more if there is no place to cut in it. */
const WINDOWS = [4 << 10, 64 << 10, 512 << 10];

interface LineStart extends Stamp {
  readonly offset: number;
}

/**
 * Finds a place near `offset` where a log can be cut in two: every record before it is older than every
 * record behind it, as far as can be seen from there.
 *
 * @returns undefined if there is none: too many events are mixed.
 */
export function cleanCut(space: LogSpace, offset: number): number | undefined {
  if (offset <= 0) return 0;
  if (offset >= space.sizeBytes) return space.sizeBytes;
  for (const window of WINDOWS) {
    const start = Math.max(0, offset - window);
    const end = Math.min(space.sizeBytes, offset + window);
    const found = firstCut(lineStarts(space, start, end), offset);
    if (found !== undefined) return found;
    if (end === space.sizeBytes) return end;
  }
  return undefined;
}

function firstCut(lines: readonly LineStart[], offset: number): number | undefined {
  const lowestFrom: Stamp[] = [];
  for (let i = lines.length - 1; i >= 0; i -= 1) {
    const line = lines[i]!;
    const behind = lowestFrom[i + 1];
    lowestFrom[i] = behind === undefined || compareStamps(line, behind) < 0 ? line : behind;
  }
  let highest: Stamp | undefined;
  for (const [i, line] of lines.entries()) {
    if (line.offset >= offset && highest !== undefined && compareStamps(highest, lowestFrom[i]!) < 0)
      return line.offset;
    if (highest === undefined || compareStamps(line, highest) > 0) highest = line;
  }
  return undefined;
}

function lineStarts(space: LogSpace, start: number, end: number): LineStart[] {
  const bytes = Buffer.allocUnsafe(end - start);
  const size = space.read(start, end, bytes);
  const header = new HeaderReader();
  const found: LineStart[] = [];
  let at = start === 0 ? 0 : bytes.subarray(0, size).indexOf(NEWLINE) + 1;
  if (start > 0 && at === 0) return found;
  while (at < size) {
    const newline = bytes.indexOf(NEWLINE, at);
    // The end of the window cuts a line in two: it is not looked at.
    if (newline < 0 || newline >= size) break;
    const lineEnd = newline;
    if (lineEnd > at && header.read(bytes, at, lineEnd))
      found.push({ offset: start + at, sec: header.sec, milli: header.milli, serial: header.serial });
    at = lineEnd + 1;
  }
  return found;
}
