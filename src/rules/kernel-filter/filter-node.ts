/**
 * The questions that the kernel asks of a record: a mirror of `struct bpf_audit_node` and `struct
 * bpf_audit_outcome` in bpf/include/bpf_audit_rules_abi.h.
 */

import { packWordRange } from './word-range.ts';

/** Targets from here on are outcomes (`BPF_AUDIT_OUTCOME`). */
export const OUTCOME_BASE = 0x8000;
/** Number of no rule. */
export const NO_RULE = 0xffff;

/** What a node looks at, `enum bpf_audit_node_field`. */
export const FIELD = {
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
  pair: 14,
  comm: 15,
  exe: 16,
  cgroup: 17,
  verdict: 32,
  inode: 33,
  devmajor: 34,
  devminor: 35,
  capability: 36,
  saddrFam: 37,
  sport: 38,
  dport: 39,
  lport: 40,
  fport: 41,
  saddr: 42,
  daddr: 43,
  laddr: 44,
  faddr: 45,
  dir: 46,
} as const;

/** Name of a field of a node. */
export type NodeField = keyof typeof FIELD;

/** Fields below describe the task and are known before a record is begun. */
export const FIRST_OBJECT_FIELD: number = FIELD.verdict;

/** The last of the fields that are plain numbers of the task. */
export const LAST_NUMBER: number = FIELD.ses;

/** Whether a node can look at a property of this name. */
export function isNodeField(name: string): name is NodeField {
  return Object.hasOwn(FIELD, name);
}

/** How a node compares, `enum bpf_audit_node_test`. */
export const TEST = { isIn: 0, hasAny: 1, hasAll: 2, is: 3, isNot: 4 } as const;

/** What becomes of a record, `enum bpf_audit_outcome_kind`. */
export const OUTCOME_KIND = { keep: 0, drop: 1, ask: 2, limit: 3 } as const;

/** Name of an {@link OUTCOME_KIND}. */
export type OutcomeKind = keyof typeof OUTCOME_KIND;

/** One question. What was not observed leads to {@link no}. */
export interface FilterNode {
  readonly field: NodeField;
  /** A number of {@link TEST}. */
  readonly test: number;
  /** Prefix of an address, level of a cgroup, first field of a pair. */
  readonly arg: number;
  /** The address has 16 bytes. */
  readonly isLong: boolean;
  /** Number, id, inode, first half of an address or comm. */
  readonly low: bigint;
  /** How far the range goes; device; second half. */
  readonly span: bigint;
  /** Where to go on: a node, or {@link OUTCOME_BASE} and the number of an outcome. */
  readonly yes: number;
  readonly no: number;
}

/** What the rules come to. */
export interface FilterOutcome {
  readonly kind: OutcomeKind;
  /** Place of the rule in the list, {@link NO_RULE} when none matched. */
  readonly rule: number;
  /** Number of the limit, for `limit`. */
  readonly limit: number;
}

/** Writes a node at an offset, its targets moved by what lies in front. */
export function putNode(
  view: DataView,
  at: number,
  node: FilterNode,
  target: (local: number) => number = (local) => local,
): void {
  view.setUint8(at, FIELD[node.field]);
  view.setUint8(at + 1, node.test);
  view.setUint8(at + 2, node.arg);
  view.setUint8(at + 3, node.isLong ? 1 : 0);
  view.setUint16(at + 4, target(node.yes), true);
  view.setUint16(at + 6, target(node.no), true);
  if (FIELD[node.field] <= LAST_NUMBER) {
    const range = packWordRange(node);
    if (range === undefined) view.setUint16(at + 4, target(node.no), true);
    view.setBigUint64(at + 8, range ?? 0n, true);
    view.setBigUint64(at + 16, 0n, true);
    return;
  }
  view.setBigUint64(at + 8, BigInt.asUintN(64, node.low), true);
  view.setBigUint64(at + 16, BigInt.asUintN(64, node.span), true);
}
