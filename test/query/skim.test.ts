import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { MAIN_SUMMARY, type ReportQuery } from '../../src/query/report/report-query.ts';
import { ReportStage } from '../../src/query/report/report-stage.ts';
import { Totals } from '../../src/query/report/totals.ts';
import { metaCountFor } from '../../src/query/run/module-scan.ts';
import { SegmentScan } from '../../src/query/run/segment-scan.ts';
import { BytesModule } from '../../src/query/simd/bytes-module.ts';
import { ORACLE_LOCAL } from '../helpers/oracle-names.ts';
import { Random } from '../helpers/random.ts';

// The main summary passes over events that it has met before: it must count what it counts without that.
const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');
const QUERY: ReportQuery = { report: MAIN_SUMMARY, summary: true, interpret: false, escape: 'tty' };
const LOGS = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.log'),
);
const TASK =
  'auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=1 comm="cat" exe="/usr/bin/cat" key="k"';
/** Records of one event, with what is odd in them. */
const EVENTS: readonly (readonly string[])[] = [
  [
    `type=SYSCALL S arch=c000003e syscall=257 success=yes exit=3 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=77 ${TASK}`,
    'type=CWD S cwd="/"',
    'type=PATH S item=0 name="/etc/a" inode=1 nametype=NORMAL',
    'type=PROCTITLE S proctitle=61',
  ],
  [
    `type=SYSCALL S arch=c000003e syscall=257 success=no exit=-13 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=77 ${TASK}`,
    'type=PATH S item=0 name=2F61 inode=1 nametype=NORMAL',
  ],
  [
    `type=SYSCALL S arch=c000003e syscall=257 success=no exit=-13 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=78 ${TASK}\x1dUID="root" AUID="x"`,
    'type=PATH S item=0 name="./rel" inode=1 nametype=NORMAL',
    'type=PATH S item=1 name="/etc/a" inode=1 nametype=NORMAL\x1dOUID="root"',
  ],
  [
    `type=SYSCALL S arch=c000003e syscall=0 success=no exit=-13 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=4294967295 ${TASK}`,
  ],
  [
    `type=SYSCALL S arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=2 ppid=1 pid=5000000 ${TASK}`,
    'type=EXECVE S argc=1 a0="x"',
    'type=CWD S cwd="/"',
    'type=PATH S item=0 name="/bin/x',
  ],
  [
    `type=SYSCALL S arch=c000003e syscall=1 a0=1 success=no exit=-1 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=77 ${TASK}`,
  ],
  [
    `type=SYSCALL S arch=c000003e syscall=2 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=77 ${TASK.replace('"k"', '(null)')}`,
    'type=SOCKADDR S saddr=0200',
  ],
  ['type=PATH S item=0 name="/etc/b" inode=1', 'type=CWD S cwd="/"'],
  [
    'type=USER_LOGIN S pid=1 uid=0 auid=0 ses=1 msg=\'op=login acct="x" exe="/x" hostname=h addr=1.1.1.1 terminal=t res=failed\'',
  ],
  [
    `type=SYSCALL S arch=c000003e syscall=2 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=77 ${TASK}`,
    `type=SYSCALL S arch=c000003e syscall=2 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=79 ${TASK}`,
  ],
  [
    'type=BPF_LSM_ACCESS S prog-id=5 pid=77 comm="cat" path="/etc/a" verdict=-1',
    `type=SYSCALL S arch=c000003e syscall=2 success=no exit=-1 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=77 ${TASK}`,
  ],
];

interface Counted {
  readonly rows: readonly { readonly name: string; readonly count: number }[];
  readonly last: unknown;
  readonly events: number;
}

function counted(texts: readonly Buffer[], by: 'module' | 'bytes' | 'records'): Counted {
  const stage = new ReportStage(by === 'records' ? { ...QUERY, debug: true } : QUERY, ORACLE_LOCAL);
  const size = Math.max(...texts.map((text) => text.length));
  const scan = new SegmentScan({ startSec: undefined, endSec: undefined, timeoutSec: 2 });
  const module = BytesModule.open(size, metaCountFor(size));
  if (module === undefined) throw new Error('this machine has no WebAssembly with SIMD');
  let last: unknown;
  let events = 0;
  for (const [index, text] of texts.entries()) {
    text.copy(module.text);
    const { batch } = scan.scan(module.text.subarray(0, text.length), index, module);
    events += batch.eventCount;
    const { module: own, ...plain } = batch;
    const result = stage.process(by === 'module' ? batch : plain);
    // Where lines stand in order, the module has read them.
    expect(own === undefined || own === module).toBe(true);
    last = result.last ?? last;
  }
  const totals = new Totals();
  totals.merge(stage.counts().totals);
  return { rows: totals.rows().map(({ name, count }) => ({ name, count })), last, events };
}

function compare(texts: readonly Buffer[], what: string): void {
  const expected = counted(texts, 'records');
  expect(counted(texts, 'bytes'), what).toEqual(expected);
  expect(counted(texts, 'module'), what).toEqual(expected);
}

/** Events one after another, each with a stamp of its own. */
function log(events: readonly (readonly string[])[], from: number): Buffer {
  const lines = events.flatMap((records, i) =>
    records.map((record) =>
      record.replace(' S ', ` msg=audit(1700000000.${String(i % 1000).padStart(3, '0')}:${from + i}): `),
    ),
  );
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1');
}

describe('the main summary', () => {
  test.each(LOGS)('of %s, three times over', (name) => {
    const bytes = readFileSync(path.join(FIXTURES, name));
    compare([bytes, bytes, bytes], name);
  });

  test('of odd events, again and again', () => {
    const all = [...EVENTS, ...EVENTS, ...EVENTS];
    compare([log(all, 1), log(all, 500)], 'all');
    for (const [i, event] of EVENTS.entries()) compare([log([event, event, event], 1)], `event ${i}`);
  });

  test('of mutated events', () => {
    const random = new Random(9);
    for (let round = 0; round < 300; round += 1) {
      const events = Array.from({ length: 60 }, () => {
        const records = [...random.pick(EVENTS)];
        if (random.once(3)) {
          const at = random.below(records.length);
          const record = records[at] ?? '';
          const place = Math.min(record.length - 1, record.indexOf(' S ') + 3 + random.below(250));
          const byte = random.pick([' ', '"', '=', '\x1d', '0', 'a', 'x', '.', '\0', '(', ')']);
          records[at] = random.once(2)
            ? record.slice(0, place) + byte + record.slice(place + 1)
            : record.slice(0, place) + byte + record.slice(place);
        }
        return records;
      });
      compare([log(events, 1), log(events, 100)], `round ${round}`);
    }
  });

  test('of more parts than are remembered', () => {
    const events = Array.from({ length: 30_000 }, (_, i) => [
      (EVENTS[0]?.[0] ?? '').replace('pid=77', `pid=${i % 9000}`),
      `type=PATH S item=0 name="/tmp/${i % 20_000}" inode=1 nametype=NORMAL`,
    ]);
    const parts = Array.from({ length: 30 }, (_, i) =>
      log(events.slice(i * 1000, i * 1000 + 1000), i * 1000),
    );
    compare(parts, 'many');
  });
});
