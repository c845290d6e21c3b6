/** What was thrown says of itself. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** `ENOSPC` and the like, of an error or of its cause; empty if it has none. */
export function errorName(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  if ('code' in thrown && /^E[A-Z\d]+$/.test(String(thrown.code))) return String(thrown.code);
  return thrown.cause === undefined ? '' : errorName(thrown.cause);
}
