import {
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { indexPath, parseIndex, type LogIndex } from '../../src/log/log-index.ts';
import { LogIndexer } from '../../src/log/log-indexer.ts';
import { planExcess, planRotation } from '../../src/log/rotation.ts';
import { Random } from '../helpers/random.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const names = (folder: string): string[] => readdirSync(folder).toSorted();

function indexOf(log: string): LogIndex | undefined {
  return parseIndex(readFileSync(indexPath(log) ?? '', 'utf8'));
}

const TEXT =
  'type=DAEMON_START msg=audit(1700000000.000:1): op=start\n' +
  'node=web type=UNKNOWN[1427] msg=audit(1700000009.000:2): prog-id=7\n' +
  'what is this\n\n' +
  'type=NOBODY_KNOWS msg=audit(1699999999.000:3): x\n' +
  'type=PATH msg=audit(1700000010.000:4): item=0';

test('an index says what a rotated log holds', async () => {
  using folder = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  for (const name of ['', '.1', '.2', '.1.bak']) writeFileSync(log + name, TEXT);
  writeFileSync(`${log}.3.zst`, 'packed');
  writeFileSync(`${log}.idx.tmp`, 'half of one');
  chmodSync(`${log}.2`, 0o440);
  await new LogIndexer(log).run();
  expect(names(folder.path)).toEqual([
    'audit.log',
    'audit.log.1',
    'audit.log.1.bak',
    'audit.log.1.idx',
    'audit.log.2',
    'audit.log.2.idx',
    'audit.log.3.zst',
  ]);
  expect(indexOf(`${log}.1`)).toEqual({
    version: 1,
    sizeBytes: TEXT.length,
    head: TEXT.slice(0, 256),
    fromSec: 1_699_999_999,
    toSec: 1_700_000_010,
    types: [-1, 1200, 1302, 1427],
  });
  expect(statSync(`${log}.2.idx`).mode & 0o777).toBe(0o440);
});

test('it does not matter where the log is cut in pieces', async () => {
  using folder = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  const random = new Random(3);
  const text = Array.from({ length: 300 }, (_, i) => {
    const rest = 'x'.repeat(random.once(10) ? 3000 : random.below(300));
    return `type=${random.pick(['PATH', 'CWD', 'EOE', 'UNKNOWN[1427]'])} msg=audit(${1_700_000_000 + i}.000:${i}): ${rest}\n`;
  }).join('');
  const found: unknown[] = [];
  for (const chunkBytes of [512, 777, 4096, 1 << 20]) {
    writeFileSync(`${log}.1`, text);
    await new LogIndexer(log, chunkBytes).run();
    found.push(indexOf(`${log}.1`));
    unlinkSync(`${log}.1.idx`);
  }
  expect(found[0]).toMatchObject({ sizeBytes: text.length, fromSec: 1_700_000_000, toSec: 1_700_000_299 });
  for (const one of found) expect(one).toEqual(found[0]);
});

test('an index finds its log when that was rotated meanwhile', async () => {
  using folder = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  writeFileSync(`${log}.1`, TEXT.repeat(50));
  const running = new LogIndexer(log, 512).run();
  renameSync(`${log}.1`, `${log}.2`);
  writeFileSync(`${log}.1`, 'type=CWD msg=audit(1.000:1): cwd="/"\n');
  await running;
  expect(indexOf(`${log}.2`)?.toSec).toBe(1_700_000_010);
  expect(indexOf(`${log}.1`)?.toSec).toBe(1);
});

test('an index moves and goes with its log', () => {
  const there = new Set([
    'audit.log',
    'audit.log.1.zst',
    'audit.log.1.idx',
    'audit.log.2',
    'audit.log.2.idx',
  ]);
  expect(planRotation(there, 'audit.log', 3)).toEqual([
    { unlink: 'audit.log.2' },
    { unlink: 'audit.log.2.idx' },
    { rename: 'audit.log.1.zst', to: 'audit.log.2.zst' },
    { rename: 'audit.log.1.idx', to: 'audit.log.2.idx' },
    { rename: 'audit.log', to: 'audit.log.1' },
  ]);
  expect(planExcess(there, 'audit.log', 2)).toEqual([
    { unlink: 'audit.log.2' },
    { unlink: 'audit.log.2.idx' },
  ]);
});

test.each(['', 'x', '[]', '{}', 'null', '{"version":2}', '{"version":1,"sizeBytes":"1"}'])(
  'what is no index is none: %s',
  (text) => expect(parseIndex(text)).toBeUndefined(),
);

test('it ends early when it is told to', async () => {
  using folder = temporaryFolder();
  const log = path.join(folder.path, 'audit.log');
  for (const name of ['.1', '.2']) writeFileSync(log + name, TEXT.repeat(50));
  const stop = new AbortController();
  const running = new LogIndexer(log, 512).run(stop.signal);
  stop.abort();
  await running;
  expect(names(folder.path)).toEqual(['audit.log.1', 'audit.log.2']);
});
