import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runInGuest } from '../../vm/run.ts';
import { kernels } from './kernels.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfaudit-guest-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Everything a test of the product relies on, in one boot, since a boot is what costs. */
const survey = `
set -u
echo "lsm $(cat /sys/kernel/security/lsm)"
echo "node $(node --version)"
echo "auditctl $(auditctl -s | grep enabled)"
grep -c -e '/sys/fs/bpf bpf' -e '/sys/kernel/tracing tracefs' -e '/sys/fs/cgroup cgroup2' /proc/mounts
ip -br link show lo
mkdir /tmp/lower /tmp/upper /tmp/work /tmp/merged
mount -t overlay overlay -o lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work /tmp/merged && echo overlay
ip link add dummy0 type dummy && echo dummy
echo to-stderr >/dev/stderr
echo handed-back >/root/report
sleep 1000 &
exit 7
`;

describe.each(kernels)('kernel %s', (name) => {
  test('has what tests rely on, and hands back everything', async () => {
    const result = await runInGuest({
      kernel: name,
      command: ['sh', '-c', survey],
      get: ['/root/report', '/not/there'],
      getInto: join(folder, name),
    });
    expect(result).toMatchObject({ exitCode: 7, stderr: 'to-stderr\n' });
    expect(result.kernelRelease.startsWith(`${name}.`)).toBe(true);
    expect(result.stdout).toMatch(/^lsm .*\bbpf\b/m);
    expect(result.stdout).toContain(`node ${process.version}\n`);
    expect(result.stdout).toContain('auditctl enabled 1\n3\n');
    expect(result.stdout).toMatch(/^lo +UNKNOWN .*\noverlay\ndummy\n$/ms);
    expect([...result.files.keys()]).toEqual(['/root/report']);
    expect(readFileSync(result.files.get('/root/report') ?? '', 'utf8')).toBe('handed-back\n');
  });
});

describe('a guest that goes wrong', () => {
  const kernel = kernels.at(-1)!;

  test('is killed after its time', async () => {
    const run = runInGuest({ kernel, command: ['sleep', '1000'], timeoutMs: 3000 });
    await expect(run).rejects.toMatchObject({ code: 'E_GUEST_TIMEOUT' });
  });

  test('says that its kernel panicked', async () => {
    const run = runInGuest({ kernel, command: ['sh', '-c', 'echo c >/proc/sysrq-trigger'] });
    await expect(run).rejects.toMatchObject({
      code: 'E_GUEST_PANIC',
      message: expect.stringContaining('sysrq triggered crash'),
    });
  });

  test('can be given up, and what it had said is not lost', async () => {
    const giveUp = new AbortController();
    const run = runInGuest({
      kernel,
      command: ['sh', '-c', 'echo first; sleep 1000'],
      signal: giveUp.signal,
      onData: (port) => port === 'stdout' && giveUp.abort(),
    });
    await expect(run).rejects.toMatchObject({ code: 'E_GUEST_INTERRUPTED', output: { stdout: 'first\n' } });
  });
});
