/** Whether the code is a hexadecimal digit, of either case. */
export function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

/** Whether the text holds nothing but hexadecimal digits; true for the empty text, as in ausearch. */
export function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (!isHexDigit(text.charCodeAt(i))) return false;
  return true;
}

/**
 * Decodes the hexadecimal digits at the start of a value, up to the first other character.
 *
 * Text is a latin-1 string throughout: one character stands for one byte. A lone last digit is the high
 * half of a byte, as in ausearch. `(null)` and other words in brackets stand for themselves.
 *
 * @returns undefined if there are fewer than two digits: the value is then no encoded text.
 */
export function decodeHex(text: string, start = 0): string | undefined {
  if (text.charCodeAt(start) === 0x28) {
    const close = text.indexOf(')', start);
    return close < 0 ? undefined : text.slice(start, close + 1);
  }
  let end = start;
  while (end < text.length && isHexDigit(text.charCodeAt(end))) end += 1;
  if (end - start < 2) return undefined;
  const digits = text.slice(start, end);
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex').toString('latin1');
}

/** Cuts a text at its first NUL, where C takes it to end. */
export function untilNul(text: string): string {
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}

/**
 * The plain text of a value that the kernel wrote as untrusted: `"quoted"`, or all in hexadecimal.
 *
 * A leading `00` (an abstract socket name) is skipped. What is neither quoted nor encoded stands for itself.
 */
export function decodeUntrusted(value: string): string {
  if (value.charCodeAt(0) === 0x22) {
    const close = value.indexOf('"', 1);
    return close < 0 ? ' ' : value.slice(1, close);
  }
  const decoded = decodeHex(value, value.startsWith('00') ? 2 : 0);
  return decoded === undefined ? value : untilNul(decoded);
}
