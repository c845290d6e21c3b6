import { CONTEXT, EVENT_AT, FIELD, FORM, NET_AT, OBJECT, OBJECT_AT, SIZE } from '../abi/abi.ts';
import { isZero } from '../audit/write/address.ts';
import { stringEnd } from '../audit/write/untrusted.ts';
import { fieldsOf, type FieldRef } from '../events/fields.ts';
import { objectString } from '../events/object-text.ts';
import type { BpfEventView } from '../rules/bpf/event-view.ts';
import { bytesToText } from '../rules/text-bytes.ts';

/** Which program wrote an event, and under which policy. */
export interface EventOrigin {
  readonly policy: string | undefined;
  readonly prog: string | undefined;
  readonly hook: string | undefined;
  /** 0 when the program is not known. */
  readonly progId: number;
}

const OBJECT_TYPES: readonly number[] = [FIELD.PATH, FIELD.FILE, FIELD.IOCTL_OP, FIELD.DENTRY, FIELD.INODE];
const PATH_TYPES: readonly number[] = [FIELD.PATH, FIELD.FILE, FIELD.IOCTL_OP];
const AF_INET = 2;
const AF_INET6 = 10;

/**
 * An event of the ring as rules see it. One view is pointed at event after event; nothing is decoded, and no
 * garbage made, but for the fields that a rule asks for.
 *
 * A zero address or port was not said, as in the record's text; so is the path of an object that has none.
 */
export class EventRuleView implements BpfEventView {
  readonly #cgroupPath: (id: bigint) => string | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #more: readonly FieldRef[] = [];
  #origin: EventOrigin | undefined;
  #fields: readonly FieldRef[] | undefined;

  /** @param cgroupPath - the path of a cgroup below the cgroup root, by its id; asked when a rule names one */
  constructor(cgroupPath: (id: bigint) => string | undefined) {
    this.#cgroupPath = cgroupPath;
  }

  /**
   * Points the view at the event chunk at `bytes[at]`. It is valid as long as those bytes are.
   *
   * @param more - fields that came in chunks of their own
   */
  point(bytes: Uint8Array, view: DataView, at: number, more: readonly FieldRef[], origin: EventOrigin): this {
    this.#bytes = bytes;
    this.#view = view;
    this.#at = at;
    this.#more = more;
    this.#origin = origin;
    this.#fields = undefined;
    return this;
  }

  get policy(): string | undefined {
    return this.#origin?.policy;
  }
  get prog(): string | undefined {
    return this.#origin?.prog;
  }
  get progId(): number | undefined {
    return this.#origin?.progId || undefined;
  }
  get hook(): string | undefined {
    return this.#origin?.hook;
  }
  get pid(): number {
    return this.#u32(EVENT_AT.tgid);
  }
  get ppid(): number {
    return this.#u32(EVENT_AT.ppid);
  }
  get uid(): number {
    return this.#u32(EVENT_AT.uid);
  }
  get euid(): number {
    return this.#u32(EVENT_AT.euid);
  }
  get suid(): number {
    return this.#u32(EVENT_AT.suid);
  }
  get fsuid(): number {
    return this.#u32(EVENT_AT.fsuid);
  }
  get gid(): number {
    return this.#u32(EVENT_AT.gid);
  }
  get egid(): number {
    return this.#u32(EVENT_AT.egid);
  }
  get sgid(): number {
    return this.#u32(EVENT_AT.sgid);
  }
  get fsgid(): number {
    return this.#u32(EVENT_AT.fsgid);
  }
  get auid(): number {
    return this.#u32(EVENT_AT.auid);
  }
  get ses(): number {
    return this.#u32(EVENT_AT.ses);
  }
  get comm(): string {
    const from = this.#at + EVENT_AT.comm;
    return bytesToText(this.#bytes.subarray(from, stringEnd(this.#bytes, from, from + 16)));
  }
  get verdict(): number | undefined {
    const isKnown = (this.#u32(EVENT_AT.context) & CONTEXT.VERDICT) !== 0;
    return isKnown ? this.#view.getInt32(this.#at + EVENT_AT.verdict, true) : undefined;
  }
  get exeInode(): bigint | undefined {
    return this.#view.getBigUint64(this.#at + EVENT_AT.exe_ino, true) || undefined;
  }
  get exeDevice(): number | undefined {
    return this.exeInode === undefined ? undefined : this.#u32(EVENT_AT.exe_dev);
  }
  get exe(): string | undefined {
    return objectText(this.#field(FIELD.EXE));
  }
  get cgroupId(): bigint {
    return this.#view.getBigUint64(this.#at + EVENT_AT.cgroup, true);
  }
  get cgroup(): string | undefined {
    return this.#cgroupPath(this.cgroupId);
  }
  get cause(): string | undefined {
    const field = this.#field(FIELD.CAUSE);
    return (
      field &&
      bytesToText(field.bytes.subarray(field.at, stringEnd(field.bytes, field.at, field.at + field.length)))
    );
  }
  get capability(): number | undefined {
    const field = this.#field(FIELD.CAP);
    return field && field.length >= 4 ? field.view.getInt32(field.at, true) : undefined;
  }
  get path(): string | undefined {
    return objectText(this.#anyField(PATH_TYPES));
  }
  get inode(): bigint | undefined {
    const field = this.#fileField();
    return field?.view.getBigUint64(field.at + OBJECT_AT.ino, true);
  }
  get devmajor(): number | undefined {
    const device = this.#device();
    return device === undefined ? undefined : device >>> 20;
  }
  get devminor(): number | undefined {
    const device = this.#device();
    return device === undefined ? undefined : device & 0xfffff;
  }
  get saddrFam(): number | undefined {
    return this.#family(NET_AT.family) ?? this.#family(NET_AT.sk_family);
  }
  get saddr(): Uint8Array | undefined {
    return this.#address(NET_AT.family, NET_AT.saddr);
  }
  get daddr(): Uint8Array | undefined {
    return this.#address(NET_AT.family, NET_AT.daddr);
  }
  get laddr(): Uint8Array | undefined {
    return this.#address(NET_AT.sk_family, NET_AT.laddr);
  }
  get faddr(): Uint8Array | undefined {
    return this.#address(NET_AT.sk_family, NET_AT.faddr);
  }
  get sport(): number | undefined {
    return this.#port(NET_AT.family, NET_AT.sport);
  }
  get dport(): number | undefined {
    return this.#port(NET_AT.family, NET_AT.dport);
  }
  get lport(): number | undefined {
    return this.#port(NET_AT.sk_family, NET_AT.lport);
  }
  get fport(): number | undefined {
    return this.#port(NET_AT.sk_family, NET_AT.fport);
  }
  /** The ring does not carry labels. */
  get subj(): undefined {
    return undefined;
  }

  #u32(offset: number): number {
    return this.#view.getUint32(this.#at + offset, true);
  }

  #field(type: number): FieldRef | undefined {
    this.#fields ??= [...fieldsOf(this.#bytes, this.#view, this.#at), ...this.#more];
    return this.#fields.find((field) => field.type === type);
  }

  #anyField(types: readonly number[]): FieldRef | undefined {
    for (const type of types) {
      const field = this.#field(type);
      if (field !== undefined && field.length >= SIZE.object) return field;
    }
    return undefined;
  }

  // The object, if its inode was observed.
  #fileField(): FieldRef | undefined {
    const field = this.#anyField(OBJECT_TYPES);
    const isKnown = field && (field.view.getUint16(field.at + OBJECT_AT.flags, true) & OBJECT.INODE) !== 0;
    return isKnown === true ? field : undefined;
  }

  #device(): number | undefined {
    const field = this.#fileField();
    return field?.view.getUint32(field.at + OBJECT_AT.dev, true);
  }

  #net(): FieldRef | undefined {
    const field = this.#field(FIELD.NET);
    return field !== undefined && field.length >= SIZE.net ? field : undefined;
  }

  #family(offset: number): number | undefined {
    const net = this.#net();
    return net && (net.view.getUint16(net.at + offset, true) || undefined);
  }

  #address(familyAt: number, addressAt: number): Uint8Array | undefined {
    const net = this.#net();
    const family = this.#family(familyAt);
    const length = family === AF_INET ? 4 : family === AF_INET6 ? 16 : 0;
    if (net === undefined || length === 0 || isZero(net.bytes, net.at + addressAt, length)) return undefined;
    return net.bytes.subarray(net.at + addressAt, net.at + addressAt + length);
  }

  #port(familyAt: number, portAt: number): number | undefined {
    const net = this.#net();
    const family = this.#family(familyAt);
    if (net === undefined || (family !== AF_INET && family !== AF_INET6)) return undefined;
    return net.view.getUint16(net.at + portAt, false) || undefined;
  }
}

function objectText(field: FieldRef | undefined): string | undefined {
  if (field === undefined || field.length < SIZE.object) return undefined;
  const { bytes, view, at, length } = field;
  if (view.getUint16(at + OBJECT_AT.form, true) === FORM.NONE) return undefined;
  return bytesToText(objectString(bytes, view, at, at + length));
}
