import { spawnSync } from 'node:child_process';
import { cpus, release, tmpdir } from 'node:os';
import path from 'node:path';
import { makeLog } from './search-logs.ts';

// npm run bench:search: bpfaudit beside ausearch and aureport, whole processes, on the same logs, in one run.
const RUNS = Number(process.env['BENCH_RUNS'] ?? 5);
const FOLDER = process.env['BENCH_FOLDER'] ?? path.join(tmpdir(), 'bpfaudit-bench');
const PEER_TIMEOUT_MS = Number(process.env['BENCH_PEER_TIMEOUT_MS'] ?? 180_000);
const CLI = path.resolve(import.meta.dirname, '../dist/cli/main.js');
const ENV = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };

interface Timing {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly timedOut: boolean;
}

interface Case {
  readonly name: string;
  readonly log: string;
  readonly peer: readonly string[];
  readonly ours: readonly string[];
  /** How many times as fast as the peer we want to be. */
  readonly target: number;
  /** The peer takes minutes: run it once, and we are that much faster at least. */
  readonly slowPeer?: boolean;
}

function time(command: string, argv: readonly string[], runs: number, timeoutMs?: number): Timing {
  const seconds: number[] = [];
  let timedOut = false;
  for (let i = 0; i < runs; i += 1) {
    const start = process.hrtime.bigint();
    const result = spawnSync(command, argv, {
      env: ENV,
      stdio: ['ignore', 'ignore', 'ignore'],
      timeout: timeoutMs,
    });
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
    if (result.signal !== null) timedOut = true;
  }
  seconds.sort((a, b) => a - b);
  return {
    min: seconds[0] ?? 0,
    median: seconds[Math.floor(seconds.length / 2)] ?? 0,
    max: seconds.at(-1) ?? 0,
    timedOut,
  };
}

function show(label: string, timing: Timing): void {
  const limit = timing.timedOut ? ' (stopped: at least)' : '';
  const numbers = [timing.min, timing.median, timing.max].map((value) => value.toFixed(3)).join(' / ');
  process.stdout.write(`  ${label.padEnd(10)} ${numbers} s${limit}\n`);
}

function runCase({ name, log, peer, ours, target, slowPeer }: Case): void {
  process.stdout.write(`${name}\n`);
  const [peerCommand = '', ...peerArgv] = peer;
  const theirs = time(peerCommand, ['-if', log, ...peerArgv], slowPeer === true ? 1 : RUNS, PEER_TIMEOUT_MS);
  show(peerCommand, theirs);
  const [command = '', ...argv] = ours;
  const own = time(process.execPath, [CLI, command, '-if', log, ...argv], RUNS);
  show('bpfaudit', own);
  const ratio = theirs.median / own.median;
  const verdict = ratio >= target ? 'ok' : 'short';
  process.stdout.write(`figure search-${name} ${ratio.toFixed(2)} x target >= ${target} ${verdict}\n`);
}

function peak(argv: readonly string[]): number {
  const result = spawnSync('/usr/bin/time', ['-f', '%M', process.execPath, CLI, ...argv], {
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return Number(result.stderr.trim().split('\n').at(-1)) / 1024;
}

const big = Number(process.env['BENCH_BYTES'] ?? 304e6);
const spread = path.join(FOLDER, `spread-${big}.log`);
const dense = path.join(FOLDER, `dense-${big}.log`);
const manyFiles = path.join(FOLDER, 'many-files.log');
makeLog({ path: spread, sizeBytes: big, eventsPerSecond: 5, files: 40, passwdEvery: 10_007 });
makeLog({ path: dense, sizeBytes: big, eventsPerSecond: 5000, files: 40, passwdEvery: 10_007 });
makeLog({ path: manyFiles, sizeBytes: 76e6, eventsPerSecond: 5, files: 11_000, passwdEvery: 10_007 });
process.stdout.write(
  `${cpus()[0]?.model ?? '?'}, ${cpus().length} cores, Linux ${release()}, Node ${process.version}\n`,
);

const queries = [
  ['no-hit', ['ausearch', '-m', 'USER_AVC', '--raw'], ['search', '-m', 'USER_AVC', '--raw'], 1],
  ['few-hits', ['ausearch', '-f', 'passwd', '-i'], ['search', '-f', 'passwd', '-i'], 1],
  ['all-interpreted', ['ausearch', '-i'], ['search', '-i'], 3],
  ['summary', ['aureport', '--summary'], ['report', '--summary'], 5],
] as const;
for (const [name, peer, ours, target] of queries) {
  runCase({ name: `spread-${name}`, log: spread, peer, ours, target });
}
for (const [name, peer, ours] of queries) {
  runCase({ name: `dense-${name}`, log: dense, peer, ours, target: 100, slowPeer: true });
}
runCase({
  name: 'many-files',
  log: manyFiles,
  peer: ['aureport', '-f', '--summary'],
  ours: ['report', '-f', '--summary'],
  target: 100,
  slowPeer: true,
});
const rangeStart = '11/15/23 10:00:00'.split(' ');
const rangeEnd = '11/15/23 10:05:00'.split(' ');
const window = time(
  process.execPath,
  [CLI, 'search', '-if', spread, '-ts', ...rangeStart, '-te', ...rangeEnd, '--raw'],
  RUNS,
);
show('window', window);
process.stdout.write(
  `figure search-window ${window.median.toFixed(3)} s target <= 0.25 ${window.median <= 0.25 ? 'ok' : 'short'}\n`,
);
for (const argv of [
  ['search', '-if', dense, '-i'],
  ['report', '-if', dense, '--summary'],
]) {
  const mebibytes = peak(argv);
  const name = `memory-${argv[0] ?? ''}`;
  process.stdout.write(
    `figure search-${name} ${mebibytes.toFixed(0)} MiB target <= 400 ${mebibytes <= 400 ? 'ok' : 'short'}\n`,
  );
}
