import { closeSync, openSync, readSync } from 'node:fs';
import { HeaderReader } from '../../audit/parse/header.ts';
import type { LogInput } from './log-input.ts';
import { isPacked } from './packed-log.ts';

const NEWLINE = 0x0a;
const HEAD_BYTES = 64 << 10;

/** Stamp of the first record of a plain log; undefined if there is none near its start, or the log is another. */
export function firstStamp(input: LogInput): { readonly sec: number; readonly milli: number } | undefined {
  const path = input.kind === 'files' ? input.paths[0] : undefined;
  if (path === undefined || isPacked(path)) return undefined;
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    const size = readSync(fd, bytes, 0, HEAD_BYTES, 0);
    const header = new HeaderReader();
    for (let start = 0; start < size;) {
      const newline = bytes.subarray(0, size).indexOf(NEWLINE, start);
      const end = newline < 0 ? size : newline;
      if (end > start && header.read(bytes, start, end) && header.sec !== 0)
        return { sec: header.sec, milli: header.milli };
      start = end + 1;
    }
    return undefined;
  } finally {
    closeSync(fd);
  }
}
