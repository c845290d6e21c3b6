/** How unprintable characters of an interpreted value are shown, as `--escape` of ausearch(8) names them. */
export const ESCAPE_MODES = ['raw', 'tty', 'shell', 'shell_quote'] as const;

/** One of {@link ESCAPE_MODES}. */
export type EscapeMode = (typeof ESCAPE_MODES)[number];

const SHELL = new Set('"\'`$\\!()| '.split(''));
const SHELL_QUOTE = new Set('"\'`$\\!()| ;#&*?[]<>{}'.split(''));

/**
 * Escapes a latin-1 string for output.
 *
 * `tty` turns control characters into `\ooo`, so that no log can send escape sequences to a terminal;
 * `shell` and `shell_quote` also put a backslash before what a shell would read; `raw` changes nothing.
 */
export function escapeText(text: string, mode: EscapeMode): string {
  if (mode === 'raw') return text;
  if (mode === 'tty') return hasControl(text) ? escapeWith(text, undefined) : text;
  return escapeWith(text, mode === 'shell' ? SHELL : SHELL_QUOTE);
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) < 0x20) return true;
  return false;
}

function escapeWith(text: string, special: ReadonlySet<string> | undefined): string {
  let out = '';
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (code < 0x20) out += `\\${code.toString(8).padStart(3, '0')}`;
    else out += special?.has(char) === true ? `\\${char}` : char;
  }
  return out;
}
