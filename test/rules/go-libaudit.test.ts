import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeRule, encodeRule } from '../../src/rules/kernel-bytes.ts';
import { parseRule } from '../../src/rules/parse-rule.ts';
import { isBpfRule } from '../../src/rules/rule.ts';
import { BARE_CONTEXT } from '../../src/rules/rule-context.ts';
import { packWords } from '../helpers/auditctl.ts';

const DIRECTORY = new URL('../fixtures/go-libaudit-rules/', import.meta.url);

// The one directory among the watches, on the machine that made the goldens.
const context = {
  ...BARE_CONTEXT,
  isDirectory: (path: string): boolean => path === '/tmp/audit-test/var/log/audit',
};

interface Golden {
  readonly file: string;
  readonly flags: string;
  readonly bytes: Uint8Array;
}

// The files are YAML of one shape: `- flags: LINE`, then `bytes: !!binary |` and lines of base64.
function readGoldens(file: string): Golden[] {
  const text = readFileSync(new URL(file, DIRECTORY), 'utf8');
  return text
    .split(/^- flags: /m)
    .slice(1)
    .map((entry) => {
      const [flags = '', base64 = ''] = entry.split(/\n {2}bytes: !!binary \|\n/);
      return {
        file,
        flags: flags.replace(/\n\s+/g, ' ').trim(),
        bytes: new Uint8Array(Buffer.from(base64, 'base64')),
      };
    });
}

const goldens = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.yml'))
  .flatMap((file) => readGoldens(file));

describe('goldens of go-libaudit', () => {
  it('are all there', () => {
    expect(goldens).toHaveLength(59);
  });

  it.each(goldens)('$file: $flags', ({ flags, bytes }) => {
    const rule = parseRule(flags, { file: 'golden', line: 1 }, context);
    if (isBpfRule(rule)) throw new Error('a rule of the list bpf');
    expect(packWords(encodeRule(rule))).toBe(packWords(asSent(bytes)));
    expect(decodeRule(encodeRule(rule))).toEqual({ ...rule });
  });
});

// Read back from the kernel, the bits of the syscall classes are gone, and netlink's padding is behind the text.
function asSent(bytes: Uint8Array): Uint8Array {
  const rule = decodeRule(bytes);
  const last = rule.syscalls.length - 1;
  if (rule.syscalls[last] === 0xffff) rule.syscalls[last] = 0xffffffff;
  return encodeRule(rule);
}
