import { BPF_LSM_ACCESS } from '../../audit/tables/record-types.ts';
import { compareNumbers, type Operator } from '../operator.ts';
import type { KernelField, KernelRule } from '../rule.ts';
import type { BpfEventView } from './event-view.ts';

type Test = (event: BpfEventView) => boolean;

/**
 * Whether audit's own `exclude` rules silence a BPF record.
 *
 * The kernel applies them when it starts a record, and a record that comes through the ring never passes
 * there. So we do the same: the first rule whose fields all hold drops the record, and its action does not
 * matter. A rule without fields, or with a field that was not observed, never matches. `exe` is compared by
 * path, where the kernel compares inodes; the order of security levels (`subj_sen>=s0`) only the kernel knows,
 * so such a rule never matches.
 *
 * @param rules - the kernel's rules; those on other lists are ignored
 * @param recordType - the type that `msgtype` is compared with
 * @see https://github.com/torvalds/linux/blob/v6.12/kernel/auditfilter.c `audit_filter()`
 */
export function compileExclude(rules: readonly KernelRule[], recordType: number = BPF_LSM_ACCESS): Test {
  const alternatives: Test[][] = [];
  for (const rule of rules) {
    if (rule.list !== 'exclude' || rule.fields.length === 0) continue;
    const tests = rule.fields.map((field) => compileField(field, recordType));
    // The kernel gives up its whole list at a field that it does not expect there.
    if (tests.some((test) => test === undefined)) break;
    alternatives.push(tests.filter((test) => test !== undefined));
  }
  return (event) => alternatives.some((tests) => tests.every((test) => test(event)));
}

function compileField(field: KernelField, recordType: number): Test | undefined {
  if (field.kind === 'text') return compileText(field.name, field.operator, field.text);
  if (field.kind !== 'number') return undefined;
  const { name, operator, value } = field;
  if (name === 'msgtype') return () => compareNumbers(recordType, operator, value);
  if (name !== 'pid' && name !== 'uid' && name !== 'gid' && name !== 'auid') return undefined;
  return (event) => {
    const observed = event[name];
    return observed !== undefined && compareNumbers(observed, operator, value);
  };
}

const LABEL_PARTS: ReadonlyMap<string, number> = new Map([
  ['subj_user', 0],
  ['subj_role', 1],
  ['subj_type', 2],
]);

function compileText(name: string, operator: Operator, text: string): Test | undefined {
  const wanted = operator === '=';
  if (name === 'exe') return ({ exe }) => exe !== undefined && (exe === text) === wanted;
  const part = LABEL_PARTS.get(name);
  if (part !== undefined) {
    return ({ subj }) => subj !== undefined && (subj.split(':')[part] === text) === wanted;
  }
  return name === 'subj_sen' || name === 'subj_clr' ? () => false : undefined;
}
