import { Descriptor } from '../sys/descriptor.ts';
import { libbpfNumber } from '../sys/libbpf.ts';
import { SystemError } from '../sys/system-error.ts';

/**
 * Gives a BPF object a name on a bpffs, by which it outlives its users.
 *
 * @throws {SystemError} `E_PIN`
 */
export function pinObject(fd: number, path: string): void {
  const error = libbpfNumber('int bpf_obj_pin(int, const char *)', fd, path);
  if (error === 0) return;
  throw new SystemError(`pin ${path}`, -error, {
    code: 'E_PIN',
    hint:
      error === -17 ? 'remove what is pinned there' : 'run as root, with /sys/fs/bpf mounted and writable',
  });
}

/** Opens what is pinned at a path; nothing if it is not there. */
export function openPinned(path: string): Descriptor | undefined {
  const fd = libbpfNumber('int bpf_obj_get(const char *)', path);
  return fd < 0 ? undefined : new Descriptor(fd, path);
}
