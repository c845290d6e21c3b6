import { DAEMON_SIGNALS, type AuditSetting, type Command, type CommandBody } from './command.ts';
import { nearMiss } from '../errors/near-miss.ts';
import { parseUnsigned, toWord } from './numbers.ts';
import { readOptions, type Option } from './options.ts';
import type { RuleContext } from './rule-context.ts';
import { RuleError, didYouMean, quoted, type RuleSource } from './rule-error.ts';
import { parseRuleOptions } from './parse-rule-options.ts';
import { splitWords, wordsOfArguments, type Word } from './words.ts';

const RULE_OPTIONS = new Set(['a', 'A', 'd', 'S', 'F', 'C', 'w', 'W', 'k', 'p']);

const SETTINGS: ReadonlyMap<string, AuditSetting> = new Map([
  ['e', 'enabled'],
  ['f', 'failure'],
  ['r', 'rate-limit'],
  ['b', 'backlog-limit'],
  ['backlog_wait_time', 'backlog-wait-time'],
]);

const PLAIN: ReadonlyMap<string, CommandBody> = new Map<string, CommandBody>([
  ['c', { kind: 'continue' }],
  ['i', { kind: 'ignore' }],
  ['t', { kind: 'trim' }],
  ['v', { kind: 'version' }],
  ['h', { kind: 'help' }],
  ['help', { kind: 'help' }],
  ['loginuid-immutable', { kind: 'loginuid-immutable' }],
  ['reset-lost', { kind: 'reset-lost' }],
  ['reset_backlog_wait_time_actual', { kind: 'reset-backlog-wait-time-actual' }],
]);

/**
 * Reads one line of a rules file.
 *
 * @returns what the line asks for, in order; several settings may stand on one line
 * @throws {@link RuleError} for the first thing that is wrong
 */
export function parseCommandLine(line: string, source: RuleSource, context: RuleContext): Command[] {
  return parseWords(splitWords(line), source, context);
}

/**
 * Reads the arguments of `bpfaudit ctl`, which are auditctl's.
 *
 * @example
 * ```ts
 * parseArguments(['-w', '/etc/shadow', '-p', 'wa', '-k', 'shadow'], hostContext());
 * ```
 * @throws {@link RuleError} for the first thing that is wrong
 */
export function parseArguments(args: readonly string[], context: RuleContext): Command[] {
  return parseWords(wordsOfArguments(args), { file: 'command line', line: 0 }, context);
}

function parseWords(words: readonly Word[], source: RuleSource, context: RuleContext): Command[] {
  const cut = words.find(({ text }) => text.includes('\0'));
  if (cut !== undefined) {
    const column = cut.column + cut.text.indexOf('\0');
    throw new RuleError('E_RULE_SYNTAX', source, column, 'a NUL byte; the kernel would cut the rule there');
  }
  const options = readOptions(words, source);
  const commands: Command[] = [];
  const ruleOptions: Option[] = [];
  for (let at = 0; at < options.length; at++) {
    const option = options[at];
    if (option === undefined) break;
    if (option.name === 'D' || option.name === 'l' || option.name === 's') {
      const takesWhere = option.name === 'l';
      let where = takesWhere && options[at + 1]?.name === 'where';
      if (where) at++;
      const follower = options[at + 1];
      const body = readVerb(option, follower);
      if (takes(body, follower)) at++;
      if (takesWhere && options[at + 1]?.name === 'where') {
        where = true;
        at++;
      }
      const listed = body.kind === 'list' ? { ...body, where } : body;
      commands.push({ ...listed, source, column: option.column });
    } else if (RULE_OPTIONS.has(option.name)) {
      ruleOptions.push(option);
    } else {
      commands.push({ ...readSetting(option, source), source, column: option.column });
    }
  }
  if (ruleOptions.length > 0) {
    const column = ruleOptions[0]?.column ?? 1;
    commands.push({ ...parseRuleOptions(ruleOptions, source, context), source, column });
  }
  return commands;
}

// -D and -l take a -k of their own, -l and -s an -i.
function readVerb(option: Option, follower: Option | undefined): CommandBody {
  const key = follower?.name === 'k' ? follower.value?.text : undefined;
  if (option.name === 'D') return { kind: 'delete-all', key };
  const interpret = follower?.name === 'i';
  return option.name === 's' ? { kind: 'status', interpret } : { kind: 'list', key, interpret, where: false };
}

function takes(body: CommandBody, follower: Option | undefined): boolean {
  if (follower?.name === 'k') return body.kind === 'delete-all' || body.kind === 'list';
  return follower?.name === 'i' && body.kind !== 'delete-all';
}

function readSetting(option: Option, source: RuleSource): CommandBody {
  const plain = PLAIN.get(option.name);
  if (plain !== undefined) return plain;
  const value = option.value ?? { text: '', column: option.column };
  const setting = SETTINGS.get(option.name);
  if (setting !== undefined)
    return { kind: 'set', setting, value: readSettingValue(option, setting, source) };
  if (option.name === 'where') {
    throw new RuleError('E_RULE_SYNTAX', source, option.column, '--where belongs to -l', 'use -l --where');
  }
  if (option.name === 'q') return readEquivalent(value, source);
  if (option.name === 'signal') return readSignal(value, source);
  if (option.name === 'R') return { kind: 'read', file: value.text };
  return readMessage(value, source);
}

function readSettingValue(option: Option, setting: AuditSetting, source: RuleSource): number {
  const text = option.value?.text ?? '';
  const value = toWord(parseUnsigned(text));
  const dashed = option.name.length === 1 ? `-${option.name}` : `--${option.name}`;
  const isSwitch = setting === 'enabled' || setting === 'failure';
  if (value !== undefined && (!isSwitch || value <= 2)) return value;
  const wanted = isSwitch ? '0, 1 or 2' : 'a number';
  throw new RuleError(
    'E_RULE_VALUE',
    source,
    option.value?.column ?? option.column,
    `${dashed}: ${quoted(text)} is not ${wanted}`,
  );
}

function readEquivalent(value: Word, source: RuleSource): CommandBody {
  const [mount, subtree, ...more] = value.text.split(',');
  if (mount && subtree && more.length === 0) return { kind: 'equivalent', mount, subtree };
  throw new RuleError('E_RULE_VALUE', source, value.column, `-q: ${quoted(value.text)} is not MOUNT,SUBTREE`);
}

function readSignal(value: Word, source: RuleSource): CommandBody {
  const word = value.text.toLowerCase();
  for (const [name, signal] of Object.entries(DAEMON_SIGNALS)) {
    if (name === word) return { kind: 'signal', signal };
  }
  const names = Object.keys(DAEMON_SIGNALS);
  const reason = `--signal: ${quoted(value.text)} is not one of ${names.join(', ')}`;
  throw new RuleError('E_RULE_VALUE', source, value.column, reason, didYouMean(nearMiss(word, names)));
}

function readMessage(value: Word, source: RuleSource): CommandBody {
  const illegal = value.text.search(/[\p{Cc}]/u);
  if (illegal < 0) return { kind: 'message', text: value.text };
  const column = value.column + illegal;
  throw new RuleError('E_RULE_VALUE', source, column, '-m: a control character cannot go into a record');
}
