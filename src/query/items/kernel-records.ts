import { low32 } from '../../audit/interpret/numbers.ts';
import { unescapeWord, type FieldScanner } from './field-scanner.ts';
import { addFile } from './file-records.ts';
import { readKeys, readSubject } from './task-records.ts';
import { NO_LOGINUID, NO_SESSION, SUCCESS_YES, type SearchItems, type Wants } from './search-items.ts';

const CONFIG_CHANGE = 1305;
const SECCOMP = 1326;
const ANOM_PROMISCUOUS = 1700;
const ANOM_ABEND = 1701;

/** LOGIN: a session got its login uid; the wording has changed twice. */
export function readLogin(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.pid === true) items.pid = scan.number('pid=', 'must') ?? items.pid;
  if (wants.uid === true) items.uid = scan.number('uid=', 'must') ?? items.uid;
  if (wants.subject === true) readSubject(scan, items);
  if (wants.loginuid === true) {
    const pattern = ['new auid=', ' auid=', 'new loginuid='].find((word) => scan.find(word) >= 0);
    if (pattern === undefined) return scan.fail('no auid=');
    items.loginuid = scan.lastNumber(pattern) ?? items.loginuid;
  }
  if (wants.success === true) items.success = scan.lastNumber('res=') ?? SUCCESS_YES;
  if (wants.session === true) {
    const pattern = scan.find('new ses=', 0) >= 0 ? 'new ses=' : ' ses=';
    if (scan.find(pattern, 0) < 0) return scan.fail('no ses=');
    scan.pos = 0;
    items.session = scan.lastNumber(pattern) ?? items.session;
  }
}

/** INTEGRITY_*: what IMA and EVM say. */
export function readIntegrity(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  items.pid = scan.number('pid=') ?? items.pid;
  if (wants.uid === true) items.uid = scan.number(' uid=') ?? items.uid;
  if (wants.loginuid === true) {
    scan.pos = 0;
    items.loginuid = scan.number('auid=') ?? items.loginuid;
  }
  if (wants.session === true) items.session = scan.number('ses=') ?? items.session;
  if (wants.subject === true) readSubject(scan, items);
  if (wants.comm === true) readComm(scan, items);
  if (wants.file === true) {
    const start = scan.find(' name=');
    if (start >= 0) addFile(scan, items, start);
  }
  if (wants.success === true) items.success = scan.lastNumber('res=') ?? items.success;
}

/** SECCOMP, ANOM_ABEND, ANOM_PROMISCUOUS: a task that did something odd. */
export function readAnomaly(scan: FieldScanner, type: number, items: SearchItems, wants: Wants): void {
  if (wants.loginuid === true) {
    if (scan.find('auid=') < 0) return scan.fail('no auid=');
    items.loginuid = scan.lastNumber('auid=') ?? items.loginuid;
  }
  if (wants.uid === true) items.uid = scan.number('uid=') ?? items.uid;
  if (wants.gid === true) items.gid = scan.number('gid=') ?? items.gid;
  if (wants.session === true) items.session = scan.lastNumber('ses=') ?? items.session;
  if (type === ANOM_PROMISCUOUS) return;
  if (wants.subject === true) readSubject(scan, items);
  if (wants.pid === true) items.pid = scan.number('pid=') ?? items.pid;
  if (wants.comm === true) readComm(scan, items);
  if (wants.exe === true) {
    const start = scan.find('exe=');
    if (start >= 0) items.exe = scan.untrustedAt(start, 'exe=');
    else if (type !== ANOM_ABEND) return scan.fail('no exe=');
  }
  if (type === SECCOMP && !readSeccomp(scan, items)) return;
  if (wants.success === true) items.success = scan.lastNumber('res=') ?? items.success;
}

function readSeccomp(scan: FieldScanner, items: SearchItems): boolean {
  const arch = scan.word('arch=');
  if (arch === undefined) return false;
  items.arch = low32(arch, 16) ?? 0;
  const syscall = scan.number('syscall=', 'must');
  if (syscall !== undefined) items.syscall = syscall;
  return scan.malformed === undefined;
}

/** CONFIG_CHANGE and MAC_*: a login uid and little more. */
export function readSimple(scan: FieldScanner, type: number, items: SearchItems, wants: Wants): void {
  if (wants.loginuid === true) {
    if (scan.find('auid=') < 0 && type !== CONFIG_CHANGE) return scan.fail('no auid=');
    items.loginuid = scan.lastNumber('auid=') ?? items.loginuid;
  }
  if (wants.session === true) items.session = scan.lastNumber('ses=') ?? items.session;
  if (wants.subject === true) {
    const subject = scan.lastWord('subj=');
    if (subject !== undefined) items.addAvc({ subject, result: 0 });
  }
  if (wants.key === true) readKeys(scan, items);
  // The kernel logs a change only when it was made, unless it says otherwise.
  if (type === CONFIG_CHANGE) items.success = SUCCESS_YES;
  if (wants.success === true) items.success = scan.lastNumber('res=') ?? items.success;
}

/** TTY: keystrokes. */
export function readTty(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.pid === true) items.pid = scan.number('pid=') ?? items.pid;
  if (wants.uid === true) items.uid = scan.number(' uid=') ?? items.uid;
  if (wants.loginuid === true) {
    if (scan.find('auid=') < 0) return scan.fail('no auid=');
    items.loginuid = scan.lastNumber('auid=') ?? items.loginuid;
  }
  if (wants.session === true) items.session = scan.number('ses=') ?? items.session;
  if (wants.comm === true) readComm(scan, items);
}

/** NETFILTER_PKT: where the packet came from. */
export function readPacket(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.host === true) items.host = scan.word('saddr=') ?? items.host;
  if (wants.object === true) {
    const object = scan.lastWord('obj=');
    if (object !== undefined) items.addAvc({ object, result: 0 });
  }
}

/** NETFILTER_CFG and EVENT_LISTENER: the task, unless a SYSCALL record has named it. */
export function readListener(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.pid === true && items.pid === -1) items.pid = scan.number(' pid=', 'must') ?? items.pid;
  if (wants.uid === true && items.uid === -1) items.uid = scan.number('uid=') ?? 0;
  if (wants.loginuid === true && items.loginuid === NO_LOGINUID) items.loginuid = scan.number('auid=') ?? -1;
  if (wants.terminal === true) items.terminal ??= scan.word('tty=') ?? '(none)';
  if (wants.session === true && items.session === NO_SESSION) items.session = scan.number('ses=') ?? -1;
  if (wants.subject === true && items.avcs === undefined) {
    if (scan.find('subj=') < 0) return scan.fail('no subj=');
    readSubject(scan, items);
  }
  if (wants.comm === true && items.comm === undefined) {
    if (scan.find('comm=') < 0) return scan.fail('no comm=');
    readComm(scan, items);
  }
  if (wants.exe === true && items.exe === undefined) {
    const start = scan.find('exe=', 0);
    items.exe = start < 0 ? '(null)' : scan.untrustedAt(start, 'exe=');
  }
  if (wants.success === true) items.success = scan.lastNumber('res=') ?? items.success;
}

/** A command name that need not be there. */
export function readComm(scan: FieldScanner, items: SearchItems): void {
  const start = scan.find('comm=');
  if (start < 0) return;
  items.comm =
    scan.text.charCodeAt(start) === 0x22 ? scan.untrustedAt(start, 'comm=') : unescapeWord(scan.text, start);
}
