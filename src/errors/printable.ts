/** Control and format characters (those that turn the writing direction among them), line separators, lone surrogates. */
export const UNPRINTABLE: RegExp = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Text that came from elsewhere, fit for one line of a terminal: it can neither begin a line of its own nor send an
 * escape sequence. What is not fit becomes `\xNN` or `\uNNNN`.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
