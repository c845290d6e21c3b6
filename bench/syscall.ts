import { benchInGuest, compileForGuest } from './guest.ts';
import { load, machine } from './machine.ts';
import { figure, spread, spreadText, table } from './report.ts';

/*
 * npm run bench:syscall [KERNEL]: what the programs of the join cost a system call that no policy decides about.
 *
 * A loop of getpid() in the guest, five runs, in turns without and with the programs. The guest is emulated in
 * software where there is no KVM: its nanoseconds are not those of a machine, their ratio is nearly. The figures are
 * ratios of the fastest runs, since whatever else the machine does only adds.
 */
const [kernel = '6.12'] = process.argv.slice(2);
const CALLS = 300_000;
const AUDIT: Readonly<Record<string, string>> = {
  'no-context': 'off for the task (-a never,task)',
  'no-rule': 'on, no rules',
  rule: 'on, a rule for another call',
};

const getpid = compileForGuest('bench/syscall/getpid.c');
const { stdout, release } = await benchInGuest(
  kernel,
  'bench/syscall/guest.sh',
  [String(CALLS)],
  [{ source: getpid, destination: '/root/getpid' }],
);

const runs = stdout.split('\n').map((line) => line.split(' '));
const times = (audit: string, programs: string): number[] =>
  runs.filter((run) => run[0] === audit && run[1] === programs).map((run) => Number(run[2]));

process.stdout.write(`${machine()}, load ${load()}; guest ${release}\n`);
const rows = [['audit', 'without, ns (min / median / max)', 'with, ns', 'more, ns']];
let figures = '';
for (const [audit, name] of Object.entries(AUDIT)) {
  const without = spread(times(audit, 'without'));
  const withThem = spread(times(audit, 'with'));
  rows.push([name, spreadText(without), spreadText(withThem), (withThem.median - without.median).toFixed(1)]);
  const target = audit === 'no-context' ? 1.02 : 1.25;
  figures += figure(`syscall-${audit}`, withThem.min / without.min, 'x', '<=', target);
}
process.stdout.write(`${table(rows)}${figures}`);
