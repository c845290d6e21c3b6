/**
 * A time to the second and its milliseconds, as audit writes them: `1795156860.440`.
 *
 * @param seconds - since 1970, or a date and a time of day
 * @param milliseconds - 0 to 999
 */
export function withMilliseconds(seconds: number | string, milliseconds: number): string {
  return `${seconds}.${String(milliseconds).padStart(3, '0')}`;
}
