import { expect } from 'vitest';

/** Values by field name, in the order of the line. */
export type Fields = ReadonlyMap<string, string>;

const LINE = /^type=([A-Z_]+|UNKNOWN\[\d+\]) msg=audit\((\d+\.\d{3}:\d+)\): (.*)$/;
/** A bare word, hex, or a quoted string without spaces: what an untrusted string can be. */
const FIELD = /^([a-z][a-z0-9_-]*)=("[\x21\x23-\x7e]*"|[\x21\x23-\x3c\x3e-\x7e]*)$/;

/** Lines of a log; it must end with a line's end. */
export function linesOf(log: string): string[] {
  if (log === '') return [];
  expect(log.at(-1)).toBe('\n');
  return log.slice(0, -1).split('\n');
}

/** Reads a line strictly: no field twice, nothing that is no field. */
export function parseLine(line: string): {
  readonly type: string;
  readonly id: string;
  readonly fields: Fields;
} {
  const match = LINE.exec(line);
  expect(match, line).not.toBeNull();
  const [, type = '', id = '', body = ''] = match!;
  const fields = new Map<string, string>();
  // a capability and an IPC key end in a space, as in the kernel; the text of a lockdown reason holds some
  for (const part of body.replace(/(lockdown_reason)="[^"]*"/, '$1=?').split(' ')) {
    if (part === '') continue;
    const field = FIELD.exec(part);
    expect(field, `${part} in ${line}`).not.toBeNull();
    expect(fields.has(field![1]!), `${field![1]} twice in ${line}`).toBe(false);
    fields.set(field![1]!, field![2]!);
  }
  return { type, id, fields };
}

/** The bytes of an untrusted string. */
export function bytesOf(value: string | undefined): Buffer {
  if (value === undefined) return Buffer.from('(absent)');
  if (value.startsWith('"')) return Buffer.from(value.slice(1, -1), 'latin1');
  return Buffer.from(value, 'hex');
}

/** Records of BPF LSM programs, and reports of loss. */
export function split(log: string): { readonly records: Fields[]; readonly gaps: Fields[] } {
  const parsed = linesOf(log).map(parseLine);
  return {
    records: parsed.filter(({ type }) => type === 'UNKNOWN[1427]').map(({ fields }) => fields),
    gaps: parsed.filter(({ type }) => type === 'DAEMON_ERR').map(({ fields }) => fields),
  };
}
