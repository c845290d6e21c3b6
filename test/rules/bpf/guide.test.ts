import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BPF_ALIASES, BPF_FIELDS } from '../../../src/rules/bpf/bpf-fields.ts';

const guide = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');

it.each([...BPF_FIELDS])('the guide has %s with its operators', (name, spec) => {
  const row = guide.split('\n').find((line) => line.startsWith('| `') && line.includes(`\`${name}\``));
  expect(row?.split(' | ')[1]).toBe(spec.operators.join(' '));
});

it('the guide has the other spellings', () => {
  for (const alias of BPF_ALIASES.keys()) expect(guide).toContain(`(\`${alias}\`)`);
});
