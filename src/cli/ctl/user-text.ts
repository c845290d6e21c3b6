import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * The text of the USER record that `-m` writes, in the form libaudit gives it: what the user said, then who
 * says it. `exe` is the program that runs, which for bpfaudit is Node.js.
 */
export function userText(text: string): string {
  const terminal = ownTerminal();
  const host = terminal === undefined ? '?' : hostname();
  const exe = quoteValue(link('/proc/self/exe') ?? '?');
  return `text=${text} exe=${exe} hostname=${host} addr=? terminal=${terminal ?? '?'} res=success`;
}

/** A value in quotes, or in hex where it holds a quote, a space or a control character (libaudit's rule). */
function quoteValue(value: string): string {
  const bytes = Buffer.from(value);
  const plain = bytes.every((byte) => byte > 0x20 && byte !== 0x22 && byte !== 0x7f);
  return plain ? `"${value}"` : bytes.toString('hex').toUpperCase();
}

function ownTerminal(): string | undefined {
  for (const fd of [0, 1, 2]) {
    const name = /^\/dev\/((?:pts\/|tty)\w+)$/.exec(link(`/proc/self/fd/${fd}`) ?? '')?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
