import type { RecordBatch } from './record-batch.ts';
import type { StreamBuffer } from './stream-buffer.ts';

const NODE = Buffer.from('node=');
const TYPE = Buffer.from('type=');
const BEFORE_TYPE = Buffer.from(' type=');
const MESSAGE = Buffer.from('msg=');
const AUDIT = Buffer.from('audit(');
const UNKNOWN = /^UNKNOWN\[(\d{1,5})\]$/;
const SPACE = 0x20;
const LONGEST_TYPE_NAME = 64;

/** Number of a record type by its name: `SYSCALL` is 1300. Undefined for names that are not known. */
export type TypeNumber = (name: string) => number | undefined;

/** Type of a record whose name nobody knows; the name stands before the payload. */
export const UNNAMED_TYPE = 0;

/** Remembers names, so that looking one up costs a map access. */
export class TypeNames {
  readonly #numbers = new Map<string, number>();
  readonly #lookUp: TypeNumber;

  constructor(lookUp: TypeNumber) {
    this.#lookUp = lookUp;
  }

  /** Number of a type name, also in auditd's form for types it does not know: `UNKNOWN[1427]`. */
  number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const bracketed = UNKNOWN.exec(name)?.[1];
    const number = this.#lookUp(name) ?? (bracketed === undefined ? UNNAMED_TYPE : Number(bracketed));
    if (number > 0xffff) return UNNAMED_TYPE;
    // A sender of invented names must not fill the memory.
    if (number !== UNNAMED_TYPE) this.#numbers.set(name, number);
    return number;
  }
}

/**
 * Appends the record on a line as auditd formats it: `[node=NAME ]type=TYPE msg=audit(...): ...`.
 *
 * @param type - the type if it is known from elsewhere; otherwise its name is looked up
 * @returns false when the line is not of this form
 */
export function pushLine(
  batch: RecordBatch,
  stream: StreamBuffer,
  lineStart: number,
  lineEnd: number,
  type: TypeNames | number,
): boolean {
  let start = lineStart;
  let nodeStart = 0;
  let nodeEnd = 0;
  if (stream.has(NODE, start, lineEnd)) {
    nodeStart = start + NODE.length;
    nodeEnd = stream.bytes.indexOf(BEFORE_TYPE, nodeStart);
    if (nodeEnd === -1 || nodeEnd >= lineEnd) return false;
    start = nodeEnd + 1;
  }
  if (!stream.has(TYPE, start, lineEnd)) return false;
  const nameStart = start + TYPE.length;
  const nameEnd = stream.find(SPACE, nameStart, Math.min(lineEnd, nameStart + LONGEST_TYPE_NAME));
  if (nameEnd === -1 || !stream.has(MESSAGE, nameEnd + 1, lineEnd)) return false;
  const payload = nameEnd + 1 + MESSAGE.length;
  if (!stream.has(AUDIT, payload, lineEnd)) return false;
  const number =
    typeof type === 'number' ? type : type.number(stream.bytes.toString('latin1', nameStart, nameEnd));
  batch.push(number, payload, lineEnd, nodeStart, nodeEnd);
  return true;
}

/** Whether a payload begins as every audit record does. */
export function beginsRecord(stream: StreamBuffer, start: number, end: number): boolean {
  return stream.has(AUDIT, start, end);
}
