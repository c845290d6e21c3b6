import { BpfauditError } from '../errors/audit-error.ts';
import { readUint32 } from '../sys/host-order.ts';
import { RecordBatch, type AuditRecordBatch } from './record-batch.ts';
import { beginsRecord, pushLine, TypeNames, UNNAMED_TYPE, type TypeNumber } from './record-line.ts';
import { StreamBuffer } from './stream-buffer.ts';

const BATCH_RECORDS = 1024;
const BUFFER_SIZE_BYTES = 256 * 1024;
/** Far above any record (8970 bytes in libaudit, enriched at most a few times that). */
const LONGEST_LINE_BYTES = 128 * 1024;
const NEWLINE = 0x0a;
/** `struct audit_dispatcher_header`: ver, hlen, type, size, each u32. */
const HEADER_SIZE = 16;
/** `MAX_AUDIT_MESSAGE_LENGTH`. */
const LONGEST_MESSAGE_BYTES = 8970;
/** The payload is as the kernel sent it. */
const VERSION_PLAIN = 0;
/** The payload is a formatted line: enriched, with a node name, or from another machine. */
const VERSION_FORMATTED = 1;

/** How auditd writes to a plugin, see {@link PluginDecoder}. */
export interface PluginDecoderOptions {
  /** `format` of the plugin's file in plugins.d. */
  readonly format: 'string' | 'binary';
  /** Looks up a type name. */
  readonly typeNumber: TypeNumber;
}

/** What a {@link PluginDecoder} met. */
export interface PluginCounters {
  /** Records handed out. */
  readonly received: number;
  /** Lines and payloads that are no audit record: thrown away. */
  readonly malformed: number;
  /** Records among {@link received} whose type name is not known: their type is 0. */
  readonly unnamed: number;
}

/**
 * Decodes what auditd writes to the standard input of a plugin, chunk by chunk.
 *
 * In the binary form auditd (3.0.9, 4.x) writes 8970 bytes after each header, whatever its `size` says, with
 * leftovers of earlier records after the end; a sender that keeps to `size` is understood too. Which of the two
 * it is shows after the first record: audit text can't hold the NULs of a header.
 */
export class PluginDecoder {
  readonly #format: 'string' | 'binary';
  readonly #types: TypeNames;
  readonly #stream: StreamBuffer = new StreamBuffer(BUFFER_SIZE_BYTES);
  readonly #batch: RecordBatch = new RecordBatch(Buffer.alloc(0), BATCH_RECORDS);
  readonly #counters = { received: 0, malformed: 0, unnamed: 0 };
  /** The rest of a line that was too long is thrown away until it ends. */
  #discarding = false;
  /** Bytes that follow each payload up to 8970; undefined until the second record shows it. */
  #padded: boolean | undefined;
  /** Padding that belongs to the last payload and has not been skipped. */
  #paddingBytes = 0;

  constructor(options: PluginDecoderOptions) {
    this.#format = options.format;
    this.#types = new TypeNames(options.typeNumber);
  }

  /** A copy of the counters. */
  get counters(): PluginCounters {
    return { ...this.#counters };
  }

  /**
   * The records that a chunk completes; usually one batch, none while a record is incomplete.
   *
   * @throws BpfauditError E_PLUGIN_STREAM when a binary header makes no sense: nothing after it can be trusted
   */
  *decode(chunk: Uint8Array, receivedAtMs: number): Generator<AuditRecordBatch, void, undefined> {
    this.#stream.append(chunk);
    const batch = this.#batch;
    do {
      batch.length = 0;
      batch.bytes = this.#stream.bytes;
      batch.receivedAtMs = receivedAtMs;
      if (this.#format === 'string') this.#fillFromLines();
      else this.#fillFromFrames();
      this.#counters.received += batch.length;
      if (batch.length > 0) yield batch;
    } while (batch.full);
  }

  /** At the end of the stream: counts a record that was cut off. */
  finish(): void {
    const left = this.#stream.tail - this.#stream.head;
    if (left > 0 && this.#paddingBytes === 0 && !this.#discarding) this.#counters.malformed++;
    this.#stream.head = this.#stream.tail;
  }

  #fillFromLines(): void {
    const stream = this.#stream;
    while (!this.#batch.full) {
      const end = stream.find(NEWLINE, stream.head, stream.tail);
      if (end === -1) break;
      const start = stream.head;
      stream.head = end + 1;
      if (this.#discarding) this.#discarding = false;
      else if (end > start) this.#takeLine(start, end, this.#types);
    }
    if (!this.#batch.full && stream.tail - stream.head > LONGEST_LINE_BYTES) {
      if (!this.#discarding) this.#counters.malformed++;
      this.#discarding = true;
      stream.head = stream.tail;
    }
  }

  #takeLine(start: number, end: number, type: TypeNames | number): void {
    const batch = this.#batch;
    if (!pushLine(batch, this.#stream, start, end, type)) this.#counters.malformed++;
    else if (batch.types[batch.length - 1] === UNNAMED_TYPE) this.#counters.unnamed++;
  }

  #fillFromFrames(): void {
    const stream = this.#stream;
    while (!this.#batch.full && this.#skipPadding()) {
      const start = stream.head + HEADER_SIZE;
      if (start > stream.tail) return;
      if (!this.#isHeader(stream.head)) {
        throw new BpfauditError('read from auditd: this is not the binary plugin format', {
          code: 'E_PLUGIN_STREAM',
          hint: 'make "format" in the plugins.d file and the --format of bpfaudit agree',
        });
      }
      const end = start + readUint32(stream.bytes, stream.head + 12);
      if (end > stream.tail) return;
      this.#takeFrame(start, end);
      stream.head = end;
      this.#paddingBytes = this.#padded === false ? 0 : LONGEST_MESSAGE_BYTES - (end - start);
    }
  }

  #takeFrame(start: number, end: number): void {
    const stream = this.#stream;
    const version = readUint32(stream.bytes, stream.head);
    const type = readUint32(stream.bytes, stream.head + 8);
    let textEnd = end;
    while (textEnd > start && isPadding(stream.bytes[textEnd - 1])) textEnd--;
    if (version === VERSION_FORMATTED) this.#takeLine(start, textEnd, type);
    else if (beginsRecord(stream, start, textEnd)) this.#batch.push(type, start, textEnd);
    else this.#counters.malformed++;
  }

  /** Moves on to the next header. False while the bytes that decide where it is have not arrived. */
  #skipPadding(): boolean {
    if (this.#paddingBytes === 0) return true;
    const stream = this.#stream;
    if (this.#padded === undefined) {
      if (stream.tail - stream.head < HEADER_SIZE) return false;
      this.#padded = !this.#isHeader(stream.head);
      if (!this.#padded) this.#paddingBytes = 0;
    }
    const skipped = Math.min(this.#paddingBytes, stream.tail - stream.head);
    stream.head += skipped;
    this.#paddingBytes -= skipped;
    return this.#paddingBytes === 0;
  }

  #isHeader(offset: number): boolean {
    const { bytes } = this.#stream;
    const version = readUint32(bytes, offset);
    const type = readUint32(bytes, offset + 8);
    return (
      (version === VERSION_PLAIN || version === VERSION_FORMATTED) &&
      readUint32(bytes, offset + 4) === HEADER_SIZE &&
      type > 0 &&
      type <= 0xffff &&
      readUint32(bytes, offset + 12) <= LONGEST_MESSAGE_BYTES
    );
  }
}

function isPadding(byte: number | undefined): boolean {
  return byte === 0 || byte === NEWLINE;
}
