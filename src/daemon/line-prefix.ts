import { ascii, ByteWriter } from '../audit/write/byte-writer.ts';

const NEWLINE = 10;

/** Puts the same text in front of every line: `node=web1 `, as auditd does with `name_format`. */
export class LinePrefix {
  readonly #prefix: Uint8Array;
  readonly #out = new ByteWriter(4096);

  /** @param prefix - ASCII */
  constructor(prefix: string) {
    this.#prefix = ascii(prefix);
  }

  /** Whole lines with the text in front of each; valid until the next call. */
  before(lines: Uint8Array): Uint8Array {
    const out = this.#out;
    out.reset();
    for (let from = 0; from < lines.length;) {
      const end = lines.indexOf(NEWLINE, from) + 1 || lines.length;
      out.bytes(this.#prefix);
      out.bytes(lines.subarray(from, end));
      from = end;
    }
    return out.view;
  }
}
