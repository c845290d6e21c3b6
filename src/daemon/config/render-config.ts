import { ALL_KEYS, SCHEMA, SECTION_NAMES } from './schema.ts';
import type { Settings } from './settings.ts';

const WIDTH = 100;

/**
 * Writes bpfaudit.toml with every key, its default, its unit and one line of why: the shipped file with the
 * default settings, an imported one with others.
 *
 * @param head - lines of comment for the top
 */
export function renderConfig(settings: Settings, head: readonly string[]): string {
  const lines = head.map((line) => `# ${line}`.trimEnd());
  for (const section of SECTION_NAMES) {
    lines.push('', `# ${sectionWhy(section)}`, `[${section}]`);
    for (const { name, key } of ALL_KEYS.filter((one) => one.section === section)) {
      const value = valuesOf(settings, section)[name];
      const unit = key.unit === undefined ? '' : ` ${key.unit}`;
      const values = `Values: ${key.expected}. Default: ${key.write(key.default)}${unit}`;
      lines.push('', ...wrap(key.why), ...wrap(values), `${name} = ${key.write(value)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Head of the file that is shipped. */
export const SHIPPED_HEAD: readonly string[] = [
  'Configuration of bpfauditd: /etc/bpfaudit/bpfaudit.toml',
  '',
  'Every key is here with its default. Check a change with: bpfaudit config check FILE',
  'An existing auditd.conf is carried over with: bpfaudit config import /etc/audit/auditd.conf',
  'More: bpfaudit.toml(5)',
];

/** Why a section is there. */
export function sectionWhy(section: string): string {
  return Object.entries(SCHEMA).find(([name]) => name === section)?.[1].why ?? '';
}

function valuesOf(settings: Settings, section: string): Readonly<Record<string, unknown>> {
  const found: unknown = Object.entries(settings).find(([name]) => name === section)?.[1];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a section is an object of values
  return found as Readonly<Record<string, unknown>>;
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
