import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BpfauditError } from '../../src/errors/audit-error.ts';
import { errorName, messageOf } from '../../src/errors/thrown.ts';

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

const missing = thrownBy(() => statSync('/no/such/file'));

test('the name of a system error, also below one of ours', () => {
  expect(errorName(missing)).toBe('ENOENT');
  expect(errorName(new BpfauditError('x', { code: 'E_LOG', cause: missing }))).toBe('ENOENT');
});

test('what has no such name', () => {
  expect(errorName(new BpfauditError('x', { code: 'E_LOG' }))).toBe('');
  expect(errorName(new Error('EPERM'))).toBe('');
  expect(errorName('ENOENT')).toBe('');
  expect(errorName(Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }))).toBe('');
});

test('what was thrown, in words', () => {
  expect(messageOf(new Error('broken'))).toBe('broken');
  expect(messageOf('broken')).toBe('broken');
  expect(messageOf(undefined)).toBe('undefined');
});
