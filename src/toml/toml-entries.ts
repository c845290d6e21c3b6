import { parseTOML, type AST } from 'toml-eslint-parser';
import type { ConfigProblem } from './config-error.ts';

/** A value as TOML has it. */
export type TomlValue = string | number | boolean | Date | readonly TomlValue[] | { readonly table: true };

/** A key of a TOML file with its value, and where it stands. */
export interface TomlEntry {
  /** `['log', 'max_log_file']` */
  readonly path: readonly string[];
  readonly value: TomlValue;
  /** The value as it was written. */
  readonly source: string;
  /** From 1. */
  readonly line: number;
}

/** What a TOML file says. */
export interface TomlFile {
  readonly entries: readonly TomlEntry[];
  /** Headers of tables, for tables without a key. */
  readonly tables: readonly { readonly path: readonly string[]; readonly line: number }[];
}

/** Reads TOML 1.0 into a list, in the order of the file. */
export function readToml(text: string): TomlFile | ConfigProblem {
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text, { tomlVersion: '1.0' });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return syntaxProblem(text, error);
  }
  const entries: TomlEntry[] = [];
  const tables: { path: string[]; line: number }[] = [];
  for (const node of program.body[0].body) {
    if (node.type === 'TOMLKeyValue') {
      addEntry(entries, [], node, text);
      continue;
    }
    const path = node.resolvedKey.map(String);
    tables.push({ path, line: node.loc.start.line });
    for (const pair of node.body) addEntry(entries, path, pair, text);
  }
  return { entries, tables };
}

function addEntry(
  entries: TomlEntry[],
  table: readonly string[],
  pair: AST.TOMLKeyValue,
  text: string,
): void {
  const names = pair.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
  const path = [...table, ...names];
  if (pair.value.type === 'TOMLInlineTable') {
    for (const inner of pair.value.body) addEntry(entries, path, inner, text);
    return;
  }
  const [from, to] = pair.value.range;
  const source = text.slice(from, to);
  entries.push({ path, value: valueOf(pair.value), source, line: pair.loc.start.line });
}

function valueOf(node: AST.TOMLContentNode): TomlValue {
  if (node.type === 'TOMLArray') return node.elements.map(valueOf);
  if (node.type === 'TOMLInlineTable') return { table: true };
  return node.value;
}

function syntaxProblem(text: string, error: SyntaxError): ConfigProblem {
  const index = 'index' in error && typeof error.index === 'number' ? error.index : 0;
  // A value that is missing is noticed behind the end of its line.
  const start = text.slice(0, index);
  const lines = start.slice(0, start.lastIndexOf('\n') + 1).trimEnd();
  const before = lines.endsWith('=') ? lines : start;
  const line = before.split('\n').length;
  const content = text.split('\n')[line - 1]?.trim() ?? '';
  const found = content.length > 60 ? `${content.slice(0, 57)}...` : content;
  const bare = /^[\w-]+\s*=\s*[A-Za-z/][^"']*$/.test(content);
  return {
    line,
    key: '',
    text: `not TOML: ${error.message.toLowerCase()}; found ${JSON.stringify(found)}`,
    ...(bare ? { hint: 'words and paths stand in quotes: log_file = "/var/log/bpfaudit/audit.log"' } : {}),
  };
}
