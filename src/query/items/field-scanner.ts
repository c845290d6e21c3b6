import { decodeHex, untilNul } from '../../audit/interpret/hex.ts';
import { lowInt32 } from '../../audit/interpret/numbers.ts';

/**
 * Looks for one field after another in the text of a record, from left to right.
 *
 * The order matters, as it does for ausearch: each search begins where the last one ended, so fields in an
 * unusual order are not found, and a record that lacks what it must have spoils its event.
 */
export class FieldScanner {
  readonly text: string;
  /** Where the next search begins. */
  pos = 0;
  /** Why the record cannot be used, or undefined. */
  malformed: string | undefined = undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Notes why the record cannot be used. */
  fail(reason: string): undefined {
    this.malformed ??= reason;
    return undefined;
  }

  /** Where the value after `pattern` begins, or -1. */
  find(pattern: string, from: number = this.pos): number {
    const at = this.text.indexOf(pattern, from);
    return at < 0 ? -1 : at + pattern.length;
  }

  /** The value after `pattern` up to the next blank, which must come; undefined if the field is not there. */
  word(pattern: string): string | undefined {
    const start = this.find(pattern);
    return start < 0 ? undefined : this.wordAt(start, pattern);
  }

  /** The value that begins at `start`, up to the next blank, which must come. */
  wordAt(start: number, pattern: string): string | undefined {
    const end = this.text.indexOf(' ', start);
    if (end < 0) return this.fail(`nothing after ${pattern.trim()}`);
    this.pos = end;
    return this.text.slice(start, end);
  }

  /** The value after `pattern` up to the next blank or the end. */
  lastWord(pattern: string): string | undefined {
    const start = this.find(pattern);
    if (start < 0) return undefined;
    const end = this.text.indexOf(' ', start);
    this.pos = end < 0 ? start : end;
    return this.text.slice(start, end < 0 ? undefined : end);
  }

  /** Like {@link word}, as a signed 32-bit number. */
  number(pattern: string, need: 'must' | 'may' = 'may'): number | undefined {
    const value = this.word(pattern);
    if (value === undefined) return need === 'must' ? this.fail(`no ${pattern.trim()}`) : undefined;
    return this.toNumber(value, pattern);
  }

  /** Like {@link lastWord}, as a signed 32-bit number. */
  lastNumber(pattern: string): number | undefined {
    const value = this.lastWord(pattern);
    return value === undefined ? undefined : this.toNumber(value, pattern);
  }

  toNumber(value: string, pattern: string): number | undefined {
    return lowInt32(value, 10) ?? this.fail(`${pattern.trim()} is out of range`);
  }

  /** An untrusted string that begins at `start`: quoted, or in hexadecimal. Undefined if it is neither. */
  untrustedAt(start: number, pattern: string): string | undefined {
    if (this.text.charCodeAt(start) !== 0x22) return unescapeWord(this.text, start);
    const close = this.text.indexOf('"', start + 1);
    if (close < 0) return this.fail(`no closing quote after ${pattern.trim()}`);
    this.pos = close;
    return this.text.slice(start + 1, close);
  }
}

/** Decodes hexadecimal digits at `start`, or a word in brackets such as `(null)`; undefined if it is neither. */
export function unescapeWord(text: string, start: number): string | undefined {
  const decoded = decodeHex(text, start);
  return decoded === undefined ? undefined : untilNul(decoded);
}
