import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { NO_NAMES } from '../src/audit/interpret/names.ts';
import { STOCK_REPORTS } from '../src/query/report/stock-reports.ts';
import { MAIN_SUMMARY, nameOf, type ReportQuery } from '../src/query/report/report-query.ts';
import { runReport } from '../src/query/report/run-report.ts';
import { runSearch } from '../src/query/search/run-search.ts';
import type { SearchFormat, SearchQuery } from '../src/query/search/query.ts';
import type { LogInput } from '../src/query/input/log-input.ts';
import type { EventText } from '../src/query/output/event-text.ts';
import { eventsOf } from '../src/query/run/event-batch.ts';
import { BytesModule } from '../src/query/simd/bytes-module.ts';
import { eventBatches } from '../src/query/run/run-events.ts';
import { fuzzFile, fuzzOutputs } from './search-fuzz-outputs.ts';
import { metaCountFor } from '../src/query/run/module-scan.ts';
import { SegmentScan } from '../src/query/run/segment-scan.ts';
import { compareCounting } from './count-fuzz.ts';

/** A file of several segments has twenty times as many lines as a round, and is read ten times. */
const FILE_ROUNDS = 100;
const SEEDS = path.resolve(import.meta.dirname, '../test/fixtures/audit/bpf-lsm-kernel-7.2.log');
const EXTRA = [
  'type=USER_AVC msg=audit(1500000000.127:1164): pid=2350 uid=81 auid=4294967295 ses=1 msg=\'avc:  denied  { send_msg } for scontext=a tcontext=b tclass=dbus exe="/bin/dbus-daemon" sauid=81 hostname=? addr=? terminal=?\'',
  'type=AVC msg=audit(1500000000.977:293): avc:  denied  { read write } for  pid=13010 comm="pickup" name="maildrop" dev=hda7 ino=14911367 scontext=a tcontext=b tclass=dir',
  'node=a type=SOCKADDR msg=audit(1500000000.295:58): saddr=02000050A9FEA9FE0000000000000000\x1dSADDR={ saddr_fam=inet laddr=1.2.3.4 lport=80 }',
  'type=TTY msg=audit(1500000000.295:59): tty pid=1 uid=0 auid=0 ses=1 major=4 minor=1 comm="bash" data=6C730D1B5B41',
  'type=EXECVE msg=audit(1500000000.295:58): argc=3 a0="x" a1_len=9000 a1[0]=414243 a2=44',
  'type=CAPSET msg=audit(1500000000.295:58): pid=1 cap_pi=ffffffffffffffff cap_pp=0 cap_pe=zz key=6101620163',
];
const FORMATS: readonly SearchFormat[] = ['default', 'raw', 'interpret', 'csv', 'text', 'json'];

function random(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Changes, cuts, doubles or mixes bytes of a line. */
function mutated(line: Buffer, other: Buffer, next: () => number): Buffer {
  const bytes = Buffer.from(line);
  const at = next() % bytes.length;
  switch (next() % 7) {
    case 0:
      bytes[at] = next() % 256;
      return bytes;
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(next() % other.length)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes]);
    case 4:
      return Buffer.concat([
        bytes,
        Buffer.alloc(next() % 40, '="\' ,:(){}\x1d\0\n'[next() % 13] ?? ' ', 'latin1'),
      ]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + (next() % 9))]);
    default:
      for (let i = 0; i < 4; i += 1)
        bytes[next() % bytes.length] = '0123456789abcdef=" '.charCodeAt(next() % 19);
      return bytes;
  }
}

/**
 * Searches and reports over so many mutated lines, in every format and a report in turn.
 *
 * @returns how many lines were read.
 * @throws if anything throws: nothing in a log may.
 */
export async function fuzz(lines: number, seed: number): Promise<number> {
  const next = random(seed);
  const seeds = [...readFileSync(SEEDS, 'latin1').trimEnd().split('\n'), ...EXTRA].map((line) =>
    Buffer.from(line, 'latin1'),
  );
  const ordered = seeds.slice(0, -EXTRA.length);
  const pick = (): Buffer => seeds[next() % seeds.length] ?? Buffer.alloc(1);
  const local = { names: NO_NAMES, dateFormat: '%m/%d/%y', nativeMachine: 'x86_64' as const };
  let done = 0;
  for (let round = 0; done < lines; round += 1) {
    const batch: Buffer[] = [];
    for (let i = 0; i < 2000; i += 1) batch.push(mutated(pick(), pick(), next), Buffer.from('\n'));
    const bytes = Buffer.concat(batch);
    const input = () => ({ kind: 'stream' as const, stream: Readable.from([bytes]), name: 'fuzz' });
    const format = FORMATS[round % FORMATS.length] ?? 'raw';
    const search = async (query: SearchQuery, slow: boolean): Promise<Buffer> => {
      const parts: Uint8Array[] = [];
      const onOutput = (part: Uint8Array): void => void parts.push(part);
      const run = { query, local, input: input(), timeoutSec: 2, limit: Infinity, onOutput };
      await runSearch(slow ? { ...run, onProblem: () => {} } : run);
      return Buffer.concat(parts);
    };
    const conditions = round % 2 === 0 ? {} : { file: 'tmp', pid: 1, user: { uid: 0, name: 'root' } };
    await search({ format, escape: 'tty', ...conditions }, true);
    const all: SearchQuery = { format: 'interpret', escape: 'tty' };
    expectSame(await search(all, false), await search(all, true), `seed ${seed}, round ${round}`);
    await compareGrouping(bytes, input(), `seed ${seed}, round ${round}`);
    const mutate = (line: Buffer): Buffer => mutated(line, pick(), next);
    compareCounting(next, mutate, local, `seed ${seed}, round ${round}`);
    const report = async (query: ReportQuery, slow: boolean): Promise<string> => {
      let text = '';
      const onOutput = (part: string): void => {
        text += part;
      };
      const run = { query, local, input: input(), timeoutSec: 2, onOutput };
      await runReport(slow ? { ...run, onProblem: () => {} } : run);
      return text;
    };
    const kind = STOCK_REPORTS[round % STOCK_REPORTS.length];
    const style = { summary: round % 3 === 0, interpret: true, escape: 'tty' } as const;
    if (kind !== undefined) await report({ ...style, report: nameOf(kind) }, false);
    const main: ReportQuery = { ...style, report: MAIN_SUMMARY, stock: round % 2 === 0 };
    const counted = Buffer.from(await report(main, false), 'latin1');
    expectSame(counted, Buffer.from(await report(main, true), 'latin1'), `seed ${seed}, round ${round}`);
    await fuzzOutputs(bytes, round, local);
    if (round % FILE_ROUNDS === 0) {
      // With few changes most segments stand by themselves, with many none does.
      const one = round % (2 * FILE_ROUNDS) === 0 ? 50 : 20_000;
      const change = (line: Buffer): Buffer => (next() % one === 0 ? mutated(line, pick(), next) : line);
      await fuzzFile(ordered, change, round, local);
    }
    done += 2000;
  }
  return done;
}

function expectSame(fast: Buffer, thorough: Buffer, what: string): void {
  if (fast.equals(thorough)) return;
  const lines = fast.toString('latin1').split('\n');
  const expected = thorough.toString('latin1').split('\n');
  const place = expected.findIndex((line, i) => line !== lines[i]);
  const one = { ours: lines[place], expected: expected[place] };
  throw new Error(`${what}: the fast way differs: ${JSON.stringify(one)}`);
}

function told({ sec, milli, serial, node, records }: EventText): string {
  const lines = records.map((record) => `${record.type} ${record.line}`);
  return `${sec}.${milli}:${serial} ${node} ${lines.join('\n')}`;
}

/** Whether a segment puts records together as the reader of streams does. */
async function compareGrouping(bytes: Buffer, input: LogInput, what: string): Promise<void> {
  const options = { startSec: undefined, endSec: undefined, timeoutSec: 2 };
  const expected: string[] = [];
  for await (const batch of eventBatches(input, options)) expected.push(...[...eventsOf(batch)].map(told));
  const module = BytesModule.open(bytes.length, metaCountFor(bytes.length));
  if (module !== undefined) bytes.copy(module.text);
  const { batch } = new SegmentScan(options).scan(module?.text ?? Buffer.from(bytes), 0, module);
  const found = [...eventsOf(batch)].map(told);
  const place = expected.findIndex((text, i) => text !== found[i]);
  if (place >= 0 || found.length !== expected.length) {
    const one = { ours: found[place], expected: expected[place] };
    throw new Error(`${what}: event ${place} is put together in another way: ${JSON.stringify(one)}`);
  }
}
