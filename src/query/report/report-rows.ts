import { interpretTtyData } from '../../audit/interpret/tty-data.ts';
import { SUCCESS_FAILED } from '../items/search-items.ts';
import type { ReportEvent } from './report-event.ts';
import { row, type Row } from './report-kind.ts';

/** Failed and successful authentications. */
export function isAuthentication(event: ReportEvent): boolean {
  return event.has(1100) || (event.has(1101) && event.items.success === SUCCESS_FAILED);
}

/** The account of an authentication, or the login user. */
export function authKeys(event: ReportEvent): readonly string[] {
  return [event.items.acct !== undefined ? event.items.acct : event.user(event.items.loginuid)];
}

/** One row for each access vector decision. */
export function avcRows(event: ReportEvent): readonly Row[] {
  const avcs = (event.items.avcs ?? []).filter(
    (avc) => avc.tclass !== undefined || avc.permission !== undefined,
  );
  return avcs.map(
    (avc) =>
      row`${event.text(event.items.comm)} ${avc.subject ?? '(null)'} ${event.syscall()} ${avc.tclass ?? '(null)'} ${avc.permission ?? '(null)'} ${avc.object ?? '(null)'} ${['unset', 'denied', 'granted'][avc.result]} ${event.event.serial}`,
  );
}

/** The row of the file report. */
export function fileRow(event: ReportEvent): Row {
  const files = event.items.files ?? [];
  const file = files.length > 1 ? files.find((item) => item.role !== 'PARENT') : files[0];
  return row`${event.text(file?.name ?? '')} ${event.syscall()} ${event.success()} ${event.text(event.items.exe)} ${event.auid()} ${event.event.serial}`;
}

/** The row of the keystroke report. */
export function ttyRow(event: ReportEvent): Row {
  const { items } = event;
  const body = event.event.records[0]?.body ?? '';
  const start = body.indexOf('data=');
  const data = body.slice(start + 5);
  const end = data.lastIndexOf(' ');
  return row`${event.event.serial} ${event.auid()} ${items.terminal ?? '?'} ${items.session >>> 0} ${event.text(items.comm)} ${interpretTtyData(end < 0 ? data : data.slice(0, end))}`;
}
