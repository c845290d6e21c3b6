import type { ReportEvent } from './report-event.ts';
import { row, type ReportKind } from './report-kind.ts';

const DAEMON_ERR = 1209;
/** What was lost, as bpfaudit writes it down: by itself, or as a message in the log of auditd. */
const LOSS = /(?:^|[ '])op=(\S*(?:lost|dropped)\S*)(?: .*?)? lost=(\d+)/;
const OWN_MESSAGE = 'record=DAEMON_ERR';

interface Loss {
  readonly what: string;
  readonly count: number;
  readonly progId: string | undefined;
}

function lossOf(event: ReportEvent): Loss | undefined {
  for (const { type, body } of event.event.records) {
    if (type !== DAEMON_ERR && !body.includes(OWN_MESSAGE)) continue;
    const found = LOSS.exec(body);
    if (found === null) continue;
    const progId = / prog-id=(\d+)/.exec(body)?.[1];
    return { what: found[1] ?? '?', count: Number(found[2]), progId };
  }
  return undefined;
}

/** What did not get into the log: how much, of what. */
export const LOSS_REPORT: ReportKind = {
  options: ['--losses'],
  help: 'what did not get into the log, and how much',
  title: 'Losses Report',
  columns: '# date time what lost program event',
  rule: 36,
  summaryTitle: 'Losses Summary Report',
  summaryColumn: 'what',
  summaryRule: 27,
  wants: {},
  rows: (event) => {
    const loss = lossOf(event);
    if (loss === undefined) return [];
    return [row`${event.text(loss.what)} ${loss.count} ${loss.progId ?? '?'} ${event.event.serial}`];
  },
  keys: (event) => {
    const loss = lossOf(event);
    if (loss === undefined) return [];
    return [loss.progId === undefined ? loss.what : `${loss.what} prog-id=${loss.progId}`];
  },
  weight: (event) => lossOf(event)?.count ?? 0,
};
