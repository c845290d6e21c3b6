import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { AuditEvents } from '../../src/netlink/audit-events.ts';
import { recordText } from '../../src/netlink/record-batch.ts';
import { borrowAudit } from '../helpers/borrowed-audit.ts';
import { auditctl, whyNoAuditctl } from '../helpers/audit-host.ts';
import { ctl } from '../helpers/ctl.ts';

const KEY = 'bpfaudit-ctl-test';
const audit = await borrowAudit(whyNoAuditctl);
const { skipped } = audit;

describe.skipIf(skipped !== undefined)(`beside auditctl 3.0.9${skipped ? ` (${skipped})` : ''}`, () => {
  afterAll(() => auditctl('-D', '-k', KEY));

  test.each([
    ['-s'],
    ['-s', '-i'],
    ['-l'],
    ['-l', '-i'],
    ['-l', '-k', KEY],
    ['-e', '1'],
    ['-f', '1'],
    ['-b', '512'],
    ['-b', '0x200'],
    ['-r', '100000'],
    ['--backlog_wait_time', '15000'],
    ['--backlog_wait_time=15000'],
    ['--reset-lost'],
    ['--reset_backlog_wait_time_actual'],
    ['--signal', 'HUP'],
    ['--sig', 'hup'],
    ['-t'],
    ['-c'],
    ['-i'],
  ])('%j %j: the same output and exit status', async (...argv) => {
    const { status, stdout, stderr } = auditctl(...argv);
    const run = await ctl(...argv);
    expect({ ...run, stdout: stillBacklog(run.stdout) }).toEqual({
      status,
      stdout: stillBacklog(stdout),
      stderr,
    });
  });

  test.each([
    [],
    ['-e', '3'],
    ['-e'],
    ['-f', '9'],
    ['-b', 'x'],
    ['-r', 'x'],
    ['-Z'],
    ['stray'],
    ['-m'],
    ['-m', 'a\u0007b'],
    ['--signal', 'FOO'],
    ['--reset'],
    ['--backlog_wait_time', '99999999'],
    ['-k', 'x'],
    ['-p', 'r'],
    ['-S', 'open'],
    ['-q', 'a'],
    ['-d', 'always,exit', '-F', 'auid=4242', '-k', KEY],
    ['-W', '/nowhere-bpfaudit', '-p', 'wa', '-k', KEY],
    ['-R', '/nowhere-bpfaudit.rules'],
  ])('%j %j: refused with the same exit status', async (...argv) => {
    const run = await ctl(...argv);
    expect(run.status).toBe(auditctl(...argv).status);
    if (argv.length > 0) {
      expect(run.stdout).toBe('');
      expect(run.stderr).toMatch(/^[^\n]+\n$/);
    }
  });

  test.each([
    ['-a', 'always,exit', '-F', 'arch=b64', '-S', 'chroot,unlink', '-F', 'auid>=1000', '-F', 'auid!=unset'],
    ['-a', 'exit,always', '-F', 'arch=b32', '-S', 'openat', '-F', 'exit=-EACCES'],
    ['-A', 'exit,never', '-F', 'uid=nobody', '-F', 'arch=b64', '-S', 'all'],
    ['-w', '/etc', '-p', 'wa'],
    ['-w', '/etc/nowhere-bpfaudit', '-p', 'rwxa'],
    ['-a', 'always,filesystem', '-F', 'fstype=tracefs'],
    ['-a', 'always,exit', '-C', 'uid!=euid', '-F', 'arch=b64', '-S', 'execve'],
  ])('%j ...: added by one, listed and deleted by the other', async (...rule) => {
    const tagged = [...rule, '-k', KEY];
    const removal = tagged.map((word, index) => (index === 0 ? (word === '-w' ? '-W' : '-d') : word));
    expect(auditctl(...tagged)).toMatchObject({ status: 0 });
    const listed = await ctl('-l', '-k', KEY);
    expect(listed).toEqual(statusAndText(auditctl('-l', '-k', KEY)));
    expect(listed.stdout).not.toBe('');
    expect(await ctl(...removal)).toMatchObject({ status: 0, stderr: '' });
    expect(await ctl(...tagged)).toMatchObject({ status: 0 });
    expect(statusAndText(auditctl('-l', '-k', KEY))).toEqual(listed);
    // The kernel does not look for a rule that is put in front (-A), and takes it twice.
    if (rule[0] !== '-A') {
      expect(await ctl(...tagged)).toMatchObject({
        status: auditctl(...tagged).status,
        stderr: expect.stringContaining('Rule exists'),
      });
    }
    expect(auditctl(...removal)).toMatchObject({ status: 0 });
    expect((await ctl('-l', '-k', KEY)).stdout).not.toContain(KEY);
  });

  test('-D -k deletes what carries the key, and nothing else', async () => {
    expect(await ctl('-w', '/etc/a-bpfaudit', '-p', 'wa', '-k', KEY)).toHaveProperty('status', 0);
    expect(await ctl('-w', '/etc/b-bpfaudit', '-p', 'wa', '-k', `${KEY}-other`)).toHaveProperty('status', 0);
    expect(await ctl('-w', '/etc/c-bpfaudit', '-p', 'wa', '-k', 'first', '-k', KEY)).toHaveProperty(
      'status',
      0,
    );
    const { status, stdout } = await ctl('-D', '-k', KEY);
    expect(status).toBe(0);
    expect(stdout).toContain('/etc/b-bpfaudit');
    expect(stdout).not.toContain('/etc/a-bpfaudit');
    expect(stdout).not.toContain('/etc/c-bpfaudit');
    expect(await ctl('-D', '-k', `${KEY}-other`)).toEqual(statusAndText(auditctl('-l')));
  });

  test('-m writes what auditctl writes, but for the program', async () => {
    await audit.control.setStatus({ enabled: 1 });
    using events = AuditEvents.openMulticast();
    auditctl('-m', KEY);
    await ctl('-m', KEY);
    const [theirs, ours] = await userRecords(events, 2);
    expect(ours).toContain(`msg='text=${KEY} exe="`);
    expect(masked(ours)).toBe(masked(theirs));
  });

  test('a rules file leaves what auditctl leaves', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bpfaudit-ctl-'));
    const file = join(folder, 'x.rules');
    const lines = [
      '# x',
      `-w /etc/a\\ b -p wa -k ${KEY}`,
      '',
      `-a always,exit -F arch=b64 -S chroot -k ${KEY}`,
    ];
    writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o640 });
    try {
      expect(auditctl('-R', file)).toMatchObject({ status: 0 });
      const theirs = auditctl('-l', '-k', KEY).stdout;
      expect((await ctl('-R', file)).status).toBe(auditctl('-R', file).status);
      await ctl('-D', '-k', KEY);
      expect(await ctl('-R', file)).toEqual({ status: 0, stdout: '', stderr: '' });
      expect((await ctl('-l', '-k', KEY)).stdout).toBe(theirs);
    } finally {
      await ctl('-D', '-k', KEY);
      rmSync(folder, { recursive: true });
    }
  });
});

function statusAndText(run: ReturnType<typeof auditctl>): {
  status: number | null;
  stdout: string;
  stderr: string;
} {
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Without the records that happen to wait in the kernel at this moment. */
function stillBacklog(text: string): string {
  return text.replace(/^backlog \d+$/m, 'backlog N');
}

function masked(text: string | undefined): string | undefined {
  return text
    ?.replace(/^audit\([\d.:]+\): pid=\d+/, 'audit(TIME:SERIAL): pid=N')
    .replace(/ exe="[^"]+"/, ' exe="PROGRAM"');
}

/** The texts of the next USER records. */
async function userRecords(events: AuditEvents, count: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const batch of events.batches(AbortSignal.timeout(10_000))) {
    for (let index = 0; index < batch.length; index++) {
      if (batch.types[index] === 1005) texts.push(recordText(batch, index));
    }
    if (texts.length >= count) break;
  }
  return texts;
}
