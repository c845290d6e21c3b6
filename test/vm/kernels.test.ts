import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GuestError } from '../../vm/guest-error.ts';
import { findKernel } from '../../vm/kernels.ts';

const image = import.meta.filename;
const missing = join(import.meta.dirname, 'no-such-image');

/** What is said about a kernel that is not there. */
function refusal(name: string, environment: NodeJS.ProcessEnv): Partial<GuestError> {
  try {
    findKernel(name, environment);
  } catch (error) {
    if (error instanceof GuestError) return { message: error.message, code: error.code, hint: error.hint };
    throw error;
  }
  throw new Error(`${name} was found`);
}

test('the oracle is where the environment says, and nowhere else', () => {
  expect(findKernel('oracle', { BPFAUDIT_ORACLE_KERNEL: image })).toEqual({
    name: 'oracle',
    image,
    channel: 'serial',
  });
  const cure = { code: 'E_GUEST_KERNEL', hint: 'set BPFAUDIT_ORACLE_KERNEL to its image' };
  const unknown = { message: 'find kernel oracle: BPFAUDIT_ORACLE_KERNEL is not set', ...cure };
  expect(refusal('oracle', {})).toEqual(unknown);
  expect(refusal('oracle', { BPFAUDIT_ORACLE_KERNEL: '' })).toEqual(unknown);
  expect(refusal('oracle', { BPFAUDIT_ORACLE_KERNEL: missing })).toEqual({
    message: `find kernel oracle: no such file ${missing}`,
    ...cure,
  });
});

test('an image is found by its path', () => {
  expect(findKernel(image, {})).toEqual({ name: image, image, channel: 'serial' });
  expect(refusal(missing, {})).toEqual({
    message: `find kernel ${missing}: no such file ${missing}`,
    code: 'E_GUEST_KERNEL',
    hint: undefined,
  });
});

test('a kernel that is not fetched can be', () => {
  const folder = { BPFAUDIT_KERNELS: missing };
  expect(refusal('6.12', folder)).toEqual({
    message: `find kernel 6.12: no such file ${join(missing, '6.12/vmlinuz')}`,
    code: 'E_GUEST_KERNEL',
    hint: 'run vm/fetch-kernels.sh',
  });
});
