import { describe, expect, test } from 'vitest';
import { runSearch } from '../../src/query/search/run-search.ts';
import { ORACLE_LOCAL } from '../helpers/oracle-names.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';
import { FIXTURES, logsIn } from '../helpers/stored-logs.ts';

process.env['TZ'] = 'UTC';
const skipped = whyNoShared('corpora');

/** All events in words; whoever asks for problems has each record looked at by itself. */
async function interpreted(log: string, slow: boolean, escape: 'tty' | 'raw'): Promise<string> {
  const parts: Uint8Array[] = [];
  await runSearch({
    query: { format: 'interpret', escape },
    local: ORACLE_LOCAL,
    input: { kind: 'files', paths: [log] },
    timeoutSec: 2,
    limit: Infinity,
    onOutput: (bytes) => void parts.push(bytes),
    ...(slow ? { onProblem: () => {} } : {}),
  });
  return Buffer.concat(parts).toString('latin1');
}

async function expectSame(log: string): Promise<void> {
  for (const escape of ['tty', 'raw'] as const) {
    expect(await interpreted(log, false, escape)).toBe(await interpreted(log, true, escape));
  }
}

describe('the fast way to put all events into words prints what the thorough one prints', () => {
  test.each(logsIn(FIXTURES))('%s', expectSame);

  test.skipIf(skipped !== undefined)(
    `other projects' logs${skipped === undefined ? '' : ` (${skipped})`}`,
    { timeout: 120_000 },
    async () => {
      for (const log of logsIn(sharedPath('corpora'))) await expectSame(log);
    },
  );
});
