import { nearMiss } from '../errors/near-miss.ts';
import type { Option } from './options.ts';
import { ACTIONS, KERNEL_LISTS, type Action, type KernelList } from './rule.ts';
import { RuleError, didYouMean, quoted, type RuleSource } from './rule-error.ts';
import type { Word } from './words.ts';

/** Where a rule goes and what it does, before its conditions are read. */
export interface RuleTarget {
  readonly list: KernelList | 'bpf';
  readonly action: Action;
  /** `-A`. */
  readonly prepend: boolean;
  /** `-d` or `-W`. */
  readonly remove: boolean;
  /** The option that said so; for a watch its value is the path. */
  readonly option: Option;
  /** Whether `-w` or `-W` said so. */
  readonly watch: boolean;
}

const LISTS: readonly string[] = [...Object.keys(KERNEL_LISTS), 'bpf'];
const ACTION_NAMES = Object.keys(ACTIONS);

/**
 * Finds the one `-a`, `-A`, `-d`, `-w` or `-W` among the options of a rule.
 *
 * @throws {@link RuleError} `E_RULE_PLACE` when there is none, more than one, or it comes after `-F` or `-k`
 */
export function readTarget(options: readonly Option[], source: RuleSource): RuleTarget {
  const found = options.filter((option) => 'aAdwW'.includes(option.name));
  const [option, second] = found;
  if (option === undefined) {
    const column = options[0]?.column ?? 1;
    throw new RuleError(
      'E_RULE_PLACE',
      source,
      column,
      'no list is named; expected -a LIST,ACTION or -w PATH',
    );
  }
  if (second !== undefined) {
    const reason = `-${second.name} after -${option.name}; a line holds one rule`;
    throw new RuleError('E_RULE_PLACE', source, second.column, reason);
  }
  const early = options.slice(0, options.indexOf(option)).find(({ name }) => name !== 'S');
  if (early !== undefined) {
    const reason = `-${early.name} before the list; expected -${option.name} first`;
    throw new RuleError('E_RULE_PLACE', source, early.column, reason);
  }
  const watch = option.name === 'w' || option.name === 'W';
  const remove = option.name === 'd' || option.name === 'W';
  const head = watch ? { list: 'exit' as const, action: 'always' as const } : readHead(option, source);
  return { ...head, prepend: option.name === 'A', remove, option, watch };
}

function readHead(option: Option, source: RuleSource): { list: KernelList | 'bpf'; action: Action } {
  const value = option.value ?? { text: '', column: option.column };
  const parts = splitAtCommas(value);
  const [first, second] = parts;
  if (first === undefined || second === undefined || parts.length !== 2) {
    throw refuseHead(
      value,
      `${quoted(value.text)} is not LIST,ACTION`,
      source,
      'write for example always,exit',
    );
  }
  const swapped = isAction(first.text) || isList(second.text);
  const action = swapped ? first : second;
  const list = swapped ? second : first;
  if (!isAction(action.text)) throw refuseAction(action, source);
  if (!isList(list.text)) throw refuseList(list, source);
  return { list: list.text, action: action.text };
}

function splitAtCommas(word: Word): Word[] {
  let column = word.column;
  return word.text.split(',').map((text) => {
    const part = { text, column };
    column += text.length + 1;
    return part;
  });
}

function refuseAction(word: Word, source: RuleSource): RuleError {
  if (word.text === 'possible') {
    return refuseHead(
      word,
      'the action "possible" is gone from the kernel; expected always or never',
      source,
    );
  }
  const hint = didYouMean(nearMiss(word.text, ACTION_NAMES));
  return refuseHead(word, `${quoted(word.text)} is not an action; expected always or never`, source, hint);
}

function refuseList(word: Word, source: RuleSource): RuleError {
  if (word.text === 'entry') {
    return refuseHead(word, 'the list "entry" is gone from the kernel', source, 'use the list exit');
  }
  const hint = didYouMean(nearMiss(word.text, LISTS));
  return refuseHead(
    word,
    `${quoted(word.text)} is not a list; expected one of ${LISTS.join(', ')}`,
    source,
    hint,
  );
}

function refuseHead(word: Word, reason: string, source: RuleSource, hint?: string): RuleError {
  return new RuleError('E_RULE_SYNTAX', source, word.column, reason, hint);
}

function isAction(text: string): text is Action {
  return ACTION_NAMES.includes(text);
}

function isList(text: string): text is KernelList | 'bpf' {
  return LISTS.includes(text);
}
