import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { command } from '../../src/cli/search.ts';
import { runCommand } from '../helpers/run-command.ts';

let folder = '';
let log = '';
let checkpoint = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-checkpoint-'));
  log = path.join(folder, 'audit.log');
  checkpoint = path.join(folder, 'checkpoint');
});
afterEach(() => rmSync(folder, { recursive: true }));

const event = (sec: number, serial: number): string =>
  `type=SYSCALL msg=audit(${sec}.000:${serial}): arch=c000003e syscall=2 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=0 ppid=1 pid=2 auid=0 uid=0 comm="x" exe="/x" key=(null)\n`;

async function run(...more: string[]): Promise<{ code: number; serials: string[]; errors: string }> {
  const options = ['-if', log, '--raw', '--checkpoint', checkpoint, ...more];
  const { status, stdout, stderr } = await runCommand(command, ...options);
  const serials = [...stdout.toString('latin1').matchAll(/:(\d+)\)/g)].map((match) => match[1] ?? '');
  return { code: status, serials, errors: stderr };
}

test('each event is found once, and one that may go on is left for later', async () => {
  writeFileSync(log, event(1_500_000_000, 1) + event(1_500_000_001, 2) + event(1_500_000_005, 3));
  expect(await run()).toMatchObject({ code: 0, serials: ['1', '2'] });
  expect(await run()).toMatchObject({ code: 1, serials: [] });
  appendFileSync(log, event(1_500_000_009, 4));
  expect(await run()).toMatchObject({ code: 0, serials: ['3'] });
  expect(readFileSync(checkpoint, 'latin1')).toMatch(
    /^dev=0x[0-9A-F]+\ninode=\d+\noutput=- 1500000005\.000:3 0x514\n$/,
  );
});

test('a checkpoint of another log, and what is none, are refused', async () => {
  writeFileSync(log, event(1_500_000_000, 1));
  writeFileSync(checkpoint, 'dev=0x1\ninode=1\noutput=- 1500000000.000:1 0x514\n');
  expect(await run()).toMatchObject({ code: 10 });
  expect(await run('-ts', 'checkpoint')).toMatchObject({ code: 1 });
  writeFileSync(checkpoint, 'nonsense');
  const refused = await run();
  expect(refused.code).toBe(10);
  expect(refused.errors).toContain('E_CHECKPOINT');
});

test('json has what stands in the log, and the words for it', async () => {
  writeFileSync(log, event(1_500_000_000, 1) + event(1_500_000_009, 2));
  const { stdout } = await runCommand(command, '-if', log, '--json', '--limit', '1');
  expect(JSON.parse(stdout.toString('utf8'))).toMatchObject({
    time: '2017-07-14T02:40:00.000Z',
    serial: 1,
    records: [
      {
        type: 'SYSCALL',
        number: 1300,
        fields: { syscall: '2', comm: '"x"' },
        words: { syscall: 'open', comm: 'x' },
      },
    ],
  });
});
