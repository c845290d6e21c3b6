import type { AddressCondition, BpfCondition, NumberCondition, TextCondition } from '../bpf/bpf-rule.ts';
import type { FileIdentity, IdentifyFile } from '../bpf/file-identity.ts';
import type { Operator } from '../operator.ts';
import { textToBytes } from '../text-bytes.ts';
import { FIELD, FLAG, isNodeField, type FilterNode, type NodeField } from './filter-node.ts';

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
export type NodeBody = Pick<FilterNode, 'field' | 'test' | 'flags' | 'arg' | 'value' | 'bytes'>;

const NO_BYTES = new Uint8Array(16);
const COMM_BYTES = 16;

/**
 * The node for a condition, or undefined when only user space can decide it: `path`, `cause`, and files and
 * cgroups that do not exist when the filter is made.
 *
 * Conditions on `policy`, `prog` and `hook` are decided before, once for each program.
 */
export function conditionNode(condition: BpfCondition, resolver: IdentityResolver): NodeBody | undefined {
  if (condition.kind === 'number') return numberNode(condition);
  if (condition.kind === 'wide')
    return body(condition.property, condition.operator, { value: condition.value });
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

function addressNode({ property, operator, bytes, prefix }: AddressCondition): NodeBody {
  return body(property, operator, { flags: bytes.length === 16 ? FLAG.long : 0, arg: prefix, bytes });
}

function body(field: NodeField, test: Operator, more: Partial<NodeBody> = {}): NodeBody {
  const bytes = new Uint8Array(16);
  bytes.set(more.bytes ?? NO_BYTES);
  return { field, test, flags: 0, arg: 0, value: 0n, ...more, bytes };
}

function numberNode({ property, operator, value }: NumberCondition): NodeBody | undefined {
  if (property === 'progId') return undefined;
  return body(property, operator, { value: BigInt(value) });
}

function pairNode(left: string, operator: Operator, right: string): NodeBody | undefined {
  if (!isNodeField(left) || !isNodeField(right)) return undefined;
  return body(left, operator, { flags: FLAG.pair, arg: FIELD[right] });
}

function fileNode(
  field: 'dir' | 'exe',
  operator: Operator,
  identity: FileIdentity | undefined,
): NodeBody | undefined {
  if (identity === undefined) return undefined;
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, identity.device, true);
  return body(field, operator, { value: identity.inode, bytes });
}

function cgroupNode(operator: Operator, identity: CgroupIdentity | undefined): NodeBody | undefined {
  if (identity === undefined || identity.level > 255) return undefined;
  return body('cgroup', operator, { value: identity.id, arg: identity.level });
}

function commNode(operator: Operator, comm: string): NodeBody | undefined {
  const bytes = textToBytes(comm);
  return bytes.length < COMM_BYTES ? body('comm', operator, { bytes }) : undefined;
}
