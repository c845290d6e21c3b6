import { ABI_VERSION, CHUNK, CONTEXT, EVENT_AT, FIELD_AT, FORM, OBJECT_AT, SIZE } from '../../src/abi/abi.ts';
import type { Decision } from '../../src/events/join/joined-event.ts';

/** A field of an event that is to be made. */
export interface EventField {
  readonly type: number;
  readonly value?: number;
  readonly payload: Uint8Array;
}

/** Numbers of `struct bpf_audit_event` that differ from zero; `args` and `comm` apart. */
export type EventNumbers = Partial<Record<Exclude<keyof typeof EVENT_AT, 'args' | 'comm' | 'tty'>, number>>;

const WIDE: ReadonlySet<string> = new Set([
  'promise',
  'event',
  'seq',
  'lost',
  'boot_ns',
  'ctime_sec',
  'cgroup',
]);

/** Makes the bytes of an event as a policy puts them into the ring. */
export function ringEvent(options: {
  readonly numbers?: EventNumbers;
  readonly args?: readonly bigint[];
  readonly comm?: string | Uint8Array;
  readonly tty?: string;
  readonly fields?: readonly EventField[];
}): Uint8Array {
  const fields = options.fields ?? [];
  const room = fields.map(({ payload }) => SIZE.field + ((payload.length + 7) & ~7));
  const size = room.reduce<number>((sum, bytes) => sum + bytes, SIZE.event);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint16(EVENT_AT.abi, ABI_VERSION, true);
  bytes[EVENT_AT.kind] = CHUNK.EVENT;
  view.setUint32(EVENT_AT.len, size, true);
  const offsets = new Map<string, number>(Object.entries(EVENT_AT));
  for (const [name, value] of Object.entries(options.numbers ?? {})) {
    const at = offsets.get(name)!;
    if (WIDE.has(name)) view.setBigUint64(at, BigInt(value), true);
    else view.setUint32(at, value >>> 0, true);
  }
  options.args?.forEach((value, i) =>
    view.setBigUint64(EVENT_AT.args + 8 * i, BigInt.asUintN(64, value), true),
  );
  bytes.set(Buffer.from(options.comm ?? 'cat').subarray(0, 16), EVENT_AT.comm);
  bytes.set(Buffer.from(options.tty ?? '').subarray(0, 32), EVENT_AT.tty);
  let at: number = SIZE.event;
  for (const [order, { type, value, payload }] of fields.entries()) {
    view.setUint8(at + FIELD_AT.type, type);
    view.setUint8(at + FIELD_AT.order, order);
    view.setUint16(at + FIELD_AT.value, value ?? 0, true);
    view.setUint32(at + FIELD_AT.len, payload.length, true);
    bytes.set(payload, at + SIZE.field);
    at += SIZE.field + ((payload.length + 7) & ~7);
  }
  return bytes;
}

/** The payload of a path: its names from the leaf to the root. */
export function pathPayload(path: string): Uint8Array {
  const names = path.split('/').filter((name) => name !== '');
  const text = Buffer.from(
    names
      .toReversed()
      .map((name) => `${name}\0`)
      .join(''),
  );
  const payload = new Uint8Array(SIZE.object + text.length);
  new DataView(payload.buffer).setUint16(OBJECT_AT.form, FORM.COMPONENTS, true);
  payload.set(text, SIZE.object);
  return payload;
}

/** What a {@link decision} is to say besides what does not matter. */
export interface DecisionOptions {
  /** Promise of the first event of its system call. @default 1 */
  readonly event?: number;
  /** Bits of the context. @default present, of a system call */
  readonly context?: number;
  readonly progId?: number;
  readonly serial?: number;
  readonly fields?: readonly EventField[];
}

/** A decision of a policy, as the joiner gets it. */
export function decision(options: DecisionOptions = {}): Decision {
  const {
    event = 1,
    context = CONTEXT.PRESENT | CONTEXT.SYSCALL,
    progId = 5,
    serial = 0,
    fields = [],
  } = options;
  const bytes = ringEvent({ numbers: { promise: event, event, context, serial, prog_id: progId }, fields });
  return { bytes, view: new DataView(bytes.buffer), at: 0, more: [], progId };
}
