/** Datagrams of one `NetlinkSocket.receive`: number `i` begins at `i * slotBytes` of {@link bytes}. */
export class DatagramSlots {
  readonly bytes: Buffer;
  readonly slotBytes: number;
  /** True length of each datagram; larger than {@link slotBytes} when it was cut off. */
  readonly lengths: Uint32Array;
  /** Port id of each sender: 0 is the kernel, anything else a process. */
  readonly senders: Uint32Array;
  /** One view per slot, made once: the hot path makes none. */
  readonly views: readonly Buffer[];

  constructor(count: number, slotBytes: number) {
    this.bytes = Buffer.alloc(count * slotBytes);
    this.slotBytes = slotBytes;
    this.lengths = new Uint32Array(count);
    this.senders = new Uint32Array(count);
    this.views = Array.from({ length: count }, (_, slot) =>
      this.bytes.subarray(slot * slotBytes, (slot + 1) * slotBytes),
    );
  }
}
