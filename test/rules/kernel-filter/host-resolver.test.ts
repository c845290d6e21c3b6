import {
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostResolver } from '../../../src/rules/kernel-filter/host-resolver.ts';
import { kernelDevice, mountOf, parseMounts } from '../../../src/rules/kernel-filter/mount-table.ts';

const MOUNTS = parseMounts(
  [
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
    '31 22 259:300 / /srv/a\\040b rw master:3 - xfs /dev/nvme0n1p300 rw',
    '32 22 0:40 / /srv rw - btrfs /dev/sdb rw',
    '33 22 0:41 / /srv rw - tmpfs none rw',
    'nonsense',
    '',
  ].join('\n'),
);

describe('mounts', () => {
  it.each([
    ['/etc/passwd', 'ext4', 0x800001],
    ['/sys/fs/cgroup', 'cgroup2', 26],
    ['/sys/fs/cgroup/x', 'cgroup2', 26],
    ['/sys/fs/cgroups', 'ext4', 0x800001],
    ['/srv/a b/x', 'xfs', 259 * 0x100000 + 300],
    ['/srv/x', 'tmpfs', 41],
    ['/', 'ext4', 0x800001],
  ])('%s lies on %s', (name, type, device) => {
    expect(mountOf(MOUNTS, name)).toMatchObject({ type, device });
  });

  it('are empty when nothing is mounted', () => {
    expect(mountOf([], '/x')).toBeUndefined();
  });
});

it.each([
  [0x801n, 8, 1],
  [0x11032cn, 259, 300],
])('dev_t %s is %i:%i', (dev, major, minor) => {
  expect(kernelDevice(dev)).toBe(major * 0x100000 + minor);
});

describe('this machine', () => {
  const resolver = hostResolver();

  it('knows a file by all its names, or not at all', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'bpfaudit-identity-'));
    try {
      const file = path.join(directory, 'file');
      writeFileSync(file, '');
      symlinkSync('file', path.join(directory, 'link'));
      const identity = resolver.file(file);
      expect(resolver.file(path.join(directory, 'link'))).toEqual(identity);
      const mount = mountOf(parseMounts(readFileSync('/proc/self/mountinfo', 'utf8')), realpathSync(file));
      if (['overlay', 'btrfs', 'bcachefs'].includes(mount?.type ?? '')) expect(identity).toBeUndefined();
      else expect(identity).toEqual({ inode: statSync(file, { bigint: true }).ino, device: mount?.device });
      expect(resolver.file(path.join(directory, 'none'))).toBeUndefined();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('has no cgroup by a name that is none', () => {
    expect(resolver.cgroup('/no-such-slice')).toBeUndefined();
    expect(resolver.cgroup('/../..')).toBeUndefined();
    expect(resolver.cgroup('/x/../y')).toBeUndefined();
  });
});
