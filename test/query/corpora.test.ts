import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { command as search } from '../../src/cli/search.ts';
import { runReport } from '../../src/query/report/run-report.ts';
import type { SearchFormat } from '../../src/query/search/query.ts';
import { ORACLE_LOCAL } from '../helpers/oracle-names.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';
import { searchLogs } from '../helpers/search-logs.ts';

// What stock tools print was recorded in UTC.
process.env['TZ'] = 'UTC';

const skipped = whyNoShared('corpora', 'oracle-auditd-3.0.9');
const ORACLE = sharedPath('corpora', 'oracle-auditd-3.0.9');
const FORMATS: readonly SearchFormat[] = ['default', 'raw', 'interpret', 'csv', 'text'];
const REPORTS = [
  ['a', { report: 'avc', summary: false, interpret: false }],
  ['e', { report: 'event', summary: false, interpret: false }],
  ['f-i', { report: 'file', summary: false, interpret: true }],
  ['l', { report: 'login', summary: false, interpret: false }],
  ['summary', { report: 'summary', summary: true, interpret: false }],
  ['x-summary', { report: 'executable', summary: true, interpret: false }],
] as const;

/** Rows of docs/ausearch-differences.md for which bpfaudit prints other things than stock tools if not told so. */
const LACKING = 'A record lacks what its type should have, such as an AppArmor `AVC` without `tclass=`';
const SEPARATOR = '`--raw` of an enriched event with a record that was not enriched';
const SEARCHES = FORMATS.map((format) => `ausearch.${format}`);

interface Expected {
  readonly row: string;
  readonly outputs: readonly string[];
}

/** Which outputs of which logs differ without `--stock`, and why; all others are the same. */
const DIFFERING: Readonly<Record<string, Expected>> = {
  'apparmor.d/tests/testdata/logs/audit.log': {
    row: LACKING,
    outputs: [...SEARCHES, 'aureport.e', 'aureport.summary'],
  },
  'go-libaudit/auparse/testdata/audit-ubuntu16.log': {
    row: LACKING,
    outputs: [...SEARCHES, 'aureport.e', 'aureport.summary'],
  },
  'selinux/python/sepolgen/tests/test_data/audit.log': {
    row: LACKING,
    outputs: ['aureport.f-i', 'aureport.summary'],
  },
  ...Object.fromEntries(
    [
      'record-adjntpval',
      'record-execve',
      'record-login',
      'record-perl-reverse-shell',
      'record-service-start',
      ...[10, 11, 12, 13, 14, 15, 16].map((number) => `tree/${number}`),
    ].map((name) => [`laurel/src/testdata/${name}.txt`, { row: SEPARATOR, outputs: ['ausearch.raw'] }]),
  ),
};

function recordedLogs(): string[] {
  if (skipped !== undefined) return [];
  const found = readdirSync(ORACLE, { recursive: true, encoding: 'utf8' });
  return found
    .filter((file) => path.basename(file) === 'rc')
    .map((file) => path.dirname(file))
    .sort();
}

async function searched(log: string, format: SearchFormat, stock: boolean): Promise<string> {
  return (await searchLogs([log], { format, stock })).output.toString('latin1');
}

async function reported(log: string, query: (typeof REPORTS)[number][1], stock: boolean): Promise<string> {
  let text = '';
  await runReport({
    query: { ...query, escape: 'tty', stock },
    local: ORACLE_LOCAL,
    input: { kind: 'files', paths: [log] },
    timeoutSec: 2,
    onOutput: (part) => {
      text += part;
    },
  });
  return text;
}

async function exitStatus(log: string, format: SearchFormat, stock: boolean): Promise<number> {
  const argv = ['-if', log, '--format', format, ...(stock ? ['--stock'] : [])];
  const nowhere = { write: (): void => {} };
  const signal = new AbortController().signal;
  return search.run(argv, { stdout: nowhere, stderr: nowhere, env: { LC_ALL: 'C' }, signal });
}

/** Exit status of ausearch by format. */
function recordedStatus(log: string): Readonly<Record<string, number>> {
  const lines = readFileSync(path.join(ORACLE, log, 'rc'), 'latin1').matchAll(/^(\w+) rc=(\d+)$/gm);
  return Object.fromEntries([...lines].map(([, format = '', status]) => [format, Number(status)]));
}

test('each reason for a difference is a row of the table', () => {
  const document = readFileSync(
    path.resolve(import.meta.dirname, '../../docs/ausearch-differences.md'),
    'utf8',
  );
  for (const { row } of Object.values(DIFFERING)) expect(document).toContain(`| ${row} |`);
});

describe.skipIf(skipped !== undefined)(
  `beside auditd 3.0.9${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    const logs = recordedLogs();

    test('all recorded logs are there', () => {
      expect(logs.length).toBe(43);
      for (const log of logs) expect(existsSync(sharedPath('corpora', log))).toBe(true);
    });

    describe.each(logs)('%s', (log) => {
      const oracle = (name: string): string => readFileSync(path.join(ORACLE, log, name), 'latin1');
      const place = sharedPath('corpora', log);

      test.each(FORMATS)('search --format %s prints what ausearch prints', async (format) => {
        expect(await searched(place, format, true)).toBe(oracle(`ausearch.${format}`));
      });

      test.each(REPORTS)('report %s prints what aureport prints', async (name, query) => {
        expect(await reported(place, query, true)).toBe(oracle(`aureport.${name}`));
      });

      test('what differs without --stock is what is said to', async () => {
        const differing: string[] = [];
        for (const format of FORMATS) {
          const name = `ausearch.${format}`;
          if ((await searched(place, format, false)) !== oracle(name)) differing.push(name);
        }
        for (const [report, query] of REPORTS) {
          const name = `aureport.${report}`;
          if ((await reported(place, query, false)) !== oracle(name)) differing.push(name);
        }
        expect(differing).toEqual(DIFFERING[log]?.outputs ?? []);
      });

      test('the exit status is that of ausearch', async () => {
        const statuses: Record<string, number> = {};
        const ofOwn: Record<string, number> = {};
        for (const format of FORMATS) {
          statuses[format] = await exitStatus(place, format, true);
          ofOwn[format] = await exitStatus(place, format, false);
        }
        expect(statuses).toEqual(recordedStatus(log));
        // What ausearch passes over is found.
        const isFound = DIFFERING[log]?.row === LACKING && recordedStatus(log)['raw'] === 1;
        expect(ofOwn).toEqual(isFound ? Object.fromEntries(FORMATS.map((name) => [name, 0])) : statuses);
      });
    });
  },
);

test.skipIf(skipped !== undefined)('AppArmor lines, which ausearch passes over, are found', async () => {
  const log = sharedPath('corpora/apparmor.d/tests/testdata/logs/audit.log');
  const lines = readFileSync(log, 'latin1')
    .split('\n')
    .filter((line) => /^type=\S+ msg=audit\(/.test(line));
  const { output } = await searchLogs([log], {});
  const found = output.toString('latin1').trimEnd().split('\n');
  expect(found.toSorted()).toEqual(lines.toSorted());
});
