import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { CommandIo } from '../../src/cli/command.ts';
import { command } from '../../src/cli/plugin.ts';

function makeIo(): CommandIo & { readonly said: () => string } {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const { signal } = new AbortController();
  return { stdout, stderr, env: {}, signal, said: () => String(stdout.read() ?? '') };
}

test('--help shows how auditd starts it', async () => {
  const io = makeIo();
  expect(await command.run(['--help'], io)).toBe(0);
  expect(io.said()).toContain('args = plugin');
});

test('more than one folder is wrong usage', async () => {
  await expect(command.run(['a', 'b'], makeIo())).rejects.toMatchObject({ code: 'E_USAGE' });
});

test('a folder that is not there is an error with a cure', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfaudit-plugin-'));
  try {
    const argv = [join(folder, 'none'), '--log', join(folder, 'log', 'audit.log')];
    await expect(command.run(argv, makeIo())).rejects.toMatchObject({
      code: 'E_OBJECT_MISSING',
      hint: expect.stringContaining('*.bpf.o'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
