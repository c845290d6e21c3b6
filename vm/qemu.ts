import type { GuestChannel } from './kernels.ts';

/** What executes the guest's instructions. */
export type Accelerator = 'kvm' | 'tcg';

/** Everything that decides QEMU's command line. */
export interface QemuOptions {
  /** Hardware virtualisation or software emulation. */
  readonly accelerator: Accelerator;
  /**
   * Whether software emulation may give each processor a thread of its own. Off by default: two busy programs are
   * faster with it, but the emulated processors may go on executing a breakpoint that the kernel has taken back from
   * its own code. The kernel sets such breakpoints each time a BPF program is attached, and with a processor
   * kept busy it panicked ("Oops: int3") within some hundred changes, on QEMU 7.2 and 10.0.
   */
  readonly parallel: boolean;
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
const initramfsDescriptor: number = firstDescriptor + guestPorts.length;

/**
 * The fixed part of the kernel command line. Without `spectre_v2=off` every indirect jump of the kernel is a
 * retpoline, which protects nothing in an emulated processor and costs there a sixth of all time.
 */
const COMMAND_LINE = 'console=ttyS0 quiet panic=-1 spectre_v2=off';

/**
 * All that QEMU can emulate, but for the string instructions said to be fast: the kernel then sets and copies memory
 * byte by byte with them, which the emulator does one at a time. A third of the kernel's time went there when it
 * loaded BPF programs.
 */
const emulatedProcessor = 'max,-erms,-fsrm';

/** QEMU's arguments for a guest that answers on inherited sockets. */
export function qemuArguments(options: QemuOptions): string[] {
  return [
    ['-accel', options.accelerator === 'kvm' ? 'kvm' : `tcg,thread=${options.parallel ? 'multi' : 'single'}`],
    [
      '-cpu',
      options.accelerator === 'kvm' ? 'max' : emulatedProcessor,
      '-smp',
      String(options.cpus),
      '-m',
      String(options.memoryMib),
    ],
    // `-nographic` without the network card and screen that come with it, and whose firmware takes time.
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ['-kernel', options.kernel, '-initrd', `/dev/fd/${initramfsDescriptor}`],
    ['-append', `${COMMAND_LINE} ${options.append}`.trimEnd()],
    ...guestPorts.map((port, index) => ['-chardev', `socket,id=${port},fd=${firstDescriptor + index}`]),
    ['-serial', 'chardev:console'],
    portArguments(options.channel),
  ].flat();
}

function portArguments(channel: GuestChannel): string[] {
  const ports = guestPorts.slice(1);
  if (channel === 'serial') return ports.flatMap((port) => ['-serial', `chardev:${port}`]);
  const devices = ports.map((port, index) => `virtserialport,chardev=${port},nr=${index + 1}`);
  return ['virtio-serial-pci', ...devices].flatMap((device) => ['-device', device]);
}
