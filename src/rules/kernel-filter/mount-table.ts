/** What /proc/self/mountinfo says of one mount. */
export interface Mount {
  /** Where it is mounted, absolute. */
  readonly path: string;
  /** Type of the file system, `ext4`. */
  readonly type: string;
  /** `super_block.s_dev` in the kernel's encoding, major << 20 | minor. */
  readonly device: number;
}

/**
 * Reads /proc/self/mountinfo. Lines that are not of its form are left out.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 */
export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [head = '', tail = ''] = line.split(' - ');
    const [, , device = '', , mountPoint = ''] = head.split(' ');
    const numbers = /^([0-9]+):([0-9]+)$/.exec(device);
    const [type = ''] = tail.split(' ');
    if (numbers === null || !mountPoint.startsWith('/') || type === '') return [];
    const [, major, minor] = numbers;
    return [{ path: unescapePath(mountPoint), type, device: Number(major) * 0x100000 + Number(minor) }];
  });
}

/** The mount that a path lies on: of the deepest ones, the one that was mounted last. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    const inside = mount.path === '/' ? '/' : `${mount.path}/`;
    const holds = path === mount.path || path.startsWith(inside);
    if (holds && mount.path.length >= (found?.path.length ?? 0)) found = mount;
  }
  return found;
}

/** A dev_t of stat(2) in the kernel's own encoding, major << 20 | minor. */
export function kernelDevice(dev: bigint): number {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return Number(major) * 0x100000 + Number(minor);
}

// Space, tab, newline and backslash are written in octal.
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
