import { readFileSync } from 'node:fs';
import { decodeRule, encodeRule } from '../../src/rules/kernel-bytes.ts';
import { parseCommandLine } from '../../src/rules/parse-command.ts';
import { printRule } from '../../src/rules/print-rule.ts';
import { isBpfRule } from '../../src/rules/rule.ts';
import { BARE_CONTEXT } from '../../src/rules/rule-context.ts';
import { RuleError } from '../../src/rules/rule-error.ts';
import type { Random } from './random.ts';
import { randomBpfLine } from './random-bpf.ts';

const GOOD = readFileSync(new URL('../golden/rule-lines.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean);
const WORDS = [
  ...new Set(GOOD.flatMap((line) => line.split(' '))),
  '--signal',
  '--reset-lost',
  '-q',
  '-m',
  '-R',
  '-D',
  '-l',
  '-s',
];
const SIGNS = [
  '=',
  '!=',
  '>=',
  '&',
  ',',
  '/',
  '\\',
  ' ',
  '\t',
  '-',
  '--',
  '0',
  '-1',
  '4294967296',
  '\0',
  '\n',
  '\u001b',
  '\u202e',
  'é',
  '😀',
  '\ud800',
  '\udc80',
  '%s',
  '__proto__',
  'constructor',
  'x'.repeat(300),
];

/** A rule line that is right, nearly right, or nonsense. */
function randomLine(random: Random): string {
  if (random.once(8)) return Array.from({ length: random.below(8) }, () => random.pick(WORDS)).join(' ');
  if (random.once(16)) return Array.from({ length: random.below(30) }, () => random.pick(SIGNS)).join('');
  let line = random.once(3) ? randomBpfLine(random) : random.pick(GOOD);
  for (let changes = random.below(4); changes > 0; changes--) line = change(line, random);
  return line;
}

function change(line: string, random: Random): string {
  const at = random.below(line.length + 1);
  const end = at + random.below(4);
  if (random.once(3)) return line.slice(0, at) + line.slice(end);
  if (random.once(3)) return `${line.slice(0, at)} ${random.pick(WORDS)} ${line.slice(at)}`;
  return line.slice(0, at) + random.pick(SIGNS) + line.slice(end);
}

/** How many lines were taken and how many refused. */
export interface FuzzCount {
  accepted: number;
  refused: number;
}

/**
 * Reads random lines. Each must be refused with a {@link RuleError} of one printable line and a column inside
 * the line, or be taken; and what is taken must survive being encoded, decoded and printed.
 *
 * @throws the first error that is anything else, with the line that caused it
 */
export function fuzzLines(random: Random, count: number): FuzzCount {
  const result = { accepted: 0, refused: 0 };
  for (let each = 0; each < count; each++) {
    const line = randomLine(random);
    try {
      if (readLine(line)) result.accepted++;
      else result.refused++;
    } catch (error) {
      throw new Error(`line ${each}: ${JSON.stringify(line)}`, { cause: error });
    }
  }
  return result;
}

function readLine(line: string): boolean {
  try {
    for (const command of parseCommandLine(line, { file: 'f', line: 1 }, BARE_CONTEXT)) {
      if (command.kind !== 'add' && command.kind !== 'delete') continue;
      const { rule } = command;
      const printed = isBpfRule(rule) ? printRule(rule) : printRule(decodeRule(encodeRule(rule)));
      if (printed !== printRule(rule)) throw new Error(`decoded as ${printed}`);
      if (/[\p{Cc}\p{Cs}]/u.test(printed)) throw new Error('printed with control characters');
    }
    return true;
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    if (/[\p{Cc}\p{Cs}]/u.test(error.message + (error.hint ?? ''))) throw error;
    if (error.column < 1 || error.column > line.length + 1) throw error;
    return false;
  }
}
