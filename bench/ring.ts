import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { load, machine } from './machine.ts';
import { figure, spread, spreadText, table } from './report.ts';

/*
 * npm run bench:ring: bpfaudit's reader against a C program with libbpf that does the same work.
 *
 * Both fill a ring of 16 MiB with the records of bench/programs/ring.bpf.c and take them out again; only the
 * latter is timed. The two programs take turns. Needs root, since it loads BPF programs.
 */
const ROOT = resolve(import.meta.dirname, '..');
const OBJECT = join(ROOT, '.output/bpf/bench/programs/ring.bpf.o');
const PEER = join(ROOT, '.output/bench/ring-peer');
const READER = join(ROOT, '.output/bench/bench/ring/reader.js');
/** Both go before other programs of the machine, which would empty the caches between two rounds. */
const FIRST = ['nice', '-n', '-20'] as const;
const RUNS = 5;
/** Records that fill the ring to 97 %. */
const ROUND = 21_000;
/** Enough for the compiler of V8 to be done, on a busy machine too. */
const WARM_UP = 300;
const ROUNDS = 100;
/** Rounds of the run that looks at memory: ten million records. */
const MEMORY_ROUNDS = 477;

/** What both programs print. */
interface Run {
  readonly records: number;
  /** Time on the clock, in nanoseconds. */
  readonly ns: number;
  /** Time on the CPU, all threads of the process, in nanoseconds. */
  readonly cpu: number;
  readonly bytes: number;
  readonly lost: number;
  readonly malformed: number;
}

interface ReaderRun extends Run {
  /** Growth of the heap before and after a collection of garbage, in bytes. */
  readonly garbage: number;
  readonly growth: number;
  /** How often garbage was collected during the run. */
  readonly collections: number;
  /** Resident memory at the end, in bytes. */
  readonly rss: number;
}

function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function build(): void {
  run('make', '-C', 'bpf', '-s');
  run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'bench/tsconfig.json');
  const flags = ['-O2', '-Wall', '-Ibpf/include', '-include', 'linux/types.h'];
  run('gcc', ...flags, '-o', PEER, 'bench/peer/ring.c', '-lbpf');
}

function peer(warmUp: number, rounds: number, repeat: number, ...file: readonly string[]): Run {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is our own program
  return JSON.parse(run(...FIRST, PEER, OBJECT, ...[warmUp, rounds, repeat].map(String), ...file)) as Run;
}

/** In a mount namespace of its own, so that the pins of the shared maps vanish with it. */
function reader(
  pins: string,
  warmUp: number,
  rounds: number,
  repeat: number,
  ...file: readonly string[]
): ReaderRun {
  const script = `mount -t bpf bpf "$1" && shift && exec ${FIRST.join(' ')} "$@"`;
  const node = [process.execPath, '--expose-gc', READER, OBJECT, pins];
  const args = [...[warmUp, rounds, repeat].map(String), ...file];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is our own program
  return JSON.parse(run('unshare', '--mount', 'sh', '-c', script, 'sh', pins, ...node, ...args)) as ReaderRun;
}

/** Both must write the same bytes, lost records included; only the time at which a loss is told differs. */
function compare(folder: string, pins: string): number {
  const ours = join(folder, 'ours');
  const theirs = join(folder, 'theirs');
  const tooMany = ROUND + 4000;
  const a = reader(pins, 0, 3, tooMany, ours);
  const b = peer(0, 3, tooMany, theirs);
  const [text, other] = [ours, theirs].map((file) =>
    readFileSync(file, 'latin1').replaceAll(/^(type=DAEMON_ERR msg=audit\()[\d.]+/gm, '$1'),
  );
  if (text !== other || a.lost !== b.lost || a.lost === 0 || a.malformed + b.malformed > 0) {
    throw new Error(`the two programs write different things: see ${ours} and ${theirs}`);
  }
  return a.bytes;
}

function describe(name: string, runs: readonly Run[]): string[] {
  const perRecord = (of: (run: Run) => number): string =>
    spreadText(spread(runs.map((one) => of(one) / one.records)));
  const rate = spreadText(spread(runs.map((one) => (one.records / one.ns) * 1e3)), 2);
  return [name, perRecord((one) => one.cpu), perRecord((one) => one.ns), rate];
}

function main(): void {
  build();
  const folder = mkdtempSync(join(tmpdir(), 'bpfaudit-bench-'));
  const pins = join(folder, 'pins');
  mkdirSync(pins);
  try {
    const same = compare(folder, pins);
    const ours: ReaderRun[] = [];
    const theirs: Run[] = [];
    const loads = [load()];
    for (let i = 0; i < RUNS; i++) {
      ours.push(reader(pins, WARM_UP, ROUNDS, ROUND));
      theirs.push(peer(WARM_UP, ROUNDS, ROUND));
    }
    loads.push(load());
    const memory = reader(pins, WARM_UP, MEMORY_ROUNDS, ROUND);
    print({ same, ours, theirs, memory, loads });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(result: {
  readonly same: number;
  readonly ours: readonly ReaderRun[];
  readonly theirs: readonly Run[];
  readonly memory: ReaderRun;
  readonly loads: readonly string[];
}): void {
  const { ours, theirs, memory } = result;
  const out = process.stdout;
  out.write(`bench:ring on ${machine()}; load ${result.loads.join(' before, ')} after\n`);
  out.write(`${RUNS} runs each, taking turns, of ${ROUNDS * ROUND} records; min / median / max\n`);
  out.write(`the two programs wrote the same ${result.same} bytes, losses included\n\n`);
  out.write(
    table([
      ['', 'ns of CPU per record', 'ns per record', 'million records/s'],
      describe('bpfaudit (TypeScript)', ours),
      describe('libbpf (C, gcc -O2)', theirs),
    ]),
  );
  out.write(
    `\nmemory over ${memory.records} records: heap grew by ${memory.growth} bytes, ` +
      `${memory.garbage} before garbage was collected; ${memory.collections} collections; ` +
      `resident ${(memory.rss / 1e6).toFixed(1)} MB, the ring of 16.8 MB included\n\n`,
  );
  const ratios = ours.map((one, i) => theirs[i]!.cpu / theirs[i]!.records / (one.cpu / one.records));
  const rates = ours.map((one) => (one.records / one.ns) * 1e9);
  out.write(figure('ring-ratio', spread(ratios).median, 'of-C', '>=', 0.8));
  out.write(figure('ring-rate', spread(rates).median, 'records/s', '>=', 3_000_000, 0));
  out.write(figure('ring-heap-growth', memory.growth / memory.records, 'bytes/record', '<=', 0.1, 4));
  // one object of 16 bytes per record would make 80
  out.write(figure('ring-collections', memory.collections, 'of-garbage', '<=', 10, 0));
  out.write(
    figure('ring-resident', Math.max(...ours.map((one) => one.rss), memory.rss) / 1e6, 'MB', '<=', 90, 1),
  );
}

main();
