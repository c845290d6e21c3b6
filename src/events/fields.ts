import { EVENT_AT, FIELD_AT, SIZE } from '../abi/abi.ts';

/** A field of an event: where its payload lies. */
export interface FieldRef {
  /** `enum bpf_audit_field_type` */
  readonly type: number;
  /** Which call of the policy it was, from 0. */
  readonly order: number;
  /** Small payload of some types. */
  readonly value: number;
  /** The bytes the payload lies in. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Offset of the payload in {@link bytes}. */
  readonly at: number;
  /** Length of the payload in bytes. */
  readonly length: number;
}

/** Reads the field head at `at`; nothing if it or its payload would reach behind `end`. */
export function readField(bytes: Uint8Array, view: DataView, at: number, end: number): FieldRef | undefined {
  if (at + SIZE.field > end) return undefined;
  const length = view.getUint32(at + FIELD_AT.len, true);
  if (length > end - at - SIZE.field) return undefined;
  return {
    type: view.getUint8(at + FIELD_AT.type),
    order: view.getUint8(at + FIELD_AT.order),
    value: view.getUint16(at + FIELD_AT.value, true),
    bytes,
    view,
    at: at + SIZE.field,
    length,
  };
}

/** The fields inside of the event chunk at `at`, in the order of the calls. */
export function fieldsOf(bytes: Uint8Array, view: DataView, at: number): FieldRef[] {
  const end = at + view.getUint32(at + EVENT_AT.len, true);
  const fields: FieldRef[] = [];
  let next = at + SIZE.event;
  for (;;) {
    const field = readField(bytes, view, next, end);
    if (!field) return fields;
    fields.push(field);
    next = field.at + ((field.length + 7) & ~7);
  }
}
