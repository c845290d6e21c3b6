import { nearMiss } from '../../errors/near-miss.ts';
import type { ConfigProblem } from '../../toml/config-error.ts';

/** A plugin as auditd knows it: one file of auditd-plugins(5). */
export interface PluginFile {
  readonly active: boolean;
  /** The program; starts with `/`, or with `builtin_` for what was part of auditd once. */
  readonly path: string;
  readonly args: readonly string[];
  /** How records are handed over on its standard input. */
  readonly format: 'string' | 'binary';
}

/** A plugin file that was read. */
export interface ReadPluginFile {
  /** Nothing if anything is wrong. */
  readonly plugin: PluginFile | undefined;
  readonly problems: readonly ConfigProblem[];
}

const KEYS = ['active', 'direction', 'path', 'type', 'args', 'format'];
/** auditd hands over no more. */
const MOST_ARGS = 4;
const WORDS: Readonly<Record<string, readonly string[]>> = {
  active: ['yes', 'no'],
  direction: ['out'],
  type: ['always', 'builtin'],
  format: ['string', 'binary'],
};

/** Reads a file of plugins.d. Capitals of keys and words do not matter, as in auditd. */
export function readPluginFile(text: string): ReadPluginFile {
  const problems: ConfigProblem[] = [];
  const values = new Map<string, string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const [, name = '', value = ''] = /^([^\s=]+)\s*=\s*(.*)$/.exec(content) ?? [];
    const key = name.toLowerCase();
    const problem = problemOf(key, value, content);
    if (problem) problems.push({ line: index + 1, key, ...problem });
    else values.set(key, value);
  }
  if (!values.has('path') && !problems.some(({ key }) => key === 'path')) {
    problems.push({ line: 0, key: 'path', text: 'expected the path of a program, found none' });
  }
  return { plugin: problems.length > 0 ? undefined : pluginOf(values), problems };
}

function pluginOf(values: ReadonlyMap<string, string>): PluginFile {
  return {
    active: values.get('active')?.toLowerCase() === 'yes',
    path: values.get('path') ?? '',
    args: (values.get('args') ?? '').split(/\s+/).filter((arg) => arg !== ''),
    format: values.get('format')?.toLowerCase() === 'binary' ? 'binary' : 'string',
  };
}

function problemOf(
  key: string,
  value: string,
  content: string,
): Omit<ConfigProblem, 'line' | 'key'> | undefined {
  if (key === '') return { text: `expected KEY = VALUE, found ${JSON.stringify(content.slice(0, 60))}` };
  if (!KEYS.includes(key)) {
    const near = nearMiss(key, KEYS);
    return {
      text: `expected one of ${KEYS.join(', ')}`,
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    };
  }
  const words = WORDS[key];
  if (words && !words.includes(value.toLowerCase())) {
    return { text: `expected ${words.join(' or ')}, found ${JSON.stringify(value)}` };
  }
  if (key === 'path' && !/^(?:\/[^\s]*[^\s/]|builtin_\w+)$/.test(value)) {
    return { text: `expected an absolute path, found ${JSON.stringify(value)}` };
  }
  const count = value.split(/\s+/).length;
  if (key === 'args' && count > MOST_ARGS) return { text: `expected at most ${MOST_ARGS}, found ${count}` };
  return undefined;
}
