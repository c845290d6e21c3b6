import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { LogInput } from '../src/query/input/log-input.ts';
import { explainEvent } from '../src/query/output/explain.ts';
import { TimeFormatter } from '../src/query/output/local-time.ts';
import { BPF_REPORTS } from '../src/query/report/bpf-reports.ts';
import { exportReport } from '../src/query/report/export-report.ts';
import { htmlReport } from '../src/query/report/html-report.ts';
import { nameOf } from '../src/query/report/report-query.ts';
import { STOCK_REPORTS } from '../src/query/report/stock-reports.ts';
import { eventsOf } from '../src/query/run/event-batch.ts';
import { eventBatches } from '../src/query/run/run-events.ts';
import { runSearch } from '../src/query/search/run-search.ts';
import type { SearchFormat, SearchQuery } from '../src/query/search/query.ts';
import type { LocalKnowledge } from '../src/query/search/search-stage.ts';

const TIMES = { startSec: undefined, endSec: undefined, timeoutSec: 2 };
const FOR_PROGRAMS: readonly SearchFormat[] = ['json', 'ecs', 'ocsf'];
const EXPRESSIONS = [
  'auid>=1000 && path~"/etc/*" || !(comm==orc)',
  'type==BPF_LSM_ACCESS && verdict<0 && !permissive',
  'syscall!=openat && exit!~"-*" || file~"*tmp*"',
  'hook || prog-id>=0 && saddr~"*"',
  'serial<100 || sec>1600000000 && key',
] as const;
const ALL_REPORTS = [...STOCK_REPORTS, ...BPF_REPORTS];
/** Events that are explained in a round: each is looked at by itself. */
const EXPLAINED = 100;
/** A file of so much is read in several segments. */
const FILE_BYTES = 9 << 20;
/** Behind the time of a record. */
const HEAD = /^type=\S+ msg=audit\([\d.]+:\d+\): /;

/** What a log is given to, besides what {@link file://./search-fuzz.ts} does with it: each output in turn. */
export async function fuzzOutputs(bytes: Buffer, round: number, local: LocalKnowledge): Promise<void> {
  const input = (): LogInput => ({ kind: 'stream', stream: Readable.from([bytes]), name: 'fuzz' });
  const format = FOR_PROGRAMS[round % FOR_PROGRAMS.length] ?? 'json';
  const where = EXPRESSIONS[round % EXPRESSIONS.length] ?? '';
  const conditions = round % 2 === 0 ? {} : { where };
  const lines = await searched({ format, escape: 'raw', ...conditions }, local, input(), false);
  for (const line of lines.toString('utf8').split('\n')) if (line !== '') JSON.parse(line);
  await explainSome(input(), local);
  await exportOne(input(), round, local);
}

async function searched(
  query: SearchQuery,
  local: LocalKnowledge,
  input: LogInput,
  isThorough: boolean,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const onOutput = (part: Uint8Array): void => void parts.push(part);
  const run = { query, local, input, timeoutSec: 2, limit: Infinity, onOutput };
  await runSearch(isThorough ? { ...run, onProblem: () => {} } : run);
  return Buffer.concat(parts);
}

async function explainSome(input: LogInput, local: LocalKnowledge): Promise<void> {
  const time = new TimeFormatter(local.dateFormat);
  let left = EXPLAINED;
  for await (const batch of eventBatches(input, TIMES)) {
    for (const event of eventsOf(batch)) {
      const text = explainEvent(event, { names: local.names, escape: 'tty', time, stock: false });
      // oxlint-disable-next-line no-control-regex -- what a log could write to a terminal
      if (/[\0-\x08\x0b-\x1f]/.test(text)) throw new Error(`a control character is told: ${text}`);
      left -= 1;
      if (left === 0) return;
    }
  }
}

async function exportOne(input: LogInput, round: number, local: LocalKnowledge): Promise<void> {
  const kind = ALL_REPORTS[round % ALL_REPORTS.length]!;
  const query = { report: nameOf(kind), summary: round % 2 === 0, interpret: true, escape: 'raw' } as const;
  const source = { query, local, input, timeoutSec: 2 };
  if (round % 4 === 0) {
    const page = await htmlReport(source);
    if (/<script|\son\w+=["']/i.test(page)) throw new Error('the page has a script');
    return;
  }
  const format = round % 4 === 1 ? 'csv' : 'json';
  let text = '';
  await exportReport(source, format, (part) => {
    text += part;
  });
  if (format === 'json') for (const line of text.split('\n')) if (line !== '') JSON.parse(line);
}

/**
 * Reads a log of several segments from a file, in the fast way and from its start to its end. Where only a window of
 * time is read, times are left as they are: a record with another one is not looked for there.
 *
 * @param lines of a log, in the order of their times
 * @param change what becomes of a line
 * @throws if the two differ
 */
export async function fuzzFile(
  lines: readonly Buffer[],
  change: (line: Buffer) => Buffer,
  round: number,
  local: LocalKnowledge,
): Promise<void> {
  const where = EXPRESSIONS[round % EXPRESSIONS.length] ?? '';
  await compareWays(orderedLog(lines, change), [{}, { file: 'tmp' }, { where }], local);
  const window = { startSec: 1_795_200_000, endSec: 1_795_250_000 };
  const changeBody = (line: Buffer): Buffer => {
    const head = HEAD.exec(line.toString('latin1'))?.[0].length ?? line.length;
    const body = line.subarray(head);
    return body.length === 0 ? line : Buffer.concat([line.subarray(0, head), change(body)]);
  };
  await compareWays(orderedLog(lines, changeBody), [window, { ...window, where }], local);
}

async function compareWays(
  log: Buffer,
  conditions: readonly Partial<SearchQuery>[],
  local: LocalKnowledge,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bpfaudit-fuzz-'));
  try {
    const file = path.join(folder, 'audit.log');
    writeFileSync(file, log);
    const input = { kind: 'files', paths: [file] } as const;
    for (const condition of conditions) {
      const query = { format: 'interpret', escape: 'tty', ...condition } as const;
      const fast = await searched(query, local, input, false);
      const thorough = await searched(query, local, input, true);
      if (!fast.equals(thorough))
        throw new Error(`a file is read in another way by segments: ${JSON.stringify(condition)}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same lines again and again, each time later, so that there are places to cut. */
function orderedLog(lines: readonly Buffer[], change: (line: Buffer) => Buffer): Buffer {
  const parts: Buffer[] = [];
  let size = 0;
  for (let turn = 0; size < FILE_BYTES; turn += 1) {
    for (const line of lines) {
      const text = line
        .toString('latin1')
        .replace(/audit\((\d+)(\.\d+:)/, (_all, sec, rest) => `audit(${Number(sec) + 1000 * turn}${rest}`);
      const bytes = change(Buffer.from(text, 'latin1'));
      parts.push(bytes, Buffer.from('\n'));
      size += bytes.length + 1;
    }
  }
  return Buffer.concat(parts);
}
