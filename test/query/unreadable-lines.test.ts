import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { command as report } from '../../src/cli/report.ts';
import { command as search } from '../../src/cli/search.ts';
import { tellUnreadable } from '../../src/cli/unreadable.ts';
import { runSearch } from '../../src/query/search/run-search.ts';
import { ORACLE_LOCAL } from '../helpers/oracle-names.ts';
import { runCommand } from '../helpers/run-command.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-unreadable-'));
afterAll(() => rmSync(folder, { recursive: true }));
const log = path.join(folder, 'audit.log');

const record = (serial: number): string => `type=CWD msg=audit(1700000000.000:${serial}): cwd="/"`;
const REFUSED =
  'type=AVC msg=audit(1700000000.000:9): apparmor="DENIED" operation="ptrace" profile="x" pid=5';
const MIB = 1 << 20;
const LONG = 'x'.repeat(MIB + 1);
const LONGER = 'y'.repeat(5 * MIB);

interface Told {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: readonly string[];
}

async function told(command: Command, argv: readonly string[], file: string = log): Promise<Told> {
  const { status, stdout, stderr } = await runCommand(command, ...argv, '-if', file);
  return { status, stdout: stdout.toString('latin1'), stderr: stderr.split('\n').slice(0, -1) };
}

function write(lines: readonly string[], file: string = log): void {
  const bytes = Buffer.from(lines.join('\n'), 'latin1');
  writeFileSync(file, file.endsWith('.gz') ? gzipSync(bytes) : bytes);
}

const NO_HEADER = 'no type= and msg=audit(...) at its start';
const TOO_LONG = 'longer than 1 MiB';
const more = '; --debug names each';

describe.each([
  ['search', search, ['--raw']],
  ['report', report, ['-x', '--summary']],
  ['report', report, ['-e']],
  ['report', report, ['--html', '-']],
] as const)('%s %#', (name, command, argv) => {
  test('says nothing if all could be read', async () => {
    write([record(1), '', record(2)]);
    expect((await told(command, argv)).stderr).toEqual([]);
  });

  test('says how many lines could not be read, and where the first is', async () => {
    write([record(1), record(2), '']);
    const clean = await told(command, argv);
    write([record(1), 'nonsense', '', record(2), '\0\0\0', '']);
    const { status, stdout, stderr } = await told(command, argv);
    expect(stderr).toEqual([
      `bpfaudit ${name}: 2 lines could not be read; the first is ${log}:2: ${NO_HEADER}${more}`,
    ]);
    expect({ status, stdout }).toEqual({ status: clean.status, stdout: clean.stdout });
  });

  test.each([[log], [path.join(folder, 'packed.log.gz')]])('counts long lines of %s', async (file) => {
    write([record(1), LONG, record(2), LONGER, record(3), 'nonsense', LONGER], file);
    expect((await told(command, argv, file)).stderr).toEqual([
      `bpfaudit ${name}: 4 lines could not be read (3 longer than 1 MiB); the first is ${file}:2: ${TOO_LONG}${more}`,
    ]);
  });
});

test('what is found beside long lines, and what it is counted as', async () => {
  write([record(1), LONG, record(2), LONGER, record(3)]);
  const { status, stdout } = await told(search, ['--raw']);
  expect({ status, stdout }).toEqual({ status: 0, stdout: [1, 2, 3].map((n) => `${record(n)}\n`).join('') });
});

test('the exit status is that of what was found', async () => {
  write(['nonsense']);
  expect(await told(search, ['-i'])).toEqual({
    status: 1,
    stdout: '',
    stderr: [
      `bpfaudit search: 1 line could not be read; the first is ${log}:1: ${NO_HEADER}`,
      '<no matches>',
    ],
  });
});

test('--debug names each line and each record with file and line', async () => {
  write([record(1), LONGER, 'nonsense', REFUSED, LONG, `${REFUSED}\x1dUID="root"`, 'more']);
  const named = [
    `${log}:2: ${TOO_LONG}`,
    `${log}:3: ${NO_HEADER}`,
    `${log}:5: ${TOO_LONG}`,
    `${log}:7: ${NO_HEADER}`,
  ];
  const { stderr } = await told(search, ['--debug', '-su', 'x', '--stock']);
  expect(stderr.slice(0, 4)).toEqual(named);
  // Both have the same text, so both are told of where it stands first.
  expect(stderr[4]).toMatch(new RegExp(`^${log}:4: .*: ${REFUSED.slice(0, 40).replaceAll(/[().]/g, '.')}`));
  expect(stderr.at(-2)).toBe(
    `bpfaudit search: 4 lines could not be read (2 longer than 1 MiB); the first is ${log}:2: ${TOO_LONG}`,
  );
  expect(stderr.at(-1)).toBe('<no matches>');
  expect((await told(report, ['--debug', '-e'])).stderr).toEqual(expect.arrayContaining(named));
});

test('a pipe is read once, and its first line is known all the same', async () => {
  const bytes = Buffer.from([record(1), LONGER, record(2), 'nonsense', ''].join('\n'));
  const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
    bytes.subarray(i * 65_536, (i + 1) * 65_536),
  );
  const input = { kind: 'stream', stream: Readable.from(pieces), name: 'stdin' } as const;
  const { found, scan } = await runSearch({
    query: { format: 'raw', escape: 'tty' },
    local: ORACLE_LOCAL,
    input,
    timeoutSec: 2,
    limit: Infinity,
    onOutput: () => {},
  });
  expect(found).toBe(2);
  let stderr = '';
  const io = {
    stdout: { write: (): void => {} },
    stderr: { write: (chunk: string | Uint8Array): void => void (stderr += String(chunk)) },
    env: {},
    signal: new AbortController().signal,
  };
  await tellUnreadable(scan, input, { command: 'search', isDebug: false }, io);
  expect(stderr).toBe(
    `bpfaudit search: 2 lines could not be read (1 longer than 1 MiB); the first is stdin:2: ${TOO_LONG}${more}\n`,
  );
});
