import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askDaemon } from '../../../src/daemon/control/ask-daemon.ts';
import { ControlServer, type ControlCommands } from '../../../src/daemon/control/control-server.ts';
import { BpfauditError } from '../../../src/errors/audit-error.ts';
import { door, replaceDoor } from '../../../src/sys/door.ts';

let folder = '';
let path = '';
const refused: number[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfaudit-control-'));
  path = join(folder, 'run/control.sock');
  refused.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const commands: ControlCommands = {
  echo: ({ word }) => ({ word }),
  fail: () => {
    throw new BpfauditError('it failed', { code: 'E_CONTROL', hint: 'do better' });
  },
};
const open = (): Promise<ControlServer> => ControlServer.open(path, commands, (uid) => refused.push(uid));

test('answers, and hands errors on with their code', async () => {
  await using _server = await open();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await askDaemon(path, { command: 'echo', word: 'ä\n' })).toEqual({ word: 'ä\n' });
  await expect(askDaemon(path, { command: 'fail' })).rejects.toMatchObject({
    code: 'E_CONTROL',
    message: 'it failed',
    hint: 'do better',
  });
  await expect(askDaemon(path, { command: 'constructor' })).rejects.toMatchObject({
    message: 'no command "constructor"',
  });
});

test('what is no request is answered too', async () => {
  await using _server = await open();
  for (const line of ['nonsense\n', '[]\n', 'null\n', `${'x'.repeat(70_000)}\n`]) {
    const socket = connect(path);
    socket.end(line);
    expect(JSON.parse(await text(socket))).toMatchObject({ ok: false, code: 'E_CONTROL' });
  }
});

test('whoever is not root is not let in', async () => {
  await using _server = await open();
  const real = door();
  using _door = replaceDoor({
    ...real,
    call: (library, prototype, args) => {
      const result = real.call(library, prototype, args);
      const value = args[3];
      if (prototype.includes('getsockopt') && Buffer.isBuffer(value)) value.writeUInt32LE(4711, 4);
      return result;
    },
  });
  await expect(askDaemon(path, { command: 'echo' })).rejects.toMatchObject({ code: 'E_DAEMON_DOWN' });
  expect(refused).toEqual([4711]);
});

test('a socket that was left is replaced, a file is not', async () => {
  const left = await open();
  await using _second = await open();
  expect(await askDaemon(path, { command: 'echo' })).toEqual({});
  await left[Symbol.asyncDispose]();
  rmSync(path, { force: true });
  writeFileSync(path, 'mine');
  await expect(open()).rejects.toMatchObject({ code: 'E_CONTROL' });
});

test('nobody there is said', async () => {
  await expect(askDaemon(path, { command: 'echo' })).rejects.toMatchObject({ code: 'E_DAEMON_DOWN' });
});
