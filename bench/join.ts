import { benchInGuest, compileForGuest } from './guest.ts';
import { load, machine } from './machine.ts';
import { figure, spread, spreadText, table } from './report.ts';

/*
 * npm run bench:join [KERNEL]: CPU time per event that bpfaudit joins, and how many denials a second it takes until
 * records are lost, beside auditd, which gets the same events without decisions.
 *
 * Both in the guest, one after the other. The backlog is that of Debian's rules (8192), and the kernel does not wait
 * for a slow daemon (backlog_wait_time 0). auditd runs beside bpfaudit without the join: the denials need a policy.
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

function cpu(who: string): number[] {
  return lines
    .filter((line) => line[0] === 'cpu' && line[1] === who)
    .map(([, , events, ticks]) => (Number(ticks) * MS_PER_TICK * 1000) / Number(events));
}

/** Denials a second, and how many records about them the kernel threw away. */
function rates(who: string): { readonly rate: number; readonly events: number; readonly lost: number }[] {
  return lines
    .filter((line) => line[0] === 'rate' && line[1] === who)
    .map(([, , events, seconds, lost]) => ({
      rate: Number(events) / Number(seconds),
      events: Number(events),
      lost: Number(lost),
    }));
}

/** The highest rate below the first at which something was lost; 0 if something always was. */
function bearable(who: string): number {
  const sorted = rates(who).sort((a, b) => a.rate - b.rate);
  const first = sorted.findIndex(({ lost }) => lost > 0);
  if (first === 0) return 0;
  return sorted.at(first === -1 ? -1 : first - 1)!.rate;
}

const [auditd, bpfaudit] = [spread(cpu('auditd')), spread(cpu('bpfaudit'))];
process.stdout.write(`${machine()}, load ${load()}; guest ${release}\n`);
process.stdout.write(
  table([
    ['daemon', 'CPU per event, us (min / median / max)', 'denials/s: records lost, of denials'],
    ...(['auditd', 'bpfaudit'] as const).map((who) => [
      who,
      spreadText(who === 'auditd' ? auditd : bpfaudit),
      rates(who)
        .map(({ rate, events, lost }) => `${rate.toFixed(0)}: ${lost} of ${events}`)
        .join(', '),
    ]),
  ]),
);
process.stdout.write(figure('join-cpu-per-event', bpfaudit.median / auditd.median, 'x of auditd', '<=', 3));
process.stdout.write(
  figure(
    'join-rate-without-loss',
    bearable('bpfaudit'),
    'denials/s',
    '>=',
    Math.round(bearable('auditd')),
    0,
  ),
);
