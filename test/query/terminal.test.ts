import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { coloured, wantsColours } from '../../src/cli/colours.ts';
import type { CommandIo } from '../../src/cli/command.ts';
import { Progress } from '../../src/cli/progress.ts';
import { command as search } from '../../src/cli/search.ts';

process.env['TZ'] = 'UTC';
const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-terminal-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Fake {
  readonly io: CommandIo;
  readonly out: () => string;
  readonly err: () => string;
}

function fakeIo(
  isTty: { readonly out: boolean; readonly err: boolean },
  env: Record<string, string> = {},
): Fake {
  let out = '';
  let err = '';
  const io: CommandIo = {
    stdout: { write: (chunk) => void (out += Buffer.from(chunk).toString('latin1')), isTTY: isTty.out },
    stderr: { write: (chunk) => void (err += Buffer.from(chunk).toString('latin1')), isTTY: isTty.err },
    env: { LC_ALL: 'C', ...env },
    signal: new AbortController().signal,
  };
  return { io, out: () => out, err: () => err };
}

const line = (serial: number, sec: number): string =>
  `type=CWD msg=audit(${sec}.000:${serial}): cwd="/${serial}"\n`;

describe('colours', () => {
  test.each([
    [true, {}, 'interpret', true],
    [true, { NO_COLOR: '1' }, 'interpret', false],
    [true, { NO_COLOR: '' }, 'default', true],
    [true, { TERM: 'dumb' }, 'default', false],
    [true, {}, 'raw', false],
    [true, {}, 'json', false],
    [false, {}, 'interpret', false],
  ] as const)('terminal %s, environment %j, format %s: %s', (isTty, env, format, expected) => {
    expect(wantsColours(fakeIo({ out: isTty, err: true }, env).io, format)).toBe(expected);
  });

  test('change nothing but what they add', () => {
    const text =
      '----\nnode=a type=SYSCALL msg=audit(1): success=no exit=EPERM(Operation not permitted) key=x\n';
    const marked = coloured(Buffer.from(text)).toString();
    expect(marked).toContain('\u001b[31m success=no\u001b[0m');
    expect(
      ['\u001b[0m', '\u001b[1m', '\u001b[2m', '\u001b[31m'].reduce(
        (rest, mark) => rest.replaceAll(mark, ''),
        marked,
      ),
    ).toBe(text);
  });
});

function shown(isTty: { out: boolean; err: boolean }, isWanted: boolean): string {
  const { io, err } = fakeIo(isTty);
  let now = 0;
  const progress = new Progress(io, isWanted, () => now);
  progress.show(0.1);
  now = 1500;
  progress.show(0.5);
  progress.clear();
  return err();
}

describe('the bar', () => {
  test('is drawn after a second, and taken away', () => {
    expect(shown({ out: false, err: true }, true)).toMatch(/^\r 50% \[#{15} {15}\]\r +\r$/);
  });

  test('is not drawn into a file, over output on the terminal, or if it is not wanted', () => {
    expect(shown({ out: false, err: false }, true)).toBe('');
    expect(shown({ out: true, err: true }, true)).toBe('');
    expect(shown({ out: false, err: true }, false)).toBe('');
  });
});

describe('--sort', () => {
  const log = path.join(folder, 'audit.log');
  // Far apart, as from machines with different clocks.
  writeFileSync(log, line(1, 1_700_000_500) + line(2, 1_700_000_000) + line(3, 1_700_000_900));

  test.each([
    ['oldest', [2, 1, 3]],
    ['newest', [3, 1, 2]],
  ] as const)('%s first', async (order, expected) => {
    const { io, out } = fakeIo({ out: false, err: false });
    expect(await search.run(['-if', log, '--raw', '--sort', order], io)).toBe(0);
    expect([...out().matchAll(/:(\d+)\)/g)].map((match) => Number(match[1]))).toEqual(expected);
  });

  test('a limit is of what was sorted', async () => {
    const { io, out } = fakeIo({ out: false, err: false });
    await search.run(['-if', log, '--raw', '--sort', 'newest', '--limit', '1'], io);
    expect(out()).toBe(line(3, 1_700_000_900));
  });

  test('does not go with --follow', async () => {
    const { io, err } = fakeIo({ out: false, err: false });
    expect(await search.run(['-if', log, '--sort', 'newest', '--follow'], io)).toBe(1);
    expect(err()).toContain('E_USAGE');
  });
});

const hasZstd = spawnSync('zstd', ['--version']).status === 0;

describe('a packed log', () => {
  const plain = path.join(folder, 'packed.log');
  writeFileSync(plain, line(1, 1_700_000_000) + line(2, 1_700_000_010));

  test.skipIf(!hasZstd)(
    `.zst is searched as a plain one${hasZstd ? '' : ' (zstd is not installed here)'}`,
    async () => {
      spawnSync('zstd', ['-q', '-f', plain]);
      const { io, out } = fakeIo({ out: false, err: false });
      expect(await search.run(['-if', `${plain}.zst`, '--raw'], io)).toBe(0);
      expect(out()).toBe(line(1, 1_700_000_000) + line(2, 1_700_000_010));
    },
  );

  test.each(['.gz', '.zst'])('a damaged %s is an error with a code', async (ending) => {
    const file = path.join(folder, `damaged${ending}`);
    writeFileSync(file, 'this is not packed');
    const { io, err } = fakeIo({ out: false, err: false });
    expect(await search.run(['-if', file, '--raw'], io)).toBe(1);
    expect(err()).toContain('E_LOG_PACKED');
  });
});
