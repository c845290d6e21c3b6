import { BpfauditError } from '../errors/audit-error.ts';
import { KERNEL_FIELDS, isTextField, kernelFieldName } from './kernel-fields.ts';
import { operatorFromBits, operatorToBits } from './operator.ts';
import {
  ACTIONS,
  KERNEL_LISTS,
  KERNEL_LIST_NAMES,
  MASK_WORDS,
  type Action,
  type KernelField,
  type KernelList,
  type KernelRule,
} from './rule.ts';
import { bytesToText, textToBytes } from './text-bytes.ts';

// struct audit_rule_data, include/uapi/linux/audit.h: u32 flags, action, field_count, mask[64], fields[64],
// values[64], fieldflags[64], buflen, then buflen bytes of text. All in the byte order of the host.
const MAX_FIELDS = 64;
const ACTION = 4;
const FIELD_COUNT = 8;
const MASK = 12;
const FIELDS = MASK + 4 * MASK_WORDS;
const VALUES = FIELDS + 4 * MAX_FIELDS;
const FIELD_FLAGS = VALUES + 4 * MAX_FIELDS;
const BUFFER_LENGTH = FIELD_FLAGS + 4 * MAX_FIELDS;
const BUFFER = BUFFER_LENGTH + 4;

const PREPEND = 0x10;
const FIELD_COMPARE = 111;

/**
 * The bytes of a rule as AUDIT_ADD_RULE and AUDIT_DEL_RULE take them (`struct audit_rule_data`), identical to
 * what auditctl sends. Little-endian, as every machine bpfaudit runs on.
 *
 * @returns 1040 bytes and the text of the rule's fields behind them
 * @throws {@link BpfauditError} `E_RULE_LIMIT` for a rule with more than 64 fields, or a field without a name
 */
export function encodeRule(rule: KernelRule): Uint8Array {
  if (rule.fields.length > MAX_FIELDS) {
    throw new BpfauditError(`encode rule: ${rule.fields.length} fields; the kernel takes ${MAX_FIELDS}`, {
      code: 'E_RULE_LIMIT',
    });
  }
  const texts = rule.fields.map((field) =>
    field.kind === 'text' ? textToBytes(field.text) : new Uint8Array(0),
  );
  const textLength = texts.reduce((sum, text) => sum + text.length, 0);
  const bytes = new Uint8Array(BUFFER + textLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, KERNEL_LISTS[rule.list] | (rule.prepend ? PREPEND : 0), true);
  view.setUint32(ACTION, ACTIONS[rule.action], true);
  view.setUint32(FIELD_COUNT, rule.fields.length, true);
  for (const [at, word] of rule.syscalls.entries()) view.setUint32(MASK + 4 * at, word, true);
  for (const [at, field] of rule.fields.entries()) {
    view.setUint32(FIELDS + 4 * at, fieldId(field), true);
    view.setUint32(VALUES + 4 * at, fieldValue(field, texts[at]?.length ?? 0), true);
    view.setUint32(FIELD_FLAGS + 4 * at, operatorToBits(field.operator), true);
  }
  view.setUint32(BUFFER_LENGTH, textLength, true);
  let end = BUFFER;
  for (const text of texts) {
    bytes.set(text, end);
    end += text.length;
  }
  return bytes;
}

function fieldId(field: KernelField): number {
  if (field.kind === 'unknown') return field.id;
  if (field.kind === 'compare') return FIELD_COMPARE;
  const spec = KERNEL_FIELDS.get(field.name);
  if (spec !== undefined) return spec.id;
  throw new BpfauditError(`encode rule: no field is named "${field.name}"`, { code: 'E_RULE_FIELD' });
}

function fieldValue(field: KernelField, textLength: number): number {
  if (field.kind === 'text') return textLength;
  return field.kind === 'compare' ? field.comparison : field.value;
}

/**
 * A rule from the bytes the kernel lists it with. Bytes behind the text (netlink pads to four) are ignored.
 *
 * @throws {@link BpfauditError} `E_RULE_BYTES` when the bytes are too short for what they say of themselves,
 *   or name a list, an action or an operator that does not exist
 */
export function decodeRule(bytes: Uint8Array): KernelRule {
  if (bytes.length < BUFFER) throw refuse(`${bytes.length} bytes; expected at least ${BUFFER}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint32(0, true);
  const fieldCount = view.getUint32(FIELD_COUNT, true);
  const textLength = view.getUint32(BUFFER_LENGTH, true);
  if (fieldCount > MAX_FIELDS) throw refuse(`${fieldCount} fields; expected at most ${MAX_FIELDS}`);
  if (textLength > bytes.length - BUFFER)
    throw refuse(`${textLength} bytes of text; ${bytes.length - BUFFER} follow`);
  const syscalls = new Uint32Array(MASK_WORDS);
  for (const at of syscalls.keys()) syscalls[at] = view.getUint32(MASK + 4 * at, true);
  return {
    list: listOf(flags & ~PREPEND),
    action: actionOf(view.getUint32(ACTION, true)),
    prepend: (flags & PREPEND) !== 0,
    syscalls,
    fields: decodeFields(view, fieldCount, bytes.subarray(BUFFER, BUFFER + textLength)),
  };
}

function decodeFields(view: DataView, count: number, text: Uint8Array): KernelField[] {
  const fields: KernelField[] = [];
  let used = 0;
  for (let at = 0; at < count; at++) {
    const id = view.getUint32(FIELDS + 4 * at, true);
    const value = view.getUint32(VALUES + 4 * at, true);
    const flags = view.getUint32(FIELD_FLAGS + 4 * at, true);
    const operator = operatorFromBits(flags);
    if (operator === undefined)
      throw refuse(`operator 0x${flags.toString(16)} of field ${id} does not exist`);
    const name = kernelFieldName(id);
    if (name !== undefined && isTextField(id)) {
      if (value > text.length - used)
        throw refuse(`${name}: ${value} bytes of text; ${text.length - used} are left`);
      fields.push({ kind: 'text', name, operator, text: bytesToText(text.subarray(used, used + value)) });
      used += value;
    } else if (id === FIELD_COMPARE) fields.push({ kind: 'compare', operator, comparison: value });
    else if (name === undefined) fields.push({ kind: 'unknown', id, operator, value });
    else fields.push({ kind: 'number', name, operator, value });
  }
  return fields;
}

function listOf(number: number): KernelList {
  const list = KERNEL_LIST_NAMES.find((name) => KERNEL_LISTS[name] === number);
  if (list === undefined) throw refuse(`list ${number} does not exist`);
  return list;
}

function actionOf(number: number): Action {
  if (number === ACTIONS.never) return 'never';
  if (number === ACTIONS.always) return 'always';
  throw refuse(`action ${number} does not exist`);
}

function refuse(reason: string): BpfauditError {
  return new BpfauditError(`decode rule: ${reason}`, { code: 'E_RULE_BYTES' });
}
