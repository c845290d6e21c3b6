import { expect, test } from 'vitest';
import { printable } from '../../src/errors/printable.ts';

test.each([
  ['/etc/bpfaudit/Größe 1.toml', '/etc/bpfaudit/Größe 1.toml'],
  ['\u001b[31mred', '\\x1b[31mred'],
  ['\u009b31mred', '\\x9b31mred'],
  ['one\nready\r', 'one\\x0aready\\x0d'],
  ['abc\u202edcba', 'abc\\u202edcba'],
  ['half \ud800 of one', 'half \\ud800 of one'],
  ['\u2028', '\\u2028'],
])('%j becomes %s', (text, expected) => {
  expect(printable(text)).toBe(expected);
});
