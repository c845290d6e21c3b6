const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Text for bytes that need not be UTF-8, such as a path out of the kernel.
 *
 * Valid UTF-8 becomes the text it is. Otherwise each byte from 0x80 on becomes the lone surrogate
 * U+DC00 + byte, which no valid UTF-8 can produce, so {@link textToBytes} gives back the same bytes.
 */
export function bytesToText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
  }
}

/** The bytes of a text made by {@link bytesToText}, or of any other text as UTF-8. */
export function textToBytes(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}
