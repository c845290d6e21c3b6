import { describe, expect, test } from 'vitest';
import { qemuArguments, type QemuOptions } from '../../vm/qemu.ts';

const options: QemuOptions = {
  accelerator: 'tcg',
  parallel: false,
  kernel: '/k/vmlinuz',
  append: 'lsm=bpf audit=1',
  memoryMib: 2048,
  cpus: 2,
  channel: 'virtio',
};

function valueOf(args: readonly string[], name: string): string | undefined {
  return args[args.indexOf(name) + 1];
}

describe('qemuArguments', () => {
  test('in full', () => {
    expect(qemuArguments(options).join(' ').replaceAll(' -', '\n-')).toMatchInlineSnapshot(`
      "-accel tcg,thread=single
      -cpu max,-erms,-fsrm
      -smp 2
      -m 2048
      -nodefaults
      -no-user-config
      -display none
      -no-reboot
      -kernel /k/vmlinuz
      -initrd /dev/fd/7
      -append console=ttyS0 quiet panic=-1 spectre_v2=off lsm=bpf audit=1
      -chardev socket,id=console,fd=3
      -chardev socket,id=stdout,fd=4
      -chardev socket,id=stderr,fd=5
      -chardev socket,id=result,fd=6
      -serial chardev:console
      -device virtio-serial-pci
      -device virtserialport,chardev=stdout,nr=1
      -device virtserialport,chardev=stderr,nr=2
      -device virtserialport,chardev=result,nr=3"
    `);
  });

  test('emulated processors get threads of their own only if asked', () => {
    expect(valueOf(qemuArguments({ ...options, parallel: true }), '-accel')).toBe('tcg,thread=multi');
  });

  test('KVM needs no threads setting', () => {
    expect(valueOf(qemuArguments({ ...options, accelerator: 'kvm' }), '-accel')).toBe('kvm');
  });

  test('nothing to append leaves no space', () => {
    expect(valueOf(qemuArguments({ ...options, append: '' }), '-append')).toBe(
      'console=ttyS0 quiet panic=-1 spectre_v2=off',
    );
  });

  test('a kernel without virtio answers on serial ports, in the same order', () => {
    const args = qemuArguments({ ...options, channel: 'serial' });
    expect(args.filter((_, index) => args[index - 1] === '-serial')).toEqual([
      'chardev:console',
      'chardev:stdout',
      'chardev:stderr',
      'chardev:result',
    ]);
    expect(args).not.toContain('-device');
  });
});
