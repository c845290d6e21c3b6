import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import { ProgramLives, type KnownProgram } from '../../src/bpf/program-lives.ts';
import { ProgramLife, type Programs } from '../../src/daemon/program-life.ts';
import {
  programJson,
  programLine,
  programRecord,
  readProgramEvent,
} from '../../src/daemon/program-record.ts';
import { OwnSerials } from '../../src/events/event-id.ts';

const BOOT_MS = 1_700_000_000_000;

function program(id: number, loadMs: number, more: Partial<KnownProgram> = {}): KnownProgram {
  const base = { id, name: 'deny_open', tag: '0123456789abcdef', type: 'lsm', hook: 'file_open' };
  return { ...base, loadNs: loadMs * 1e6, ...more };
}

/** The kernel's programs, as the directory sees them. */
class FakePrograms implements Programs {
  running: KnownProgram[] = [];
  readonly #lives = new ProgramLives();

  current(id: number): KnownProgram | undefined {
    const found = this.running.find((one) => one.id === id);
    return found && this.#lives.started(found);
  }

  ended(id: number, atNs: number): KnownProgram | undefined {
    return this.#lives.ended(id, atNs);
  }

  look(): { loaded: KnownProgram[]; gone: KnownProgram[] } {
    const before = this.#lives.alive();
    const loaded = this.running.filter(
      (one) => !before.some(({ id, loadNs }) => id === one.id && loadNs === one.loadNs),
    );
    const gone = before.filter(
      (one) => !this.running.some(({ id, loadNs }) => id === one.id && loadNs === one.loadNs),
    );
    for (const one of gone) this.#lives.ended(one.id, Number.MAX_SAFE_INTEGER);
    return { loaded: loaded.map((one) => this.#lives.started(one)), gone };
  }
}

function makeLife(
  programs: FakePrograms,
  expectRecords: boolean,
): { life: ProgramLife; lines: () => string[] } {
  const out = new ByteWriter();
  const life = new ProgramLife({
    out,
    serials: new OwnSerials(0, () => {}),
    programs,
    format: programLine,
    expectRecords,
    bootEpochMs: () => BOOT_MS,
    nowMs: () => BOOT_MS + 60_000,
  });
  const lines = (): string[] => {
    const text = Buffer.from(out.view).toString();
    out.reset();
    return text.split('\n').filter(Boolean);
  };
  return { life, lines };
}

const at = (ms: number): { seconds: number; milliseconds: number; serial: number } => ({
  seconds: Math.floor((BOOT_MS + ms) / 1000),
  milliseconds: (BOOT_MS + ms) % 1000,
  serial: 9,
});

test('the record has all that is known, and its mark last', () => {
  expect(Buffer.from(programRecord(program(5, 0, { policy: 'guard.bpf.o' }), 'LOAD')).toString()).toBe(
    'prog-id=5 op=LOAD prog-name="deny_open" prog-type=lsm tag="0123456789abcdef" lsm-hook=file_open policy="guard.bpf.o" origin=bpf',
  );
  const bare = program(5, 0, { hook: undefined, type: 'xdp' });
  expect(Buffer.from(programRecord(bare, 'UNLOAD')).toString()).toBe(
    'prog-id=5 op=UNLOAD prog-name="deny_open" prog-type=xdp tag="0123456789abcdef" origin=bpf',
  );
});

test('the name of a file cannot forge a field', () => {
  const record = Buffer.from(programRecord(program(5, 0, { policy: 'a" op=UNLOAD\n' }), 'LOAD')).toString();
  expect(record).toContain(
    ` policy=${Buffer.from('a" op=UNLOAD\n').toString('hex').toUpperCase()} origin=bpf`,
  );
});

test.each([
  ['prog-id=5 op=LOAD', { progId: 5, operation: 'LOAD' }],
  ['prog-id=4294967295 op=UNLOAD', { progId: 4294967295, operation: 'UNLOAD' }],
  ['prog-id=5 op=LOADED', undefined],
  ['prog-id=x op=LOAD', undefined],
  ['op=LOAD prog-id=5', undefined],
])('reads %s', (body, expected) => {
  expect(readProgramEvent(body)).toEqual(expected);
});

test('without the kernel’s records, loads and unloads are told at once, each once', () => {
  const programs = new FakePrograms();
  const { life, lines } = makeLife(programs, false);
  programs.running = [program(5, 1500)];
  life.look();
  life.look();
  expect(lines()).toEqual([
    'type=BPF msg=audit(1700000001.500:2147483649): prog-id=5 op=LOAD prog-name="deny_open" prog-type=lsm ' +
      'tag="0123456789abcdef" lsm-hook=file_open origin=bpf',
  ]);
  programs.running = [];
  life.look();
  life.end();
  expect(lines().map((line) => line.slice(0, 68))).toEqual([
    'type=BPF msg=audit(1700000060.000:2147483650): prog-id=5 op=UNLOAD p',
  ]);
});

test('programs that ran before are no news, but their end is', () => {
  const programs = new FakePrograms();
  programs.running = [program(5, 10)];
  const { life, lines } = makeLife(programs, false);
  life.look();
  expect(lines()).toEqual([]);
  programs.running = [];
  life.look();
  expect(lines().length).toBe(1);
});

test('the kernel’s record is taken where it comes, and told for only where it does not', () => {
  const programs = new FakePrograms();
  const { life, lines } = makeLife(programs, true);
  programs.running = [program(5, 1000), program(6, 1000)];
  life.look();
  expect(Buffer.from(life.kernelRecord('prog-id=5 op=LOAD', at(996))!.body).toString()).toMatch(
    /^prog-id=5 op=LOAD prog-name=/,
  );
  expect(lines()).toEqual([]);
  life.look();
  expect(lines().map((line) => line.match(/prog-id=\d+ op=\w+/)?.[0])).toEqual(['prog-id=6 op=LOAD']);
});

test('an id that is given out again is not taken for the old program', () => {
  const programs = new FakePrograms();
  const { life } = makeLife(programs, true);
  programs.running = [program(5, 1000, { name: 'old' })];
  expect(life.kernelRecord('prog-id=5 op=LOAD', at(1000))?.program.name).toBe('old');
  // The record of the old program's end comes late: the id is already somebody else's.
  programs.running = [program(5, 50_000, { name: 'new' })];
  expect(life.kernelRecord('prog-id=5 op=UNLOAD', at(40_000))?.program.name).toBe('old');
  expect(life.kernelRecord('prog-id=5 op=LOAD', at(50_000))?.program.name).toBe('new');
  expect(life.kernelRecord('prog-id=5 op=UNLOAD', at(51_000))?.program.name).toBe('new');
});

test('a load that the program with the id is too young or too old for is not attributed', () => {
  const programs = new FakePrograms();
  const { life } = makeLife(programs, true);
  programs.running = [program(5, 50_000)];
  expect(life.kernelRecord('prog-id=5 op=LOAD', at(1000))).toBeUndefined();
  expect(life.kernelRecord('prog-id=7 op=LOAD', at(50_000))).toBeUndefined();
  expect(life.kernelRecord('garbage', at(50_000))).toBeUndefined();
});

test('JSON has the same', () => {
  const out = new ByteWriter();
  programJson(out, at(0), program(5, 0, { policy: 'guard.bpf.o' }), 'LOAD');
  expect(JSON.parse(Buffer.from(out.view).toString())).toEqual({
    type: 'BPF',
    time: '1700000000.000',
    serial: 9,
    op: 'LOAD',
    'prog-id': 5,
    prog: 'deny_open',
    'prog-type': 'lsm',
    tag: '0123456789abcdef',
    hook: 'file_open',
    policy: 'guard.bpf.o',
    origin: 'bpf',
  });
});
