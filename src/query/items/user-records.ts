import { isHex } from '../../audit/interpret/hex.ts';
import { unescapeWord, type FieldScanner } from './field-scanner.ts';
import { addFile } from './file-records.ts';
import { readSubject } from './task-records.ts';
import { SUCCESS_FAILED, SUCCESS_YES, type AvcItem, type SearchItems, type Wants } from './search-items.ts';

const ADD_GROUP = 1116;
const DEL_GROUP = 1117;
const GRP_MGMT = 1132;
const VIRT_RESOURCE = 2501;
const VIRT_MACHINE_ID = 2502;

/** Messages of trusted programs: `pid= uid= auid= ses= [subj=] msg='op=... acct=... exe=... res=success'`. */
export function readUser(
  scan: FieldScanner,
  type: number,
  items: SearchItems,
  wants: Wants,
  avc?: AvcItem,
): void {
  readSender(scan, items, wants);
  if (scan.malformed !== undefined) return;
  if (wants.subject === true) {
    if (avc === undefined) readSubject(scan, items);
    else avc.subject = scan.word('subj=') ?? '';
  }
  if (avc !== undefined && wants.object === true) readUserAvcObject(scan, avc);
  if (wants.gid === true) readGroup(scan, type, items);
  readMachine(scan, type, items, wants);
  if (wants.uid === true) readInnerUid(scan, items);
  if (scan.malformed !== undefined) return;
  scan.pos += 1;
  readMessage(scan, items, wants);
}

function readSender(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.pid === true) items.pid = scan.number('pid=', 'must') ?? items.pid;
  if (wants.uid === true) items.uid = scan.number('uid=', 'must') ?? items.uid;
  if (wants.loginuid === true) {
    const pattern = scan.find('auid=') >= 0 ? 'auid=' : 'loginuid=';
    items.loginuid = scan.number(pattern, 'must') ?? items.loginuid;
  }
  if (wants.session === true) items.session = scan.number('ses=') ?? items.session;
}

function readUserAvcObject(scan: FieldScanner, avc: AvcItem): void {
  const object = optionalWord(scan, 'tcontext=');
  if (object !== undefined) avc.object = object;
  const tclass = optionalWord(scan, 'tclass=');
  if (tclass !== undefined) avc.tclass = tclass;
}

/** A word that may be the last of the record, in which case it is passed over. */
function optionalWord(scan: FieldScanner, pattern: string): string | undefined {
  const start = scan.find(pattern);
  if (start < 0) return undefined;
  const end = scan.text.indexOf(' ', start);
  scan.pos = end < 0 ? start : end;
  return end < 0 ? undefined : scan.text.slice(start, end);
}

function readGroup(scan: FieldScanner, type: number, items: SearchItems): void {
  if (type !== ADD_GROUP && type !== DEL_GROUP && type !== GRP_MGMT) return;
  const pattern = scan.find(' id=') < 0 && type === GRP_MGMT ? 'gid=' : ' id=';
  items.gid = scan.number(pattern) ?? items.gid;
}

function readMachine(scan: FieldScanner, type: number, items: SearchItems, wants: Wants): void {
  if (wants.vm === true) {
    const start = scan.find('vm=');
    if (start >= 0) items.vm = scan.untrustedAt(start, 'vm=');
  }
  if (wants.uuid === true) {
    const start = scan.find('uuid=');
    const uuid = start < 0 ? undefined : /^[^ :]*/.exec(scan.text.slice(start))?.[0];
    if (uuid === '') scan.fail('uuid= is empty');
    else items.uuid = uuid ?? items.uuid;
  }
  if (type === VIRT_MACHINE_ID) readMachineLabels(scan, items, wants);
  if (type === VIRT_RESOURCE && wants.file === true) readMachineDisk(scan, items);
}

function readMachineLabels(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.subject === true) {
    const subject = scan.word('vm-ctx=');
    if (subject !== undefined) items.addAvc({ subject, result: 0 });
  }
  if (wants.object === true) {
    const object = scan.word('img-ctx=');
    if (object !== undefined) items.addAvc({ object, result: 0 });
  }
}

function readMachineDisk(scan: FieldScanner, items: SearchItems): void {
  const path = scan.find(' path=');
  const start = path < 0 ? scan.find(' new-disk=') : path;
  if (start >= 0 && addFile(scan, items, start)) scan.pos = start;
}

/** The second `uid=` of records such as USER_LOGIN is the one that is meant. */
function readInnerUid(scan: FieldScanner, items: SearchItems): void {
  let start = scan.find('uid=');
  while (start > 4 && scan.text[start - 5] === 'a') {
    scan.pos = start - 3;
    start = scan.find('uid=');
  }
  if (start < 0) return;
  const before = scan.text[start - 5];
  if (before === 's' || before === 'u') return;
  if (before !== "'" && before !== ' ') return scan.fail('uid= in the middle of a word');
  const digits = /^\d*/.exec(scan.text.slice(start))?.[0] ?? '';
  if (digits === '') return scan.fail('uid= is no number');
  scan.pos = start + digits.length;
  items.uid = scan.toNumber(digits, 'uid=') ?? items.uid;
}

function readMessage(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  let from = scan.pos;
  if (wants.comm === true) {
    const start = scan.find('comm=', from);
    if (start >= 0) items.comm = scan.untrustedAt(start, 'comm=');
  }
  from = readAccount(scan, items, from);
  if (wants.host === true) readHost(scan, items, from);
  if (wants.file === true) items.cwd = loose(scan, 'cwd=', from) ?? items.cwd;
  if (wants.terminal === true) items.terminal = terminal(scan, from) ?? items.terminal;
  if (wants.exe === true) items.exe = loose(scan, 'exe=', from) ?? items.exe;
  if (wants.success === true && scan.malformed === undefined) readOutcome(scan, items, from);
}

function readAccount(scan: FieldScanner, items: SearchItems, from: number): number {
  const start = scan.find('acct=', from);
  if (start < 0) return scan.pos === from ? from : scan.pos + 1;
  const quoted = scan.text.charCodeAt(start) === 0x22;
  const found = scan.text.indexOf(quoted ? '"' : ' ', start + 1);
  const end = found < 0 ? scan.text.length : found;
  const word = scan.text.slice(quoted ? start + 1 : start, end);
  items.acct = quoted || !isHex(word) ? word : unescapeWord(word, 0);
  return end + 1;
}

function readHost(scan: FieldScanner, items: SearchItems, from: number): void {
  const host = upTo(scan, 'hostname=', from);
  if (host === undefined) return;
  items.host = host;
  // `?` says nothing: the address may.
  if (host === '?') items.host = upTo(scan, 'addr=', scan.pos + 1) ?? host;
}

/** A value that a comma or a blank ends. */
function upTo(scan: FieldScanner, pattern: string, from: number): string | undefined {
  const start = scan.find(pattern, from);
  if (start < 0) return undefined;
  const comma = scan.text.indexOf(',', start);
  const end = comma < 0 ? scan.text.indexOf(' ', start) : comma;
  if (end < 0) return scan.fail(`nothing after ${pattern}`);
  scan.pos = end;
  return scan.text.slice(start, end);
}

/** A path that old programs wrote without quotes. */
function loose(scan: FieldScanner, pattern: string, from: number): string | undefined {
  const start = scan.find(pattern, from);
  if (start < 0) return undefined;
  if (scan.text.charCodeAt(start) === 0x22) return scan.untrustedAt(start, pattern);
  const found = scan.text.indexOf(' ', start);
  const word = scan.text.slice(start, found < 0 ? undefined : found);
  return isHex(word) ? unescapeWord(word, 0) : word;
}

function terminal(scan: FieldScanner, from: number): string | undefined {
  const start = scan.find('terminal=', from);
  if (start < 0) return undefined;
  const blank = scan.text.indexOf(' ', start);
  const end = blank < 0 ? scan.text.indexOf(')', start) : blank;
  if (end < 0) return scan.fail('nothing after terminal=');
  return scan.text.slice(start, end);
}

function readOutcome(scan: FieldScanner, items: SearchItems, from: number): void {
  const start = scan.find('res=', from);
  if (start >= 0) {
    if (!scan.text.includes("'", start)) return scan.fail('res= is not within quotes');
    items.success = scan.text.startsWith('failed', start) ? SUCCESS_FAILED : SUCCESS_YES;
    return;
  }
  const result = scan.find('result=', from);
  if (result < 0) return;
  const end = scan.text.indexOf(')', result);
  if (end < 0) return scan.fail('result= is not within brackets');
  const yes = scan.text.slice(result, end).toLowerCase() === 'success';
  items.success = yes ? SUCCESS_YES : SUCCESS_FAILED;
}
