import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SIZE } from '../../../src/abi/abi.ts';
import type { OwnRecord } from '../../../src/daemon/own-record.ts';
import { BpfRuleStore } from '../../../src/daemon/rules/bpf-rule-store.ts';
import { bringRules } from '../../../src/daemon/service/configured-rules.ts';
import { printBpfRule } from '../../../src/rules/bpf/print-bpf-rule.ts';
import { BARE_CONTEXT } from '../../../src/rules/rule-context.ts';
import { functionName, replaceDoor } from '../../../src/sys/door.ts';

const isRoot = process.getuid?.() === 0;
const NO_NAMES = { file: () => undefined, cgroup: () => undefined };
const NO_PROGRAMS = { current: () => undefined, foreignId: () => 0 };
/** Slots for programs that the maps have. */
const SLOTS = 1024;
const ENOENT = 2;
const EWOULDBLOCK = 11;

let folder: string;
let rules: string;
let store: BpfRuleStore;
let said: string[];
let told: OwnRecord[];
let isLocked: boolean;
let door: Disposable;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'configured-rules-'));
  rules = join(folder, 'rules.d');
  mkdirSync(rules);
  said = [];
  told = [];
  isLocked = false;
  let errno = 0;
  // A kernel in which nothing is attached: no slot is taken, no program of others is known.
  const call = (_library: string, prototype: string): number => {
    const isLock = functionName(prototype) === 'flock';
    errno = isLock ? EWOULDBLOCK : ENOENT;
    return isLock && !isLocked ? 0 : -1;
  };
  door = replaceDoor({ call, callAsync: () => Promise.resolve(-1), errno: () => errno });
  const maps = {
    state: view(SIZE.state),
    rules: view(2 * SIZE.rules),
    programs: view(SLOTS * SIZE.prog),
    fd: () => 3,
  };
  store = new BpfRuleStore(maps, NO_PROGRAMS, () => NO_NAMES, {
    path: join(folder, 'lock'),
    patienceMs: 0,
  });
});
afterEach(() => {
  door[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

function view(bytes: number): DataView {
  return new DataView(new ArrayBuffer(bytes));
}

function write(name: string, ...lines: string[]): void {
  writeFileSync(join(rules, name), `${lines.join('\n')}\n`, { mode: 0o640 });
}

function bring(mayBeAbsent = false): void {
  const report = { say: (line: string) => said.push(line), tell: (record: OwnRecord) => told.push(record) };
  bringRules(rules, { store, context: () => BARE_CONTEXT, mayBeAbsent }, report);
}

function inForce(): string[] {
  return store.read().map((rule) => printBpfRule(rule));
}

const ofRoot = describe.skipIf(!isRoot);
const whyNot = isRoot ? '' : ': only root can make files that root owns';

ofRoot(`a folder of rules${whyNot}`, () => {
  test('comes into force in the order of ls -v, and the log says how much of it', () => {
    write('10-b.rules', '-a never,bpf -F uid=0');
    write('9-a.rules', '# first', '-a always,bpf -F verdict=deny -k denied');
    write('notes.txt', '-a never,bpf -F uid=1');
    bring();
    expect(inForce()).toEqual(['-a always,bpf -F verdict=deny -F key=denied', '-a never,bpf -F uid=0']);
    expect(store.epoch).toBe(1);
    const fields = { files: 2, rules: 2, added: 2, removed: 0, failed: 0 };
    expect(told).toEqual([{ type: 'DAEMON_CONFIG', op: 'rules-load', fields, res: 'success' }]);
    expect(said).toEqual([]);
  });

  test('that says what is in force already changes nothing', () => {
    write('a.rules', '-D', '-a never,bpf -F uid=0');
    bring();
    bring();
    expect(store.epoch).toBe(1);
    expect(told.at(-1)?.fields).toMatchObject({ rules: 1, added: 0, removed: 0 });
  });

  test('takes rules away with -D, in one change', () => {
    write('a.rules', '-a never,bpf -F uid=7', '-a never,bpf -F uid=8 -k eight');
    bring();
    write('a.rules', '-D -k eight', '-A always,bpf -F uid=9');
    bring();
    expect(inForce()).toEqual(['-a always,bpf -F uid=9', '-a never,bpf -F uid=7']);
    write('a.rules', '-D', '-a never,bpf -F uid=7');
    bring();
    expect(inForce()).toEqual(['-a never,bpf -F uid=7']);
    expect(store.epoch).toBe(3);
    expect(told.at(-1)?.fields).toMatchObject({ rules: 1, added: 0, removed: 1 });
  });

  test('keeps what was added by hand, as auditctl does', () => {
    write('a.rules', '-a never,bpf -F uid=7');
    bring();
    write('a.rules', '-a never,bpf -F uid=8');
    bring();
    expect(inForce()).toEqual(['-a never,bpf -F uid=7', '-a never,bpf -F uid=8']);
  });

  test('with errors: each is said and written down with its place, and the rest is in force', () => {
    write('a.rules', '-a never,bpf -F uuid=0', '-a never,bpf -F uid=1', 'nonsense');
    write('b.rules', '-d never,bpf -F uid=77', '-a never,bpf -F uid=2');
    write('c.rules', '-a never,bpf -F uid=3');
    chmodSync(join(rules, 'c.rules'), 0o666);
    bring();
    expect(inForce()).toEqual(['-a never,bpf -F uid=1', '-a never,bpf -F uid=2']);
    expect(said).toEqual([
      expect.stringMatching(
        /^rules: read rules from \S+c\.rules: it is world writable \(E_RULES_FILE\); hint: /,
      ),
      expect.stringMatching(
        /a\.rules:1:17: "uuid" is not a field of the list bpf \(E_RULE_FIELD\); hint: did you mean "uid"\?$/,
      ),
      expect.stringMatching(/a\.rules:3:1: .* \(E_RULE_SYNTAX\)/),
      expect.stringMatching(/b\.rules:1:1: delete rule: .* \(E_AUDIT_RULE_MISSING\)/),
    ]);
    expect(told[0]).toMatchObject({ op: 'rules-load', fields: { rules: 2, failed: 4 }, res: 'failed' });
    const wrong = told.slice(1);
    expect(wrong).toHaveLength(4);
    for (const record of wrong)
      expect(record).toMatchObject({ type: 'DAEMON_ERR', op: 'rule-failed', res: 'failed' });
    expect(wrong[1]?.fields).toEqual({
      path: join(rules, 'a.rules'),
      line: 1,
      code: { word: 'E_RULE_FIELD' },
      reason: expect.stringContaining('"uuid" is not a field'),
    });
  });

  test("leaves rules of the kernel's own lists alone, and says so", () => {
    write('a.rules', '-b 8192', '-w /etc/passwd -p wa', '-a never,bpf -F uid=1', '-e 2');
    bring();
    expect(inForce()).toEqual(['-a never,bpf -F uid=1']);
    expect(said).toEqual([`rules: 1 rules of ${rules} are for the kernel's own lists, and left to auditctl`]);
  });

  test('of which not all find room: those that do are in force', () => {
    const lines = Array.from({ length: 66 }, (_, uid) => `-a always,bpf -F uid=${uid} -F limit=1/1s`);
    write('a.rules', ...lines, '-a never,bpf -F uid=70');
    bring();
    expect(inForce()).toHaveLength(65);
    expect(inForce().at(-1)).toBe('-a never,bpf -F uid=70');
    expect(said).toEqual([
      expect.stringMatching(/a\.rules:65:1: .*at most 64 \(E_RULE_LIMIT\)/),
      expect.stringMatching(/a\.rules:66:1: .*at most 64 \(E_RULE_LIMIT\)/),
    ]);
  });

  test('that somebody else is changing: nothing changes, and the log says why', () => {
    write('a.rules', '-a never,bpf -F uid=1');
    isLocked = true;
    bring();
    expect(inForce()).toEqual([]);
    expect(told).toMatchObject([{ type: 'DAEMON_ERR', op: 'rule-failed', res: 'failed' }]);
    expect(said).toEqual([expect.stringMatching(/^rules: lock .* \(E_LOCKED\)/)]);
  });
});

describe('a folder without rules', () => {
  test('is not worth a word when it is empty', () => {
    bring();
    expect([said, told]).toEqual([[], []]);
  });

  test('is an error when it is not there, unless nobody has asked for it', () => {
    rmSync(rules, { recursive: true });
    bring(true);
    expect([said, told]).toEqual([[], []]);
    bring();
    expect(said).toEqual([
      expect.stringMatching(/^rules: read rules from \S+: No such file or directory \(E_RULES_FILE\)/),
    ]);
    expect(told).toMatchObject([{ type: 'DAEMON_ERR', op: 'rule-failed', fields: { path: rules } }]);
  });
});
