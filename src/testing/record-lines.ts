const NEWLINE = 10;

/**
 * Cuts a stream of bytes into lines. A line is handed out when its newline has come, or at {@link end}.
 */
export class RecordLines {
  readonly #onLine: (line: string) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next bytes, which may end anywhere. */
  bytes(chunk: Uint8Array): void {
    const all = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = all.indexOf(NEWLINE); end >= 0; end = all.indexOf(NEWLINE, start)) {
      this.text(all.toString('utf8', start, end));
      start = end + 1;
    }
    this.#rest = Buffer.from(all.subarray(start));
  }

  /** Takes whole lines. */
  text(lines: string): void {
    for (const line of lines.split('\n')) if (line !== '') this.#onLine(line);
  }

  /** Nothing more will come: what has no newline is a line too. */
  end(): void {
    const rest = this.#rest.toString('utf8');
    this.#rest = Buffer.alloc(0);
    this.text(rest);
  }
}
