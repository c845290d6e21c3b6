/** One package archive, as apt's configuration names it. */
export interface AptSource {
  /** Where the archive is, without a trailing slash. */
  readonly uri: string;
  /** Its distributions: `bookworm`, `bookworm-security`. */
  readonly suites: readonly string[];
  /** Its parts: `main`. */
  readonly components: readonly string[];
  /** Key file, fingerprint or whole key (several lines), as written. */
  readonly signedBy?: string;
}

const debianRelease = /^(bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)$/;
const debianSecurity = /^(bullseye|bookworm|trixie|forky|oldstable|stable|testing)-security$/;

/**
 * Reads one file of apt's configuration.
 *
 * @param name File name: `*.sources` is the deb822 form, anything else has one archive per line.
 * @returns Its binary archives; source archives and disabled stanzas are left out.
 * @see https://manpages.debian.org/sources.list.5
 */
export function parseAptSources(name: string, text: string): AptSource[] {
  return name.endsWith('.sources') ? parseStanzas(text) : parseLines(text);
}

function parseLines(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+([^#]+)/.exec(line);
    if (match === null) continue;
    const [, options = '', uri = '', rest = ''] = match;
    const [suite = '', ...components] = words(rest);
    const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1];
    sources.push({ uri: trimSlash(uri), suites: [suite], components, ...(signedBy && { signedBy }) });
  }
  return sources;
}

function parseStanzas(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const stanza of text.split(/\n(?:[ \t]*\n)+/)) {
    const fields = parseStanza(stanza);
    if (!words(fields.get('types')).includes('deb')) continue;
    if (/^(no|false|0)$/i.test(fields.get('enabled') ?? 'yes')) continue;
    const signedBy = fields.get('signed-by');
    sources.push({
      uri: trimSlash(words(fields.get('uris'))[0] ?? ''),
      suites: words(fields.get('suites')),
      components: words(fields.get('components')),
      ...(signedBy !== undefined && { signedBy }),
    });
  }
  return sources;
}

/** Field names in lower case; the lines of a value that continues are kept as they stand. */
function parseStanza(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let field = '';
  for (const line of stanza.split('\n')) {
    if (line.startsWith('#')) continue;
    const start = /^([A-Za-z][\w-]*):[ \t]*(.*)$/.exec(line);
    if (start !== null) {
      field = (start[1] ?? '').toLowerCase();
      fields.set(field, start[2] ?? '');
    } else if (/^[ \t]/.test(line) && field !== '') {
      fields.set(field, `${fields.get(field) ?? ''}\n${line}`);
    }
  }
  return fields;
}

/**
 * Writes the private sources file from which kernels are fetched.
 *
 * The mirror is the machine's own, so that proxies, caches and air-gapped mirrors keep working.
 *
 * @param sources What {@link parseAptSources} found on this machine.
 * @param suites Suites to read from the Debian archive.
 * @param securitySuites Suites to read from the security archive, if the machine has one.
 * @returns The deb822 text, or `undefined` if the machine has no Debian archive.
 */
export function deriveSources(
  sources: readonly AptSource[],
  suites: readonly string[],
  securitySuites: readonly string[],
): string | undefined {
  const archive = sources.find(({ suites: known }) => known.some((suite) => debianRelease.test(suite)));
  if (archive === undefined) return undefined;
  const security = sources.find(({ suites: known }) => known.some((suite) => debianSecurity.test(suite)));
  const stanzas = [stanzaFor(archive, suites)];
  if (security !== undefined) stanzas.push(stanzaFor(security, securitySuites));
  return stanzas.join('\n');
}

function stanzaFor(source: AptSource, suites: readonly string[]): string {
  const lines = ['Types: deb', `URIs: ${source.uri}`, `Suites: ${suites.join(' ')}`, 'Components: main'];
  if (source.signedBy !== undefined) lines.push(`Signed-By: ${source.signedBy}`);
  return `${lines.join('\n')}\n`;
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

function trimSlash(uri: string): string {
  return uri.replace(/\/+$/, '');
}
