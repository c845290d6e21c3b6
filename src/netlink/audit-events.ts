import { setImmediate, setTimeout } from 'node:timers/promises';
import { DatagramSlots } from '../sys/datagram-slots.ts';
import { NetlinkSocket } from '../sys/netlink-socket.ts';
import { NETLINK_AUDIT, replyError } from './control-channel.ts';
import { decodeErrorNumber, decodeMessages, encodeRequest, HEADER_SIZE } from './message.ts';
import { isRecordType, NLMSG, REQUEST } from './message-types.ts';
import { datagramType, pushDatagram, RecordBatch, type AuditRecordBatch } from './record-batch.ts';
import { AuditRequestError, asRequestError } from './request-error.ts';
import { encodeStatusChange } from './status.ts';

/** Multicast group 1, `AUDIT_NLGRP_READLOG`, as a bit mask. */
const READLOG_GROUP_MASK = 1;
/** libaudit's limit for a record is 8970 bytes; the kernel has none of its own. */
const SLOT_SIZE_BYTES = 16 * 1024;
const BATCH_RECORDS = 64;
const REGISTER_TIMEOUT_MS = 10_000;

/** How to open an {@link AuditEvents}. */
export interface AuditEventsOptions {
  /** Receive buffer to ask for; without `CAP_NET_ADMIN` the system's limit applies. @default 8 MiB */
  readonly receiveBufferBytes?: number;
  /** Sets `NETLINK_NO_ENOBUFS`: losses are then seen in `dropped` only. @default false */
  readonly noOverrunErrors?: boolean;
  /**
   * Milliseconds to let records gather after the first of them has arrived: fewer, larger batches, less CPU time
   * per record, later by this much. Records wait in the kernel meanwhile. @default 0
   */
  readonly lingerMs?: number;
  /** Milliseconds for {@link AuditRecordBatch.receivedAtMs}. @default Date.now */
  readonly clock?: () => number;
}

/** What came in and what did not, since the socket was opened. */
export interface AuditEventCounters {
  /** Records handed out. */
  readonly received: number;
  /** How often the kernel reported that records were lost because this reader was slow (`ENOBUFS`). */
  readonly overruns: number;
  /** Records the kernel dropped because this socket's buffer was full. Needs Linux 4.12. */
  readonly dropped: number;
  /** Records longer than 16 KiB less their header: handed out, cut off. */
  readonly truncated: number;
  /** Datagrams that did not come from the kernel: thrown away. */
  readonly spoofed: number;
  /** Datagrams without a header or without text: thrown away. */
  readonly malformed: number;
}

/**
 * Audit records from the kernel.
 *
 * {@link openUnicast} takes the place of auditd: every record is sent here, waits in the kernel's backlog while
 * nobody reads, and a slow reader slows the machine (`backlog_wait_time`). {@link openMulticast} listens beside
 * whatever daemon there is: a slow reader loses records, which are counted.
 *
 * @example
 * ```ts
 * using events = AuditEvents.openMulticast();
 * for await (const batch of events.batches(signal)) {
 *   for (let i = 0; i < batch.length; i++) console.log(batch.types[i], recordText(batch, i));
 * }
 * ```
 */
export class AuditEvents implements Disposable {
  readonly #socket: NetlinkSocket;
  readonly #clock: () => number;
  readonly #lingerMs: number;
  readonly #counters = { received: 0, overruns: 0, truncated: 0, spoofed: 0, malformed: 0 };
  /** Batches that arrived while registering. */
  readonly #early: RecordBatch[] = [];
  #slots: DatagramSlots = new DatagramSlots(BATCH_RECORDS, SLOT_SIZE_BYTES);
  #batch: RecordBatch = new RecordBatch(this.#slots.bytes, BATCH_RECORDS);
  #registered = false;
  #registration: number | undefined;

  private constructor(groups: number, options: AuditEventsOptions) {
    this.#clock = options.clock ?? Date.now;
    this.#lingerMs = options.lingerMs ?? 0;
    this.#socket = NetlinkSocket.open({
      protocol: NETLINK_AUDIT,
      groups,
      receiveBufferBytes: options.receiveBufferBytes ?? 8 * 1024 * 1024,
      noOverrunErrors: options.noOverrunErrors ?? false,
    });
  }

  /**
   * Joins the group READLOG, beside a running daemon. The kernel writes an EVENT_LISTENER record about it.
   * Needs `CAP_AUDIT_READ`.
   *
   * Without a registered daemon the kernel also prints every record to its log.
   *
   * @throws AuditRequestError E_AUDIT_UNAVAILABLE, E_AUDIT_PERMISSION
   */
  static openMulticast(options: AuditEventsOptions = {}): AuditEvents {
    try {
      return new AuditEvents(READLOG_GROUP_MASK, options);
    } catch (error) {
      throw asRequestError('open audit socket', error);
    }
  }

  /**
   * Registers this process as the audit daemon, if none is alive: the kernel asks the registered one first.
   * Needs `CAP_AUDIT_CONTROL`. Closing the socket gives the place back.
   *
   * Does not switch audit on; see `AuditControl.setStatus`.
   *
   * @throws AuditRequestError E_AUDIT_DAEMON_ALIVE, E_AUDIT_UNAVAILABLE, E_AUDIT_PERMISSION
   */
  static async openUnicast(options: AuditEventsOptions = {}): Promise<AuditEvents> {
    const name = 'register as the audit daemon';
    let events: AuditEvents | undefined;
    try {
      events = new AuditEvents(0, options);
      await events.#register();
      return events;
    } catch (error) {
      events?.[Symbol.dispose]();
      throw asRequestError(name, error);
    }
  }

  /** A copy of the counters. */
  get counters(): AuditEventCounters {
    return { ...this.#counters, dropped: this.#socket.disposed ? 0 : this.#socket.drops };
  }

  /** Receive buffer the kernel granted, in its own count: twice what was asked for. */
  get receiveBufferBytes(): number {
    return this.#socket.receiveBufferBytes;
  }

  /** Port id of the socket, as `/proc/net/netlink` shows it. */
  get portId(): number {
    return this.#socket.portId;
  }

  /**
   * Batches as they arrive. Ends when `signal` fires or the socket is closed; records that the kernel holds by
   * then stay there. One loop at a time.
   *
   * @throws SocketError E_SOCKET
   */
  async *batches(signal?: AbortSignal): AsyncGenerator<AuditRecordBatch, void, undefined> {
    const stopped = (): boolean => signal?.aborted === true || this.#socket.disposed;
    for (let early = this.#early.shift(); early; early = this.#early.shift()) yield early;
    while (!stopped()) {
      const datagrams = this.#fill();
      if (this.#batch.length > 0) yield this.#batch;
      if (stopped()) return;
      if (datagrams === 0) await this.arrival(signal);
      // A flood must not keep timers and other sources from their turn.
      else if (datagrams === BATCH_RECORDS) await setImmediate();
    }
  }

  /**
   * One batch of what has arrived by now, without waiting; undefined when there is nothing. It is valid until
   * the next call. Instead of {@link batches}, not beside it: a batch of the one would overwrite the other's.
   *
   * @throws SocketError E_SOCKET
   */
  take(): AuditRecordBatch | undefined {
    const early = this.#early.shift();
    if (early || this.#socket.disposed) return early;
    for (;;) {
      const datagrams = this.#fill();
      if (this.#batch.length > 0) return this.#batch;
      if (datagrams === 0) return undefined;
    }
  }

  /** Gives the place of the daemon back if it was taken, ends a running {@link batches}, closes the socket. */
  [Symbol.dispose](): void {
    if (this.#socket.disposed) return;
    if (this.#registered) this.#unregister();
    this.#socket[Symbol.dispose]();
  }

  /** Waits until {@link take} may find something, and then `lingerMs` longer; or until the signal fires. */
  async arrival(signal?: AbortSignal): Promise<void> {
    await this.#socket.wait(-1, signal);
    if (this.#lingerMs === 0 || signal?.aborted) return;
    // Aborting rejects; that the wait is over is all that matters here.
    await setTimeout(this.#lingerMs, undefined, signal ? { signal } : {}).catch(() => {});
  }

  async #register(): Promise<void> {
    const deadlineMs = performance.now() + REGISTER_TIMEOUT_MS;
    this.#socket.send(encodeRequest(REQUEST.SET, 1, encodeStatusChange({ pid: process.pid })));
    for (;;) {
      const datagrams = this.#fill();
      if (this.#batch.length > 0) this.#keepEarly();
      if (this.#registration !== undefined) break;
      if (datagrams > 0) continue;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw replyError({ name: 'register as the audit daemon' }, 'no answer within 10 s');
      await this.#socket.wait(Math.ceil(leftMs));
    }
    if (this.#registration < 0) {
      throw new AuditRequestError('register as the audit daemon', -this.#registration);
    }
    this.#registered = true;
  }

  #unregister(): void {
    try {
      this.#socket.send(encodeRequest(REQUEST.SET, 2, encodeStatusChange({ pid: 0 })));
    } catch {
      // The kernel notices by itself that the daemon is gone, with the next record.
    }
  }

  #keepEarly(): void {
    this.#early.push(this.#batch);
    this.#slots = new DatagramSlots(BATCH_RECORDS, SLOT_SIZE_BYTES);
    this.#batch = new RecordBatch(this.#slots.bytes, BATCH_RECORDS);
  }

  /** Reads what is there into the batch; gives the number of datagrams, of which not all are records. */
  #fill(): number {
    const batch = this.#batch;
    batch.length = 0;
    const { count, overruns } = this.#socket.receive(this.#slots);
    batch.receivedAtMs = this.#clock();
    this.#counters.overruns += overruns;
    for (let slot = 0; slot < count; slot++) this.#take(slot);
    this.#counters.received += batch.length;
    return count;
  }

  #take(slot: number): void {
    const counters = this.#counters;
    const { bytes } = this.#slots;
    if (this.#slots.sender(slot) !== 0) {
      counters.spoofed++;
      return;
    }
    const start = slot * SLOT_SIZE_BYTES;
    let length = this.#slots.length(slot);
    if (length < HEADER_SIZE) {
      counters.malformed++;
      return;
    }
    if (length > SLOT_SIZE_BYTES) {
      counters.truncated++;
      length = SLOT_SIZE_BYTES;
    }
    if (!isRecordType(datagramType(bytes, start))) this.#takeReply(bytes.subarray(start, start + length));
    else if (!pushDatagram(this.#batch, start, start + length)) counters.malformed++;
  }

  /** Acks, and the kernel's question whether this daemon still lives, which receiving answers by itself. */
  #takeReply(datagram: Uint8Array): void {
    for (const { type, sequence, payload } of decodeMessages(datagram) ?? []) {
      if (type === NLMSG.ERROR && sequence === 1) this.#registration ??= decodeErrorNumber(payload);
    }
  }
}
