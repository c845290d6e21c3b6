import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runReport } from '../../src/query/report/run-report.ts';
import { runSearch } from '../../src/query/search/run-search.ts';
import type { SearchFormat } from '../../src/query/search/query.ts';
import { ORACLE_LOCAL } from '../helpers/oracle-names.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';

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

function recordedLogs(): string[] {
  if (skipped !== undefined) return [];
  const found = readdirSync(ORACLE, { recursive: true, encoding: 'utf8' });
  return found
    .filter((file) => path.basename(file) === 'rc')
    .map((file) => path.dirname(file))
    .sort();
}

async function searched(log: string, format: SearchFormat): Promise<string> {
  const parts: Uint8Array[] = [];
  await runSearch({
    query: { format, escape: 'tty', stock: true },
    local: ORACLE_LOCAL,
    input: { kind: 'files', paths: [log] },
    timeoutSec: 2,
    limit: Infinity,
    onOutput: (bytes) => void parts.push(bytes),
  });
  return Buffer.concat(parts).toString('latin1');
}

describe.skipIf(skipped !== undefined)(
  `beside auditd 3.0.9${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    const logs = recordedLogs();

    test('all recorded logs are there', () => {
      expect(logs.length).toBe(43);
      for (const log of logs) expect(existsSync(sharedPath('corpora', log))).toBe(true);
    });

    describe.each(logs)('%s', (log) => {
      test.each(FORMATS)('search --format %s prints what ausearch prints', async (format) => {
        const oracle = readFileSync(path.join(ORACLE, log, `ausearch.${format}`), 'latin1');
        expect(await searched(sharedPath('corpora', log), format)).toBe(oracle);
      });

      test.each(REPORTS)('report %s prints what aureport prints', async (name, query) => {
        const oracle = readFileSync(path.join(ORACLE, log, `aureport.${name}`), 'latin1');
        let text = '';
        await runReport({
          query: { ...query, escape: 'tty', stock: true },
          local: ORACLE_LOCAL,
          input: { kind: 'files', paths: [sharedPath('corpora', log)] },
          timeoutSec: 2,
          onOutput: (part) => {
            text += part;
          },
        });
        expect(text).toBe(oracle);
      });
    });
  },
);

test.skipIf(skipped !== undefined)('AppArmor lines, which ausearch passes over, are found', async () => {
  const log = sharedPath('corpora/apparmor.d/tests/testdata/logs/audit.log');
  const lines = readFileSync(log, 'latin1')
    .split('\n')
    .filter((line) => /^type=\S+ msg=audit\(/.test(line));
  const parts: Uint8Array[] = [];
  await runSearch({
    query: { format: 'raw', escape: 'tty' },
    local: ORACLE_LOCAL,
    input: { kind: 'files', paths: [log] },
    timeoutSec: 2,
    limit: Infinity,
    onOutput: (bytes) => void parts.push(bytes),
  });
  const found = Buffer.concat(parts).toString('latin1').trimEnd().split('\n');
  expect(found.toSorted()).toEqual(lines.toSorted());
});
