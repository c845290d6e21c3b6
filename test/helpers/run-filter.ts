import { addressIsIn } from '../../src/rules/bpf/address.ts';
import type { AddressProperty, NumberProperty } from '../../src/rules/bpf/bpf-rule.ts';
import type { FileIdentity } from '../../src/rules/bpf/file-identity.ts';
import type { KernelFilter } from '../../src/rules/kernel-filter/compile-filter.ts';
import {
  FIELD,
  FIRST_OBJECT_FIELD,
  NO_RULE,
  OUTCOME_BASE,
  TEST,
  type FilterNode,
  type FilterOutcome,
} from '../../src/rules/kernel-filter/filter-node.ts';
import { nodeField } from './read-node.ts';

/** What the kernel knows of a task before a record is begun. */
export type FilterSubject = {
  readonly [Property in Exclude<NumberProperty & keyof typeof FIELD, ObjectField>]: number | undefined;
} & {
  /** 16 bytes, NUL behind the name. */
  readonly comm: Uint8Array | undefined;
  readonly exe: FileIdentity | undefined;
  /** Ids of the cgroup's ancestors from the root down to itself. */
  readonly cgroupIds: readonly bigint[] | undefined;
};

type ObjectField =
  | 'verdict'
  | 'devmajor'
  | 'devminor'
  | 'capability'
  | 'saddrFam'
  | 'sport'
  | 'dport'
  | 'lport'
  | 'fport';

/** What the policy has said of the object, known when the record is complete. */
export type FilterObject = {
  readonly [Property in ObjectField]: number | undefined;
} & {
  readonly [Property in AddressProperty]: Uint8Array | undefined;
} & {
  readonly inode: bigint | undefined;
  /** The object and the directories above it, as far as they were walked; undefined when there is no path. */
  readonly ancestors: readonly FileIdentity[] | undefined;
  /** Whether the walk reached the root. */
  readonly walkedToRoot: boolean;
};

/** true, false, or undefined: not known here. */
type Truth = boolean | undefined;

const ASK: FilterOutcome = { kind: 'ask', rule: NO_RULE, limit: 0 };

/**
 * Follows the questions exactly as the kernel does.
 *
 * @param object - undefined before the record is begun, when only the task is known
 */
export function runKernelFilter(
  filter: KernelFilter,
  subject: FilterSubject,
  object: FilterObject | undefined,
): FilterOutcome {
  let at = filter.start;
  while (at < OUTCOME_BASE) {
    const node = filter.nodes[at];
    const answer = node && askNode(node, subject, object);
    if (node === undefined || answer === undefined) return ASK;
    at = answer ? node.yes : node.no;
  }
  return filter.outcomes[at - OUTCOME_BASE] ?? ASK;
}

function askNode(node: FilterNode, subject: FilterSubject, object: FilterObject | undefined): Truth {
  if (FIELD[node.field] < FIRST_OBJECT_FIELD) return askSubject(node, subject);
  return object === undefined ? undefined : askObject(node, object);
}

function askSubject(node: FilterNode, subject: FilterSubject): Truth {
  switch (node.field) {
    case 'pair': {
      const [left, right] = [nodeField(node.arg), nodeField(Number(node.low))];
      const value = left && numberOf(subject, left);
      const other = right && numberOf(subject, right);
      return value !== undefined && other !== undefined && same(node, value, (one) => one === other);
    }
    case 'comm':
      return same(node, subject.comm, (comm) => isPair(node, comm));
    case 'exe':
      return same(node, subject.exe, (exe) => isFile(node, exe));
    case 'cgroup':
      return same(node, subject.cgroupIds, (ids) => ids[node.arg] === node.low);
    case 'cgroupId':
      return same(node, subject.cgroupIds, (ids) => ids.at(-1) === node.low);
    default:
      return askNumber(node, numberOf(subject, node.field));
  }
}

function askObject(node: FilterNode, object: FilterObject): Truth {
  switch (node.field) {
    case 'dir':
      return askDirectory(node, object);
    case 'inode':
      return askNumber(node, object.inode);
    case 'saddr':
    case 'daddr':
    case 'laddr':
    case 'faddr':
      return same(node, object[node.field], (address) => isAddress(node, address));
    default:
      return askNumber(node, numberOf(object, node.field));
  }
}

// Not found on a walk that was cut short is no answer.
function askDirectory(node: FilterNode, object: FilterObject): Truth {
  if (object.ancestors === undefined) return false;
  const found = object.ancestors.some((directory) => isFile(node, directory));
  if (!found && !object.walkedToRoot) return undefined;
  return found === (node.test === TEST.is);
}

function askNumber(node: FilterNode, observed: number | bigint | undefined): boolean {
  if (observed === undefined) return false;
  const value = BigInt.asUintN(64, BigInt(observed));
  if (node.test === TEST.hasAny) return (value & node.low) !== 0n;
  if (node.test === TEST.hasAll) return (value & node.low) === node.low;
  return BigInt.asUintN(64, value - node.low) <= BigInt.asUintN(64, node.span);
}

function same<Value>(node: FilterNode, value: Value | undefined, isSame: (value: Value) => boolean): boolean {
  return value !== undefined && isSame(value) === (node.test === TEST.is);
}

function isFile(node: FilterNode, file: FileIdentity): boolean {
  return BigInt.asUintN(64, file.inode) === BigInt.asUintN(64, node.low) && BigInt(file.device) === node.span;
}

function isPair(node: FilterNode, bytes: Uint8Array): boolean {
  return bytesOf(node).every((byte, at) => byte === (bytes[at] ?? 0));
}

function isAddress(node: FilterNode, address: Uint8Array): boolean {
  return addressIsIn(address, bytesOf(node).subarray(0, node.isLong ? 16 : 4), node.arg);
}

function bytesOf({ low, span }: FilterNode): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigUint64(0, low, true);
  view.setBigUint64(8, span, true);
  return new Uint8Array(view.buffer);
}

function numberOf(record: FilterSubject | FilterObject, field: string): number | undefined {
  const value: unknown = Reflect.get(record, field);
  return typeof value === 'number' ? value : undefined;
}
