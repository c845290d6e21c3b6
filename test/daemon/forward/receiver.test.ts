import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UnixTransport } from '../../../src/daemon/forward/datagram-transport.ts';
import { PluginTransport } from '../../../src/daemon/forward/plugin-transport.ts';
import { Receiver } from '../../../src/daemon/forward/receiver.ts';
import { StreamTransport } from '../../../src/daemon/forward/stream-transport.ts';
import type { Transport, TransportEvents } from '../../../src/daemon/forward/transport.ts';
import { UnixDatagramServer } from '../../helpers/unix-datagram-server.ts';

let folder = '';
const failures: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfaudit-receiver-'));
  failures.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const withEnd = (line: Uint8Array): Buffer => Buffer.concat([line, Buffer.from('\n')]);

function receiver(open: (events: TransportEvents) => Transport, depth = 100, overflow = vi.fn()): Receiver {
  return new Receiver({
    name: 'test',
    kind: 'plugin',
    depth,
    encode: withEnd,
    open,
    overflow,
    failed: (op, reason) => failures.push(`${op}: ${reason}`),
  });
}

const plugin =
  (path: string, args: string[] = [], maxRestarts = 0) =>
  (events: TransportEvents): Transport =>
    new PluginTransport({ active: true, path, args, format: 'string' }, maxRestarts, events);

function lines(count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, i) => `type=X line ${i}\n`).join(''));
}

test('a plugin gets every line on its standard input', async () => {
  const file = join(folder, 'out');
  const to = receiver(plugin('/usr/bin/tee', [file]));
  to.take(lines(3));
  to.take(lines(50));
  await vi.waitFor(() => expect(to.status.sent).toBe(53));
  expect(to.status).toMatchObject({ state: 'up', dropped: 0, waiting: 0 });
  await to[Symbol.asyncDispose]();
  expect(readFileSync(file, 'utf8')).toBe(lines(3).toString() + lines(50).toString());
});

test('a plugin that does not read holds nobody up: lines are dropped and counted', async () => {
  const overflow = vi.fn();
  const to = receiver(plugin('/bin/sleep', ['1000']), 1000, overflow);
  for (let i = 0; i < 100; i++) {
    to.take(lines(1000));
    await new Promise(setImmediate);
  }
  const { sent, dropped, waiting } = to.status;
  expect(sent + dropped + waiting).toBe(100_000);
  expect(waiting).toBe(1000);
  // what fits into a pipe and the buffer before it
  expect(sent).toBeLessThan(20_000);
  expect(to.takeDropped()).toBe(dropped);
  expect(overflow).toHaveBeenCalledTimes(1);
  await to[Symbol.asyncDispose]();
});

test('a plugin that ends is started again, up to the limit', async () => {
  const to = receiver(plugin('/bin/false', [], 2));
  await vi.waitFor(() => expect(to.status.state).toBe('given-up'), 10_000);
  expect(to.status.restarts).toBe(2);
  expect(failures).toEqual([
    'plugin-ended: exit status 1',
    'plugin-ended: exit status 1',
    'plugin-given-up: exit status 1',
  ]);
  await to[Symbol.asyncDispose]();
});

test('a program that is not there is no plugin', async () => {
  const to = receiver(plugin('/not/there'));
  await vi.waitFor(() => expect(to.status.state).toBe('given-up'));
  expect(failures[0]).toContain('ENOENT');
  await to[Symbol.asyncDispose]();
});

function listen(path: string, onSocket: (socket: Socket) => void): Promise<Server> {
  return new Promise((fulfil) => {
    const server = createServer(onSocket).listen(path, () => fulfil(server));
  });
}

test('a stream is connected again when its receiver comes back', async () => {
  const path = join(folder, 'socket');
  const to = receiver((events) => new StreamTransport({ path }, events));
  to.take(lines(2));
  await vi.waitFor(() => expect(failures.length).toBe(1));
  expect(to.status).toMatchObject({ state: 'down', waiting: 2, sent: 0 });
  let got = '';
  const server = await listen(path, (socket) => socket.on('data', (text) => (got += text)));
  await vi.waitFor(() => expect(got).toBe(lines(2).toString()), 10_000);
  expect(to.status).toMatchObject({ state: 'up', sent: 2, dropped: 0 });
  await to[Symbol.asyncDispose]();
  server.close();
});

test('a stream whose receiver does not read holds nobody up', async () => {
  const path = join(folder, 'socket');
  const sockets: Socket[] = [];
  const server = await listen(path, (socket) => void sockets.push(socket.pause()));
  const to = receiver((events) => new StreamTransport({ path }, events), 500);
  await vi.waitFor(() => expect(to.status.state).toBe('up'));
  for (let i = 0; i < 100; i++) {
    to.take(lines(2000));
    await new Promise(setImmediate);
  }
  const { sent, dropped, waiting } = to.status;
  expect([sent + dropped + waiting, waiting]).toEqual([200_000, 500]);
  expect(dropped).toBeGreaterThan(100_000);
  await to[Symbol.asyncDispose]();
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('datagrams wait while the receiver is down or full', async () => {
  const path = join(folder, 'log');
  const to = receiver((events) => new UnixTransport(path, events));
  to.take(lines(3));
  await vi.waitFor(() => expect(to.status).toMatchObject({ state: 'down', waiting: 3 }));
  using server = new UnixDatagramServer(path);
  await vi.waitFor(() => expect(to.status.sent).toBe(3), 5000);
  expect([server.receive(), server.receive(), server.receive(), server.receive()]).toEqual([
    'type=X line 0\n',
    'type=X line 1\n',
    'type=X line 2\n',
    undefined,
  ]);
  to.take(lines(100));
  await vi.waitFor(() => expect(to.status.waiting).toBeGreaterThan(0));
  for (let got = 0; got < 100;)
    if (server.receive() === undefined) await new Promise(setImmediate);
    else got++;
  expect(to.status).toMatchObject({ state: 'up', dropped: 0, sent: 103 });
  await to[Symbol.asyncDispose]();
});

test('a receiver that was suspended drops until it goes on', async () => {
  const to = receiver(plugin('/bin/cat'));
  to.suspend();
  to.take(lines(5));
  to.resume();
  to.take(lines(2));
  await vi.waitFor(() => expect(to.status).toMatchObject({ sent: 2, dropped: 5 }));
  await to[Symbol.asyncDispose]();
});
