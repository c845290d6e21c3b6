import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServiceManager } from '../../../src/daemon/service/service-manager.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { UnixDatagramServer } from '../../helpers/unix-datagram-server.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'notify');
});
afterEach(() => folder[Symbol.dispose]());

test('says ready, reloading and stopping', () => {
  using server = new UnixDatagramServer(path);
  using manager = new ServiceManager({ NOTIFY_SOCKET: path });
  manager.ready(() => true);
  manager.reloading(12n);
  manager.reloaded();
  manager.stopping();
  expect(Array.from({ length: 5 }, () => server.receive())).toEqual([
    `READY=1\nMAINPID=${process.pid}\n`,
    'RELOADING=1\nMONOTONIC_USEC=12\n',
    'READY=1\n',
    'STOPPING=1\n',
    undefined,
  ]);
});

test('feeds the watchdog only while it is alive', async () => {
  using server = new UnixDatagramServer(path);
  using manager = new ServiceManager({ NOTIFY_SOCKET: path, WATCHDOG_USEC: '20000' });
  let isAlive = true;
  manager.ready(() => isAlive);
  expect(server.receive()).toMatch(/^READY=1/);
  await vi.waitFor(() => expect(server.receive()).toBe('WATCHDOG=1\n'));
  isAlive = false;
  while (server.receive() !== undefined);
  await new Promise((fulfil) => setTimeout(fulfil, 60));
  expect(server.receive()).toBeUndefined();
});

test('a socket in the abstract namespace', () => {
  const name = `bpfaudit-test-${process.pid}`;
  using manager = new ServiceManager({ NOTIFY_SOCKET: `@${name}` });
  expect(() => manager.ready(() => true)).not.toThrow();
});

test('without systemd nothing is said, and nothing fails', () => {
  using manager = new ServiceManager({});
  manager.ready(() => true);
  manager.stopping();
});
