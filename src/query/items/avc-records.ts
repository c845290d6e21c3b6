import { unescapeWord, type FieldScanner } from './field-scanner.ts';
import { addFile } from './file-records.ts';
import { readUser } from './user-records.ts';
import { SUCCESS_FAILED, SUCCESS_YES, type AvcItem, type SearchItems, type Wants } from './search-items.ts';

const USER_AVC = 1107;
/** Bytes that ausearch skips behind a path before it looks on. */
const PATH_SKIP = 7;

/** AVC and USER_AVC: `avc:  denied  { read write } for  pid= comm= path= ... scontext= tcontext= tclass=`. */
export function readAvc(scan: FieldScanner, type: number, items: SearchItems, wants: Wants): void {
  const avc: AvcItem = { result: 0 };
  if (!readVerdict(scan, avc, items, wants)) return;
  if (type === USER_AVC) {
    readUserAvc(scan, type, avc, items, wants);
    return;
  }
  if (wants.pid === true) items.pid = scan.number('pid=') ?? items.pid;
  if (wants.comm === true && items.comm === undefined) readAvcComm(scan, items);
  if (wants.file === true && scan.malformed === undefined) readAvcFile(scan, items);
  if (wants.subject === true) avc.subject = scan.word('scontext=') ?? avc.subject ?? '';
  if (wants.object === true) avc.object = scan.word('tcontext=') ?? avc.object ?? '';
  if (scan.malformed !== undefined) return;
  const tclass = scan.lastWord('tclass=');
  if (tclass === undefined) return scan.fail('no tclass=');
  avc.tclass = tclass;
  items.addAvc(avc);
}

function readVerdict(scan: FieldScanner, avc: AvcItem, items: SearchItems, wants: Wants): boolean {
  const start = scan.find('avc: ');
  if (start < 0) return true;
  const open = scan.text.indexOf('{', start);
  if (open < 0) return true;
  if (wants.success === true) {
    const denied = scan.text.slice(start, open).includes('denied');
    items.success = denied ? SUCCESS_FAILED : SUCCESS_YES;
    avc.result = denied ? 1 : 2;
  }
  const close = scan.text.indexOf('}', open);
  if (close < 0) {
    scan.fail('no closing brace');
    return false;
  }
  avc.permission = scan.text.slice(open + 1, close).trim();
  scan.pos = close;
  return true;
}

function readUserAvc(scan: FieldScanner, type: number, avc: AvcItem, items: SearchItems, wants: Wants): void {
  scan.pos = 0;
  readUser(scan, type, items, wants, avc);
  // An AVC in a message does not end as other messages do, which is no reason to pass over the event.
  if (scan.malformed?.includes('res') === true || scan.malformed?.includes('uid=') === true)
    scan.malformed = undefined;
  items.addAvc(avc);
}

function readAvcComm(scan: FieldScanner, items: SearchItems): void {
  const start = scan.find('comm=');
  if (start < 0) return scan.fail('no comm=');
  if (scan.text.charCodeAt(start) === 0x22) {
    items.comm = scan.untrustedAt(start, 'comm=');
    return;
  }
  items.comm = unescapeWord(scan.text, start);
  scan.pos = start + 6;
}

function readAvcFile(scan: FieldScanner, items: SearchItems): void {
  const path = scan.find(' path=');
  const start = path < 0 ? scan.find(' name=') : path;
  if (start < 0) return;
  const before = scan.pos;
  if (addFile(scan, items, start)) scan.pos = before + PATH_SKIP;
}
