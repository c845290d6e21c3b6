import { escapeText, type EscapeMode } from '../../audit/interpret/escape.ts';
import { interpretBody, type InterpretOptions, type SyscallArgs } from '../../audit/interpret/record.ts';
import { recordTypeName } from '../../audit/tables/record-types.ts';
import { ENRICHMENT_SEPARATOR, enrichmentOf, type EventText, type RecordLine } from './event-text.ts';
import type { TimeFormatter } from './local-time.ts';

const SYSCALL = 1300;

/**
 * The records as they stand in the log.
 *
 * @param stock write a separator behind each record of an enriched event that has none, as ausearch does.
 */
export function formatRaw(event: EventText, stock: boolean): string {
  const isMixed = stock && event.records.some((record) => record.line.length !== record.body.length);
  let out = '';
  for (const record of event.records) {
    const separator = isMixed && record.line.length === record.body.length ? ENRICHMENT_SEPARATOR : '';
    out += `${record.line}${separator}\n`;
  }
  return out;
}

/** A rule, the time, and the records with the last one first: what ausearch prints by default. */
export function formatDefault(event: EventText, time: TimeFormatter, escape: EscapeMode): string {
  let out = `----\ntime->${time.ascii(event.sec)}\n`;
  for (const record of shown(event)) out += `${escapeText(record.body, escape)}\n`;
  return out;
}

/** As {@link formatDefault}, with each value in words. */
export function formatInterpreted(
  event: EventText,
  args: SyscallArgs,
  time: TimeFormatter,
  options: InterpretOptions,
): string {
  let out = '----\n';
  for (const record of shown(event)) out += interpretedLine(event, record, args, time, options);
  return out;
}

/** The last record first; of auditd's own events only the last record. */
function shown(event: EventText): readonly RecordLine[] {
  const last = event.records[event.records.length - 1];
  if (last !== undefined && last.type >= 1200 && last.type < SYSCALL) return [last];
  return event.records.toReversed();
}

function interpretedLine(
  event: EventText,
  record: RecordLine,
  args: SyscallArgs,
  time: TimeFormatter,
  options: InterpretOptions,
): string {
  const open = record.body.indexOf('(');
  const close = record.body.indexOf(')', open);
  const node = event.node === null ? '' : `node=${event.node} `;
  const stamp = `${time.exact(event)}:${event.serial}) `;
  const body = interpretBody(
    record.type,
    close < 0 ? '' : record.body.slice(close + 1),
    enrichmentOf(record),
    args,
    options,
  );
  return `${node}${headOf(event, record, open)}(${stamp}${body}\n`;
}

/** `type=NAME msg=audit`: the name that the number has, or the word that stands there. */
function headOf(event: EventText, record: RecordLine, open: number): string {
  const name = record.type >= 0 ? recordTypeName(record.type) : undefined;
  if (name !== undefined) return `type=${name} msg=audit`;
  const from = event.node === null ? 0 : record.body.indexOf(' ') + 1;
  return record.body.slice(from, Math.max(from, open));
}
