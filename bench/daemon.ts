import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '../vm/paths.ts';
import { addedTrees, guestRepository, productTree } from '../vm/repository.ts';
import { runInGuest } from '../vm/run.ts';
import { load, machine } from './machine.ts';
import { figure, spread, spreadText, table } from './report.ts';

/**
 * What bpfauditd costs beside auditd (RAW, the same flushing), in the guest: CPU for each record, memory, and how
 * long a record takes from the hook to the log. Both are fed the same number of records.
 */
interface Load {
  readonly records: number;
  readonly perSecond: number;
  /** Of the daemon; of kauditd, if there is a second. */
  readonly cpuMicroseconds: readonly number[];
}

interface Side {
  readonly idle: number;
  readonly resident: number;
  readonly paced: Load;
  readonly fast: Load;
  readonly lost: number;
}

interface Run {
  readonly own: Side & { readonly p50: number; readonly p99: number };
  readonly peer: Side;
}

const RUNS = 5;
const kernel = process.argv[2] ?? '6.12';
const parts = ['test/kernel/daemon', 'bench/daemon', '.output/test'];

execFileSync('make', ['-s', '-C', 'test/kernel'], { cwd: repositoryRoot });
const begin = load();
const { stdout, stderr, exitCode, kernelRelease } = await runInGuest({
  kernel,
  cwd: guestRepository,
  command: ['node', 'bench/daemon/guest.mjs', String(RUNS)],
  add: [
    ...productTree(repositoryRoot),
    ...addedTrees(repositoryRoot, parts),
    { source: join(repositoryRoot, '.output/bpf/test/kernel/programs'), destination: '/root/policies' },
  ],
  timeoutMs: 900_000,
});
if (exitCode !== 0) throw new Error(`exit ${exitCode}\n${stdout}\n${stderr}`);
const runs = stdout
  .trimEnd()
  .split('\n')
  .map((line): Run => JSON.parse(line));

/** Share of one CPU at a rate, in percent. */
function share(cpuMicroseconds: number, perSecond: number): number {
  return (cpuMicroseconds * perSecond) / 1e4;
}

function row(name: string, value: (run: Run) => number, digits: number): string[] {
  return [name, spreadText(spread(runs.map(value)), digits)];
}

process.stdout.write(`${machine()}, load ${begin}; guest ${kernelRelease}, emulated\n\n`);
process.stdout.write(
  table([
    ['', 'min / median / max'],
    row('bpfauditd: memory after the load, MiB', ({ own }) => own.resident, 1),
    row('auditd: memory after the load, MiB', ({ peer }) => peer.resident, 1),
    row('paced: records/s, bpfauditd', ({ own }) => own.paced.perSecond, 0),
    row('paced: records/s, auditd', ({ peer }) => peer.paced.perSecond, 0),
    row('paced: CPU us/record, bpfauditd', ({ own }) => own.paced.cpuMicroseconds[0]!, 1),
    row('paced: CPU us/record, auditd', ({ peer }) => peer.paced.cpuMicroseconds[0]!, 1),
    row('paced: CPU us/record, kauditd', ({ peer }) => peer.paced.cpuMicroseconds[1]!, 1),
    row('fast: records/s, bpfauditd', ({ own }) => own.fast.perSecond, 0),
    row('fast: records/s, auditd', ({ peer }) => peer.fast.perSecond, 0),
    row('fast: CPU us/record, bpfauditd', ({ own }) => own.fast.cpuMicroseconds[0]!, 1),
    row('fast: CPU us/record, auditd', ({ peer }) => peer.fast.cpuMicroseconds[0]!, 1),
    row('fast: CPU us/record, kauditd', ({ peer }) => peer.fast.cpuMicroseconds[1]!, 1),
    row('latency p50, ms', ({ own }) => own.p50 * 1000, 1),
    row('latency p99, ms', ({ own }) => own.p99 * 1000, 1),
    row('lost, bpfauditd', ({ own }) => own.lost, 0),
    row('lost, auditd', ({ peer }) => peer.lost, 0),
  ]),
);

const median = (value: (run: Run) => number): number => spread(runs.map(value)).median;
const cpuOf = (side: 'own' | 'peer', what: 'paced' | 'fast', perSecond: number): number =>
  median((run) =>
    share(
      run[side][what].cpuMicroseconds.reduce((sum, us) => sum + us, 0),
      perSecond,
    ),
  );
process.stdout.write('\n');
process.stdout.write(
  figure(
    'daemon-memory',
    median(({ own }) => own.resident),
    'MiB',
    '<=',
    100,
    1,
  ),
);
process.stdout.write(
  figure('daemon-cpu-1600', cpuOf('own', 'paced', 1600), '%', '<=', cpuOf('peer', 'paced', 1600), 1),
);
process.stdout.write(
  figure('daemon-cpu-20000', cpuOf('own', 'fast', 20_000), '%', '<=', cpuOf('peer', 'fast', 20_000), 1),
);
process.stdout.write(
  figure(
    'daemon-latency-p50',
    median(({ own }) => own.p50 * 1000),
    'ms',
    '<=',
    10,
    1,
  ),
);
process.stdout.write(
  figure(
    'daemon-latency-p99',
    median(({ own }) => own.p99 * 1000),
    'ms',
    '<=',
    50,
    1,
  ),
);
