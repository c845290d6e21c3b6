import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AddedTree } from '../../../vm/job.ts';

/** Units of the machine's systemd that a small system has. */
const UNITS = [
  'basic.target',
  'final.target',
  'local-fs-pre.target',
  'local-fs.target',
  'multi-user.target',
  'paths.target',
  'shutdown.target',
  'slices.target',
  'sockets.target',
  'swap.target',
  'sysinit.target',
  'systemd-journald-dev-log.socket',
  'systemd-journald.service',
  'systemd-journald.socket',
  'timers.target',
  'umount.target',
];

/** What a guest is given beside its own so that systemd is PID 1, and the guest's command a service of it. */
export interface SystemdBoot {
  readonly append: string;
  readonly programs: readonly string[];
  readonly add: readonly AddedTree[];
}

/** The machine's systemd, for a guest. It must be installed, not running. */
export function systemdBoot(): SystemdBoot {
  const folder = ['/usr/lib/systemd', '/lib/systemd'].find((path) => existsSync(join(path, 'systemd')));
  if (folder === undefined) throw new Error('no systemd on this machine: apt-get install systemd');
  return {
    append: `lsm=landlock,lockdown,bpf audit=1 rdinit=/usr/lib/systemd/systemd systemd.unit=guest.target`,
    programs: [join(folder, 'systemd'), join(folder, 'systemd-journald'), 'systemctl', 'journalctl'],
    add: [
      ...UNITS.map((name) => ({
        source: join(folder, 'system', name),
        destination: `/usr/lib/systemd/system/${name}`,
      })),
      ...['guest.service', 'guest.target'].map((name) => ({
        source: join(import.meta.dirname, name),
        destination: `/etc/systemd/system/${name}`,
      })),
    ],
  };
}
