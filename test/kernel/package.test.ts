import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { capabilityBits } from '../../src/sys/capabilities.ts';
import { KEPT } from '../../src/cli/bpfauditd/confine.ts';
import { repositoryRoot } from '../../vm/paths.ts';
import { runScript } from './daemon/run-daemon.ts';
import { buildScenarios } from './scenario-run.ts';
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
    buildScenarios();
    execFileSync('scripts/deb.sh', {
      cwd: repositoryRoot,
      env: { ...process.env, BPFAUDIT_BUILT: 'yes' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const source = join(repositoryRoot, `.output/bpfaudit_${version()}_amd64.deb`);
    parts = await runScript(kernel, 'package.sh', [DEB], {
      programs: DPKG,
      add: [{ source, destination: DEB }],
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

  test('the daemon runs from its place, beside nothing else of a checkout', () => {
    expect(part('runs').slice(0, 2)).toEqual(['/etc/bpfaudit/bpfaudit.toml: ok', 'exit 0']);
    expect(part('runs').join('\n')).toContain('the sum closes');
    expect(part('denied')[0]).toContain('Operation not permitted');
    expect(part('denied').filter((line) => line.startsWith('type=UNKNOWN[1427] ')).length).toBe(1);
    expect(part('denied').some((line) => line.startsWith('type=BPF_LSM_ACCESS '))).toBe(true);
  });

  test('no thread of it has more power than it needs, or can get it', () => {
    const set = capabilityBits(Object.keys(KEPT).filter(isKept)).toString(16).padStart(16, '0');
    expect(part('capabilities')).toEqual([
      `CapBnd:\t${set}`,
      `CapEff:\t${set}`,
      `CapPrm:\t${set}`,
      'NoNewPrivs:\t1',
    ]);
  });

  test('purge leaves nothing', () => {
    expect(part('ended')).toEqual([]);
  });
});

function isKept(name: string): name is keyof typeof KEPT {
  return Object.hasOwn(KEPT, name);
}
