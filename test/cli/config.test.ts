import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { command } from '../../src/cli/config.ts';
import { readConfig } from '../../src/daemon/config/read-config.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await command.run(argv, {
    stdout: { write: (chunk) => (out += String(chunk)) },
    stderr: { write: (chunk) => (err += String(chunk)) },
    env: {},
    signal: new AbortController().signal,
  });
  return { status, out, err };
}

function file(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text, { mode: 0o600 });
  return path.join(folder, name);
}

test('check says nothing is wrong', async () => {
  const good = file('good.toml', '[log]\nfreq = 9\n');
  expect(await run('check', good)).toEqual({ status: 0, out: `${good}: ok\n`, err: '' });
});

test('check says all that is wrong', async () => {
  const bad = file('bad.toml', '[log]\nfreq = "x"\nnum_lgs = 1\n');
  const { status, out, err } = await run('check', bad);
  expect(status).toBe(1);
  expect(out).toBe('');
  expect(err.split('\n')).toEqual([
    `${bad}:2: log.freq: expected a whole number from 0 to 65535 (records), found "x"`,
    `${bad}:3: log.num_lgs: no such key in [log]; hint: did you mean num_logs?`,
    '',
  ]);
});

test('import prints a file that can be read, and on stderr what it left', async () => {
  const conf = file('auditd.conf', 'num_logs = 7\ntcp_max_per_addr = 1\n');
  const { status, out, err } = await run('import', conf);
  expect(status).toBe(0);
  expect(readConfig(out)).toMatchObject({ problems: [], settings: { log: { num_logs: 7 } } });
  expect(err).toContain(`${conf}:2: tcp_max_per_addr: not taken over: `);
  expect(err).toContain('1 keys taken over, 1 notes');
});

test('the default is a configuration', async () => {
  expect(readConfig((await run('default')).out).problems).toEqual([]);
});

test.each([[], ['import'], ['check', 'a', 'b'], ['chekc'], ['check', '--replace'], ['default', 'x'], ['-x']])(
  'wrong usage: %s %s %s',
  async (...argv) => {
    await expect(run(...argv)).rejects.toMatchObject({ code: 'E_USAGE' });
  },
);
