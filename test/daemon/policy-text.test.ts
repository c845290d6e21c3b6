import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CONTEXT, EVENT_AT, FIELD, SIZE } from '../../src/abi/abi.ts';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import { CgroupNames } from '../../src/bpf/cgroup-names.ts';
import { PolicyNames } from '../../src/bpf/policy-names.ts';
import { leaveHook, SLOTS, takeSlot } from '../../src/bpf/slots.ts';
import type { Command } from '../../src/cli/command.ts';
import { command as explain } from '../../src/cli/explain.ts';
import { command as report } from '../../src/cli/report.ts';
import { command as search } from '../../src/cli/search.ts';
import { lookForCgroups } from '../../src/daemon/cgroup-lookup.ts';
import { policyJson, policyText, type PolicyFacts } from '../../src/daemon/policy-text.ts';
import { writeRecordBody } from '../../src/events/record-text.ts';
import { ringEvent } from '../helpers/ring-event.ts';
import { runCommand } from '../helpers/run-command.ts';

const HOOKS: Readonly<Record<number, string>> = { 7: 'file_open', 8: 'socket_connect' };
const GROUPS: Readonly<Record<string, string>> = {
  '1': '/',
  '4711': '/system.slice/web.service',
  '18446744073709551615': '/user.slice/a b "policy=x',
};
const FILES = 21;
const NET = 22;
const PLAIN = 23;

/** Slots with two policies in them, as `bpfaudit policy` leaves them. */
function facts(): PolicyFacts & { readonly slots: DataView } {
  const slots = new DataView(new ArrayBuffer(SLOTS * SIZE.prog));
  const place = { version: '2', generation: 1, mode: 0, follower: false };
  takeSlot(slots, FILES, { ...place, policy: 'files', hookId: 7 });
  takeSlot(slots, NET, { ...place, policy: 'net', hookId: 8 });
  takeSlot(slots, PLAIN);
  const names = new PolicyNames(slots, (typeId) => HOOKS[typeId]);
  const cgroups = new CgroupNames((id) => GROUPS[String(id)]);
  return {
    slots,
    policyOf: (id) => names.of(id),
    unasked: (id) =>
      id === FILES ? { policies: ['last'], text: Buffer.from(' unasked="last"') } : undefined,
    cgroup: (view, at) => cgroups.of(view, at),
  };
}

function event(progId: number, cgroup: bigint, verdict = -1): { bytes: Uint8Array; view: DataView } {
  const bytes = ringEvent({
    numbers: { prog_id: progId, tgid: 5, context: CONTEXT.VERDICT, verdict },
    fields: [{ type: FIELD.CAUSE, payload: Buffer.from('why') }],
  });
  const view = new DataView(bytes.buffer);
  view.setBigUint64(EVENT_AT.cgroup, cgroup, true);
  return { bytes, view };
}

function body(programs: PolicyFacts, progId: number, cgroup: bigint, verdict = -1): string {
  const { bytes, view } = event(progId, cgroup, verdict);
  const out = new ByteWriter();
  writeRecordBody(out, bytes, view, 0, [], progId, policyText(programs, progId, view, 0));
  return Buffer.from(out.view).toString('latin1');
}

const HEAD = ' pid=5 comm="cat" cause="why"';

describe('the record of a policy', () => {
  test('names its hook and the control group behind the verdict', () => {
    expect(body(facts(), NET, 4711n)).toBe(
      `prog-id=22${HEAD} verdict=-1 policy="net" policy-version="2" lsm-hook=socket_connect cgroup="/system.slice/web.service"`,
    );
    expect(body(facts(), FILES, 1n)).toBe(
      `prog-id=21${HEAD} verdict=-1 policy="files" policy-version="2" lsm-hook=file_open unasked="last" cgroup="/"`,
    );
  });

  test('is that of its own program and group, however they take turns', () => {
    const programs = facts();
    const turns = [
      [NET, 4711n, -1],
      [NET, 4711n, -1],
      [NET, 1n, -1],
      [FILES, 1n, 0],
      [FILES, 1n, -1],
      [FILES, 1n, 0],
      [NET, 99n, -1],
      [NET, 1n, -1],
    ] as const;
    for (const [progId, cgroup, verdict] of turns)
      expect(body(programs, progId, cgroup, verdict)).toBe(body(facts(), progId, cgroup, verdict));
  });

  test('the name of a group cannot pass for a field', () => {
    const hex = Buffer.from('/user.slice/a b "policy=x').toString('hex').toUpperCase();
    expect(body(facts(), NET, 2n ** 64n - 1n)).toMatch(new RegExp(` cgroup=${hex}$`));
  });

  test('says nothing of a group that has no name', () => {
    expect(body(facts(), NET, 99n)).toMatch(/ lsm-hook=socket_connect$/);
    expect(body(facts(), NET, 0n)).toMatch(/ lsm-hook=socket_connect$/);
  });

  test('keeps the hook when the program is detached, and does not guess it', () => {
    const known = facts();
    const before = body(known, NET, 1n);
    leaveHook(known.slots, NET);
    expect(body(known, NET, 1n)).toBe(before);
    const late = facts();
    leaveHook(late.slots, NET);
    expect(body(late, NET, 1n)).toMatch(/ policy="net" policy-version="2" cgroup="\/"$/);
  });

  test('of another loader is that of the kernel series', () => {
    expect(body(facts(), PLAIN, 4711n)).toBe(`prog-id=23${HEAD} verdict=-1`);
    expect(body(facts(), 99, 4711n)).toBe(`prog-id=99${HEAD} verdict=-1`);
  });

  test('as JSON', () => {
    const { view } = event(NET, 4711n);
    expect(policyJson(facts(), NET, view, 0)).toEqual({
      policy: 'net',
      policy_version: '2',
      generation: 1,
      hook: 'socket_connect',
      cgroup_path: '/system.slice/web.service',
    });
    expect(policyJson(facts(), FILES, event(FILES, 1n).view, 0)).toMatchObject({ unasked: ['last'] });
    expect(policyJson(facts(), FILES, event(FILES, 1n, 0).view, 0)).not.toHaveProperty('unasked');
  });
});

describe('looking for groups', () => {
  test('is not done in other hierarchies, nor for more than its share of the time', () => {
    let now = 1000;
    const looked: bigint[] = [];
    const paths = {
      known: (id: bigint) => (id === 7n ? '/seen' : undefined),
      find: (id: bigint) => {
        looked.push(id);
        now += 10;
        return undefined;
      },
    };
    const find = lookForCgroups(
      paths,
      () => true,
      () => now,
    );
    find(1n);
    find(2n);
    expect(find(7n)).toBe('/seen');
    now += 199;
    find(3n);
    now += 1;
    find(4n);
    expect(looked).toEqual([1n, 4n]);
    const other = lookForCgroups(
      paths,
      () => false,
      () => now + 10_000,
    );
    expect(other(5n)).toBeUndefined();
    expect(looked).toEqual([1n, 4n]);
  });
});

const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-policy-text-'));
afterAll(() => rmSync(folder, { recursive: true }));
const log = path.join(folder, 'audit.log');
const bodies = [
  body(facts(), FILES, 1n),
  body(facts(), NET, 4711n),
  body(facts(), NET, 1n, 0),
  body(facts(), NET, 2n ** 64n - 1n),
  body(facts(), PLAIN, 4711n),
];
writeFileSync(
  log,
  bodies.map((text, i) => `type=UNKNOWN[1427] msg=audit(1795151761.000:${i + 1}): ${text}\n`).join(''),
);

async function told(command: Command, ...options: string[]): Promise<string> {
  return (await runCommand(command, ...options, '-if', log)).stdout.toString('utf8');
}

const serials = (text: string): number[] =>
  [...text.matchAll(/:(\d+)\): /g)].map(([, serial]) => Number(serial));

describe('what was written is found', () => {
  test.each([
    [
      ['--hook', 'socket_connect'],
      [2, 3, 4],
    ],
    [['--hook', 'file_open'], [1]],
    [['--hook', 'inode_unlink'], []],
    [['--cgroup', '/system.slice'], [2]],
    [['--cgroup', 'a b "policy=x'], [4]],
    [
      ['--hook', 'socket_connect', '--verdict', 'deny'],
      [2, 4],
    ],
    [['--where', 'hook==socket_connect && cgroup~"/system.slice/*"'], [2]],
    [['--where', 'lsm-hook==file_open'], [1]],
    [['--prog', '23'], [5]],
  ])('search %s', async (options, expected) => {
    expect(serials(await told(search, '--raw', ...options))).toEqual(expected);
  });

  test('in words, and as JSON', async () => {
    expect(await told(search, '-i', '--cgroup', 'a b')).toContain(
      ' lsm-hook=socket_connect cgroup=/user.slice/a b "policy=x ',
    );
    const json: { records: { fields: Record<string, string> }[] } = JSON.parse(
      await told(search, '--json', '-a', '2'),
    );
    expect(json.records[0]?.fields).toMatchObject({
      'lsm-hook': 'socket_connect',
      cgroup: '"/system.slice/web.service"',
    });
    expect(JSON.parse(await told(search, '--ecs', '-a', '2'))).toMatchObject({
      labels: { bpf_hook: 'socket_connect', bpf_cgroup: '/system.slice/web.service' },
    });
  });

  test('report --hook, and on the page', async () => {
    expect(await told(report, '--hook', '--summary', '--json')).toBe(
      '{"hook":"socket_connect","count":3}\n{"hook":"file_open","count":1}\n',
    );
    const page = path.join(folder, 'report.html');
    await told(report, '--html', page);
    expect(spawnSync('grep', ['-c', 'socket_connect', page], { encoding: 'utf8' }).stdout).not.toBe('0\n');
  });

  test('explain', async () => {
    const text = await told(explain, '2');
    expect(text).toContain('The policy net (program 22) denied this with EPERM');
    expect(text).toContain(' in the hook socket_connect.');
    expect(text).toContain('control group: /system.slice/web.service');
  });
});

const version = spawnSync('ausearch', ['--version'], { encoding: 'utf8' }).stdout ?? '';
test.skipIf(!version.includes('3.0.9'))('stock ausearch decodes both (auditd 3.0.9)', () => {
  const options = ['-m', '1427', '-i', '-if', log];
  const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C' };
  const { stdout } = spawnSync('ausearch', options, {
    encoding: 'latin1',
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(stdout).toContain(' lsm-hook=socket_connect cgroup=/system.slice/web.service ');
  expect(stdout).toContain(' lsm-hook=socket_connect cgroup=/user.slice/a b "policy=x ');
});
