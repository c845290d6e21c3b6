/** Stands between a record and what auditd looked up for it. */
export const SEPARATOR = 0x1d;
const OPEN = 0x28;
const CLOSE = 0x29;
/** The stamp of a record as auditd writes it ends within so many bytes; a node name is no matter of ours. */
const MAX_HEAD_BYTES = 96;

/**
 * Where the body of a record begins whose numbers stand at `record`; -1 if not found.
 *
 * @param isEnriched whether what auditd looked up stands anywhere: a head that ends with it has no body.
 */
export function bodyOf(meta: Float64Array, record: number, bytes: Buffer, isEnriched: boolean): number {
  const known = meta[record + 3]!;
  const start = meta[record + 1]!;
  const body = known > 0 ? known : bodyStart(bytes, start, meta[record + 2]!);
  if (isEnriched && body >= 0 && placeOf(bytes, SEPARATOR, start, body) >= 0) return -1;
  return body;
}

/** Where a byte stands in `bytes[start, end)`, or -1. */
export function placeOf(bytes: Buffer, byte: number, start: number, end: number): number {
  for (let at = start; at < end; at += 1) if (bytes[at] === byte) return at;
  return -1;
}

/** Where the body of the record in `bytes[start, end)` begins: behind the `)` of its stamp; -1 if not found. */
function bodyStart(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_HEAD_BYTES);
  let at = start;
  while (at < limit && bytes[at] !== OPEN) at += 1;
  while (at < limit && bytes[at] !== CLOSE) at += 1;
  return at < limit ? at + 1 : -1;
}
