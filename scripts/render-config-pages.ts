import { defaultSettings } from '../src/daemon/config/read-config.ts';
import { renderConfig, sectionWhy, SHIPPED_HEAD } from '../src/daemon/config/render-config.ts';
import { ALL_KEYS, SECTION_NAMES, type AnyKey } from '../src/daemon/config/schema.ts';

const BEGIN = '<!-- keys: written by npm run config-pages -->';
const END = '<!-- end of keys -->';

/** The files that come from the schema, by path: their text. */
export function configPages(read: (file: string) => string): Readonly<Record<string, string>> {
  return {
    'etc/bpfaudit/bpfaudit.toml': renderConfig(defaultSettings(), SHIPPED_HEAD),
    'man/bpfaudit.toml.5': between(
      read('man/bpfaudit.toml.5'),
      '.\\" keys begin\n',
      '.\\" keys end',
      manKeys(),
    ),
    'docs/configuration.md': between(read('docs/configuration.md'), `${BEGIN}\n`, END, markdownKeys()),
  };
}

function between(text: string, begin: string, end: string, content: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`expected the lines ${JSON.stringify([begin, end])}`);
  return text.slice(0, from + begin.length) + content + text.slice(to);
}

function keysOf(section: string): readonly AnyKey[] {
  return ALL_KEYS.filter((key) => key.section === section);
}

function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1');
}

function manKeys(): string {
  return SECTION_NAMES.map((section) => {
    const keys = keysOf(section).map(({ name, key }) => {
      const unit = key.unit === undefined ? '' : ` ${key.unit}`;
      const values = `Values: ${key.expected}. Default: ${key.write(key.default)}${unit}.`;
      return `.TP\n.B ${roff(name)}\n${roff(key.why)}.\n${roff(values)}\n`;
    });
    return `.SS [${section}]\n${roff(sectionWhy(section))}\n${keys.join('')}`;
  }).join('');
}

function markdownKeys(): string {
  return (
    SECTION_NAMES.map((section) => {
      const rows = keysOf(section).map(({ name, key }) => {
        const unit = key.unit ?? '';
        return `| \`${name}\` | \`${key.write(key.default)}\` | ${unit} | ${key.expected} | ${key.why} |\n`;
      });
      const head = '| Key | Default | Unit | Values | Why |\n| --- | --- | --- | --- | --- |\n';
      return `\n### [${section}]\n\n${sectionWhy(section)}\n\n${head}${rows.join('')}`;
    }).join('') + '\n'
  );
}
