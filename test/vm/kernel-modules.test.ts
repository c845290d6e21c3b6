import { describe, expect, test } from 'vitest';
import { loadOrder, moduleDependencies, moduleName } from '../../vm/kernel-modules.ts';

describe('loadOrder', () => {
  const files: Readonly<Record<string, string[]>> = {
    virtio_console: ['virtio', 'virtio_ring'],
    virtio: ['virtio_ring'],
    virtio_ring: [],
    dummy: [],
  };

  test('puts each module once, behind what it depends on', () => {
    const steps = loadOrder(
      [{ name: 'virtio_console' }, { name: 'virtio' }, { name: 'dummy', parameters: 'numdummies=0' }],
      (name) => files[name],
    );
    expect(steps).toEqual([
      { name: 'virtio_ring', parameters: '' },
      { name: 'virtio', parameters: '' },
      { name: 'virtio_console', parameters: '' },
      { name: 'dummy', parameters: 'numdummies=0' },
    ]);
  });

  test('leaves out what the kernel has built in', () => {
    expect(loadOrder([{ name: 'overlay' }], () => undefined)).toEqual([]);
  });
});

test.each([
  ['\0license=GPL\0depends=virtio,virtio-ring\0name=x\0', ['virtio', 'virtio_ring']],
  ['\0depends=\0name=x\0', []],
  ['\0name=x\0', []],
])('dependencies in %j', (section, expected) => {
  expect(moduleDependencies(Buffer.from(`\x7fELF${section}`))).toEqual(expected);
});

test('the kernel knows modules by underscores', () => {
  expect([moduleName('snd-pcm.ko.xz'), moduleName('overlay.ko')]).toEqual(['snd_pcm', 'overlay']);
});
