import type { FieldScanner } from './field-scanner.ts';
import { SUCCESS_FAILED, SUCCESS_YES, type SearchItems, type Wants } from './search-items.ts';

/** DAEMON_START, _END, _ABORT, _CONFIG, _ROTATE, _RESUME: what auditd says of itself. */
export function readDaemon(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  const close = scan.text.indexOf(')');
  const body = Math.max(close, 0);
  scan.pos = body;
  if (wants.loginuid === true) items.loginuid = scan.number('auid=', 'must') ?? items.loginuid;
  if (wants.pid === true) items.pid = scan.number('pid=', 'must') ?? items.pid;
  if (wants.uid === true) items.uid = scan.number(' uid=') ?? items.uid;
  if (wants.session === true) items.session = scan.number('ses=') ?? items.session;
  if (wants.subject === true) {
    const subject = scan.lastWord('subj=');
    if (subject !== undefined) items.addAvc({ subject, result: 0 });
  }
  readOutcome(scan, body, items, wants);
}

/** DAEMON_ACCEPT and _CLOSE: a remote machine that sends its records. */
export function readDaemonPeer(scan: FieldScanner, items: SearchItems, wants: Wants): void {
  if (wants.host === true) {
    const start = scan.find('addr=');
    if (start >= 0) {
      const colon = scan.text.indexOf(':', start);
      const end = colon < 0 ? scan.text.indexOf(' ', start) : colon;
      if (end < 0) return scan.fail('nothing after addr=');
      scan.pos = end;
      items.host = scan.text.slice(start, end);
    }
  }
  readOutcome(scan, scan.pos, items, wants);
}

function readOutcome(scan: FieldScanner, from: number, items: SearchItems, wants: Wants): void {
  if (wants.success !== true) return;
  const start = scan.find('res=', from);
  if (start < 0) return;
  const word = /^[A-Za-z]*/.exec(scan.text.slice(start))?.[0] ?? '';
  if (word === '') scan.fail('res= is no word');
  else items.success = word.startsWith('failed') ? SUCCESS_FAILED : SUCCESS_YES;
}
