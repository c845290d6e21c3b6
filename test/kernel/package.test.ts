import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { capabilityBits } from '../../src/sys/capabilities.ts';
import { KEPT } from '../../src/cli/bpfauditd/confine.ts';
import { repositoryRoot } from '../../vm/paths.ts';
import { runScript } from './daemon/run-daemon.ts';
import { buildProduct } from './build.ts';
import { systemdBoot } from './systemd/boot.ts';
import { version } from '../../src/cli/version.ts';
import { kernels } from './kernels.ts';
import { partOf, type Parts } from './parts.ts';

const DEB = '/root/bpfaudit.deb';
const DPKG = ['dpkg', 'dpkg-deb', 'dpkg-query', 'dpkg-split', 'tar'];

/** The package does not depend on the kernel, so one is enough. */
describe.each(kernels.slice(-1))('the Debian package on kernel %s', (kernel) => {
  let parts: Parts;
  const part = (name: string): readonly string[] => partOf(parts, name);

  beforeAll(async () => {
    buildProduct();
    execFileSync('scripts/deb.sh', {
      cwd: repositoryRoot,
      env: { ...process.env, BPFAUDIT_BUILT: 'yes' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const source = join(repositoryRoot, `.output/bpfaudit_${version()}_amd64.deb`);
    const { append, programs, add } = systemdBoot();
    parts = await runScript(kernel, 'package.sh', [DEB], {
      append,
      programs: [...programs, ...DPKG],
      add: [...add, { source, destination: DEB }],
    });
  });

  test('is installed, with modes that keep secrets', () => {
    expect(part('installed')).toEqual([
      '640 root /etc/bpfaudit/bpfaudit.toml',
      '750 root /etc/bpfaudit/plugins.d',
      '700 root /var/log/bpfaudit',
      '/lib/systemd/system/bpfauditd.service',
      '/usr/share/man/man8/bpfauditd.8.gz',
    ]);
  });

  test('its service is started, and loads the configured policies', () => {
    expect(part('service')).toEqual(['enabled', 'active']);
    expect(part('configured').slice(0, 2)).toEqual(['/etc/bpfaudit/bpfaudit.toml: ok', 'exit 0']);
    expect(part('configured').join('\n')).toContain('the sum closes');
    expect(part('configured').join('\n')).toMatch(/^deny-secret .* enforce .* deny_open /m);
  });

  test('what the policy denies is in the log, inside the event of the kernel', () => {
    expect(part('denied')[0]).toContain('Operation not permitted');
    const [denial, ...beside] = part('denied').filter((line) => /^type=\S+ msg=audit\(\d+\.\d/.test(line));
    expect(denial).toMatch(
      /^type=UNKNOWN\[1427\] .* policy="deny-secret" lsm-hook=file_open cgroup="\/[^"]*"$/,
    );
    expect(beside.map((line) => /^type=(\w+)/.exec(line)?.[1])).toEqual(
      expect.arrayContaining(['SYSCALL', 'CWD', 'PATH', 'PROCTITLE']),
    );
    const id = /audit\(\S+\)/.exec(denial ?? '')?.[0] ?? 'no id';
    expect(beside.filter((line) => !line.includes(id))).toEqual([]);
    expect(part('denied').some((line) => line.startsWith('type=BPF_LSM_ACCESS '))).toBe(true);
  });

  test('no thread of it has more power than it needs, or can get it', () => {
    const set = capabilityBits(Object.keys(KEPT).filter(isKept)).toString(16).padStart(16, '0');
    expect(part('capabilities')).toEqual([
      `CapBnd:\t${set}`,
      `CapEff:\t${set}`,
      `CapPrm:\t${set}`,
      'NoNewPrivs:\t1',
      'Seccomp:\t2',
    ]);
    expect(part('read-only')).toEqual(['/ ro', '/sys/fs/bpf rw', '/var/log/bpfaudit rw']);
  });

  test('killed, it is started again: nothing is let through or lost meanwhile', () => {
    const denied = expect.stringContaining('Operation not permitted');
    expect(part('killed')).toEqual([denied, denied, '3']);
  });

  test('the watchdog lets it live while it works, and starts it again when it hangs', () => {
    expect(part('watchdog')).toEqual(['fed: active', 'Watchdog timeout']);
  });

  test('reloads, and the journal has no complaint but of the kill and the hang', () => {
    expect(part('reloaded')).toEqual(['active']);
    expect(part('journal')).toEqual([
      "bpfauditd.service: Failed with result 'signal'.",
      "bpfauditd.service: Failed with result 'watchdog'.",
    ]);
  });

  test('purge leaves nothing', () => {
    expect(part('ended')).toEqual([]);
  });
});

function isKept(name: string): name is keyof typeof KEPT {
  return Object.hasOwn(KEPT, name);
}
