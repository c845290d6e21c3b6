import { nearMiss } from '../../errors/near-miss.ts';
import { readNumber } from '../kernel-values.ts';
import { parseUnsigned } from '../numbers.ts';
import { refuseValue, requireOperator, type Condition } from '../condition.ts';
import { EQUALITY } from '../operator.ts';
import type { RuleContext } from '../rule-context.ts';
import { didYouMean, quoted, unquoted } from '../rule-error.ts';
import { addressBytes, maskAddress } from './address.ts';
import type { BpfFieldSpec } from './bpf-fields.ts';
import type { AddressProperty, BpfCondition, Equality, NumberProperty, TextProperty } from './bpf-rule.ts';

/** `TASK_COMM_LEN` without its NUL: the kernel cuts longer names. */
const COMM_BYTES = 15;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
const PORT_MAX = 65_535;

/**
 * Reads the value of one condition of the list `bpf`. The operator must have been checked.
 *
 * @throws RuleError `E_RULE_VALUE`
 */
export function readBpfValue(condition: Condition, spec: BpfFieldSpec, context: RuleContext): BpfCondition {
  switch (spec.kind) {
    case 'number':
    case 'user':
    case 'group':
    case 'login-user':
    case 'session':
      return number(condition, spec.property, readNumber(spec.kind, condition, context));
    case 'port':
      return number(condition, spec.property, readPort(condition));
    case 'verdict':
      return readVerdict(condition, context);
    case 'named':
      return number(condition, spec.property, readNamed(condition, spec.names));
    case 'inode':
      return {
        kind: 'wide',
        property: spec.property,
        operator: equality(condition),
        value: readWide(condition),
      };
    case 'prog':
      return readProgram(condition);
    case 'dir':
      return { kind: 'tree', property: 'path', operator: equality(condition), root: readRoot(condition) };
    case 'cgroup':
      return readCgroup(condition);
    case 'address':
      return readAddress(condition, spec.property);
    default:
      return text(condition, spec.property, readText(condition, spec.kind));
  }
}

/** The operator of a condition whose field takes only `=` and `!=`. */
export function equality(condition: Condition): Equality {
  return condition.operator === '!=' ? '!=' : '=';
}

function number(condition: Condition, property: NumberProperty, value: number): BpfCondition {
  return { kind: 'number', property, operator: condition.operator, value };
}

function text(condition: Condition, property: TextProperty, value: string): BpfCondition {
  return { kind: 'text', property, operator: equality(condition), text: value };
}

// allow and deny are ranges: the policy denies with a negative error number.
function readVerdict(condition: Condition, context: RuleContext): BpfCondition {
  const { value, operator } = condition;
  if (value === 'allow' || value === 'deny') {
    requireOperator(condition, EQUALITY);
    const denies = (value === 'deny') === (operator === '=');
    return { kind: 'number', property: 'verdict', operator: denies ? '<' : '>=', value: 0 };
  }
  if (/^-?(?:[0-9]|E[A-Z])/.test(value)) {
    return number(condition, 'verdict', readNumber('errno', condition, context) | 0);
  }
  const words = ['allow', 'deny'];
  const begun = words.find((word) => value.toLowerCase().startsWith(word.slice(0, 3)));
  const hint = didYouMean(begun ?? nearMiss(value, words));
  return refuseValue(
    condition,
    `${quoted(value)} is not a verdict; expected allow, deny or an error such as -EPERM`,
    hint,
  );
}

function readPort(condition: Condition): number {
  const value = parseUnsigned(condition.value);
  if (value !== undefined && value <= PORT_MAX) return value;
  return refuseValue(condition, `${quoted(condition.value)} is not a port, 0 to ${PORT_MAX}`);
}

function readNamed(condition: Condition, names: Readonly<Record<number, string>>): number {
  const value = parseUnsigned(condition.value);
  if (value !== undefined && value <= 255) return value;
  const word = condition.value.toLowerCase().replace(/^(?:cap|af)_/, '');
  for (const [key, name] of Object.entries(names)) {
    if (name === word) return Number(key);
  }
  const hint = didYouMean(nearMiss(word, Object.values(names)));
  return refuseValue(condition, `${quoted(condition.value)} is not a name or number of this kind`, hint);
}

function readWide(condition: Condition): bigint {
  const { value } = condition;
  if (/^(?:0[xX][0-9a-fA-F]+|[0-9]+)$/.test(value) && value.length <= 20) {
    const wide = BigInt(value);
    if (wide <= UINT64_MAX) return wide;
  }
  return refuseValue(condition, `${quoted(value)} is not a number of at most 64 bits`);
}

function readProgram(condition: Condition): BpfCondition {
  const { value } = condition;
  if (/^[0-9]+$/.test(value)) {
    const id = parseUnsigned(value);
    if (id === undefined || id > 0x7fffffff)
      return refuseValue(condition, `${quoted(value)} is not a program id`);
    return number(condition, 'progId', id);
  }
  if (/^[A-Za-z0-9_.]{1,127}$/.test(value)) return text(condition, 'prog', value);
  return refuseValue(condition, `${quoted(value)} is neither the name nor the id of a BPF program`);
}

function readCgroup(condition: Condition): BpfCondition {
  if (/^[0-9]/.test(condition.value)) {
    return { kind: 'wide', property: 'cgroupId', operator: equality(condition), value: readWide(condition) };
  }
  const root = readRoot(condition).replace(/^\/sys\/fs\/cgroup(?=\/|$)/, '');
  return { kind: 'tree', property: 'cgroup', operator: equality(condition), root };
}

function readRoot(condition: Condition): string {
  return requireAbsolute(condition).replace(/\/+$/, '');
}

function requireAbsolute(condition: Condition): string {
  if (condition.value.startsWith('/')) return condition.value;
  return refuseValue(condition, `${quoted(condition.value)} does not start with "/"`);
}

function readAddress(condition: Condition, property: AddressProperty): BpfCondition {
  const { value } = condition;
  const [address = '', length, more] = value.split('/');
  const bytes = addressBytes(address);
  const bits = bytes === undefined ? 0 : bytes.length * 8;
  const prefix = length === undefined ? bits : /^[0-9]{1,3}$/.test(length) ? Number(length) : -1;
  if (bytes === undefined || more !== undefined || prefix < 0 || prefix > bits) {
    return refuseValue(condition, `${quoted(value)} is not an address such as 10.0.0.0/8 or fd00::/8`);
  }
  return {
    kind: 'address',
    property,
    operator: equality(condition),
    bytes: maskAddress(bytes, prefix),
    prefix,
  };
}

function readText(condition: Condition, kind: 'text' | 'path' | 'hook' | 'comm'): string {
  const { value } = condition;
  if (kind === 'path') return requireAbsolute(condition);
  if (kind === 'hook') return readHook(condition);
  if (kind === 'comm' && Buffer.byteLength(value) > COMM_BYTES) {
    return refuseValue(
      condition,
      `${quoted(value)} exceeds ${COMM_BYTES} bytes, so no process has this name`,
    );
  }
  return value;
}

function readHook(condition: Condition): string {
  const bare = condition.value.replace(/^(?:lsm(?:\.s)?\/|bpf_lsm_|security_)/, '');
  if (bare !== condition.value) {
    return refuseValue(
      condition,
      `${quoted(condition.value)} is not the bare name of a hook`,
      `use hook=${unquoted(bare)}`,
    );
  }
  if (/^[a-z][a-z0-9_]*$/.test(bare)) return bare;
  return refuseValue(
    condition,
    `${quoted(condition.value)} is not the name of an LSM hook, such as file_open`,
  );
}
