import { mkdtempSync, readFileSync, writeFileSync, chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeRequest } from '../../src/netlink/message.ts';
import { NLMSG, REQUEST } from '../../src/netlink/message-types.ts';
import { packUint32 } from '../../src/sys/host-order.ts';
import { replaceDoor } from '../../src/sys/door.ts';
import { ctl } from '../helpers/ctl.ts';
import { FakeNetlink } from '../helpers/fake-netlink.ts';

const controls = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
const mayControl = ((BigInt(`0x${controls}`) >> 30n) & 1n) === 1n;

test('no option at all shows the usage and fails, as in auditctl', async () => {
  const { status, stdout } = await ctl();
  expect(status).toBe(1);
  expect(stdout).toMatch(/^usage: bpfaudit ctl /);
});

test.each(['-h', '--help'])('%s shows the usage', async (option) => {
  const { status, stdout, stderr } = await ctl(option);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const word of [
    '-s',
    '-e',
    '-f',
    '-b',
    '-r',
    '-l',
    '-a',
    '-A',
    '-d',
    '-D',
    '-w',
    '-W',
    '-R',
    '-c',
    '-i',
  ]) {
    expect(stdout).toContain(word);
  }
  expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true);
});

test('the version needs no privilege', async () => {
  expect(await ctl('-v')).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^bpfaudit ctl version \d+\.\d+\.\d+\n$/),
    stderr: '',
  });
});

test('a rule that is wrong is explained on one line with a hint', async () => {
  const { status, stderr } = await ctl('-a', 'always,exit', '-F', 'uuid=0');
  expect(status).toBe(255);
  expect(stderr).toMatch(
    /^bpfaudit ctl: command line:\d+: .*uuid.* \[E_RULE_FIELD\]; did you mean "uid"\?\n$/,
  );
});

describe.skipIf(!mayControl)(
  `ctl and a kernel that is played${mayControl ? '' : ' (needs CAP_AUDIT_CONTROL)'}`,
  () => {
    let fake: FakeNetlink;
    let restore: Disposable;
    let folder: string;
    /** enabled, failure, pid: the beginning of the status that the kernel tells. */
    let state: number[];
    let requests: string[];

    beforeEach(() => {
      fake = new FakeNetlink();
      restore = replaceDoor(fake);
      folder = mkdtempSync(join(tmpdir(), 'bpfaudit-ctl-'));
      state = [1, 1, 0];
      requests = [];
      fake.onSend = answer;
    });

    afterEach(() => {
      restore[Symbol.dispose]();
      rmSync(folder, { recursive: true });
      expect([...fake.open]).toEqual([]);
    });

    function answer(request: Buffer): void {
      const type = request.readUInt16LE(4);
      const sequence = request.readUInt32LE(8);
      requests.push(`${type} ${request.subarray(16).toString('hex').slice(0, 16)}`);
      const refused = verdict(type, request);
      fake.arrivals.push({ bytes: encodeRequest(NLMSG.ERROR, sequence, packUint32([refused])) });
      if (type === REQUEST.GET) {
        const status = packUint32([0, ...state, 0, 64, 0, 0, 127, 15000, 0]);
        fake.arrivals.push({ bytes: encodeRequest(type, sequence, status) });
      }
      if (type === REQUEST.LIST_RULES) {
        fake.arrivals.push({ bytes: encodeRequest(NLMSG.DONE, sequence, new Uint8Array()) });
      }
    }

    function rulesFile(lines: readonly string[], mode = 0o640): string {
      const file = join(folder, 'test.rules');
      writeFileSync(file, lines.join('\n'));
      chmodSync(file, mode);
      return file;
    }

    test.each([
      [['-e', '2'], '1001 0100000002000000'],
      [['-f', '2'], '1001 0200000000000000'],
      [['--loginuid-immutable'], '1018 0100000002000000'],
      [['--reset-lost'], '1001 4000000000000000'],
      [['--reset_backlog_wait_time_actual'], '1001 8000000000000000'],
      [['-t'], '1014 '],
      [['-q', '/mnt,/srv'], '1015 0400000004000000'],
    ])('%j sends one request', async (argv, request) => {
      expect(await ctl(...argv)).toHaveProperty('status', 0);
      expect(requests[0]).toBe(request);
    });

    test('several settings are made in order, and the status is shown once', async () => {
      const { status, stdout } = await ctl('-b', '8192', '-f', '1', '-r', '5');
      expect(status).toBe(0);
      expect(requests.map((request) => request.slice(0, 13))).toEqual([
        '1001 10000000',
        '1001 02000000',
        '1001 08000000',
        '1000 ',
      ]);
      expect(stdout.match(/^enabled /gm)).toHaveLength(1);
      expect(stdout).not.toContain('loginuid');
    });

    test("a locked configuration is told, with auditctl's exit status, and nothing is sent", async () => {
      state = [2, 1, 0];
      const locked = {
        status: 0,
        stdout: '',
        stderr: 'The audit system is in immutable mode, no rule changes allowed\n',
      };
      expect(await ctl('-w', '/etc/x', '-p', 'wa')).toEqual(locked);
      expect(await ctl('-R', rulesFile(['-w /etc/x -p wa']))).toEqual(locked);
      expect(requests.map((request) => request.slice(0, 4))).toEqual(['1000', '1000']);
    });

    test('the daemon that the kernel knows gets the signal', async () => {
      state = [1, 1, process.pid];
      const received = new Promise((resolve) => {
        process.once('SIGCONT', resolve);
      });
      expect(await ctl('--signal', 'cont')).toEqual({ status: 0, stdout: '', stderr: '' });
      await received;
    });

    test('a daemon that is gone is an error', async () => {
      state = [1, 1, 0x7ffffffe];
      expect(await ctl('--signal', 'HUP')).toMatchObject({
        status: 255,
        stderr: expect.stringContaining('[E_AUDIT_SIGNAL]'),
      });
    });

    test('a rules file is done line by line', async () => {
      const file = rulesFile(['# comment', '', '-D', '  -b 320', '-w /etc/x -p wa -k x', '-e 1']);
      const { status, stdout, stderr } = await ctl('-R', file);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(requests.map((request) => request.slice(0, 4))).toEqual([
        '1000',
        '1013',
        '1013',
        '1001',
        '1000',
        '1011',
        '1001',
        '1000',
      ]);
      expect(stdout).toMatch(/^No rules\nenabled 1\n/);
    });

    test('the first bad line ends a file', async () => {
      const file = rulesFile(['-w /etc/refuse -p wa', '-w /etc/y -p wa']);
      expect(await ctl('-R', file)).toEqual({
        status: 1,
        stdout: '',
        stderr: expect.stringMatching(
          /\[E_AUDIT_REQUEST\]\nThere was an error in line 1 of .*test\.rules\n$/,
        ),
      });
      expect(requests.filter((request) => request.startsWith('1011'))).toHaveLength(1);
    });

    test.each([
      [['-i'], [], 0],
      [['-c'], [], 1],
      [[], ['-i'], 0],
      [[], ['-c'], 1],
    ])(
      'with %j before the file or %j in it all lines are done, status %i',
      async (before, inside, expected) => {
        const file = rulesFile([...inside, '-w /etc/refuse -p wa', '-F uuid=1', '-w /etc/y -p wa']);
        const { status, stderr } = await ctl(...before, '-R', file);
        expect(status).toBe(expected);
        expect(stderr.match(/There was an error in line \d/g)).toHaveLength(2);
        expect(stderr).toContain(`test.rules:${inside.length + 2}:`);
        expect(requests.filter((request) => request.startsWith('1011'))).toHaveLength(2);
      },
    );

    test('a rules file that others can write is not read', async () => {
      const file = rulesFile(['-D'], 0o666);
      expect(await ctl('-R', file)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('world writable'),
      });
      chmodSync(file, 0o600);
      chownSync(file, 1000, 0);
      expect(await ctl('-R', file)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('owned by root'),
      });
      mkdirSync(join(folder, 'directory'));
      expect(await ctl('-R', join(folder, 'directory'))).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('not a regular file'),
      });
      expect(await ctl('-R', join(folder, 'none'))).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('No such file or directory'),
      });
      expect(requests.some((request) => !request.startsWith('1000'))).toBe(false);
    });

    test('load merges a directory, goes on after every error, and says so', async () => {
      rulesFile(['-w /etc/refuse -p wa', '-F uuid=1', '-e 1', '-w /etc/y -p wa']);
      writeFileSync(join(folder, '9-first.rules'), '-D\n-b 320\n-w /etc/z -p wa');
      writeFileSync(join(folder, 'ignored.txt'), '-b 1');
      const { status, stdout, stderr } = await ctl('load', folder);
      expect(status).toBe(1);
      expect(stdout).toBe(`2 rules of 2 files loaded from ${folder}, 2 errors\n`);
      expect(stderr).toMatch(/^bpfaudit ctl: .*test\.rules:2:\d+: .*\[E_RULE/);
      expect(stderr).toMatch(/test\.rules:1:1: add rule: .* \[E_AUDIT_REQUEST\]/);
      expect(stderr.split('\n')).toHaveLength(3);
      const changes = requests.filter((request) => !/^10(00|13)/.test(request));
      expect(changes.map((request) => request.slice(0, 13))).toEqual([
        '1001 10000000',
        '1011 04000000',
        '1011 04000000',
        '1011 04000000',
        '1001 01000000',
      ]);
    });

    test('load --check changes nothing, needs no privilege, and finds what does not parse', async () => {
      rulesFile(['-F uuid=1', '-w /etc/y -p wa', '-a never,bpf -F pid=1']);
      const { status, stdout, stderr } = await ctl('load', '--check', folder);
      expect({ status, stdout }).toEqual({
        status: 1,
        stdout: `2 rules of 1 files good in ${folder}; nothing was changed, 1 errors\n`,
      });
      expect(stderr.split('\n')).toHaveLength(2);
      expect(requests).toEqual([]);
    });

    test('a good directory passes the check', async () => {
      rulesFile(['-D', '-w /etc/y -p wa', '-e 2']);
      expect(await ctl('load', '--check', folder)).toMatchObject({ status: 0, stderr: '' });
    });

    test('load does nothing while the configuration is locked', async () => {
      state = [2, 1, 0];
      rulesFile(['-D']);
      expect(await ctl('load', folder)).toMatchObject({
        status: 0,
        stderr: expect.stringContaining('immutable'),
      });
      expect(requests.map((request) => request.slice(0, 4))).toEqual(['1000']);
    });

    test('rules that are there already are no error', async () => {
      rulesFile(['-w /etc/exists -p wa', '-w /etc/y -p wa']);
      expect(await ctl('load', folder)).toEqual({
        status: 0,
        stdout: `1 rules of 1 files loaded from ${folder}, 1 there already, 0 errors\n`,
        stderr: '',
      });
    });

    test.each([
      [['load', '/nowhere-bpfaudit'], 'E_RULES_FILE'],
      [['load', '--chekc'], 'E_USAGE'],
      [['load', 'a', 'b'], 'E_USAGE'],
    ])('%j is refused', async (argv, code) => {
      expect(await ctl(...argv)).toMatchObject({ status: 255, stderr: expect.stringContaining(`[${code}]`) });
    });

    test('a rules file does not read another one', async () => {
      const { status, stderr } = await ctl('-R', rulesFile(['-b 64', '-R /etc/other.rules']));
      expect(status).toBe(1);
      expect(stderr).toMatch(/test\.rules:2:1: -R, .* \[E_RULE_PLACE\]/);
    });
  },
);

/** EINVAL for rules on `refuse`, EEXIST for rules on `exists`, otherwise an ack. */
function verdict(type: number, request: Buffer): number {
  if (type !== REQUEST.ADD_RULE) return 0;
  if (request.includes('refuse')) return -22 >>> 0;
  return request.includes('exists') ? -17 >>> 0 : 0;
}
