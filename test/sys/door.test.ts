import { expect, test } from 'vitest';
import { door, functionName, replaceDoor } from '../../src/sys/door.ts';

test('the native door calls libc and reports errno', () => {
  expect(door().call('c', 'int getpid()', [])).toBe(process.pid);
  expect(door().call('c', 'int close(int)', [-1])).toBe(-1);
  expect(door().errno()).toBe(9);
});

test('a blocking call runs beside the event loop', async () => {
  expect(await door().callAsync('c', 'int usleep(uint32_t)', [1000])).toBe(0);
});

test('a replaced door answers until it is disposed', () => {
  {
    using _door = replaceDoor({ call: () => 42, callAsync: () => Promise.resolve(42), errno: () => 0 });
    expect(door().call('c', 'int getpid()', [])).toBe(42);
  }
  expect(door().call('c', 'int getpid()', [])).toBe(process.pid);
});

test('the name is read from the prototype', () => {
  expect(functionName('void *bpf_object__open_file(const char *path, void *opts)')).toBe(
    'bpf_object__open_file',
  );
});
