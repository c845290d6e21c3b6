import { tokens, whereError, type Token } from './lexer.ts';

/** How a field is compared. */
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~';

/** An expression as a tree. */
export type WhereNode =
  | { readonly kind: 'and' | 'or'; readonly left: WhereNode; readonly right: WhereNode }
  | { readonly kind: 'not'; readonly node: WhereNode }
  | { readonly kind: 'has'; readonly field: string }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: Comparison;
      readonly value: string;
    };

const COMPARISONS: readonly Comparison[] = ['==', '!=', '<', '<=', '>', '>=', '~', '!~'];
/** Brackets within brackets: enough for people, and an end for machines. */
const MAX_DEPTH = 64;

/**
 * Parses an expression such as `auid>=1000 && path~"/etc/*"`.
 *
 * A field alone asks whether it is there; `!` negates; `&&` binds closer than `||`; `=` is `==`.
 *
 * @throws E_WHERE with the column and what was expected there.
 */
export function parseWhere(text: string): WhereNode {
  const parser = new Parser(text);
  return parser.parse();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokens(text);
  }

  parse(): WhereNode {
    const node = this.#or(0);
    const rest = this.#peek();
    if (rest.kind !== 'end') throw this.#error('expected && or ||, or the end');
    return node;
  }

  #or(depth: number): WhereNode {
    let node = this.#and(depth);
    while (this.#take('||')) node = { kind: 'or', left: node, right: this.#and(depth) };
    return node;
  }

  #and(depth: number): WhereNode {
    let node = this.#not(depth);
    while (this.#take('&&')) node = { kind: 'and', left: node, right: this.#not(depth) };
    return node;
  }

  #not(depth: number): WhereNode {
    if (depth > MAX_DEPTH) throw this.#error('too many brackets');
    if (this.#take('!')) return { kind: 'not', node: this.#not(depth + 1) };
    if (!this.#take('(')) return this.#comparison();
    const node = this.#or(depth + 1);
    if (!this.#take(')')) throw this.#error('expected )');
    return node;
  }

  #comparison(): WhereNode {
    const field = this.#peek();
    if (field.kind !== 'word') throw this.#error('expected the name of a field, ! or (');
    this.#at += 1;
    const operator = this.#peek();
    const comparison = COMPARISONS.find((known) => known === (operator.text === '=' ? '==' : operator.text));
    if (operator.kind !== 'operator' || comparison === undefined) return { kind: 'has', field: field.text };
    this.#at += 1;
    const value = this.#peek();
    if (value.kind !== 'word' && value.kind !== 'string') throw this.#error('expected a value');
    this.#at += 1;
    return { kind: 'compare', field: field.text, operator: comparison, value: value.text };
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', column: this.#text.length + 1 };
  }

  #take(operator: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'operator' || token.text !== operator) return false;
    this.#at += 1;
    return true;
  }

  #error(expected: string): Error {
    const token = this.#peek();
    const found = token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
    return whereError(this.#text, token.column, `${expected}, found ${found}`);
  }
}
