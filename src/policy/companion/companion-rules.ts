import { errnoName } from '../../audit/tables/errno.ts';
import type { Machine } from '../../audit/tables/machines.ts';
import { syscallNumber } from '../../audit/tables/syscalls.ts';
import { compatMachine } from '../../rules/arch.ts';
import { parseRule } from '../../rules/parse-rule.ts';
import { BARE_CONTEXT } from '../../rules/rule-context.ts';
import { isBpfRule, ruleKeys, type KernelRule } from '../../rules/rule.ts';
import { syscallsOfHook } from './hook-syscalls.ts';

/** Key of the rules that bpfaudit owns: `ausearch -k bpfaudit`. */
const COMPANION_KEY = 'bpfaudit';

/** Errors that LSM hooks return by custom: EPERM and EACCES. */
export const COMPANION_ERRNOS: readonly number[] = [1, 13];

/** A hook whose denials no rule can catch. */
export interface UncoveredHook {
  readonly hook: string;
  readonly because: string;
}

/** Rules for some hooks, and the hooks that none of them is for. */
export interface CompanionPlan {
  /** One for each architecture and errno. */
  readonly rules: readonly KernelRule[];
  readonly uncovered: readonly UncoveredHook[];
}

/**
 * Rules by which the kernel writes the whole event of a system call that a policy denied, and of no other
 * call that succeeds.
 *
 * @param hooks - LSM hooks of the policies, repetitions allowed
 * @param errnos - positive; @default EPERM and EACCES
 * @param machine - @default x86_64
 * @example
 * ```ts
 * companionRules(['path_mkdir']).rules.map((rule) => printRule(rule));
 * // -a always,exit -F arch=b64 -S mkdir,mkdirat -F exit=-EPERM -F key=bpfaudit ...
 * ```
 */
export function companionRules(
  hooks: Iterable<string>,
  errnos: readonly number[] = COMPANION_ERRNOS,
  machine: Machine = 'x86_64',
): CompanionPlan {
  const syscalls = new Set<string>();
  const uncovered: UncoveredHook[] = [];
  for (const hook of new Set(hooks)) {
    const known = syscallsOfHook(hook);
    for (const name of known?.syscalls ?? []) syscalls.add(name);
    if (known === undefined)
      uncovered.push({ hook, because: 'bpfaudit does not know which system calls reach it' });
    else if (known.syscalls.length === 0) uncovered.push({ hook, because: known.because });
  }
  const rules: KernelRule[] = [];
  const compat = compatMachine(machine);
  const architectures = [
    [machine, 'b64'] as const,
    ...(compat === undefined ? [] : [[compat, 'b32'] as const]),
  ];
  for (const [architecture, word] of architectures) {
    const names = [...syscalls].filter((name) => syscallNumber(architecture, name) !== undefined);
    if (names.length === 0) continue;
    for (const errno of new Set(errnos)) rules.push(buildRule(word, names, errno, machine));
  }
  return { rules, uncovered };
}

function buildRule(arch: string, names: readonly string[], errno: number, machine: Machine): KernelRule {
  const exit = errnoName(errno) ?? String(errno);
  const line = `-a always,exit -F arch=${arch} -S ${names.join(',')} -F exit=-${exit} -F key=${COMPANION_KEY}`;
  const rule = parseRule(line, { file: 'companion rules', line: 0 }, { ...BARE_CONTEXT, machine });
  if (isBpfRule(rule)) throw new TypeError('a companion rule is for the kernel');
  return rule;
}

/**
 * Whether a rule has the form of bpfaudit's own: `always,exit` with an arch, an exit value and the key
 * `bpfaudit`, and nothing else. Rules of others that carry the key are not, and are left alone.
 */
export function isCompanionRule(rule: KernelRule): boolean {
  const keys = ruleKeys(rule);
  if (rule.list !== 'exit' || rule.action !== 'always' || rule.prepend) return false;
  if (keys.length !== 1 || keys[0] !== COMPANION_KEY || rule.fields.length !== 3) return false;
  const named = (name: string): boolean =>
    rule.fields.some((field) => field.kind === 'number' && field.name === name && field.operator === '=');
  return named('arch') && named('exit');
}
