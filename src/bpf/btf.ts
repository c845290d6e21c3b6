import { BpfauditError } from '../errors/audit-error.ts';

/** `BTF_KIND_*`, include/uapi/linux/btf.h */
const KIND = {
  INT: 1,
  ARRAY: 3,
  STRUCT: 4,
  UNION: 5,
  ENUM: 6,
  FUNC: 12,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  DECL_TAG: 17,
  ENUM64: 19,
};

const MAGIC = 0xeb9f;
const HEAD = 12;

/** A structure: its size and the offsets of its members, in bytes. */
export interface StructLayout {
  readonly size: number;
  /** Members of a first member without offset of its own (the chunk head) are in here by their own names. */
  readonly members: ReadonlyMap<string, { readonly offset: number; readonly type: number }>;
}

/**
 * Type information of an object or of the kernel, Documentation/bpf/btf.rst: as much of it as is needed to
 * compare layouts and to find hooks. Pure: bytes in, answers out.
 */
export class Btf {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #strings: number;
  /** Offset of every type by id. */
  readonly #offsets: number[] = [0];

  /**
   * @param bytes - the section .BTF, or /sys/kernel/btf/vmlinux
   * @throws {BpfauditError} `E_BTF` if the bytes are no BTF
   */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 24 || this.#view.getUint16(0, true) !== MAGIC) {
      throw new BpfauditError('read BTF: no magic number', {
        code: 'E_BTF',
        hint: 'compile with clang -g -target bpf',
      });
    }
    const head = this.#view.getUint32(4, true);
    const typesAt = head + this.#view.getUint32(8, true);
    const typesEnd = typesAt + this.#view.getUint32(12, true);
    this.#strings = head + this.#view.getUint32(16, true);
    for (let at = typesAt; at < typesEnd; at += this.#sizeAt(at)) this.#offsets.push(at);
  }

  /** Number of types; ids run from 1 to it. */
  get length(): number {
    return this.#offsets.length - 1;
  }

  /** Name of a type; empty for an anonymous one or an id that does not exist. */
  name(id: number): string {
    const at = this.#offsets[id];
    return at === undefined || id === 0 ? '' : this.#string(this.#view.getUint32(at, true));
  }

  /** Names of all functions that begin with `prefix`. */
  functions(prefix: string): string[] {
    const wanted = Buffer.from(prefix);
    const names: string[] = [];
    for (let id = 1; id < this.#offsets.length; id++) {
      const at = this.#offsets[id]!;
      if (this.#kind(at) === KIND.FUNC && this.#startsWith(this.#view.getUint32(at, true), wanted)) {
        names.push(this.name(id));
      }
    }
    return names;
  }

  /** Names of the functions that carry `__attribute__((btf_decl_tag(tag)))`; minimum compiler clang 14. */
  taggedFunctions(tag: string): Set<string> {
    const names = new Set<string>();
    for (let id = 1; id < this.#offsets.length; id++) {
      const at = this.#offsets[id]!;
      if (this.#kind(at) !== KIND.DECL_TAG || this.name(id) !== tag) continue;
      names.add(this.name(this.#view.getUint32(at + 8, true)));
    }
    return names;
  }

  /** Number of parameters of a function, undefined if there is no such function. */
  parameters(functionName: string): number | undefined {
    for (let id = 1; id < this.#offsets.length; id++) {
      const at = this.#offsets[id]!;
      if (this.#kind(at) !== KIND.FUNC || this.name(id) !== functionName) continue;
      const prototype = this.#offsets[this.#view.getUint32(at + 8, true)];
      return prototype === undefined ? undefined : this.#count(prototype);
    }
    return undefined;
  }

  /** Layout of the structure of that name, if there is one. */
  struct(name: string): StructLayout | undefined {
    const wanted = Buffer.from(name);
    for (let id = 1; id < this.#offsets.length; id++) {
      const at = this.#offsets[id]!;
      if (this.#kind(at) !== KIND.STRUCT || !this.#startsWith(this.#view.getUint32(at, true), wanted))
        continue;
      if (this.name(id) === name) return this.structById(id);
    }
    return undefined;
  }

  /** Layout of the structure with that id. */
  structById(id: number): StructLayout | undefined {
    const at = this.#offsets[id];
    if (at === undefined || this.#kind(at) !== KIND.STRUCT) return undefined;
    const members = new Map<string, { offset: number; type: number }>();
    const bitfields = this.#view.getUint32(at + 4, true) >>> 31 === 1;
    for (let i = 0; i < this.#count(at); i++) {
      const member = at + HEAD + i * 12;
      const bits = this.#view.getUint32(member + 8, true);
      const offset = (bitfields ? bits & 0xffffff : bits) >>> 3;
      const type = this.#view.getUint32(member + 4, true);
      const name = this.#string(this.#view.getUint32(member, true));
      members.set(name, { offset, type });
      if (i === 0) {
        for (const [inner, value] of this.structById(type)?.members ?? []) members.set(inner, value);
      }
    }
    return { size: this.#view.getUint32(at + 8, true), members };
  }

  /** Number of elements if the type is an array. */
  arrayLength(id: number): number | undefined {
    const at = this.#offsets[id];
    if (at === undefined || this.#kind(at) !== KIND.ARRAY) return undefined;
    return this.#view.getUint32(at + HEAD + 8, true);
  }

  #kind(at: number): number {
    return (this.#view.getUint32(at + 4, true) >>> 24) & 0x1f;
  }

  #count(at: number): number {
    return this.#view.getUint32(at + 4, true) & 0xffff;
  }

  #sizeAt(at: number): number {
    const count = this.#count(at);
    switch (this.#kind(at)) {
      case KIND.INT:
      case KIND.VAR:
      case KIND.DECL_TAG:
        return HEAD + 4;
      case KIND.ARRAY:
        return HEAD + 12;
      case KIND.STRUCT:
      case KIND.UNION:
      case KIND.DATASEC:
      case KIND.ENUM64:
        return HEAD + count * 12;
      case KIND.ENUM:
      case KIND.FUNC_PROTO:
        return HEAD + count * 8;
      default:
        return HEAD;
    }
  }

  #startsWith(offset: number, prefix: Uint8Array): boolean {
    const at = this.#strings + offset;
    for (let i = 0; i < prefix.length; i++) if (this.#bytes[at + i] !== prefix[i]) return false;
    return true;
  }

  #string(offset: number): string {
    const at = this.#strings + offset;
    let end = at;
    while (end < this.#bytes.length && this.#bytes[end] !== 0) end++;
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + at, end - at).toString('latin1');
  }
}
