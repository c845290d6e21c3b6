import { describe, expect, test } from 'vitest';
import { errnoName, errnoNumber, errnoText } from '../../../src/audit/tables/errno.ts';
import { fieldClass } from '../../../src/audit/tables/field-classes.ts';
import { isElf64, machineOfElf } from '../../../src/audit/tables/machines.ts';
import {
  recordTypeName,
  recordTypeNumber,
  stockRecordTypeName,
} from '../../../src/audit/tables/record-types.ts';
import { syscallEntries, syscallName, syscallNumber } from '../../../src/audit/tables/syscalls.ts';

describe('system calls', () => {
  test.each([
    ['x86_64', 257, 'openat'],
    ['i386', 295, 'openat'],
    ['aarch64', 56, 'openat'],
    ['x86_64', 450, 'set_mempolicy_home_node'],
    ['aarch64', 461, 'lsm_list_modules'],
  ] as const)('%s %i is %s', (machine, number, name) => {
    expect(syscallName(machine, number)).toBe(name);
    expect(syscallNumber(machine, name)).toBe(number);
  });

  test('a number that does not exist has no name', () => {
    expect(syscallName('x86_64', 5000)).toBeUndefined();
    expect(syscallNumber('x86_64', 'nosuch')).toBeUndefined();
    expect(syscallEntries('x86_64').length).toBeGreaterThan(360);
  });
});

describe('record types', () => {
  test.each(['BPF_LSM_ACCESS', 'UNKNOWN[1427]', '1427'])('%s is 1427', (text) => {
    expect(recordTypeNumber(text)).toBe(1427);
  });

  test('a type that libaudit does not name still has a name here', () => {
    expect(recordTypeName(1427)).toBe('BPF_LSM_ACCESS');
    expect(stockRecordTypeName(1427)).toBeUndefined();
    expect(recordTypeName(1300)).toBe('SYSCALL');
  });

  test.each(['UNKNOWN[12345678]', 'NOSUCH', '', 'UNKNOWN[]'])('%j is no type', (text) => {
    expect(recordTypeNumber(text)).toBeUndefined();
  });
});

test('architectures, errors and field classes', () => {
  expect(machineOfElf(0xc000003e)).toBe('x86_64');
  expect(isElf64(0x40000003)).toBe(false);
  expect(errnoName(13)).toBe('EACCES');
  expect(errnoText(13)).toBe('Permission denied');
  expect(errnoNumber('EWOULDBLOCK')).toBe(11);
  expect(fieldClass('exe')).toBe('escaped');
  expect(fieldClass('prog-id')).toBe('unclassified');
});
