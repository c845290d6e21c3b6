import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CONTEXT, EVENT_AT, FIELD, missingNames } from '../../src/abi/abi.ts';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import type { ProgramDirectory } from '../../src/bpf/program-directory.ts';
import { auditGap } from '../../src/daemon/gap-record.ts';
import { auditLines } from '../../src/daemon/joined-format.ts';
import type { PolicyFacts } from '../../src/daemon/policy-text.ts';
import type { Decision, Outcome } from '../../src/events/join/joined-event.ts';
import { Random } from '../helpers/random.ts';
import {
  anyCapture,
  anyText,
  captureFields,
  everyField,
  type Captured,
  type Expected,
  type Spelling,
} from '../helpers/random-event.ts';
import { ringEvent, type EventNumbers } from '../helpers/ring-event.ts';
import { searchLogs } from '../helpers/search-logs.ts';

// Any event that bpfaudit writes is read back the same: each field of each of its records, by search --json.
const EVENTS = 400;
const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-fields-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Written {
  readonly lines: Buffer;
  /** Fields by type of record; the record of a loss is an event by itself. */
  readonly expected: ReadonlyMap<string, Expected>;
}

const number = (value: number | bigint | string): { spelling: Spelling; value: string } => ({
  spelling: 'number',
  value: String(value),
});
const untrusted = (value: string): { spelling: Spelling; value: string } => ({
  spelling: 'untrusted',
  value,
});

/** A policy of which all is known that can be. */
const POLICY = ' policy="guard" policy-version="1.2.0" lsm-hook=file_open';
function policyOf(cgroup: string): ProgramDirectory {
  const facts: PolicyFacts = {
    policyOf: () => ({
      policy: 'guard',
      version: '1.2.0',
      generation: 1,
      mode: 0,
      hookId: 7,
      hook: 'file_open',
      text: Buffer.from(POLICY),
    }),
    unasked: () => ({ policies: ['b', 'c'], text: Buffer.from(' unasked="b,c"') }),
    cgroup: () => ({
      path: cgroup,
      text: Buffer.from(` cgroup=${Buffer.from(cgroup, 'latin1').toString('hex').toUpperCase()}`),
    }),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- lines of a log ask for no more
  return facts as ProgramDirectory;
}

function policyFields(denied: boolean, cgroup: string): Expected {
  const fields: Expected = new Map();
  fields.set('policy', untrusted('guard'));
  fields.set('policy-version', untrusted('1.2.0'));
  fields.set('lsm-hook', number('file_open'));
  if (denied) fields.set('unasked', untrusted('b,c'));
  fields.set('cgroup', untrusted(cgroup));
  return fields;
}

const IDS = ['ppid', 'auid', 'uid', 'gid', 'euid', 'suid', 'fsuid', 'egid', 'sgid', 'fsgid', 'ses'] as const;

function syscallFields(
  numbers: EventNumbers,
  args: readonly bigint[],
  task: { readonly comm: string; readonly tty: string },
  outcome: Outcome | undefined,
  exe: string,
): Expected {
  const fields: Expected = new Map([
    ['arch', number((numbers.arch ?? 0).toString(16))],
    ['syscall', number(numbers.syscall ?? 0)],
  ]);
  if (outcome !== undefined) {
    fields.set('success', number(outcome.success ? 'yes' : 'no'));
    fields.set('exit', number(outcome.exit));
  }
  args.forEach((value, i) => fields.set(`a${i}`, number(value.toString(16))));
  fields.set('items', number(0));
  for (const name of IDS) fields.set(name, number(numbers[name] ?? 0));
  fields.set('pid', number(numbers.tgid ?? 0));
  fields.set('tty', number(task.tty));
  fields.set('comm', untrusted(task.comm));
  fields.set('exe', untrusted(exe));
  fields.set('key', number('(null)'));
  fields.set('origin', number('bpf'));
  return fields;
}

function builtFields({ cwd, proctitle, args }: Captured): readonly (readonly [string, Expected])[] {
  const origin = ['origin', number('bpf')] as const;
  const execve: Expected = new Map([['argc', number(args.length)]]);
  args.forEach((text, i) => execve.set(`a${i}`, untrusted(text)));
  execve.set(...origin);
  return [
    ['EXECVE', execve],
    ['CWD', new Map([['cwd', untrusted(cwd)], origin])],
    ['PROCTITLE', new Map([['proctitle', untrusted(proctitle)], origin])],
  ];
}

function anyEvent(random: Random, serial: number): Written {
  const capture = anyCapture(random);
  const parts = everyField(random).filter(() => !random.once(4));
  const task = { comm: anyText(random, 15), tty: random.pick(['pts0', 'tty1']) };
  const isPermissive = random.once(3);
  const verdict = random.once(3) ? 0 : -1 - random.below(133);
  const missing = random.once(2) ? 0 : 1 << random.pick([FIELD.CAUSE, FIELD.PATH, FIELD.STR]);
  const bits = CONTEXT.PRESENT | CONTEXT.SYSCALL | CONTEXT.VERDICT;
  const numbers: EventNumbers = {
    prog_id: 1 + random.below(0x7fffffff),
    tgid: 1 + random.below(4_194_304),
    arch: 0xc000003e,
    syscall: random.below(460),
    context: isPermissive ? bits | CONTEXT.MONITOR : bits,
    verdict,
    missing,
    ...Object.fromEntries(IDS.map((name) => [name, random.below(0x1_0000_0000)] as const)),
  };
  const args = Array.from(
    { length: 4 },
    () => BigInt(random.below(0x1_0000_0000)) << BigInt(random.below(32)),
  );
  const fields = [...parts.map(({ field }) => field), ...captureFields(capture)];
  const bytes = ringEvent({ numbers, args, comm: Buffer.from(task.comm, 'latin1'), tty: task.tty, fields });
  const view = new DataView(bytes.buffer);
  const decision: Decision = { bytes, view, at: 0, more: [], progId: view.getUint32(EVENT_AT.prog_id, true) };
  const outcome = random.once(4) ? undefined : { success: verdict === 0, exit: BigInt(verdict) };
  const id = { seconds: 1_700_000_000, milliseconds: 0, serial };
  const cgroup = `/${anyText(random, 30)}`;
  const out = new ByteWriter();
  auditLines.event(
    out,
    { id, decisions: [decision], positions: [0], records: [], outcome, end: 'alone' },
    policyOf(cgroup),
    () => false,
  );
  const access: Expected = new Map([
    ['prog-id', number(decision.progId)],
    ['pid', number(numbers.tgid ?? 0)],
    ['comm', untrusted(task.comm)],
    ...parts.flatMap(({ expected }) => Array.from(expected)),
    ['verdict', number(verdict)],
    ...(isPermissive ? [['permissive', number(1)] as const] : []),
    ...policyFields(verdict < 0 && !isPermissive, cgroup),
    ...(missing === 0 ? [] : [['truncated', number(missingNames(missing).join(','))] as const]),
  ]);
  return {
    lines: Buffer.from(out.view),
    expected: new Map([
      ['BPF_LSM_ACCESS', access],
      ['SYSCALL', syscallFields(numbers, args, task, outcome, capture.exe)],
      ...builtFields(capture),
    ]),
  };
}

function anyLoss(random: Random, serial: number): Written {
  const gap = {
    progId: 1 + random.below(1000),
    selfMap: 1,
    site: 1,
    lost: 1 + random.below(1_000_000),
    total: 1_000_000,
    after: random.below(1_000_000),
    before: random.once(2) ? -1 : 1_000_000 + random.below(10),
  };
  const out = new ByteWriter();
  auditGap(out, { seconds: 1_700_000_000, milliseconds: 0, serial }, gap);
  const fields: Expected = new Map([
    ['op', number('bpf-records-lost')],
    ['prog-id', number(gap.progId)],
    ['lost', number(gap.lost)],
    ['after-seq', number(gap.after)],
    ['before-seq', number(gap.before < 0 ? 'none' : gap.before)],
    ['res', number('failed')],
  ]);
  return { lines: Buffer.from(out.view), expected: new Map([['DAEMON_ERR', fields]]) };
}

type JsonFields = Readonly<Record<string, string | readonly string[]>>;

async function read(log: string): Promise<readonly (readonly { type: string; fields: JsonFields }[])[]> {
  const { output } = await searchLogs([log], { format: 'json', escape: 'raw' });
  const lines = output.toString('utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const event: { records: { type: string; fields: JsonFields }[] } = JSON.parse(line);
    return event.records;
  });
}

/** What a value of a log means, by how its field is written. */
function meaning(value: string | readonly string[] | undefined, spelling: string): unknown {
  if (typeof value !== 'string' || spelling === 'number') return value;
  if (value.startsWith('"')) return value.slice(1, -1);
  if (spelling === 'word' && !/^(?:[0-9A-F]{2})+$/.test(value)) return value;
  return Buffer.from(value, 'hex').toString('latin1');
}

test.each([1, 42, 20_261_120])('every field of every record is read back (seed %i)', async (seed) => {
  const random = new Random(seed);
  const events = Array.from({ length: EVENTS }, (_, i) =>
    i % 10 === 9 ? anyLoss(random, i + 1) : anyEvent(random, i + 1),
  );
  const log = path.join(folder, `${seed}.log`);
  writeFileSync(log, Buffer.concat(events.map(({ lines }) => lines)));
  const found = await read(log);
  expect(found.length).toBe(EVENTS);
  const names = new Set<string>();
  for (const [i, { expected }] of events.entries()) {
    const records = found[i] ?? [];
    expect(records.map(({ type }) => type)).toEqual([...expected.keys()]);
    for (const { type, fields } of records) {
      const wanted = expected.get(type) ?? new Map();
      const values = Object.keys(fields)
        .filter((name) => name !== 'msg')
        .map((name) => [name, meaning(fields[name], wanted.get(name)?.spelling ?? 'number')]);
      expect(Object.fromEntries(values)).toEqual(
        Object.fromEntries([...wanted].map(([name, { value }]) => [name, value])),
      );
      for (const name of wanted.keys()) names.add(`${type} ${name}`);
    }
  }
  // Else some kind of field was never there.
  expect(names.size).toBe(86);
});
