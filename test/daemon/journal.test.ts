import { describe, expect, test } from 'vitest';
import { STATE_AT } from '../../src/abi/abi.ts';
import { fateOf, Journal, type LogPlace, type RewindableLog } from '../../src/daemon/journal.ts';

const NOTE = { length: 10, ino: 7n, before: 100 };

describe('what became of a batch', () => {
  test.each<[string, LogPlace | undefined, ReturnType<typeof fateOf>]>([
    ['nothing is in the log', { ino: 7, size: 100 }, { kind: 'again' }],
    ['one byte is', { ino: 7, size: 101 }, { kind: 'cut', size: 100 }],
    ['all but one byte are', { ino: 7, size: 109 }, { kind: 'cut', size: 100 }],
    ['all is', { ino: 7, size: 110 }, { kind: 'written' }],
    ['all is, and more', { ino: 7, size: 130 }, { kind: 'written' }],
    ['the log is shorter than before', { ino: 7, size: 50 }, { kind: 'again' }],
    ['it is another log', { ino: 8, size: 110 }, { kind: 'again' }],
    ['there is no log', undefined, { kind: 'again' }],
  ])('%s', (_what, place, fate) => {
    expect(fateOf(NOTE, place)).toEqual(fate);
  });

  test('no note', () => {
    expect(fateOf({ ...NOTE, length: 0 }, { ino: 7, size: 110 })).toEqual({ kind: 'again' });
  });
});

class Killed extends Error {}

/** A machine that goes on when the reader is killed: ring, shared memory, log. */
class Machine {
  /** Lines in the ring, each at its position. */
  readonly ring: string[] = [];
  released = 0;
  log = '';
  ino = 1;
  rotated = '';
  /** Stores to shared memory and bytes in the log survive; the reader dies at this step. */
  steps = 0;
  killAt: number = Infinity;
  readonly state: DataView = new DataView(new ArrayBuffer(4096));

  step(): void {
    if (this.steps++ === this.killAt) throw new Killed();
  }

  /** The reader of old: take a batch, note, write, release, clear; here with a death before every step. */
  read(): void {
    const journal = new Journal(this.#stateThatDies(), this.#logThatDies());
    let next = this.released;
    journal.recover((end) => {
      this.step();
      this.released = Math.max(this.released, Number(end));
      next = this.released;
    });
    while (next < this.ring.length) {
      const batch = this.ring.slice(next, next + 3);
      const end = next + batch.length;
      const lines = batch.map((line) => `${line}\n`).join('');
      journal.begin(lines.length, BigInt(end));
      for (const byte of lines) {
        this.step();
        this.log += byte;
      }
      this.step();
      this.released = end;
      next = end;
      journal.end();
    }
  }

  #stateThatDies(): DataView {
    const { state } = this;
    const step = (): void => this.step();
    return new Proxy(state, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (String(name).startsWith('set')) step();
          return Reflect.apply(value, target, args);
        };
      },
    });
  }

  #logThatDies(): RewindableLog {
    return {
      place: () => ({ ino: this.ino, size: this.log.length }),
      rewind: (size) => {
        this.step();
        this.log = this.log.slice(0, size);
      },
      // the log's own records, and its rotation
      ready: () => {
        if (this.log.length > 0) return;
        this.step();
        this.log = 'own\n';
      },
      settle: () => {
        if (this.log.length < 20) return;
        this.step();
        this.rotated += this.log;
        this.log = '';
        this.ino++;
      },
    };
  }
}

function recordsOf(machine: Machine): string[] {
  return (machine.rotated + machine.log).split('\n').filter((line) => line !== '' && line !== 'own');
}

function machineWith(count: number): Machine {
  const machine = new Machine();
  for (let i = 0; i < count; i++) machine.ring.push(`r${i}`);
  return machine;
}

const whole = machineWith(20);
whole.read();

test('without a kill every record is there once', () => {
  expect(recordsOf(whole)).toEqual(whole.ring);
  expect(whole.steps).toBeGreaterThan(100);
});

test(`killed before each of ${whole.steps} steps: every record is there once`, () => {
  for (let kill = 0; kill < whole.steps; kill++) {
    const machine = machineWith(20);
    machine.killAt = kill;
    expect(() => machine.read()).toThrow(Killed);
    machine.killAt = Infinity;
    machine.read();
    expect(recordsOf(machine), `killed before step ${kill}`).toEqual(machine.ring);
  }
});

test('killed again while it recovers, at every pair of steps: every record is there once', () => {
  for (let first = 0; first < whole.steps; first++) {
    for (let second = 0; second < 12; second++) {
      const machine = machineWith(20);
      machine.killAt = first;
      expect(() => machine.read()).toThrow(Killed);
      machine.killAt = machine.steps + second;
      try {
        machine.read();
      } catch (error) {
        expect(error).toBeInstanceOf(Killed);
      }
      machine.killAt = Infinity;
      machine.read();
      expect(recordsOf(machine), `killed before steps ${first} and ${second}`).toEqual(machine.ring);
    }
  }
});

test('lines that were in memory only are told of', () => {
  const state = new DataView(new ArrayBuffer(4096));
  const lost: number[] = [];
  const watchers: ((lines: number) => void)[] = [];
  const log: RewindableLog = {
    place: () => undefined,
    rewind: () => undefined,
    watchHeld: (callback) => watchers.push(callback),
    lostWhenKilled: (lines) => lost.push(lines),
  };
  new Journal(state, log).recover(() => undefined);
  expect(watchers).toHaveLength(1);
  watchers[0]?.(5);
  expect(state.getUint32(STATE_AT.held, true)).toBe(5);
  new Journal(state, log).recover(() => undefined);
  new Journal(state, log).recover(() => undefined);
  expect(lost).toEqual([5]);
});

test('a log that takes no lines leaves no note', () => {
  const state = new DataView(new ArrayBuffer(4096));
  const journal = new Journal(state, { place: () => undefined, rewind: () => undefined });
  journal.begin(10, 5n);
  expect(state.getUint32(STATE_AT.batch_len, true)).toBe(0);
});
