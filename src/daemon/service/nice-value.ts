/**
 * The nice value of a process that goes before others by `boost`, as `priority_boost` says.
 *
 * @returns never -0, which Node takes for no whole number and aborts on
 */
export function niceValue(boost: number): number {
  return 0 - boost;
}
