import { beforeAll, describe, expect, test } from 'vitest';
import { runScript } from './daemon/run-daemon.ts';
import { kernels } from './kernels.ts';
import { partOf, type Parts } from './parts.ts';

describe.each(kernels)('bpfauditd on kernel %s', (kernel) => {
  let parts: Parts;
  const part = (name: string): readonly string[] => partOf(parts, name);

  beforeAll(async () => {
    parts = await runScript(kernel, 'guest.sh');
  });

  test('checks its configuration', () => {
    expect(part('check-broken')).toEqual([
      '/root/broken.toml:1: max_log_fil: no such key outside of every section; hint: did you mean max_log_file in [log]?',
      'exit 1',
    ]);
    expect(part('check')).toEqual(['/etc/bpfaudit/bpfaudit.toml: ok']);
  });

  test('goes into the background, and runs once', () => {
    expect(part('start')).toEqual(['exit 0', '1']);
    expect(part('second').join('\n')).toMatch(/another bpfauditd runs \(E_DAEMON_RUNS\).*\nexit 1$/);
  });

  test('collects what a policy decides that outlives it', () => {
    const lines = part('pinned').slice(1);
    expect(lines[0]).toMatch(
      /^type=DAEMON_START .* op=start ver=\S+ format=raw join=none pid=\d+ uid=0 res=success$/,
    );
    expect(lines.filter((line) => line.startsWith('type=UNKNOWN[1427] '))).toEqual([
      expect.stringContaining(' path="/root/secret.txt" '),
    ]);
  });

  test('says where all records went', () => {
    expect(part('status').slice(1, 3)).toEqual([
      'records   1 emitted = 1 written + 0 filtered + 0 lost + 0 waiting + 0 unread',
      '          the sum closes',
    ]);
    expect(part('status').join('\n')).toMatch(
      /^program {3}deny_open \(prog-id=\d+\) on file_open: 1 records, 1 denials, 0 lost$/m,
    );
    expect(JSON.parse(part('status-json').join('\n'))).toMatchObject({
      records: { emitted: 1, written: 1, closes: true },
      latency: { count: 1 },
    });
    expect(part('metrics')).toContain('bpfaudit_records_total{result="written"} 1');
  });

  test('only root may ask, whatever the mode of the socket', () => {
    expect(part('nobody')[0]).toBe('srw-------');
    expect(part('nobody')[1]).toContain('it hung up: only root may ask (E_DAEMON_DOWN)');
  });

  test('USR1 rotates, CONT writes the state', () => {
    expect(part('rotated')).toEqual(['/var/log/bpfaudit/audit.log', '/var/log/bpfaudit/audit.log.1']);
    expect(JSON.parse(part('state').join('\n'))).toMatchObject({
      read: { events: 1, lost: 0 },
      log: { rotations: 1, waiting: 0, suspended: false },
    });
  });

  test('HUP: a broken configuration changes nothing, and ausearch finds why', () => {
    const [refused] = part('broken-on-hup');
    expect(refused).toMatch(
      /op=reconfigure state=no-change line=\d+ key="log\.max_log_file" reason=[0-9A-F]+ res=failed$/,
    );
    const reason = Buffer.from(/reason=(\S+)/.exec(refused ?? '')?.[1] ?? '', 'hex').toString();
    expect(reason).toBe('expected a whole number from 1 to 1048576 (MiB), found "eight"');
    expect(part('changed-on-hup').join('\n')).toMatch(
      /state=changed changed=log\.max_log_file needs-restart=log\.flush res=success$/,
    );
  });

  test('plugins and forwarders get every record; what a stuck one misses is counted and told', () => {
    const { records, receivers } = JSON.parse(part('receivers-status').join('\n'));
    expect(records).toMatchObject({ lost: 0, closes: true });
    const of = (name: string): { sent: number; dropped: number; waiting: number; state: string } =>
      receivers.find((one: { name: string }) => one.name === name);
    expect(of('copy')).toMatchObject({ state: 'up', dropped: 0, waiting: 0 });
    expect(part('receivers').slice(2)).toEqual(['6000', '6000']);
    expect(of('unix:///dev/log')).toMatchObject({ state: 'up', dropped: 0 });
    expect(of('broken').state).toBe('given-up');
    expect(of('replaceable')).toBeUndefined();
    const stuck = of('stuck');
    expect(stuck.waiting).toBe(2000);
    expect(stuck.dropped).toBeGreaterThan(1000);
    const told = part('receivers-told').flatMap((line) =>
      line.includes('receiver="stuck"')
        ? Number(/ op=receiver-lines-dropped .* lost=(\d+) /.exec(line)?.[1])
        : [],
    );
    expect(told.reduce((sum, lost) => sum + lost, 0)).toBe(stuck.dropped);
  });

  test('TERM ends it; what happens meanwhile is in the ring', () => {
    expect(part('end').join('\n')).toMatch(/^type=DAEMON_END .* op=terminate pid=\d+ uid=0 res=success$/);
    expect(part('again')).toEqual(['2']);
  });

  test('the rules of its folder are in force after a restart; HUP reads them again', () => {
    const [before, rule, where, after, written] = part('rules');
    expect(before).toBe('No rules');
    expect(rule).toBe('-a never,bpf -F hook=file_open -F uid=0 -F key=quiet');
    expect(where).toMatch(/^# kernel; dropped in the kernel: 2 /);
    expect(after).toBe('-a never,bpf -F uid=77');
    // two from before, and what was denied when the rule was gone
    expect(written).toBe('3');
    const [loaded, failed, again] = part('rules-told');
    expect(loaded).toMatch(/ op=rules-load files=1 rules=1 added=1 removed=0 failed=1 res=failed$/);
    expect(failed).toMatch(
      / op=rule-failed path="\S+10-site\.rules" line=3 code=E_RULE_FIELD reason=[0-9A-F]+ res=failed$/,
    );
    expect(again).toMatch(/ op=rules-load files=1 rules=1 added=1 removed=1 failed=0 res=success$/);
  });
});
