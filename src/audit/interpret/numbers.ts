/**
 * The low 32 bits of a number as strtoul(3) reads it: leading digits of the base, anything after them is
 * ignored. Undefined if it does not fit 64 bits, which ausearch calls a conversion error.
 */
export function low32(text: string, base: 8 | 10 | 16): number | undefined {
  const digits = leadingDigits(text, base);
  const negative = text.charCodeAt(0) === 0x2d;
  let value = 0;
  if (base === 16 && digits.length > 8 && digits.length <= 16) {
    value = parseInt(digits.slice(-8), 16);
  } else if (base === 10 && digits.length <= 15) {
    value = digits === '' ? 0 : Number(digits) % 0x100000000;
  } else if (digits.length > 8) {
    const whole = BigInt(base === 16 ? `0x${digits}` : base === 8 ? `0o${digits}` : digits);
    if (whole > 0xffffffffffffffffn) return undefined;
    value = Number(whole & 0xffffffffn);
  } else if (digits.length > 0) {
    value = parseInt(digits, base);
  }
  return (negative ? -value : value) >>> 0;
}

/** The same as a signed 32-bit number. */
export function lowInt32(text: string, base: 8 | 10 | 16): number | undefined {
  const value = low32(text, base);
  return value === undefined ? undefined : value | 0;
}

/** A whole number as strtoull(3) reads hexadecimal; saturates at 64 bits. */
export function hexToBigInt(text: string): bigint {
  const digits = leadingDigits(text, 16);
  if (digits === '') return 0n;
  const value = BigInt(`0x${digits}`);
  return value > 0xffffffffffffffffn ? 0xffffffffffffffffn : value;
}

function leadingDigits(text: string, base: number): string {
  let start = 0;
  const sign = text.charCodeAt(0);
  if (sign === 0x2d || sign === 0x2b) start = 1;
  if (base === 16 && text.charCodeAt(start) === 0x30 && (text.charCodeAt(start + 1) | 0x20) === 0x78)
    start += 2;
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end), base)) end += 1;
  return text.slice(start, end);
}

function isDigit(code: number, base: number): boolean {
  if (code >= 0x30 && code <= 0x39) return code - 0x30 < base;
  const letter = code | 0x20;
  return base === 16 && letter >= 0x61 && letter <= 0x66;
}
