import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { load, machine } from './machine.ts';
import { figure, spread, spreadText, type Spread } from './report.ts';
import { makeLog, makeRotatedLogs } from './search-logs.ts';

// npm run bench:search: bpfaudit beside ausearch and aureport, whole processes, on the same logs, in one run.
// BENCH_ONLY=PATTERN runs some cases, BENCH_RUNS each so many times; a peer is stopped after BENCH_PEER_SECONDS.
const RUNS = Number(process.env['BENCH_RUNS'] ?? 5);
const FOLDER = process.env['BENCH_FOLDER'] ?? path.join(tmpdir(), 'bpfaudit-bench');
const PEER_SECONDS = Number(process.env['BENCH_PEER_SECONDS'] ?? 120);
const ONLY = new RegExp(process.env['BENCH_ONLY'] ?? '');
const CLI = path.resolve(import.meta.dirname, '../dist/bundle/bpfaudit.js');
/** Nothing else of who measures: NODE_EXTRA_CA_CERTS alone makes Node read certificates for 35 ms at each start. */
const ENV = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
const SMALL = 304e6;
/** Events in a second of the log. */
const DENSITIES = { spread: 5, dense: 5000, denser: 20_000 } as const;
type Density = keyof typeof DENSITIES;
const LARGE_FILES = 8;
const LARGE_FILE = 256e6;
/** Peers that need longer than that for one run are run once. */
const LONG_RUN_SECONDS = 10;

interface Timing extends Spread {
  readonly wasStopped: boolean;
}

interface Case {
  readonly name: string;
  readonly log: () => string;
  readonly peer: readonly string[];
  readonly ours: readonly string[];
  /** How many times as fast as the peer we want to be. */
  readonly target: number;
}

function time(command: string, argv: readonly string[], timeoutMs?: number): Timing {
  const seconds: number[] = [];
  let wasStopped = false;
  for (let i = 0; i < RUNS; i += 1) {
    const start = process.hrtime.bigint();
    const result = spawnSync(command, argv, { env: ENV, stdio: 'ignore', timeout: timeoutMs });
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
    wasStopped ||= result.signal !== null;
    if ((seconds.at(-1) ?? 0) > LONG_RUN_SECONDS) break;
  }
  return { ...spread(seconds), wasStopped };
}

function show(label: string, timing: Timing): void {
  const limit = timing.wasStopped ? ' (stopped: at least)' : '';
  process.stdout.write(`  ${label.padEnd(10)} ${spreadText(timing, 3)} s${limit}\n`);
}

function runCase({ name, log, peer, ours, target }: Case): void {
  const file = log();
  process.stdout.write(`${name}\n`);
  const [peerCommand = '', ...peerArgv] = peer;
  const [command = '', ...argv] = ours;
  const own = time(process.execPath, [CLI, command, '-if', file, ...argv]);
  const theirs = time(peerCommand, ['-if', file, ...peerArgv], PEER_SECONDS * 1000);
  show(peerCommand, theirs);
  show('bpfaudit', own);
  process.stdout.write(figure(`search-${name}`, theirs.median / own.median, 'x', '>=', target));
}

/** Most memory that a run has at once, in MiB. */
function peak(argv: readonly string[]): number {
  const result = spawnSync('/usr/bin/time', ['-f', '%M', process.execPath, CLI, ...argv], {
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return Number(result.stderr.trim().split('\n').at(-1)) / 1024;
}

function small(name: Density): string {
  const file = path.join(FOLDER, `${name}.log`);
  const eventsPerSecond = DENSITIES[name];
  makeLog({ path: file, sizeBytes: SMALL, eventsPerSecond, files: 40, passwdEvery: 10_007 });
  return file;
}

function large(name: Density): string {
  const folder = path.join(FOLDER, `${name}-rotated`);
  const eventsPerSecond = DENSITIES[name];
  const shape = { sizeBytes: LARGE_FILE, eventsPerSecond, files: 40, passwdEvery: 10_007 };
  if (!existsSync(path.join(folder, 'audit.log'))) makeRotatedLogs(folder, LARGE_FILES, shape);
  return folder;
}

function manyFiles(files: number = 11_000): string {
  const file = path.join(FOLDER, `many-files-${files}.log`);
  makeLog({ path: file, sizeBytes: 76e6, eventsPerSecond: 5, files, passwdEvery: 10_007 });
  return file;
}

const QUERIES = [
  ['no-hit', ['ausearch', '-m', 'USER_AVC', '--raw'], ['search', '-m', 'USER_AVC', '--raw'], 1],
  ['few-hits', ['ausearch', '-f', 'passwd', '-i'], ['search', '-f', 'passwd', '-i'], 1],
  ['all-interpreted', ['ausearch', '-i'], ['search', '-i'], 3],
  ['summary', ['aureport', '--summary'], ['report', '--summary'], 5],
] as const;

function cases(): Case[] {
  const found = (['spread', 'dense', 'denser'] as const).flatMap((density) =>
    QUERIES.flatMap(([query, peer, ours, target]): Case[] => {
      const shared = { peer, ours, target: density === 'spread' ? target : 100 };
      const one = { ...shared, name: `${density}-${query}`, log: () => small(density) };
      if (density === 'denser') return [one];
      return [one, { ...shared, name: `2gb-${density}-${query}`, log: () => large(density) }];
    }),
  );
  const files = { peer: ['aureport', '-f', '--summary'], ours: ['report', '-f', '--summary'], target: 100 };
  return [...found, { ...files, name: 'many-files', log: () => manyFiles() }];
}

function runWindow(): void {
  const folder = large('spread');
  const window = ['-ts', '11/18/23', '10:00:00', '-te', '11/18/23', '10:05:00', '--raw'];
  const own = time(process.execPath, [CLI, 'search', '-if', folder, ...window]);
  process.stdout.write('window in 2 GB of rotated logs\n');
  show('ausearch', time('ausearch', ['-if', folder, ...window], PEER_SECONDS * 1000));
  show('bpfaudit', own);
  process.stdout.write(figure('search-window', own.median, 's', '<=', 0.25, 3));
}

/** Ours alone: a hundred times as many keys must not make a line dearer; the peer's lines become so. */
function runKeys(): void {
  const logs = [1100, 11_000, 110_000].map((files) => ({ files, log: manyFiles(files) }));
  const [few = 1, ...more] = logs.map(({ files, log }) => {
    const argv = [CLI, 'report', '-if', log, '-f', '--summary'];
    const own = time(process.execPath, argv);
    process.stdout.write(`report -f --summary, ${files} files\n`);
    show('bpfaudit', own);
    return own.median;
  });
  process.stdout.write(figure('search-keys', Math.max(...more) / few, 'x-of-1100-files', '<=', 2));
}

function runMemory(): void {
  const folder = large('dense');
  for (const argv of [
    ['search', '-if', folder, '-i'],
    ['search', '-if', folder, '--json'],
    ['report', '-if', folder, '--summary'],
    ['report', '-if', manyFiles(), '-f', '--summary'],
  ]) {
    const name = `search-memory-${argv.filter((_, i) => i !== 1 && i !== 2).join('')}`;
    process.stdout.write(figure(name, peak(argv), 'MiB', '<=', 400, 0));
  }
}

process.stdout.write(`${machine()}, load ${load()}\n`);
for (const one of cases()) if (ONLY.test(one.name)) runCase(one);
if (ONLY.test('window')) runWindow();
if (ONLY.test('keys')) runKeys();
if (ONLY.test('memory')) runMemory();
