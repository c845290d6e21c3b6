import type { ConfigProblem } from '../../toml/config-error.ts';
import type { Settings } from './settings.ts';

/** Checks that need more than one key. `lines` says where a key was set. */
export function checkTogether(
  { log }: Settings,
  lines: ReadonlyMap<string, number>,
): { readonly problems: readonly ConfigProblem[]; readonly warnings: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];
  const at = (key: string, text: string, hint?: string): ConfigProblem => ({
    line: lines.get(key) ?? 0,
    key,
    text,
    ...(hint === undefined ? {} : { hint }),
  });
  if (log.name_format === 'user' && log.name === '') {
    problems.push(at('log.name', 'expected a name, since name_format is "user", found none'));
  }
  if (log.flush.startsWith('incremental') && log.freq === 0) {
    const hint = 'write flush = "none" if the kernel may choose when';
    problems.push(at('log.freq', `expected 1 or more, since flush is "${log.flush}", found 0`, hint));
  }
  const [warning, last] = [log.space_left, log.admin_space_left];
  const sameUnit = 'mib' in warning === 'mib' in last;
  const amount = 'mib' in warning ? warning.mib : warning.percent;
  const lastAmount = 'mib' in last ? last.mib : last.percent;
  if (sameUnit && lastAmount >= amount && amount > 0) {
    const text = `expected less than space_left (${amount}), found ${lastAmount}`;
    const problem = at('log.admin_space_left', text, 'the last warning comes after the first');
    problems.push({ ...problem, line: problem.line || (lines.get('log.space_left') ?? 0) });
  }
  if (log.num_logs < 2 && log.max_log_file_action.word === 'rotate') {
    const hint = 'set num_logs to 2 or more, or max_log_file_action = "ignore"';
    warnings.push(at('log.num_logs', `${log.num_logs} leaves nothing to rotate to: the log grows`, hint));
  }
  if (log.max_log_file_action.word === 'keep_logs' && log.space_left_action.word === 'ignore') {
    warnings.push(
      at('log.space_left_action', 'keep_logs deletes nothing, and nobody is told of a full disk'),
    );
  }
  return { problems, warnings };
}
