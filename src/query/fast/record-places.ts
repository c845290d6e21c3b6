const OPEN = 0x28;
const CLOSE = 0x29;
/** The stamp of a record as auditd writes it ends within so many bytes; a node name is no matter of ours. */
const MAX_HEAD_BYTES = 96;

/** Where the body of a record begins whose numbers stand at `record`; -1 if not found. */
export function bodyOf(meta: Float64Array, record: number, bytes: Buffer): number {
  const known = meta[record + 3]!;
  return known > 0 ? known : bodyStart(bytes, meta[record + 1]!, meta[record + 2]!);
}

/** Where the body of the record in `bytes[start, end)` begins: behind the `)` of its stamp; -1 if not found. */
function bodyStart(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_HEAD_BYTES);
  let at = start;
  while (at < limit && bytes[at] !== OPEN) at += 1;
  while (at < limit && bytes[at] !== CLOSE) at += 1;
  return at < limit ? at + 1 : -1;
}
