import { low32 } from '../../audit/interpret/numbers.ts';
import { unescapeWord, type FieldScanner } from './field-scanner.ts';
import { SUCCESS_FAILED, SUCCESS_YES, type SearchItems, type Wants } from './search-items.ts';

const KEY_SEPARATOR = '\x01';

/** SYSCALL: the call, its result, who made it, and the keys of the rules that matched. */
export function readSyscall(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.arch === true) {
    const arch = scan.word('arch=');
    if (arch === undefined) return scan.fail('no arch=');
    items.arch = low32(arch, 16) ?? 0;
  }
  const syscall = scan.number('syscall=', 'must');
  if (syscall === undefined) return;
  items.syscall = syscall;
  readResult(scan, items, wants);
  items.a0 = readArgument(scan, 'a0=');
  items.a1 = readArgument(scan, 'a1=');
  if (scan.malformed !== undefined) return;
  readTask(scan, items, wants);
  if (scan.malformed === undefined && wants.key === true) readKeys(scan, items);
}

function readResult(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.success === true) {
    const success = scan.word('success=');
    if (success !== undefined) items.success = success === 'yes' ? SUCCESS_YES : SUCCESS_FAILED;
  }
  if (wants.exit === true) {
    const exit = scan.word('exit=');
    if (exit === undefined) return scan.fail('no exit=');
    if (/^-?\d+$/.test(exit)) items.exit = Number(exit);
  }
}

function readArgument(scan: FieldScanner, pattern: string): number {
  if (scan.malformed !== undefined) return 0;
  const value = scan.word(pattern) ?? scan.fail(`no ${pattern}`) ?? '0';
  return low32(value, 16) ?? 0;
}

/** The identity of a task, in the order in which the kernel logs it. */
export function readTask(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.ppid === true) items.ppid = scan.number('ppid=') ?? items.ppid;
  if (wants.pid === true) items.pid = scan.number(' pid=', 'must') ?? items.pid;
  readTaskIds(scan, items, wants);
  if (scan.malformed !== undefined) return;
  if (wants.terminal === true) items.terminal = scan.word('tty=') ?? items.terminal;
  if (wants.session === true) items.session = scan.number('ses=') ?? items.session;
  if (wants.comm === true) readTaskComm(scan, items);
  if (wants.exe === true && scan.malformed === undefined) readTaskExe(scan, items);
  if (wants.subject === true) readSubject(scan, items);
  if (wants.success === true) items.success = scan.lastNumber('res=') ?? items.success;
}

function readTaskIds(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.loginuid === true) {
    const pattern = scan.find('auid=') >= 0 ? 'auid=' : 'loginuid=';
    items.loginuid = scan.number(pattern, 'must') ?? items.loginuid;
  }
  if (wants.uid === true) {
    // "uid=" also ends "auid=": what stands behind an `a` is not meant.
    let start = scan.find('uid=');
    while (start > 4 && scan.text[start - 5] === 'a') start = scan.find('uid=', start);
    if (start < 0) scan.fail('no uid=');
    else {
      const value = scan.wordAt(start, 'uid=');
      if (value !== undefined) items.uid = scan.toNumber(value, 'uid=') ?? items.uid;
    }
  }
  if (wants.gid === true) items.gid = scan.number('gid=', 'must') ?? items.gid;
  if (wants.euid === true) items.euid = scan.number('euid=', 'must') ?? items.euid;
  if (wants.egid === true) items.egid = scan.number('egid=', 'must') ?? items.egid;
}

function readTaskComm(scan: FieldScanner, items: SearchItems): void {
  const start = scan.find('comm=');
  if (start < 0) scan.fail('no comm=');
  else items.comm = scan.untrustedAt(start, 'comm=');
}

function readTaskExe(scan: FieldScanner, items: SearchItems): void {
  const start = scan.find('exe=', 0);
  if (start < 0) scan.fail('no exe=');
  else items.exe = scan.untrustedAt(start, 'exe=');
}

/** A label of the subject that something must follow. */
export function readSubject(scan: FieldScanner, items: SearchItems): void {
  const subject = scan.word('subj=');
  if (subject !== undefined) items.addAvc({ subject, result: 0 });
}

/** The keys of the rules that matched; more than one come as one hexadecimal value. */
export function readKeys(scan: FieldScanner, items: SearchItems): void {
  const start = scan.find('key=');
  if (start < 0) return;
  items.keys ??= [];
  if (scan.text.charCodeAt(start) === 0x22) {
    const key = scan.untrustedAt(start, 'key=');
    if (key !== undefined) items.keys.push(key);
    return;
  }
  const joined = unescapeWord(scan.text, start);
  if (joined === undefined) return scan.fail('key= is neither quoted nor hexadecimal');
  items.keys.push(...joined.split(KEY_SEPARATOR).filter((key) => key !== ''));
}
