import { describe, expect, test } from 'vitest';
import { countImages } from '../../src/bpf/trampoline-images.ts';

const KERNEL = [
  'ffffffffa4ed5670 T bpf_trampoline_unlink_prog',
  'ffffffffa4ed53c0 T bpf_trampoline_link_cgroup_shim',
  'ffffffffc0342000 t bpf_prog_6deef7357e7b4530_turn_create\t[bpf]',
];
const image = (key: string): string => `ffffffffc0342880 t bpf_trampoline_${key}\t[bpf]`;
const count = (...lines: string[]): ReturnType<typeof countImages> =>
  countImages(Buffer.from([...KERNEL, ...lines].map((line) => `${line}\n`).join('')));

describe('countImages', () => {
  test('functions of the kernel and programs are none', () => {
    expect(count()).toEqual({ hooks: 0, left: 0 });
  });

  test('a hook has one, and those that tasks are still in', () => {
    expect(count(image('6442485951'), image('6442485952'))).toEqual({ hooks: 2, left: 0 });
    expect(count(image('6442485951'), image('6442485952'), image('6442485951'))).toEqual({
      hooks: 2,
      left: 1,
    });
  });

  test('before 6.0 the images of a hook are numbered', () => {
    expect(count(image('6442485951_0'), image('6442485951_1'))).toEqual({ hooks: 1, left: 1 });
  });

  test('the last line may have no end', () => {
    expect(countImages(Buffer.from(image('1')))).toEqual({ hooks: 1, left: 0 });
  });
});
