import { expect, test } from 'vitest';
import { ProgramLives, type KnownProgram } from '../../src/bpf/program-lives.ts';

function program(id: number, loadNs: number, name = `p${loadNs}`): KnownProgram {
  return { id, name, tag: '0'.repeat(16), type: 'lsm', hook: 'file_open', loadNs };
}

test('a program is known from its load to its end', () => {
  const lives = new ProgramLives();
  lives.started(program(7, 100));
  expect(lives.at(7, 99)).toBeUndefined();
  expect(lives.at(7, 100)?.name).toBe('p100');
  expect(lives.ended(7, 200)?.name).toBe('p100');
  expect(lives.at(7, 200)?.name).toBe('p100');
  expect(lives.at(7, 201)).toBeUndefined();
  expect(lives.alive()).toEqual([]);
});

test('an id that is given out again names the new program, and the old one for old records', () => {
  const lives = new ProgramLives();
  lives.started(program(7, 100));
  lives.ended(7, 200);
  lives.started(program(7, 300));
  expect(lives.at(7, 150)?.name).toBe('p100');
  expect(lives.at(7, 250)).toBeUndefined();
  expect(lives.at(7, 350)?.name).toBe('p300');
});

test('without a word about the end, the next life ends the one before', () => {
  const lives = new ProgramLives();
  lives.started(program(7, 100));
  lives.started(program(7, 300));
  expect(lives.at(7, 299)?.name).toBe('p100');
  expect(lives.at(7, 300)?.name).toBe('p300');
  expect(lives.alive().map(({ name }) => name)).toEqual(['p300']);
});

test('an end that is told late does not end the new program', () => {
  const lives = new ProgramLives();
  lives.started(program(7, 300));
  expect(lives.ended(7, 200)).toBeUndefined();
  expect(lives.at(7, 350)?.name).toBe('p300');
});

test('told twice, the first that was known stays', () => {
  const lives = new ProgramLives();
  lives.started({ ...program(7, 100, 'a_name_longer_than_the_kernels'), policy: 'guard.bpf.o' });
  lives.started(program(7, 100, 'a_name_longer_t'));
  expect(lives.at(7, 100)?.policy).toBe('guard.bpf.o');
});

test('programs that are gone are forgotten in the end, those that live are not', () => {
  const lives = new ProgramLives();
  lives.started(program(1, 1));
  for (let id = 2; id < 10_000; id++) {
    lives.started(program(id, id));
    lives.ended(id, id + 1);
  }
  expect(lives.at(1, 1)).toBeDefined();
  expect(lives.at(2, 2)).toBeUndefined();
  expect(lives.at(9999, 9999)).toBeDefined();
});
