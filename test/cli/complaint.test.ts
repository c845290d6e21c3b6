import { expect, test } from 'vitest';
import { VerifierError } from '../../src/bpf/verifier-error.ts';
import { complaint, problemComplaint, wholeComplaint } from '../../src/cli/complaint.ts';
import { BpfauditError } from '../../src/errors/audit-error.ts';

test('an error is one line: what, code, cure', () => {
  const error = new BpfauditError('open a: gone', { code: 'E_LOG', hint: 'make it' });
  expect(complaint(error)).toBe('open a: gone (E_LOG); hint: make it');
  expect(wholeComplaint(error)).toBe(complaint(error));
});

test('what stands in a file can do nothing to the terminal, and begins no line', () => {
  const problem = { line: 2, key: 'a\u001b[31m\nb.toml:3: fine', text: 'no such key', hint: '\u001b[0m' };
  expect(problemComplaint('\u009b.toml', problem, 'E_MANIFEST')).toBe(
    '\\x9b.toml:2: a\\x1b[31m\\x0ab.toml:3: fine: no such key (E_MANIFEST); hint: \\x1b[0m',
  );
});

test('the verifier has lines of its own, but no escape sequence', () => {
  const error = new VerifierError('a.bpf.o', 'guard', 'refused', 'R1 !read_ok\n\u001b[2Jsaid');
  const [first, ...tail] = wholeComplaint(error).split('\n');
  expect(first).toBe(complaint(error));
  expect(tail).toEqual(['R1 !read_ok', '\\x1b[2Jsaid']);
});
