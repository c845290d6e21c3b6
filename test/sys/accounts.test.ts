import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { findGroupId, findGroupName, findUserId, findUserName } from '../../src/sys/accounts.ts';
import { replaceDoor } from '../../src/sys/door.ts';

const EIO = 5;
const ERANGE = 34;

test('users and groups of this machine', () => {
  expect(findUserId('root')).toBe(0);
  expect(findGroupId('root')).toBe(0);
  expect(findUserId(userInfo().username)).toBe(userInfo().uid);
});

test('names of users and groups of this machine', () => {
  expect(findUserName(0)).toBe('root');
  expect(findGroupName(0)).toBe('root');
  expect(findUserName(userInfo().uid)).toBe(userInfo().username);
  expect(findUserName(3_999_999_999)).toBeUndefined();
  expect(findGroupName(3_999_999_999)).toBeUndefined();
});

test('who does not exist', () => {
  expect(findUserId('no-such-user-bpfaudit')).toBeUndefined();
  expect(findGroupId('no-such-group-bpfaudit')).toBeUndefined();
  expect(findUserId('')).toBeUndefined();
});

test('a group too large for the first buffer', () => {
  const sizes: unknown[] = [];
  using _door = replaceDoor({
    call(_library, _prototype, args) {
      sizes.push(args[3]);
      if (Number(args[3]) < 4096) return ERANGE;
      if (args[1] instanceof Uint8Array) new DataView(args[1].buffer, args[1].byteOffset).setUint8(16, 77);
      if (args[4] instanceof Uint8Array) args[4][0] = 1;
      return 0;
    },
    callAsync: () => Promise.resolve(0),
    errno: () => 0,
  });
  expect(findGroupId('many')).toBe(77);
  expect(sizes).toEqual([1024, 2048, 4096]);
});

test('a directory service that fails is not taken for an answer', () => {
  using _door = replaceDoor({
    call: (_library, prototype) => (prototype.includes('strerror') ? 'Input/output error' : EIO),
    callAsync: () => Promise.resolve(0),
    errno: () => 0,
  });
  expect(() => findUserId('alice')).toThrow(expect.objectContaining({ code: 'E_ACCOUNT_LOOKUP' }));
});
