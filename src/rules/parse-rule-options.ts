import type { CommandBody } from './command.ts';
import type { Option } from './options.ts';
import { parseBpfRule } from './bpf/parse-bpf-rule.ts';
import { parseKernelRule } from './parse-kernel-rule.ts';
import { readTarget, type RuleTarget } from './rule-target.ts';
import type { RuleContext } from './rule-context.ts';
import type { RuleSource } from './rule-error.ts';

type RuleCommand = Extract<CommandBody, { kind: 'add' | 'delete' }>;

/**
 * Builds the rule that a run of `-a -A -d -w -W -S -F -C -p -k` options describes.
 *
 * @throws RuleError
 */
export function parseRuleOptions(
  options: readonly Option[],
  source: RuleSource,
  context: RuleContext,
): RuleCommand {
  const target: RuleTarget = readTarget(options, source);
  const kind = target.remove ? 'delete' : 'add';
  if (target.list === 'bpf')
    return { kind, rule: parseBpfRule(options, target, source, context), warnings: [] };
  return { kind, ...parseKernelRule(options, target, target.list, source, context) };
}
