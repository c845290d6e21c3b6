import { describe, expect, test } from 'vitest';
import { parseQemuVersion, qemuArguments, type QemuOptions } from '../../vm/qemu.ts';

const options: QemuOptions = {
  accelerator: 'tcg',
  qemuVersion: [10, 0],
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
      "-accel tcg,thread=multi
      -cpu max
      -smp 2
      -m 2048
      -nodefaults
      -no-user-config
      -display none
      -no-reboot
      -kernel /k/vmlinuz
      -initrd /dev/fd/7
      -append console=ttyS0 quiet panic=-1 lsm=bpf audit=1
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

  test.each([
    [[7, 2], 'tcg,thread=single'],
    [[8, 0], 'tcg,thread=single'],
    [[8, 1], 'tcg,thread=multi'],
    [[10, 0], 'tcg,thread=multi'],
    [[0, 0], 'tcg,thread=single'],
  ] as const)('QEMU %j emulates with %s', (qemuVersion, expected) => {
    expect(valueOf(qemuArguments({ ...options, qemuVersion }), '-accel')).toBe(expected);
  });

  test('KVM needs no threads setting', () => {
    expect(valueOf(qemuArguments({ ...options, accelerator: 'kvm' }), '-accel')).toBe('kvm');
  });

  test('nothing to append leaves no space', () => {
    expect(valueOf(qemuArguments({ ...options, append: '' }), '-append')).toBe(
      'console=ttyS0 quiet panic=-1',
    );
  });

  test('serial ports have an interrupt each', () => {
    const args = qemuArguments({ ...options, channel: 'serial' });
    expect(args.filter((arg) => arg.startsWith('isa-serial'))).toEqual([
      'isa-serial,chardev=stdout,index=1,irq=3',
      'isa-serial,chardev=stderr,index=2,irq=5',
      'isa-serial,chardev=result,index=3,irq=7',
    ]);
  });
});

test('parseQemuVersion', () => {
  expect(parseQemuVersion('QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)\n')).toEqual([7, 2]);
  expect(parseQemuVersion('')).toEqual([0, 0]);
});
