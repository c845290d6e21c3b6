import { compareNumbers, type Operator } from '../operator.ts';
import { addressIsIn } from '../bpf/address.ts';
import type { AddressProperty, NumberProperty } from '../bpf/bpf-rule.ts';
import type { FileIdentity } from '../bpf/file-identity.ts';
import { FIELD, FIRST_OBJECT_FIELD, FLAG, nodeField, unpackNode, type FilterNode } from './filter-node.ts';

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

/** The kernel's answer. */
export interface FilterAnswer {
  /** `ask`: the record is kept, and user space decides from {@link rule} on. */
  readonly verdict: 'keep' | 'drop' | 'ask';
  /** Number of the rule that decided or that is open; -1 when none did. */
  readonly rule: number;
}

/** true, false, or undefined: not known here. */
type Truth = boolean | undefined;

/**
 * Runs packed nodes exactly as the kernel does.
 *
 * @param object - undefined before the record is begun, when only the task is known
 */
export function runKernelFilter(
  packed: Uint8Array,
  subject: FilterSubject,
  object: FilterObject | undefined,
): FilterAnswer {
  let truth: Truth = true;
  for (let index = 0; ;) {
    const node = unpackNode(packed, index);
    if (node === undefined) return { verdict: 'keep', rule: -1 };
    const found = testNode(node, subject, object);
    if (found === false) {
      truth = true;
      index = node.next;
      continue;
    }
    if (found === undefined) truth = undefined;
    if ((node.flags & FLAG.last) !== 0) {
      if (truth === undefined) return { verdict: 'ask', rule: node.rule };
      return { verdict: (node.flags & FLAG.drop) !== 0 ? 'drop' : 'keep', rule: node.rule };
    }
    index++;
  }
}

function testNode(node: FilterNode, subject: FilterSubject, object: FilterObject | undefined): Truth {
  if (node.field === 'always') return true;
  if (node.field === 'ask') return undefined;
  if (FIELD[node.field] < FIRST_OBJECT_FIELD) return testSubject(node, subject);
  return object === undefined ? undefined : testObject(node, object);
}

function testSubject(node: FilterNode, subject: FilterSubject): Truth {
  if ((node.flags & FLAG.pair) !== 0) {
    const right = nodeField(node.arg);
    return testNumber(node.test, numberOf(subject, node.field), right && numberOf(subject, right));
  }
  switch (node.field) {
    case 'comm':
      return same(node.test, subject.comm, (comm) =>
        node.bytes.every((byte, at) => byte === (comm[at] ?? 0)),
      );
    case 'exe':
      return same(node.test, subject.exe, (exe) => isFile(node, exe));
    case 'cgroup':
      return same(node.test, subject.cgroupIds, (ids) => signed(ids[node.arg]) === node.value);
    case 'cgroupId':
      return same(node.test, subject.cgroupIds, (ids) => signed(ids.at(-1)) === node.value);
    default:
      return testNumber(node.test, numberOf(subject, node.field), Number(node.value));
  }
}

function testObject(node: FilterNode, object: FilterObject): Truth {
  switch (node.field) {
    case 'dir':
      return testDirectory(node, object);
    case 'inode':
      return same(node.test, object.inode, (inode) => signed(inode) === node.value);
    case 'saddr':
    case 'daddr':
    case 'laddr':
    case 'faddr':
      return testAddress(node, object[node.field]);
    default:
      return testNumber(node.test, numberOf(object, node.field), Number(node.value));
  }
}

// Not found on a walk that was cut short is no answer.
function testDirectory(node: FilterNode, object: FilterObject): Truth {
  if (object.ancestors === undefined) return false;
  const found = object.ancestors.some((directory) => isFile(node, directory));
  if (!found && !object.walkedToRoot) return undefined;
  return found === (node.test === '=');
}

function testAddress(node: FilterNode, address: Uint8Array | undefined): Truth {
  const bytes = node.bytes.subarray(0, (node.flags & FLAG.long) !== 0 ? 16 : 4);
  return same(node.test, address, (observed) => addressIsIn(observed, bytes, node.arg));
}

function testNumber(test: Operator, left: number | undefined, right: number | undefined): boolean {
  return left !== undefined && right !== undefined && compareNumbers(left, test, right);
}

function same<Value>(test: Operator, value: Value | undefined, isSame: (value: Value) => boolean): boolean {
  return value !== undefined && isSame(value) === (test === '=');
}

function isFile(node: FilterNode, file: FileIdentity): boolean {
  const device = new DataView(node.bytes.buffer, node.bytes.byteOffset).getUint32(0, true);
  return signed(file.inode) === node.value && file.device === device;
}

function signed(value: bigint | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt.asIntN(64, value);
}

function numberOf(record: FilterSubject | FilterObject, field: string): number | undefined {
  const value: unknown = Reflect.get(record, field);
  return typeof value === 'number' ? value : undefined;
}
