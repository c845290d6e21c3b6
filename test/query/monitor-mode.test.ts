import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { command as explain } from '../../src/cli/explain.ts';
import { command as report } from '../../src/cli/report.ts';
import { command as search } from '../../src/cli/search.ts';
import type { Command } from '../../src/cli/command.ts';
import { runCommand } from '../helpers/run-command.ts';

// A policy in monitor mode writes its verdict with permissive=1 beside it, and denies nothing.
const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-monitor-'));
const log = path.join(folder, 'audit.log');
afterAll(() => rmSync(folder, { recursive: true }));

const access = (serial: number, cause: string, rest: string): string =>
  `type=UNKNOWN[1427] msg=audit(1795151761.000:${serial}): prog-id=5 pid=151 comm="cat" cause="${cause}" ` +
  `path="/tmp/secret" ${rest} policy="secrets" policy-version="2"\n`;
writeFileSync(
  log,
  access(17, 'a', 'verdict=-1 permissive=1') +
    access(18, 'b', 'verdict=-1') +
    access(19, 'verdict=-1 permissive=1', 'verdict=0') +
    access(20, 'd', 'verdict=0 permissive=1') +
    access(21, 'permissive=1,', 'verdict=-13'),
);

async function told(command: Command, ...options: string[]): Promise<string> {
  return (await runCommand(command, ...options, '-if', log)).stdout.toString('utf8');
}

async function found(...options: string[]): Promise<number[]> {
  const text = await told(search, '--raw', ...options);
  return [...text.matchAll(/:(\d+)\): /g)].map(([, serial]) => Number(serial));
}

function parsed(lines: string): unknown[] {
  return lines
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

describe('search', () => {
  test.each([
    ['deny', [18, 21]],
    ['would-deny', [17]],
    ['allow', [19, 20]],
    ['EPERM', [17, 18]],
    ['-13', [21]],
  ])('--verdict %s', async (verdict, serials) => {
    expect(await found('--verdict', verdict)).toEqual(serials);
  });

  test('-sv: what was let pass did not fail', async () => {
    expect(await found('-sv', 'no')).toEqual([18, 21]);
    expect(await found('-sv', 'yes')).toEqual([17, 19, 20]);
  });

  test('--where', async () => {
    expect(await found('--where', 'verdict<0 && !permissive')).toEqual([18, 21]);
  });

  test('--ecs and --ocsf', async () => {
    const ecs = parsed(await told(search, '--ecs'));
    expect(ecs[0]).toMatchObject({
      event: { outcome: 'success', type: ['access'] },
      labels: { bpf_verdict: '-1', bpf_permissive: '1' },
    });
    expect(ecs[1]).toMatchObject({ event: { outcome: 'failure', type: ['denied'] } });
    expect(ecs[1]).not.toHaveProperty('labels.bpf_permissive');
    const ocsf = parsed(await told(search, '--ocsf'));
    expect(ocsf[0]).toMatchObject({
      status_id: 1,
      unmapped: { bpf_lsm: [{ verdict: -1, permissive: true }] },
    });
    expect(ocsf[1]).toMatchObject({ status_id: 2 });
  });
});

describe('report', () => {
  test('--verdict tells them apart', async () => {
    const text = await told(report, '--verdict', '--summary');
    expect(
      text
        .split('\n')
        .filter((line) => /^\d/.test(line))
        .toSorted(),
    ).toEqual(['1  EACCES', '1  EPERM', '1  EPERM(permissive)', '2  allow']);
  });

  test('--timeline counts them apart', async () => {
    expect(JSON.parse(await told(report, '--timeline', '--json'))).toMatchObject({
      events: 5,
      decisions: 5,
      denied: 2,
      would_deny: 1,
    });
  });

  test('--failed', async () => {
    const text = await told(report, '--cause', '--failed', '--summary', '--json');
    expect(text).toBe('{"cause":"b","count":1}\n{"cause":"permissive=1,","count":1}\n');
  });
});

test('explain says that nothing was denied', async () => {
  expect(await told(explain, '17')).toContain(
    'The policy secrets (program 5) would have denied this with EPERM (Operation not permitted), ' +
      'but it only monitors: nothing was denied.\n',
  );
  expect(await told(explain, '18')).toContain('denied this with EPERM (Operation not permitted).\n');
});
