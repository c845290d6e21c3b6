import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { NO_NAMES } from '../src/audit/interpret/names.ts';
import { STOCK_REPORTS } from '../src/query/report/stock-reports.ts';
import { nameOf } from '../src/query/report/report-query.ts';
import { runReport } from '../src/query/report/run-report.ts';
import { runSearch } from '../src/query/search/run-search.ts';
import type { SearchFormat } from '../src/query/search/query.ts';

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
  const pick = (): Buffer => seeds[next() % seeds.length] ?? Buffer.alloc(1);
  const local = { names: NO_NAMES, dateFormat: '%m/%d/%y', nativeMachine: 'x86_64' as const };
  let done = 0;
  for (let round = 0; done < lines; round += 1) {
    const batch: Buffer[] = [];
    for (let i = 0; i < 2000; i += 1) batch.push(mutated(pick(), pick(), next), Buffer.from('\n'));
    const bytes = Buffer.concat(batch);
    const input = () => ({ kind: 'stream' as const, stream: Readable.from([bytes]), name: 'fuzz' });
    const format = FORMATS[round % FORMATS.length] ?? 'raw';
    await runSearch({
      query: {
        format,
        escape: 'tty',
        ...(round % 2 === 0 ? {} : { file: 'tmp', pid: 1, user: { uid: 0, name: 'root' } }),
      },
      local,
      input: input(),
      timeoutSec: 2,
      limit: Infinity,
      onOutput: () => {},
      onProblem: () => {},
    });
    const kind = STOCK_REPORTS[round % STOCK_REPORTS.length];
    await runReport({
      query: {
        report: kind === undefined || round % 5 === 0 ? 'summary' : nameOf(kind),
        summary: round % 3 === 0,
        interpret: true,
        escape: 'tty',
      },
      local,
      input: input(),
      timeoutSec: 2,
      onOutput: () => {},
    });
    done += 2000;
  }
  return done;
}
