import { describe, expect, test } from 'vitest';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';
import { FIXTURES, logsIn } from '../helpers/stored-logs.ts';
import { searchLogs } from '../helpers/search-logs.ts';

process.env['TZ'] = 'UTC';
const skipped = whyNoShared('corpora');

/** All events in words; whoever asks for problems has each record looked at by itself. */
async function interpreted(log: string, slow: boolean, escape: 'tty' | 'raw'): Promise<string> {
  const more = slow ? { onProblem: () => {} } : {};
  return (await searchLogs([log], { format: 'interpret', escape }, more)).output.toString('latin1');
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
