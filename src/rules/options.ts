import { nearMiss } from '../errors/near-miss.ts';
import { RuleError, didYouMean, quoted, unquoted, type RuleSource } from './rule-error.ts';
import type { Word } from './words.ts';

/** Options of auditctl that take a value; the rest of {@link FLAGS} take none. */
const WITH_VALUE = 'CefrbaAdSFmRwWkpq';
const FLAGS = 'hicslDvt';

/** Long options and whether they take a value. */
const LONG: ReadonlyMap<string, boolean> = new Map([
  ['help', false],
  ['loginuid-immutable', false],
  ['backlog_wait_time', true],
  ['reset-lost', false],
  ['reset_backlog_wait_time_actual', false],
  ['signal', true],
  ['where', false],
]);

/** One option of a rule line. */
export interface Option {
  /** A letter, or the whole name of a long option. */
  readonly name: string;
  /** Column of the option itself, from 1. */
  readonly column: number;
  /** Its value; undefined for an option that takes none. */
  readonly value: Word | undefined;
}

/**
 * Reads options the way getopt_long(3) does for auditctl: values apart or attached (`-F uid=0`, `-Fuid=0`),
 * letters in one word (`-si`), long options with `=` or a word, abbreviated where that is unambiguous.
 *
 * @throws {@link RuleError} `E_RULE_SYNTAX` for an unknown option, a missing value, or a word that is none
 */
export function readOptions(words: readonly Word[], source: RuleSource): Option[] {
  const options: Option[] = [];
  let at = 0;
  const next = (): Word | undefined => words[at++];
  for (let word = next(); word !== undefined; word = next()) {
    if (word.text.startsWith('--') && word.text.length > 2) options.push(readLong(word, next, source));
    else if (word.text.startsWith('-') && word.text.length > 1)
      options.push(...readShort(word, next, source));
    else throw strayWord(word, source);
  }
  return options;
}

function readShort(word: Word, next: () => Word | undefined, source: RuleSource): Option[] {
  const options: Option[] = [];
  for (let at = 1; at < word.text.length; at++) {
    const name = word.text.charAt(at);
    const column = word.column + at - 1;
    if (FLAGS.includes(name)) {
      options.push({ name, column, value: undefined });
    } else if (WITH_VALUE.includes(name)) {
      const rest = word.text.slice(at + 1);
      const value = rest === '' ? next() : { text: rest, column: word.column + at + 1 };
      if (value === undefined) throw missingValue(`-${name}`, word, source);
      options.push({ name, column: word.column, value });
      return options;
    } else {
      const hint = /^[a-z]{2,}$/i.test(word.text.slice(1)) ? longHint(word.text.slice(1)) : undefined;
      throw new RuleError('E_RULE_SYNTAX', source, column, `-${unquoted(name)} is not an option`, hint);
    }
  }
  return options;
}

function readLong(word: Word, next: () => Word | undefined, source: RuleSource): Option {
  const equals = word.text.indexOf('=');
  const given = word.text.slice(2, equals < 0 ? undefined : equals);
  const name = completeLong(given);
  if (name === undefined) {
    throw new RuleError(
      'E_RULE_SYNTAX',
      source,
      word.column,
      `--${unquoted(given)} is not an option`,
      longHint(given),
    );
  }
  const { column } = word;
  if (LONG.get(name) !== true) {
    if (equals < 0) return { name, column, value: undefined };
    throw new RuleError('E_RULE_SYNTAX', source, column + equals, `--${name} takes no value`);
  }
  const attached = { text: word.text.slice(equals + 1), column: column + equals + 1 };
  const value = equals < 0 ? next() : attached;
  if (value === undefined) throw missingValue(`--${name}`, word, source);
  return { name, column, value };
}

function completeLong(given: string): string | undefined {
  if (LONG.has(given)) return given;
  const starting = [...LONG.keys()].filter((name) => given !== '' && name.startsWith(given));
  return starting.length === 1 ? starting[0] : undefined;
}

function longHint(given: string): string | undefined {
  const near = nearMiss(
    given.replaceAll('_', '-'),
    [...LONG.keys()].map((name) => name.replaceAll('_', '-')),
  );
  const name = [...LONG.keys()].find((candidate) => candidate.replaceAll('_', '-') === near);
  return didYouMean(name === undefined ? undefined : `--${name}`);
}

function missingValue(option: string, word: Word, source: RuleSource): RuleError {
  return new RuleError('E_RULE_SYNTAX', source, word.column, `${option} needs a value after it`);
}

function strayWord(word: Word, source: RuleSource): RuleError {
  const hint = word.text.startsWith('#') ? 'a comment needs a line of its own' : undefined;
  return new RuleError(
    'E_RULE_SYNTAX',
    source,
    word.column,
    `${quoted(word.text)} belongs to no option`,
    hint,
  );
}
