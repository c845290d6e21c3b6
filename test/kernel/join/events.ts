import { logRecords, type LogRecord } from './flood.ts';

/** The records of a log, those of each event together. */
export function logEvents(text: string): Map<string, LogRecord[]> {
  const events = new Map<string, LogRecord[]>();
  for (const record of logRecords(text)) {
    const event = events.get(record.id);
    if (event) event.push(record);
    else events.set(record.id, [record]);
  }
  return events;
}

/** The one event of which a decision has this text in it; fails if there is not exactly one. */
export function eventWith(text: string, part: string): LogRecord[] {
  const found = [...logEvents(text).values()].filter((records) =>
    records.some(({ type, body }) => type === 'UNKNOWN[1427]' && body.includes(part)),
  );
  if (found.length !== 1) throw new Error(`${found.length} events with ${part}:\n${text}`);
  return found[0]!;
}

/** Types of records, in their order, with ` bpf` behind those that BPF captured. */
export function typesOf(records: readonly LogRecord[]): string[] {
  return records.map(({ type, body }) => (body.endsWith(' origin=bpf') ? `${type} bpf` : type));
}

/** Whether an id is one of bpfaudit's own, while the kernel counts in the lower half. */
export function hasOwnId(records: readonly LogRecord[]): boolean {
  return Number(/:(\d+)$/.exec(records[0]?.id ?? '')?.[1]) > 0x8000_0000;
}
