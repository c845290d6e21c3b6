import { decodeHex, isHex } from './hex.ts';

/** Key names for control sequences, the longest first where one begins another. */
const NAMED_KEYS: readonly (readonly [string, string])[] = [
  ...Array.from({ length: 26 }, (_, i) => controlKey(i + 1)),
  ['\x7f', 'backspace'],
  ['\x1b[A', 'up'],
  ['\x1b[B', 'down'],
  ['\x1b[C', 'right'],
  ['\x1b[D', 'left'],
  ...['P', 'Q', 'R', 'S'].map((letter, i): [string, string] => [`\x1bO${letter}`, `F${i + 1}`]),
  ...[15, 17, 18, 19, 20, 21, 23, 24].map((code, i): [string, string] => [`\x1b[${code}~`, `F${i + 5}`]),
  ['\x1b', 'esc'],
];

function controlKey(code: number): [string, string] {
  const named: Record<number, string> = { 9: 'tab', 10: 'nl', 13: 'ret' };
  return [String.fromCharCode(code), named[code] ?? `^${String.fromCharCode(code + 0x40)}`];
}

/** Keystrokes as `-i` prints them: `"ls -l",<ret>`. What is not hexadecimal stands for itself. */
export function interpretTtyData(hex: string): string {
  if (!isHex(hex)) return hex;
  const data = decodeHex(hex);
  if (data === undefined) return hex;
  const parts: string[] = [];
  let text = '';
  for (let at = 0; at < data.length;) {
    const key = namedKey(data, at);
    if (key === undefined) {
      text += printable(data.charCodeAt(at));
      at += 1;
      continue;
    }
    if (text !== '') parts.push(`"${text}"`);
    text = '';
    parts.push(`<${key[1]}>`);
    at += key[0].length;
  }
  if (text !== '') parts.push(`"${text}"`);
  return parts.join(',');
}

function namedKey(data: string, at: number): readonly [string, string] | undefined {
  const code = data.charCodeAt(at);
  if (code >= 0x20 && (code < 0x7f || code >= 0xa0)) return undefined;
  return NAMED_KEYS.find(([sequence]) => data.startsWith(sequence, at));
}

function printable(code: number): string {
  if (code < 0x20 || code > 0x7e) return `\\${code.toString(8).padStart(3, '0')}`;
  const char = String.fromCharCode(code);
  return char === '\\' || char === '"' ? `\\${char}` : char;
}
