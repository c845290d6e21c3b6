import type { AddressCondition, BpfCondition, NumberCondition, TextCondition } from '../bpf/bpf-rule.ts';
import type { FileIdentity, IdentifyFile } from '../bpf/file-identity.ts';
import type { Operator } from '../operator.ts';
import { textToBytes } from '../text-bytes.ts';
import { FIELD, isNodeField, TEST, type FilterNode, type NodeField } from './filter-node.ts';

/** A cgroup of the unified hierarchy. */
export interface CgroupIdentity {
  /** Inode of its directory, what `bpf_get_current_cgroup_id()` gives. */
  readonly id: bigint;
  /** Steps below the root, which is 0. */
  readonly level: number;
}

/** Turns names into what the kernel compares, at the time the filter is made. */
export interface IdentityResolver {
  /** The file a path leads to now, or undefined. */
  readonly file: IdentifyFile;
  /** The cgroup at a path below the cgroup root, or undefined. The root is the empty text. */
  readonly cgroup: (path: string) => CgroupIdentity | undefined;
}

/** What a condition asks, without its place in a rule. */
export type NodeBody = Omit<FilterNode, 'yes' | 'no'>;

const COMM_BYTES = 16;
const MASK = 0xffff_ffff_ffff_ffffn;
const SMALLEST = -(1n << 63n);
const LARGEST = (1n << 63n) - 1n;

/**
 * The node for a condition, or undefined when only user space can decide it: `path`, `cause`, and files and
 * cgroups that do not exist when the filter is made.
 *
 * Conditions on `policy`, `prog` and `hook` are decided before, once for each program.
 */
export function conditionNode(condition: BpfCondition, resolver: IdentityResolver): NodeBody | undefined {
  if (condition.kind === 'number') return numberNode(condition);
  if (condition.kind === 'wide') return wideNode(condition.property, condition.operator, condition.value);
  if (condition.kind === 'pair') return pairNode(condition.left, condition.operator, condition.right);
  if (condition.kind === 'address') return addressNode(condition);
  if (condition.kind === 'text') return textNode(condition, resolver);
  return condition.property === 'path'
    ? fileNode('dir', condition.operator, resolver.file(condition.root || '/'))
    : cgroupNode(condition.operator, resolver.cgroup(condition.root));
}

function textNode(condition: TextCondition, resolver: IdentityResolver): NodeBody | undefined {
  const { property, operator, text } = condition;
  if (property === 'exe') return fileNode('exe', operator, resolver.file(text));
  return property === 'comm' ? commNode(operator, text) : undefined;
}

function body(field: NodeField, test: number, more: Partial<NodeBody> = {}): NodeBody {
  return { field, test, arg: 0, isLong: false, low: 0n, span: 0n, ...more };
}

function sameness(operator: Operator): number {
  return operator === '=' ? TEST.is : TEST.isNot;
}

function numberNode({ property, operator, value }: NumberCondition): NodeBody | undefined {
  if (property === 'progId') return undefined;
  const number = BigInt(value);
  if (operator === '&') return body(property, TEST.hasAny, { low: number });
  if (operator === '&=') return body(property, TEST.hasAll, { low: number });
  return body(property, TEST.isIn, range(operator, number));
}

// Numbers are compared as 64 bits with a sign: that holds 32 bits with and without one.
function range(operator: Operator, value: bigint): { low: bigint; span: bigint } {
  if (operator === '=') return { low: value, span: 0n };
  if (operator === '!=') return { low: value + 1n, span: MASK - 1n };
  if (operator === '>') return between(value + 1n, LARGEST);
  if (operator === '>=') return between(value, LARGEST);
  return between(SMALLEST, operator === '<' ? value - 1n : value);
}

function between(first: bigint, last: bigint): { low: bigint; span: bigint } {
  return { low: first, span: last - first };
}

function wideNode(property: 'inode' | 'cgroupId', operator: Operator, value: bigint): NodeBody {
  if (property === 'cgroupId') return body(property, sameness(operator), { low: value });
  return body(property, TEST.isIn, range(operator, value));
}

function pairNode(left: string, operator: Operator, right: string): NodeBody | undefined {
  if (!isNodeField(left) || !isNodeField(right)) return undefined;
  return body('pair', sameness(operator), { arg: FIELD[left], low: BigInt(FIELD[right]) });
}

function addressNode({ property, operator, bytes, prefix }: AddressCondition): NodeBody {
  return body(property, sameness(operator), {
    arg: prefix,
    isLong: bytes.length === 16,
    ...halves(bytes),
  });
}

function fileNode(
  field: 'dir' | 'exe',
  operator: Operator,
  identity: FileIdentity | undefined,
): NodeBody | undefined {
  if (identity === undefined) return undefined;
  return body(field, sameness(operator), { low: identity.inode, span: BigInt(identity.device) });
}

function cgroupNode(operator: Operator, identity: CgroupIdentity | undefined): NodeBody | undefined {
  if (identity === undefined || identity.level > 255) return undefined;
  return body('cgroup', sameness(operator), { low: identity.id, arg: identity.level });
}

function commNode(operator: Operator, comm: string): NodeBody | undefined {
  const bytes = textToBytes(comm);
  return bytes.length < COMM_BYTES ? body('comm', sameness(operator), halves(bytes)) : undefined;
}

// As the kernel reads them: two words in the order of the machine.
function halves(bytes: Uint8Array): { low: bigint; span: bigint } {
  const padded = new Uint8Array(16);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  return { low: view.getBigUint64(0, true), span: view.getBigUint64(8, true) };
}
