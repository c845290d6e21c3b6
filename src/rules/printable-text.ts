import { UNPRINTABLE } from '../errors/printable.ts';
import { textToBytes } from './text-bytes.ts';

/**
 * Text that came from elsewhere, such as a path out of the kernel, fit for one line of a terminal: control
 * characters, characters that turn the writing direction, and bytes that are not UTF-8 become `\ooo`, their
 * bytes in octal, as ausearch prints them.
 */
export function printableText(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    Array.from(textToBytes(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  );
}
