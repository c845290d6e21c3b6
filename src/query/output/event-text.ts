/** What separates a record from what auditd looked up for it. */
export const ENRICHMENT_SEPARATOR = '\x1d';

/** One record of an event as text: latin-1, one character for each byte. */
export interface RecordLine {
  readonly type: number;
  /** The whole line, without its newline. */
  readonly line: string;
  /** The line up to what auditd looked up. */
  readonly body: string;
}

/** An event with its records as text, in the order in which they came. */
export interface EventText {
  readonly sec: number;
  readonly milli: number;
  readonly serial: number;
  readonly node: string | null;
  readonly records: readonly RecordLine[];
}

/** Splits a line at the group separator. */
export function recordLine(type: number, line: string): RecordLine {
  const separator = line.indexOf(ENRICHMENT_SEPARATOR);
  return { type, line, body: separator < 0 ? line : line.slice(0, separator) };
}

/** What auditd looked up for a record, or the empty string. */
export function enrichmentOf(record: RecordLine): string {
  return record.line.length === record.body.length ? '' : record.line.slice(record.body.length + 1);
}
