import { isDeepStrictEqual } from 'node:util';
import { ReportStage } from '../src/query/report/report-stage.ts';
import type { LocalKnowledge } from '../src/query/search/search-stage.ts';
import { metaCountFor } from '../src/query/run/module-scan.ts';
import { SegmentScan } from '../src/query/run/segment-scan.ts';
import { BytesModule } from '../src/query/simd/bytes-module.ts';

const EVENTS = 400;
const TASK =
  'auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=x ses=1 comm="x" exe="/x" subj=a key="k"';
const CALLS = [
  'type=SYSCALL % arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7f00 a2=0 a3=0 items=1 ppid=1 pid=# ',
  'type=SYSCALL % arch=c000003e syscall=2 success=no exit=-13 a0=7f00 a1=0123456789abcdef a2=0 a3=0 items=2 ppid=1 pid=# ',
];
/** What follows a call; # is a number, which makes a name a new one. */
const REST = [
  'type=CWD % cwd="/root"',
  'type=CWD % cwd=2F746D70',
  'type=PATH % item=0 name="/srv/#" inode=1 dev=fd:00 nametype=NORMAL',
  'type=PATH % item=1 name="/srv/fixed" inode=1 dev=fd:00 nametype=CREATE',
  'type=PATH % item=0 name=2F73727620#0 inode=1 nametype=NORMAL',
  'type=PATH % item=0 name="./#" inode=1 nametype=NORMAL\x1dOUID="root" OGID="root"',
  'type=PROCTITLE % proctitle=636174',
];

/**
 * Has events counted whose lines stand in order, some of them mutated, by the module, from their bytes, and by
 * the thorough way.
 *
 * @throws if the counts differ.
 */
export function compareCounting(
  next: () => number,
  mutate: (line: Buffer) => Buffer,
  local: LocalKnowledge,
  what: string,
): void {
  const bytes = Buffer.concat(lines(next, mutate));
  const stock = next() % 2 === 0;
  const module = BytesModule.open(bytes.length, metaCountFor(bytes.length));
  if (module !== undefined) bytes.copy(module.text);
  const options = { startSec: undefined, endSec: undefined, timeoutSec: 2 };
  const { batch } = new SegmentScan(options).scan(module?.text ?? bytes, 0, module);
  const { module: _, ...plain } = batch;
  const count = (part: typeof batch, debug: boolean): object => {
    const query = {
      report: 'summary',
      summary: true,
      interpret: false,
      escape: 'tty',
      stock,
      debug,
    } as const;
    const stage = new ReportStage(query, local);
    stage.process(part);
    const { counts, sets } = stage.counts().totals;
    return {
      counts: Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0)),
      sets: Object.fromEntries(Object.entries(sets).map(([name, keys]) => [name, keys.toSorted()])),
    };
  };
  const thorough = count(plain, true);
  for (const [way, found] of [
    ['module', count(batch, false)],
    ['fast way', count(plain, false)],
  ] as const) {
    if (!isDeepStrictEqual(found, thorough))
      throw new Error(`${what}: the ${way} counts ${JSON.stringify(found)}, not ${JSON.stringify(thorough)}`);
  }
}

function lines(next: () => number, mutate: (line: Buffer) => Buffer): Buffer[] {
  const found: Buffer[] = [];
  const line = (text: string, stamp: string): void => {
    const whole = Buffer.from(text.replace('%', stamp).replace('#', String(next() % 300)), 'latin1');
    const head = whole.indexOf(')') + 1;
    const isChanged = next() % 12 === 0;
    const body = isChanged ? mutate(whole.subarray(head)) : whole.subarray(head);
    found.push(whole.subarray(0, head), Buffer.from(body.map(withoutNewline)), Buffer.from('\n'));
  };
  for (let i = 0; i < EVENTS; i += 1) {
    const stamp = `msg=audit(1700000000.123:${1000 + i}):`;
    line(`${CALLS[next() % CALLS.length] ?? ''}${TASK}`, stamp);
    for (let more = next() % 4; more > 0; more -= 1) line(REST[next() % REST.length] ?? '', stamp);
  }
  return found;
}

/** A line more would not be in order, and then nothing is left to the module. */
function withoutNewline(byte: number): number {
  return byte === 0x0a ? 0x20 : byte;
}
