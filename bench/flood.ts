import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '../vm/paths.ts';
import { addedTrees, guestRepository, productTree } from '../vm/repository.ts';
import { runInGuest } from '../vm/run.ts';
import { load, machine } from './machine.ts';
import { figure } from './report.ts';

/**
 * npm run bench:flood: more than the daemon can take, for a minute, in the guest. Prints its memory second by
 * second, and whether all that was lost is counted and written down.
 */
interface Flood {
  readonly seconds: number;
  readonly curveMiB: readonly number[];
  readonly slowestOtherMs: number;
  readonly probes: { readonly EPERM: number; readonly other: number };
  readonly balance: { readonly written: number; readonly lost: number; readonly closes: boolean };
  readonly records: number;
  readonly lostInLog: number;
  readonly lostFoundByAusearch: number;
}

const SECONDS = 60;
const kernel = process.argv[2] ?? '6.12';

execFileSync('make', ['-s', '-C', 'test/kernel'], { cwd: repositoryRoot });
const begin = load();
const { stdout, stderr, exitCode, kernelRelease } = await runInGuest({
  kernel,
  cwd: guestRepository,
  command: ['node', 'test/kernel/daemon/flood.mjs', String(SECONDS)],
  add: [
    ...productTree(repositoryRoot),
    ...addedTrees(repositoryRoot, ['test/kernel/daemon', '.output/test']),
    { source: join(repositoryRoot, '.output/bpf/test/kernel/programs'), destination: '/root/policies' },
  ],
  timeoutMs: 900_000,
});
if (exitCode !== 0) throw new Error(`exit ${exitCode}\n${stdout}\n${stderr}`);
const flood: Flood = JSON.parse(stdout.slice(stdout.indexOf('{')));
const { seconds, curveMiB, probes, balance, records, lostInLog, lostFoundByAusearch, slowestOtherMs } = flood;
const missing = probes.EPERM - records - lostInLog;
process.stdout.write(`${machine()}, load ${begin}; guest ${kernelRelease}, emulated, ring of 256 KiB

${probes.EPERM} denials in ${seconds} s, ${probes.other} calls that passed: ${records} in the log, ${lostInLog} lost
by the log, ${lostFoundByAusearch} found by ausearch -m DAEMON_ERR, ${balance.lost} by bpfaudit status; the sum ${
  balance.closes ? 'closes' : 'DOES NOT CLOSE'
}
another program's start took ${slowestOtherMs} ms at most
memory in MiB, second by second: ${curveMiB.join(' ')}

`);
const half = curveMiB.length >> 1;
const late = Math.max(...curveMiB.slice(half));
process.stdout.write(figure('flood-memory', Math.max(...curveMiB), 'MiB', '<=', 150, 0));
process.stdout.write(
  figure('flood-memory-growth', late - Math.max(...curveMiB.slice(0, half)), 'MiB', '<=', 5, 0),
);
process.stdout.write(figure('flood-unaccounted', missing, 'records', '<=', 0, 0));
