import { ERRNO_NAMES } from '../audit/tables/errno.generated.ts';
import { errnoNumber } from '../audit/tables/errno.ts';
import { recordTypeEntries, recordTypeNumber } from '../audit/tables/record-types.ts';
import { FILE_TYPES } from '../audit/tables/rule-words.generated.ts';
import { ADDRESS_FAMILIES } from '../audit/tables/words.generated.ts';
import { archNames, elfOfArch } from './arch.ts';
import { refuseValue, type Condition } from './condition.ts';
import { FILESYSTEMS } from './filesystems.ts';
import type { ValueKind } from './kernel-fields.ts';
import { nearMiss } from '../errors/near-miss.ts';
import { UINT32_MAX, parseSigned, parseUnsigned, toWord } from './numbers.ts';
import type { RuleContext } from './rule-context.ts';
import { didYouMean, quoted } from './rule-error.ts';

/** AF_MAX: the kernel refuses address families from here on. */
const ADDRESS_FAMILY_LIMIT = 46;

/** Kinds whose value is text, not a number. */
export type TextKind = 'label' | 'path' | 'directory' | 'key';

/** Kinds whose value ends up as 32 bits. */
export type NumberKind = Exclude<ValueKind, TextKind>;

type NumberReader = (condition: Condition, context: RuleContext) => number;

const READERS: Readonly<Record<NumberKind, NumberReader>> = {
  user: (condition, context) => readId(condition, 'user', (name) => context.findUser(name)),
  group: (condition, context) => readId(condition, 'group', (name) => context.findGroup(name)),
  'login-user': readLoginUser,
  number: (condition) => readWord(condition, parseUnsigned(condition.value), 'a number'),
  argument: (condition) => readWord(condition, parseSigned(condition.value), 'a number'),
  session: readSession,
  success: (condition) => readWord(condition, parseUnsigned(condition.value), '1 (succeeded) or 0 (failed)'),
  comparison: (condition) => readWord(condition, parseUnsigned(condition.value), 'a number'),
  errno: readErrno,
  arch: readArch,
  'record-type': readRecordType,
  permissions: (condition) => readPermissions(condition),
  'file-type': readFileType,
  filesystem: readFilesystem,
  'address-family': readAddressFamily,
};

/**
 * Reads the value of a numeric field to the 32 bits the kernel compares with.
 *
 * @throws RuleError `E_RULE_VALUE`
 */
export function readNumber(kind: NumberKind, condition: Condition, context: RuleContext): number {
  return READERS[kind](condition, context);
}

/** Bits of `perm` and `-p`, in the order in which auditctl prints them (`AUDIT_PERM_*`). */
export const PERMISSION_BITS: readonly (readonly [string, number])[] = [
  ['r', 4],
  ['w', 2],
  ['x', 1],
  ['a', 8],
];

function readPermissions(condition: Condition): number {
  let bits = 0;
  for (const letter of condition.value.toLowerCase()) {
    const known = PERMISSION_BITS.find(([name]) => name === letter);
    if (known === undefined || condition.value.length > 4) {
      return refuseValue(condition, `${quoted(condition.value)} is not made of the letters r, w, x, a`);
    }
    bits |= known[1];
  }
  return bits;
}

function readWord(condition: Condition, value: number | undefined, wanted: string): number {
  const word = toWord(value);
  if (word !== undefined) return word;
  const why = value === undefined ? `is not ${wanted}` : 'does not fit into the 32 bits of a kernel rule';
  return refuseValue(condition, `${quoted(condition.value)} ${why}`);
}

function readId(
  condition: Condition,
  what: 'user' | 'group',
  find: (name: string) => number | undefined,
): number {
  const { value } = condition;
  const id = /^[0-9]/.test(value) ? readWord(condition, parseUnsigned(value), `a ${what} id`) : find(value);
  if (value === 'unset' || value === '-1' || id === UINT32_MAX) {
    return refuseValue(condition, `only auid can be ${quoted(value)}; the kernel refuses it here`);
  }
  if (id !== undefined) return id;
  return refuseValue(condition, `no ${what} is named ${quoted(value)} on this machine`, `use the ${what} id`);
}

function readLoginUser(condition: Condition, context: RuleContext): number {
  const { value, operator } = condition;
  const numeric = /^-?[0-9]/.test(value) ? parseSigned(value) : undefined;
  const isUnset = value === 'unset' || toWord(numeric) === UINT32_MAX;
  if (isUnset && operator !== '=' && operator !== '!=') {
    return refuseValue(condition, 'unset has no order', 'use auid=unset or auid!=unset');
  }
  if (isUnset) return UINT32_MAX;
  if (numeric !== undefined) return readWord(condition, numeric, 'a user id');
  return readId(condition, 'user', (name) => context.findUser(name));
}

function readSession(condition: Condition): number {
  if (condition.value === 'unset') return UINT32_MAX;
  return readWord(condition, parseSigned(condition.value), 'a session number or "unset"');
}

function readErrno(condition: Condition): number {
  const { value } = condition;
  if (/^-?[0-9]/.test(value)) return readWord(condition, parseSigned(value), 'a number or an error name');
  const negative = value.startsWith('-');
  const name = (negative ? value.slice(1) : value).toUpperCase();
  const number = errnoNumber(name);
  if (number !== undefined) return (negative ? 0 - number : number) >>> 0;
  const near = nearMiss(name, Object.values(ERRNO_NAMES));
  const meant = near === undefined ? undefined : `${negative ? '-' : ''}${near}`;
  return refuseValue(condition, `${quoted(value)} is not a number or an error name`, didYouMean(meant));
}

function readArch(condition: Condition, context: RuleContext): number {
  const elf = elfOfArch(condition.value, context.machine);
  if (elf !== undefined) return elf;
  const near = nearMiss(condition.value, archNames());
  return refuseValue(
    condition,
    `${quoted(condition.value)} is not an architecture of this machine; expected b64, b32 or a machine name`,
    didYouMean(near),
  );
}

function readRecordType(condition: Condition): number {
  const { value } = condition;
  const number = recordTypeNumber(value.toUpperCase()) ?? parseUnsigned(value);
  if (number !== undefined) return readWord(condition, number, 'a record type');
  const near = nearMiss(
    value,
    recordTypeEntries().map(([, name]) => name),
  );
  return refuseValue(condition, `${quoted(value)} is not a record type or its number`, didYouMean(near));
}

function readFilesystem(condition: Condition): number {
  if (/^[0-9]/.test(condition.value)) {
    return readWord(condition, parseUnsigned(condition.value), 'a file system');
  }
  return readNamed(condition, FILESYSTEMS, 'a file system that audit knows');
}

// As a number too, since that is how auditctl prints it.
function readFileType(condition: Condition): number {
  const number = parseUnsigned(condition.value);
  if (number !== undefined && FILE_TYPES[number] !== undefined) return number;
  return readNamed(condition, FILE_TYPES, 'a file type');
}

function readAddressFamily(condition: Condition): number {
  const number = parseUnsigned(condition.value);
  if (number !== undefined && number < ADDRESS_FAMILY_LIMIT) return number;
  return readNamed(
    condition,
    ADDRESS_FAMILIES,
    `an address family or a number below ${ADDRESS_FAMILY_LIMIT}`,
  );
}

function readNamed(condition: Condition, names: Readonly<Record<number, string>>, wanted: string): number {
  const word = condition.value.toLowerCase();
  for (const [number, name] of Object.entries(names)) {
    if (name === word) return Number(number);
  }
  const all = Object.values(names);
  const list = all.length <= 8 ? `; expected one of ${all.join(', ')}` : '';
  return refuseValue(
    condition,
    `${quoted(condition.value)} is not ${wanted}${list}`,
    didYouMean(nearMiss(word, all)),
  );
}
