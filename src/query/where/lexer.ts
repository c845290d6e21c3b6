import { BpfauditError } from '../../errors/audit-error.ts';

/** One word of an expression. */
export interface Token {
  readonly kind: 'word' | 'string' | 'operator' | 'end';
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly column: number;
}

const OPERATORS = ['&&', '||', '==', '!=', '<=', '>=', '!~', '~', '<', '>', '!', '(', ')', '='];

/** Takes an expression apart. @throws E_WHERE for what is no word, string or operator. */
export function tokens(text: string): Token[] {
  const out: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (/\s/.test(char)) {
      at += 1;
      continue;
    }
    const token = char === '"' || char === "'" ? stringAt(text, at) : wordAt(text, at);
    out.push(token.token);
    at = token.next;
  }
  out.push({ kind: 'end', text: '', column: text.length + 1 });
  return out;
}

/** An error in an expression, with a mark below the column. */
export function whereError(text: string, column: number, expected: string): BpfauditError {
  return new BpfauditError(`column ${column} of "${text}": ${expected}`, {
    code: 'E_WHERE',
    hint: `an expression is such as: auid>=1000 && path~"/etc/*"; see docs/search.md`,
  });
}

interface Found {
  readonly token: Token;
  readonly next: number;
}

function stringAt(text: string, at: number): Found {
  const close = text.indexOf(text[at] ?? '"', at + 1);
  if (close < 0) throw whereError(text, at + 1, 'the string has no end');
  return { token: { kind: 'string', text: text.slice(at + 1, close), column: at + 1 }, next: close + 1 };
}

function wordAt(text: string, at: number): Found {
  const operator = OPERATORS.find((known) => text.startsWith(known, at));
  if (operator !== undefined) {
    return { token: { kind: 'operator', text: operator, column: at + 1 }, next: at + operator.length };
  }
  const word = /^[\w./:*?@%+,[\]-]+/.exec(text.slice(at))?.[0];
  if (word === undefined)
    throw whereError(text, at + 1, `${JSON.stringify(text[at])} is not part of the language`);
  return { token: { kind: 'word', text: word, column: at + 1 }, next: at + word.length };
}
