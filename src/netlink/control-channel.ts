import { BpfauditError } from '../errors/audit-error.ts';
import { DatagramSlots } from '../sys/datagram-slots.ts';
import { NetlinkSocket } from '../sys/netlink-socket.ts';
import { decodeErrorNumber, decodeMessages, encodeRequest, type NetlinkMessage } from './message.ts';
import { NLMSG } from './message-types.ts';
import { AuditRequestError, asRequestError, type RequestName } from './request-error.ts';

/** `NETLINK_AUDIT` of `<linux/netlink.h>`. */
export const NETLINK_AUDIT = 9;

/** A rule with the longest strings is 1040 bytes, 64 fields and their text; 16 KiB holds any reply. */
const SLOT_SIZE_BYTES = 16 * 1024;
const SLOTS = 32;
const TIMEOUT_MS = 10_000;
/** Enough for a listing of thousands of rules, which the kernel queues at one go. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** A request, and what must have arrived before it counts as answered. */
export interface ControlRequest {
  readonly name: RequestName;
  readonly type: number;
  readonly payload?: Uint8Array;
  /** `ack`: only the ack; `reply`: one message of the request's type; `list`: such messages until DONE. */
  readonly expects: 'ack' | 'reply' | 'list';
}

/** What came back. */
export interface ControlAnswer {
  /** Number in the ack: 0, or the positive answer of a counter reset. */
  readonly acknowledged: number;
  /** Payloads of the replies, copied. */
  readonly replies: readonly Uint8Array[];
}

interface Conversation {
  readonly request: ControlRequest;
  readonly sequence: number;
  readonly replies: Uint8Array[];
  acknowledged: number | undefined;
  done: boolean;
}

/**
 * Requests and replies over one socket, one request at a time in the order they were made.
 *
 * The kernel acknowledges before it replies; a listing comes from a kernel thread after that. Messages from
 * other senders than the kernel, or with another request's number, are not looked at.
 */
export class ControlChannel implements Disposable {
  readonly #socket: NetlinkSocket;
  readonly #slots: DatagramSlots = new DatagramSlots(SLOTS, SLOT_SIZE_BYTES);
  #sequence = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws AuditRequestError E_AUDIT_UNAVAILABLE */
  constructor() {
    try {
      this.#socket = NetlinkSocket.open({
        protocol: NETLINK_AUDIT,
        receiveBufferBytes: RECEIVE_BUFFER_BYTES,
      });
    } catch (error) {
      throw asRequestError('open audit socket', error);
    }
  }

  /**
   * @throws AuditRequestError when the kernel refuses
   * @throws BpfauditError E_AUDIT_REPLY when there is no complete answer within ten seconds or it is malformed
   */
  request(request: ControlRequest, signal?: AbortSignal): Promise<ControlAnswer> {
    const answer = this.#last.then(() => this.#converse(request, signal));
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** Closes the socket; a request under way fails. */
  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  async #converse(request: ControlRequest, signal?: AbortSignal): Promise<ControlAnswer> {
    signal?.throwIfAborted();
    this.#sequence = (this.#sequence + 1) >>> 0 || 1;
    const conversation: Conversation = {
      request,
      sequence: this.#sequence,
      replies: [],
      acknowledged: undefined,
      done: request.expects === 'ack',
    };
    try {
      this.#socket.send(encodeRequest(request.type, this.#sequence, request.payload ?? new Uint8Array()));
      await this.#listen(conversation, signal);
    } catch (error) {
      throw asRequestError(request.name, error);
    }
    return { acknowledged: conversation.acknowledged ?? 0, replies: conversation.replies };
  }

  async #listen(conversation: Conversation, signal?: AbortSignal): Promise<void> {
    const deadlineMs = performance.now() + TIMEOUT_MS;
    for (;;) {
      if (this.#socket.disposed) throw replyError(conversation.request, 'the socket was closed');
      const { count, overruns } = this.#socket.receive(this.#slots);
      if (overruns > 0) throw replyError(conversation.request, 'the receive buffer was too small');
      for (let slot = 0; slot < count; slot++) this.#take(slot, conversation);
      if (conversation.acknowledged !== undefined && conversation.done) return;
      if (count > 0) continue;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw replyError(conversation.request, 'no answer within 10 s');
      await this.#socket.wait(Math.ceil(leftMs), signal);
      signal?.throwIfAborted();
    }
  }

  #take(slot: number, conversation: Conversation): void {
    const slots = this.#slots;
    if (slots.sender(slot) !== 0) return;
    const length = slots.length(slot);
    const start = slot * slots.slotBytes;
    const messages =
      length <= slots.slotBytes ? decodeMessages(slots.bytes.subarray(start, start + length)) : undefined;
    if (!messages) throw replyError(conversation.request, 'the answer is malformed');
    for (const message of messages) {
      if (message.sequence === conversation.sequence) follow(message, conversation);
    }
  }
}

function follow(message: NetlinkMessage, conversation: Conversation): void {
  const { request } = conversation;
  if (message.type === NLMSG.ERROR) {
    const number = decodeErrorNumber(message.payload);
    if (number === undefined) throw replyError(request, 'the ack is malformed');
    if (number < 0) throw new AuditRequestError(request.name, -number);
    conversation.acknowledged = number;
  } else if (message.type === NLMSG.DONE) {
    conversation.done = true;
  } else if (message.type === request.type) {
    conversation.replies.push(Uint8Array.from(message.payload));
    if (request.expects === 'reply') conversation.done = true;
  }
}

/** An answer that can't be used. */
export function replyError(request: { readonly name: RequestName }, reason: string): BpfauditError {
  return new BpfauditError(`${request.name}: ${reason}`, {
    code: 'E_AUDIT_REPLY',
    hint: 'try again; if it stays so, report it with the kernel version',
  });
}
