import { DECISION_TYPE, decisionOutcome } from '../decision-outcome.ts';
import { SEVERITY, syslogMessage, type SyslogSender } from './syslog-message.ts';

const HEAD = /^(?:node=(\S+) )?type=(\S+) msg=audit\((\d+)\.(\d+):(\d+)\): ?/;
const FIELD = /([^ =]+)=("[^"]*"|[^ ]*)/g;

interface Head {
  readonly node: string | undefined;
  readonly type: string;
  readonly timeMs: number;
  readonly id: string;
  readonly serial: number;
  readonly body: string;
}

function readHead(line: string): Head | undefined {
  const match = HEAD.exec(line);
  if (!match) return undefined;
  const [whole, node, type = '', seconds = '0', ms = '0', serial = '0'] = match;
  return {
    node,
    type,
    timeMs: Number(seconds) * 1000 + Number(ms),
    id: `${seconds}.${ms}:${serial}`,
    serial: Number(serial),
    body: line.slice(whole.length),
  };
}

/** How much a record matters to an operator: losses are errors, denials warnings. */
function severityOf(head: Head | undefined): number {
  if (head?.type === 'DAEMON_ERR') return SEVERITY.ERROR;
  const isDenial = head?.type === DECISION_TYPE && decisionOutcome(head.body) === 'denied';
  return isDenial ? SEVERITY.WARNING : SEVERITY.NOTICE;
}

/** A record as a message of RFC 5424, at the time of its event. */
export function syslogRecord(line: Uint8Array, sender: SyslogSender, nowMs: number): Buffer {
  const text = textOf(line);
  const head = readHead(text);
  return Buffer.from(syslogMessage(text, head?.timeMs ?? nowMs, severityOf(head), sender));
}

/**
 * A record in the native protocol of journald (systemd.io/JOURNAL_NATIVE_PROTOCOL): the whole line as MESSAGE, its
 * type and id in fields of their own. No value can hold a line end, so none can begin a field.
 */
export function journalRecord(line: Uint8Array): Buffer {
  // oxlint-disable-next-line no-control-regex
  const text = textOf(line).replaceAll(/[\0-\x1f\x7f]/g, ' ');
  const head = readHead(text);
  const fields = [
    `MESSAGE=${text}`,
    `PRIORITY=${severityOf(head)}`,
    'SYSLOG_IDENTIFIER=bpfauditd',
    'SYSLOG_FACILITY=13',
    ...(head === undefined ? [] : [`BPFAUDIT_TYPE=${head.type}`, `BPFAUDIT_EVENT=${head.id}`]),
  ];
  return Buffer.from(`${fields.join('\n')}\n`);
}

/**
 * A record as one line of JSON: type, time, serial, and its fields as they stand in it, without quotes; what audit
 * has written in hex stays hex. A name that comes twice keeps its first value. A line that is JSON stays as it is.
 */
export function jsonRecord(line: Uint8Array): Buffer {
  const text = textOf(line);
  if (text.startsWith('{')) return Buffer.from(`${text}\n`);
  const head = readHead(text);
  if (!head) return Buffer.from(`${JSON.stringify({ text })}\n`);
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of head.body.matchAll(FIELD)) {
    if (!fields.has(name)) fields.set(name, value.startsWith('"') ? value.slice(1, -1) : value);
  }
  const { node, type, timeMs, serial } = head;
  const object = {
    ...(node === undefined ? {} : { node }),
    type: type === DECISION_TYPE ? 'BPF_LSM_ACCESS' : type,
    time: new Date(timeMs).toISOString(),
    serial,
    fields: Object.fromEntries(fields),
  };
  return Buffer.from(`${JSON.stringify(object)}\n`);
}

function textOf(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8');
}
