import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from '../../src/cli/report.ts';
import { escapeHtml } from '../../src/query/report/html-report.ts';
import { timelineOf } from '../../src/query/report/timeline.ts';
import { runCommand } from '../helpers/run-command.ts';

process.env['TZ'] = 'UTC';
const START = 1_700_000_000;
const HOSTILE = '/tmp/<script>alert("x")</script>,\n\u202etxt.exe\'';
const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-report-'));
const log = path.join(folder, 'audit.log');
afterAll(() => rmSync(folder, { recursive: true }));

function access(index: number, cause: string, verdict: number, file: string): string {
  const name = Buffer.from(file, 'utf8').toString('hex').toUpperCase();
  return (
    `type=UNKNOWN[1427] msg=audit(${START + index * 60}.000:${index + 1}): prog-id=5 pid=151 comm="cat" ` +
    `cause="${cause}" path=${name} dev="rootfs" ino=31 verdict=${verdict}\n`
  );
}

beforeAll(() => {
  writeFileSync(
    log,
    access(0, 'plain', 0, '/tmp/a') +
      access(1, 'secret', -1, HOSTILE) +
      access(1, 'secret', -13, '/tmp/b') +
      `type=DAEMON_ERR msg=audit(${START + 200}.000:9): op=bpf-records-lost prog-id=7 lost=12 after-seq=40 before-seq=53 res=failed\n` +
      `type=DAEMON_ERR msg=audit(${START + 201}.000:10): op=bpf-records-lost prog-id=7 lost=30 after-seq=60 before-seq=91 res=failed\n` +
      `type=DAEMON_ERR msg=audit(${START + 202}.000:11): op=log-lines-lost where=queue lost=220 res=failed\n`,
  );
});

async function report(...options: string[]): Promise<string> {
  return (await runCommand(command, '-if', log, ...options)).stdout.toString('utf8');
}

describe('--json', () => {
  test('rows, one a line, with values as they are', async () => {
    const rows = (await report('--path', '--json')).trimEnd().split('\n');
    expect(rows.map((row): unknown => JSON.parse(row))).toContainEqual({
      time: '2023-11-14T22:14:20.000Z',
      path: HOSTILE,
      verdict: 'EPERM',
      program: '5',
      comm: 'cat',
      event: '2',
    });
  });

  test('totals', async () => {
    expect(await report('--cause', '--summary', '--json')).toBe(
      '{"cause":"secret","count":2}\n{"cause":"plain","count":1}\n',
    );
  });

  test('the main summary', async () => {
    expect(await report('--json')).toContain('{"name":"events","count":5}\n');
  });
});

test('--csv quotes what must be quoted', async () => {
  const text = await report('--path', '--summary', '--csv');
  expect(text.startsWith('path,count\r\n')).toBe(true);
  expect(text).toContain(`"${HOSTILE.replaceAll('"', '""')}",1\r\n`);
  expect(text).toContain('\r\n/tmp/a,1\r\n');
});

test.each([
  ['--verdict', 'time,verdict,program,comm,path,event'],
  ['--path', 'time,path,verdict,program,comm,event'],
  ['--prog', 'time,prog,verdict,comm,path,event'],
  ['--bpf-exe', 'time,exe,verdict,program,comm,path,event'],
])('the columns of %s are each there once', async (option, heading) => {
  const lines = (await report(option, '--csv')).split('\r\n');
  expect(lines[0]).toBe(heading);
  expect(lines[1]?.split(',')).toHaveLength(heading.split(',').length);
});

describe('--losses', () => {
  test('one row for each', async () => {
    expect(await report('--losses')).toContain('bpf-records-lost 12 7 9\n');
  });

  test('how much, of what', async () => {
    const text = await report('--losses', '--summary');
    expect(text).toContain('220  log-lines-lost\n42  bpf-records-lost prog-id=7\n');
  });
});

describe('--timeline', () => {
  test('counts by the minute and draws bars', async () => {
    const text = await report('--timeline');
    expect(text).toMatch(/^2023-11-14 22:13 +1 +1 +0 +0 {2}\S+$/m);
    expect(text).toMatch(/^2023-11-14 22:14 +1 +2 +2 +0 {2}\S+$/m);
    expect(text).toMatch(/^2023-11-14 22:15 +0 +0 +0 +0$/m);
    expect(text).toMatch(/^2023-11-14 22:16 +3 +0 +0 +0 {2}\u2588{40}$/m);
  });

  test('takes wider spans for a longer time', () => {
    const tally = [0, 1440 * 30].map((minute) => ({ key: `events ${minute}`, hits: 1, first: 0 }));
    const { widthSec, spans } = timelineOf(tally);
    expect(widthSec).toBe(86_400);
    expect(spans).toHaveLength(31);
    expect(spans.reduce((sum, { events }) => sum + events, 0)).toBe(2);
  });
});

describe('--html', () => {
  test('is one page that loads nothing', async () => {
    const page = await report('--html', '-');
    expect(page).toContain("default-src 'none'; style-src 'sha256-");
    expect(page).not.toMatch(/<script|javascript:|(?:src|href)=| style=| on\w+=/i);
    expect(page).toContain('<h2>BPF Cause</h2>');
    expect(page).toContain('<h2>Losses</h2>');
  });

  test('shows text of the log as text', async () => {
    const page = await report('--html', '-');
    const shown = '/tmp/&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;,\\u000a\\u202etxt.exe&#39;';
    expect(page).toContain(shown);
  });

  test('is a file for its owner alone', async () => {
    const file = path.join(folder, 'report.html');
    expect(await report('--html', file)).toBe('');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain('</html>');
  });

  test('nothing is left that a browser would read', () => {
    const all = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code)).join('');
    expect(escapeHtml(all)).not.toMatch(/[<>"'\p{Cc}\p{Cf}]|&(?!(?:amp|lt|gt|quot|#39);)/u);
  });
});
