import type { SearchFormat } from '../query/search/query.ts';
import type { CommandIo } from './command.ts';

const BOLD = '\x1b[1m';
const RED = '\x1b[31m';
const DIM = '\x1b[2m';
const OFF = '\x1b[0m';
/** Formats for people. */
const COLOURED: ReadonlySet<SearchFormat> = new Set<SearchFormat>(['default', 'interpret']);

/** Whether output is coloured: on a terminal, unless NO_COLOR is set (no-color.org) or the terminal is dumb. */
export function wantsColours({ stdout, env }: CommandIo, format: SearchFormat): boolean {
  const refuses = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return stdout.isTTY === true && !refuses && COLOURED.has(format);
}

/** Makes the types bold, what was denied or failed red, and the rules between events dim. */
export function coloured(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const marked = text
    .replaceAll(/^----$/gm, `${DIM}$&${OFF}`)
    .replaceAll(/^(node=\S+ )?(type=\S+)/gm, `$1${BOLD}$2${OFF}`)
    .replaceAll(
      / (?:success=no|res=failed|verdict=-\d+(?! permissive=1)|exit=E\w+\([^)\n]*\))(?=[ '\n])/g,
      `${RED}$&${OFF}`,
    );
  return Buffer.from(marked, 'latin1');
}
