import type { SearchQuery } from '../../src/query/search/query.ts';
import { runSearch, type SearchRun } from '../../src/query/search/run-search.ts';
import { ORACLE_LOCAL } from './oracle-names.ts';

/** Everything that a search of whole logs puts out: raw, unless the query says otherwise. */
export async function searchLogs(
  paths: readonly string[],
  query: Partial<SearchQuery>,
  more: Partial<SearchRun> = {},
): Promise<{ readonly found: number; readonly output: Buffer }> {
  const parts: Buffer[] = [];
  const { found } = await runSearch({
    query: { format: 'raw', escape: 'tty', ...query },
    local: ORACLE_LOCAL,
    input: { kind: 'files', paths },
    timeoutSec: 2,
    limit: Infinity,
    onOutput: (bytes) => void parts.push(Buffer.from(bytes)),
    ...more,
  });
  return { found, output: Buffer.concat(parts) };
}
