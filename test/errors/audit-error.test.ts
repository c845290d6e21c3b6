import { expect, test } from 'vitest';
import { BpfauditError, NotSupportedError } from '../../src/errors/audit-error.ts';

test('an error carries its code, its cure and its cause', () => {
  const cause = new Error('EPERM');
  const error = new BpfauditError('load program file_open: Permission denied (EACCES)', {
    code: 'E_BPF_LOAD',
    hint: 'run as root',
    cause,
  });
  expect(error).toMatchObject({ name: 'BpfauditError', code: 'E_BPF_LOAD', hint: 'run as root', cause });
});

test('not supported names the feature and the minimum kernel', () => {
  const error = new NotSupportedError('BPF_MAP_TYPE_RINGBUF', '5.8');
  expect(error.message).toBe(
    'BPF_MAP_TYPE_RINGBUF not supported by this kernel (requires Linux 5.8 or newer)',
  );
  expect(error.code).toBe('E_NOT_SUPPORTED');
});
