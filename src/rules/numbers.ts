/** The largest value a kernel rule holds. */
export const UINT32_MAX = 0xffffffff;

/**
 * Reads a number as strtoul(3) does with base 0: decimal, `0x` hexadecimal, or octal with a leading `0`.
 *
 * Unlike strtoul it takes the whole word or nothing, so `12abc` is no number.
 *
 * @returns undefined if the text is no such number, or one above 2^53
 */
export function parseUnsigned(text: string): number | undefined {
  let value: number | undefined;
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) value = Number.parseInt(text.slice(2), 16);
  else if (/^0[0-7]*$/.test(text)) value = Number.parseInt(text, 8);
  else if (/^[1-9][0-9]*$/.test(text)) value = Number(text);
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/** The same with an optional minus sign. */
export function parseSigned(text: string): number | undefined {
  if (!text.startsWith('-')) return parseUnsigned(text);
  const value = parseUnsigned(text.slice(1));
  return value === undefined ? undefined : 0 - value;
}

/** A number in the 32 bits of a kernel rule: -1 is 0xffffffff. Undefined if it does not fit. */
export function toWord(value: number | undefined): number | undefined {
  if (value === undefined || value > UINT32_MAX || value < -0x80000000) return undefined;
  return value >>> 0;
}
