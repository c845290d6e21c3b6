import { door } from './door.ts';
import { readUint32, writeUint32, writeUint64 } from './host-order.ts';

/** `struct mmsghdr` of a 64-bit Linux: a `struct msghdr` of 56 bytes, then the length. */
const HEADER_BYTES = 64;
const NAME_LENGTH_OFFSET = 8;
const VECTOR_OFFSET = 16;
const VECTOR_COUNT_OFFSET = 24;
const LENGTH_OFFSET = 56;
const VECTOR_BYTES = 16;
/** Room for a `struct sockaddr_nl`, which has 12 bytes; the port id is its second word. */
const NAME_BYTES = 16;
const NAME_LENGTH = 12;
const PORT_ID_OFFSET = 4;

/**
 * Room for the datagrams of one `recvmmsg`: number `i` begins at `i * slotBytes` of {@link bytes}.
 *
 * The headers that the kernel reads and writes lie behind the slots in the same memory and are written once, so
 * taking in a batch makes no garbage.
 */
export class DatagramSlots {
  /** The slots, one after the other, and behind them the headers. */
  readonly bytes: Buffer;
  readonly count: number;
  readonly slotBytes: number;
  /** The array of `struct mmsghdr`. */
  readonly headers: Buffer;
  readonly #headersStart: number;
  readonly #namesStart: number;

  constructor(count: number, slotBytes: number) {
    this.count = count;
    this.slotBytes = slotBytes;
    this.#headersStart = count * slotBytes;
    const vectorsStart = this.#headersStart + count * HEADER_BYTES;
    this.#namesStart = vectorsStart + count * VECTOR_BYTES;
    this.bytes = Buffer.alloc(this.#namesStart + count * NAME_BYTES);
    this.headers = this.bytes.subarray(this.#headersStart);
    const address = addressOf(this.bytes);
    for (let slot = 0; slot < count; slot++) {
      const header = this.#headersStart + slot * HEADER_BYTES;
      const vector = vectorsStart + slot * VECTOR_BYTES;
      writeUint64(this.bytes, header, address + BigInt(this.#namesStart + slot * NAME_BYTES));
      writeUint32(this.bytes, header + NAME_LENGTH_OFFSET, NAME_LENGTH);
      writeUint64(this.bytes, header + VECTOR_OFFSET, address + BigInt(vector));
      writeUint64(this.bytes, header + VECTOR_COUNT_OFFSET, 1n);
      writeUint64(this.bytes, vector, address + BigInt(slot * slotBytes));
      writeUint64(this.bytes, vector + 8, BigInt(slotBytes));
    }
  }

  /** True length of a datagram; larger than {@link slotBytes} when it was cut off. */
  length(slot: number): number {
    return readUint32(this.bytes, this.#headersStart + slot * HEADER_BYTES + LENGTH_OFFSET);
  }

  /** Port id of the sender: 0 is the kernel, anything else a process. */
  sender(slot: number): number {
    return readUint32(this.bytes, this.#namesStart + slot * NAME_BYTES + PORT_ID_OFFSET);
  }
}

/** Where a buffer lies in memory: what memmove(3) gives back when it moves nothing. */
function addressOf(buffer: Buffer): bigint {
  const address = door().call('c', 'uint64_t memmove(void *to, const void *from, size_t size)', [
    buffer,
    buffer,
    0,
  ]);
  return typeof address === 'bigint' ? address : BigInt(Number(address));
}
