import { describe, expect, test } from 'vitest';
import { runReport } from '../../src/query/report/run-report.ts';
import { ORACLE_LOCAL } from '../helpers/oracle-names.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';
import { FIXTURES, logsIn } from '../helpers/stored-logs.ts';

process.env['TZ'] = 'UTC';
const skipped = whyNoShared('corpora');

/** The main summary; whoever asks for problems has each record looked at by itself. */
async function summary(log: string, slow: boolean, stock: boolean): Promise<string> {
  let text = '';
  await runReport({
    query: { report: 'summary', summary: true, interpret: false, escape: 'tty', stock },
    local: ORACLE_LOCAL,
    input: { kind: 'files', paths: [log] },
    timeoutSec: 2,
    onOutput: (part) => {
      text += part;
    },
    ...(slow ? { onProblem: () => {} } : {}),
  });
  return text;
}

async function expectSame(log: string): Promise<void> {
  for (const stock of [false, true]) {
    expect(await summary(log, false, stock)).toBe(await summary(log, true, stock));
  }
}

describe('the fast way to count gives what the thorough one gives', () => {
  test.each(logsIn(FIXTURES))('%s', expectSame);

  test.skipIf(skipped !== undefined)(
    `other projects' logs${skipped === undefined ? '' : ` (${skipped})`}`,
    { timeout: 120_000 },
    async () => {
      for (const log of logsIn(sharedPath('corpora'))) await expectSame(log);
    },
  );
});
