import { benchInGuest, compileForGuest } from './guest.ts';
import { load, machine } from './machine.ts';
import { figure, spread, spreadText, table } from './report.ts';

/*
 * npm run bench:join [KERNEL]: CPU time per event that bpfaudit joins, and how many denials a second it takes until
 * records are lost, beside auditd, which gets the same events without decisions.
 *
 * Both in the guest, one after the other, with two sizes of the backlog; the kernel does not wait for a slow daemon
 * (backlog_wait_time 0). auditd runs beside bpfaudit without the join: the denials need a policy.
 */
const [kernel = '6.12'] = process.argv.slice(2);
/** Of the guest's /proc/PID/stat: USER_HZ is 100. */
const MS_PER_TICK = 10;

const burst = compileForGuest('test/kernel/join/burst.c');
const { stdout, release } = await benchInGuest(
  kernel,
  'bench/join/guest.sh',
  [],
  [{ source: burst, destination: '/root/burst' }],
);
const lines = stdout.split('\n').map((line) => line.split(' '));

const DAEMONS = ['auditd', 'bpfaudit'] as const;
type Daemon = (typeof DAEMONS)[number];
/** Records that may wait for the daemon: what Debian's rules set, and what the kernel has by itself. */
const BACKLOGS = [8192, 64] as const;

function cpu(who: Daemon): number[] {
  return lines
    .filter((line) => line[0] === 'cpu' && line[1] === who)
    .map(([, , events, ticks]) => (Number(ticks) * MS_PER_TICK * 1000) / Number(events));
}

/** How many denials there were a second, and how many records about them the kernel threw away. */
interface Load {
  readonly rate: number;
  readonly events: number;
  readonly lost: number;
}

/** The loads that a daemon had with a backlog of so many records, the slowest first. */
function loads(who: Daemon, backlog: number): Load[] {
  return lines
    .filter((line) => line[0] === 'rate' && line[1] === who && Number(line[2]) === backlog)
    .map(([, , , events, seconds, lost]) => ({
      rate: Number(events) / Number(seconds),
      events: Number(events),
      lost: Number(lost),
    }))
    .toSorted((a, b) => a.rate - b.rate);
}

/** The rate at which loss began; undefined if nothing was lost. */
function beginOfLoss(who: Daemon, backlog: number): number | undefined {
  return loads(who, backlog).find(({ lost }) => lost > 0)?.rate;
}

/** How many of the loads it bore; their rates differ a little from run to run, so they are not compared. */
function borne(who: Daemon, backlog: number): number {
  return loads(who, backlog).filter(({ lost }) => lost === 0).length;
}

const [auditd, bpfaudit] = [spread(cpu('auditd')), spread(cpu('bpfaudit'))];
process.stdout.write(`${machine()}, load ${load()}; guest ${release}\n`);
process.stdout.write(
  table([
    ['daemon', 'CPU per event, us (min / median / max)'],
    ...DAEMONS.map((who) => [who, spreadText(who === 'auditd' ? auditd : bpfaudit)]),
  ]),
);
process.stdout.write(
  table([
    ['backlog', 'daemon', 'denials/s: records lost, of denials', 'loss begins at, denials/s'],
    ...BACKLOGS.flatMap((backlog) =>
      DAEMONS.map((who) => [
        String(backlog),
        who,
        loads(who, backlog)
          .map(({ rate, events, lost }) => `${rate.toFixed(0)}: ${lost} of ${events}`)
          .join(', '),
        beginOfLoss(who, backlog)?.toFixed(0) ?? 'not reached',
      ]),
    ),
  ]),
);
process.stdout.write(figure('join-cpu-per-event', bpfaudit.median / auditd.median, 'x of auditd', '<=', 3));
for (const backlog of BACKLOGS) {
  const unit = `of-${loads('bpfaudit', backlog).length}-loads`;
  const own = borne('bpfaudit', backlog);
  process.stdout.write(figure(`join-without-loss-${backlog}`, own, unit, '>=', borne('auditd', backlog), 0));
}
