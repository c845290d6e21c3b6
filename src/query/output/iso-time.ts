/**
 * A stamp as RFC 3339 in UTC, `2026-11-20T14:30:00.123Z`.
 *
 * @returns undefined for a time that no calendar has: a mangled line may say anything
 */
export function isoTime(sec: number, milli: number): string | undefined {
  const date = new Date(sec * 1000 + milli);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
