import type { GuestChannel } from './kernels.ts';

/** What executes the guest's instructions. */
export type Accelerator = 'kvm' | 'tcg';

/** Everything that decides QEMU's command line. */
export interface QemuOptions {
  /** Hardware virtualisation or software emulation. */
  readonly accelerator: Accelerator;
  /** Release of QEMU: 7.2 is `[7, 2]`. */
  readonly qemuVersion: readonly [number, number];
  /** Path of the kernel image. */
  readonly kernel: string;
  /** What is appended to the fixed part of the kernel command line. */
  readonly append: string;
  /** Memory of the guest in MiB. */
  readonly memoryMib: number;
  /** Number of processors of the guest. */
  readonly cpus: number;
  /** How output is handed back. */
  readonly channel: GuestChannel;
}

/** The guest's ways out, in the order of QEMU's descriptors from {@link firstDescriptor} on. */
export const guestPorts = ['console', 'stdout', 'stderr', 'result'] as const;

/** Number of the first descriptor that QEMU inherits for a port; each is one end of a socket pair. */
export const firstDescriptor = 3;

/** Number of the descriptor by which QEMU inherits the initramfs. */
export const initramfsDescriptor: number = firstDescriptor + guestPorts.length;

/** QEMU's arguments for a guest that answers on inherited sockets. */
export function qemuArguments(options: QemuOptions): string[] {
  return [
    ['-accel', options.accelerator === 'kvm' ? 'kvm' : `tcg,thread=${tcgThreads(options)}`],
    ['-cpu', 'max', '-smp', String(options.cpus), '-m', String(options.memoryMib)],
    // `-nographic` without the network card and screen that come with it, and whose firmware takes time.
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ['-kernel', options.kernel, '-initrd', `/dev/fd/${initramfsDescriptor}`],
    ['-append', `console=ttyS0 quiet panic=-1 ${options.append}`.trimEnd()],
    ...guestPorts.map((port, index) => ['-chardev', `socket,id=${port},fd=${firstDescriptor + index}`]),
    ['-serial', 'chardev:console'],
    portArguments(options.channel),
  ].flat();
}

/** By default the second and the fourth serial port share an interrupt, and the one waits for the other for ever. */
const serialIrqs = [3, 5, 7];

function portArguments(channel: GuestChannel): string[] {
  const ports = guestPorts.slice(1);
  const virtio = ports.map((port, index) => `virtserialport,chardev=${port},nr=${index + 1}`);
  const serial = ports.map(
    (port, index) => `isa-serial,chardev=${port},index=${index + 1},irq=${serialIrqs[index]}`,
  );
  const devices = channel === 'serial' ? serial : ['virtio-serial-pci', ...virtio];
  return devices.flatMap((device) => ['-device', device]);
}

/**
 * One thread per guest processor is faster, but before 8.1 QEMU could go on executing a breakpoint that the
 * guest kernel had already taken back from its own code. The kernel sets such breakpoints each time a BPF
 * program is attached, and panicked ("Oops: int3") in 4 of 5 runs that patched code 600 times.
 */
function tcgThreads({ qemuVersion: [major, minor] }: QemuOptions): 'multi' | 'single' {
  return major > 8 || (major === 8 && minor >= 1) ? 'multi' : 'single';
}

/** The release in what `qemu-system-x86_64 --version` prints; `[0, 0]` if there is none. */
export function parseQemuVersion(text: string): [number, number] {
  const match = /version (\d+)\.(\d+)/.exec(text);
  return [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
}
