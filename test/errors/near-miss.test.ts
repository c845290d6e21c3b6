import { expect, it } from 'vitest';
import { nearMiss } from '../../src/errors/near-miss.ts';

const FIELDS = ['uid', 'gid', 'euid', 'success', 'devmajor', 'devminor'];

it.each([
  ['uuid', 'uid'],
  ['UDI', 'uid'],
  ['sucess', 'success'],
  ['succses', 'success'],
  ['devmajro', 'devmajor'],
  ['gd', 'gid'],
])('takes %s for %s', (word, meant) => {
  expect(nearMiss(word, FIELDS)).toBe(meant);
});

it.each(['', 'x', 'bogus', 'devicemajor', 'u'.repeat(1000)])('finds nothing near %s', (word) => {
  expect(nearMiss(word, FIELDS)).toBeUndefined();
});

it('prefers the nearest, then the first', () => {
  expect(nearMiss('eud', ['gid', 'euid', 'eid'])).toBe('euid');
});
