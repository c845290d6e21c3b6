import { OPERATORS, type Operator } from '../operator.ts';

/**
 * One condition in the form the kernel asks it: a fixed 32 bytes, an element of a BPF array.
 *
 * ```c
 * struct bpf_audit_filter_node {
 *	__u8 field;     // enum, see FIELD
 *	__u8 test;      // operator, see TEST
 *	__u8 flags;     // see FLAG
 *	__u8 arg;       // prefix of an address, level of a cgroup, second field of a pair
 *	__u16 rule;     // number of the rule, from 0
 *	__u16 next;     // index of the first node of the next rule
 *	__s64 value;    // number, id, inode
 *	__u8 bytes[16]; // address or comm; device in the first 4
 * };
 * ```
 */
export const NODE_BYTES = 32;

/** Offsets in {@link NODE_BYTES}. */
export const NODE_AT = {
  field: 0,
  test: 1,
  flags: 2,
  arg: 3,
  rule: 4,
  next: 6,
  value: 8,
  bytes: 16,
} as const;

/** What a node looks at. From {@link FIRST_OBJECT_FIELD} on it is only known when the record is complete. */
export const FIELD = {
  /** Always true: a rule whose conditions were all decided before. */
  always: 0,
  pid: 1,
  ppid: 2,
  uid: 3,
  euid: 4,
  suid: 5,
  fsuid: 6,
  gid: 7,
  egid: 8,
  sgid: 9,
  fsgid: 10,
  auid: 11,
  ses: 12,
  cgroupId: 13,
  comm: 14,
  exe: 15,
  cgroup: 16,
  verdict: 32,
  inode: 33,
  devmajor: 34,
  devminor: 35,
  capability: 36,
  saddrFam: 37,
  saddr: 38,
  daddr: 39,
  laddr: 40,
  faddr: 41,
  sport: 42,
  dport: 43,
  lport: 44,
  fport: 45,
  dir: 46,
  /** Only user space can tell. */
  ask: 255,
} as const;

/** Name of a field of a node. */
export type NodeField = keyof typeof FIELD;

/** Fields below describe the task and are known before a record is begun. */
export const FIRST_OBJECT_FIELD = 32;

/** The names of {@link FIELD}. */
export const NODE_FIELDS: readonly NodeField[] = Object.keys(FIELD).filter(isNodeField);

/** Whether a node can look at a property of this name. */
export function isNodeField(name: string): name is NodeField {
  return Object.hasOwn(FIELD, name);
}

/** Bits of `flags`. */
export const FLAG = {
  /** The last node of its rule. */
  last: 1,
  /** When the rule holds, the record is dropped. Set on the last node only. */
  drop: 2,
  /** `arg` is the field to compare with. */
  pair: 4,
  /** The address has 16 bytes, not 4. */
  long: 8,
} as const;

/** A node, unpacked. */
export interface FilterNode {
  readonly field: NodeField;
  readonly test: Operator;
  readonly flags: number;
  readonly arg: number;
  readonly rule: number;
  readonly next: number;
  readonly value: bigint;
  /** 16 bytes. */
  readonly bytes: Uint8Array;
}

/** Packs nodes as they lie in the map. */
export function packNodes(nodes: readonly FilterNode[]): Uint8Array {
  const packed = new Uint8Array(nodes.length * NODE_BYTES);
  const view = new DataView(packed.buffer);
  for (const [index, node] of nodes.entries()) {
    const at = index * NODE_BYTES;
    view.setUint8(at + NODE_AT.field, FIELD[node.field]);
    view.setUint8(at + NODE_AT.test, OPERATORS.indexOf(node.test));
    view.setUint8(at + NODE_AT.flags, node.flags);
    view.setUint8(at + NODE_AT.arg, node.arg);
    view.setUint16(at + NODE_AT.rule, node.rule, true);
    view.setUint16(at + NODE_AT.next, node.next, true);
    view.setBigInt64(at + NODE_AT.value, BigInt.asIntN(64, node.value), true);
    packed.set(node.bytes, at + NODE_AT.bytes);
  }
  return packed;
}

/** The node at an index of packed nodes; undefined behind the end or where the bytes are none. */
export function unpackNode(packed: Uint8Array, index: number): FilterNode | undefined {
  const at = index * NODE_BYTES;
  if (at + NODE_BYTES > packed.length) return undefined;
  const view = new DataView(packed.buffer, packed.byteOffset + at, NODE_BYTES);
  const field = nodeField(view.getUint8(NODE_AT.field));
  const test = OPERATORS[view.getUint8(NODE_AT.test)];
  if (field === undefined || test === undefined) return undefined;
  return {
    field,
    test,
    flags: view.getUint8(NODE_AT.flags),
    arg: view.getUint8(NODE_AT.arg),
    rule: view.getUint16(NODE_AT.rule, true),
    next: view.getUint16(NODE_AT.next, true),
    value: view.getBigInt64(NODE_AT.value, true),
    bytes: packed.subarray(at + NODE_AT.bytes, at + NODE_BYTES),
  };
}

/** The name of a field by its number. */
export function nodeField(number: number): NodeField | undefined {
  return NODE_FIELDS.find((name) => FIELD[name] === number);
}
