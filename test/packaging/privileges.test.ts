import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { KEPT } from '../../src/cli/bpfauditd/confine.ts';
import { ROOT } from '../helpers/source-files.ts';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const kept = Object.keys(KEPT).toSorted();

test('the unit keeps the capabilities that the daemon keeps, and no others', () => {
  const [, names = ''] = /^CapabilityBoundingSet=(.*)$/m.exec(read('etc/systemd/bpfauditd.service')) ?? [];
  expect(names.split(' ').toSorted()).toEqual(kept);
});

test('the manual says what each is for', () => {
  const page = read('man/bpfauditd.8');
  expect([...page.matchAll(/^\.B (CAP_\w+)$/gm)].map(([, name = '']) => name).toSorted()).toEqual(kept);
});
