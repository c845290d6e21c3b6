import { decodeSockaddr } from '../../audit/interpret/sockaddr.ts';
import { isHexDigit } from '../../audit/interpret/hex.ts';
import { unescapeWord, type FieldScanner } from './field-scanner.ts';
import type { SearchItems, Wants } from './search-items.ts';

/** Where ausearch begins to look in CWD and PATH records: behind the head. */
const HEAD = 28;

/** CWD: the first one counts. */
export function readCwd(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.file !== true) return;
  const start = scan.find(' cwd=', HEAD);
  if (start < 0) return;
  const value = scan.untrustedAt(start, 'cwd=');
  items.cwd ??= value;
}

/** PATH: the name, its role, and the label of the object. */
export function readPath(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  scan.pos = HEAD;
  if (wants.file === true) {
    const start = scan.find(' name=');
    if (start >= 0) {
      if (!addFile(scan, items, start)) return;
      scan.pos = start;
      const type = scan.find('type=');
      if (type >= 0) setRole(items, scan.text.slice(type));
    }
  }
  readObject(scan, items, wants);
}

/** The label of the object in a record that has no more to say (IPC, OBJ_PID). */
export function readObject(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.object !== true) return;
  const object = scan.lastWord('obj=');
  if (object !== undefined) items.addAvc({ object, result: 0 });
}

/** AVC_PATH of old kernels: the path of an AVC in a record of its own. */
export function readAvcPath(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.file !== true) return;
  const start = scan.find(' path=', 0);
  if (start < 0) scan.fail('no path=');
  else addFile(scan, items, start);
}

/** SOCKADDR: a host to talk to, or the path of a local socket. */
export function readSockaddr(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.host !== true && wants.file !== true) return;
  const start = scan.find('saddr=');
  if (start < 0) return;
  const hex = scan.text.slice(start);
  const address = decodeSockaddr(hex);
  if (address === undefined) {
    scan.fail('saddr= is not hexadecimal');
    return;
  }
  if (address.path !== undefined) {
    if (address.path === '') scan.fail('sun_path len too short');
    else if (wants.file === true) (items.files ??= []).push({ name: address.path, role: undefined });
    if (scan.malformed === undefined) items.host = undefined;
    return;
  }
  const isInternet = address.familyNumber === 2 || address.familyNumber === 10;
  if (isInternet && address.address === undefined) scan.fail('sockaddr len too short');
  else items.host = wants.host === true ? address.address : undefined;
}

/** Adds the name that begins at `start`; relative names are put below the working directory. */
export function addFile(scan: FieldScanner, items: SearchItems, start: number): boolean {
  const files = (items.files ??= []);
  const name = fileName(scan, start);
  if (name === undefined) return false;
  files.push({
    name: isDotted(name) && items.cwd !== undefined ? `${items.cwd}/${name}` : name,
    role: undefined,
  });
  return true;
}

function fileName(scan: FieldScanner, start: number): string | undefined {
  const { text } = scan;
  if (text.charCodeAt(start) === 0x22) return scan.untrustedAt(start, 'name=');
  if (text.startsWith('(null)', start)) return '(null)';
  if (!isHexDigit(text.charCodeAt(start))) return scan.fail('a name that is neither quoted nor hexadecimal');
  if (text.startsWith('00', start)) {
    return unescapeWord(text, start + 2) ?? scan.fail('an empty abstract name');
  }
  const end = text.indexOf(' ', start);
  if (end < 0) return scan.fail('nothing after name=');
  return unescapeWord(text.slice(start, end), 0) ?? scan.fail('a name of one digit');
}

function isDotted(name: string): boolean {
  return name.startsWith('..') || name.startsWith('./');
}

function setRole(items: SearchItems, role: string): void {
  const files = items.files;
  const last = files?.at(-1);
  if (files !== undefined && last !== undefined) files[files.length - 1] = { name: last.name, role };
}
