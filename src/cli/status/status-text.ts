import type { DaemonStatus } from '../../daemon/service/daemon-status.ts';
import { printable } from '../../errors/printable.ts';

const MIB = 1024 * 1024;

/** The status for a person. */
export function statusText(status: DaemonStatus): string {
  const lines = [
    `bpfauditd ${status.version}, pid ${status.pid}, up ${duration(status.uptimeSeconds)}, ${mib(status.residentBytes)} in memory`,
    ...recordLines(status),
    ...joinLines(status),
    ringLine(status),
    latencyLine(status),
    ...logLines(status),
    ...policyLines(status),
    ...programLines(status),
    ...receiverLines(status),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

function recordLines({ records, read }: DaemonStatus): string[] {
  const { emitted, written, filtered, lost, waiting, unread, closes } = records;
  const sum = `${emitted} emitted = ${written} written + ${filtered} filtered + ${lost} lost`;
  const onTheWay = `${waiting} waiting + ${unread} unread`;
  const lines = [`records   ${sum} + ${onTheWay}`];
  lines.push(
    closes ? '          the sum closes' : `          THE SUM DOES NOT CLOSE: ${unread} records are missing`,
  );
  if (read.malformed > 0) lines.push(`          ${read.malformed} chunks made no sense`);
  if (read.otherAbi > 0)
    lines.push(`          ${read.otherAbi} were written with another version of the header`);
  return lines;
}

function joinLines({ join, kernel }: DaemonStatus): string[] {
  if (!join) return [];
  const { joined, alone, timeouts, late } = join;
  const lines = [`join      ${joined} joined, ${alone} alone, ${timeouts} timed out, ${late} records late`];
  if (kernel.lost + kernel.dropped > 0) {
    lines.push(`          audit lost ${kernel.lost} records in the kernel, ${kernel.dropped} at our socket`);
  }
  return lines;
}

function ringLine({ ring }: DaemonStatus): string {
  const percent = (bytes: number): string => `${((bytes / ring.size) * 100).toFixed(0)}%`;
  return `ring      ${percent(ring.fill)} of ${mib(ring.size)} in use, ${percent(ring.highest)} at most`;
}

function latencyLine({ latency }: DaemonStatus): string {
  if (latency.count === 0) return 'latency   no record yet';
  const [p50, p99, most] = [latency.p50Seconds, latency.p99Seconds, latency.maxSeconds].map(
    (seconds) => `${(seconds * 1000).toFixed(1)} ms`,
  );
  return `latency   hook to log: half within ${p50}, 99% within ${p99}, all within ${most}`;
}

function logLines({ log }: DaemonStatus): string[] {
  if (!log) return ['log       none is written'];
  const lines = [
    `log       ${log.file}: ${log.lines} lines, ${mib(log.bytes)}, rotated ${log.rotations} times`,
  ];
  if (log.suspended) lines.push('          SUSPENDED: kill -USR2 the daemon when there is room again');
  if (log.waiting + log.lost + log.errors > 0) {
    lines.push(`          ${log.waiting} lines wait in memory, ${log.lost} are lost, ${log.errors} errors`);
  }
  return lines;
}

function policyLines({ policies }: DaemonStatus): string[] {
  return policies.map(
    ({ name, version, mode, generation, state }) =>
      `policy    ${name} ${version ?? ''}: ${mode}, generation ${generation}, ${state}`,
  );
}

function programLines({ programs }: DaemonStatus): string[] {
  return programs.map(({ id, name, hook, records, denials, lost }) => {
    const gone = lost.full + lost.busy;
    const who = `${name} (prog-id=${id === 0 ? '?' : id}) on ${hook ?? '?'}`;
    return `program   ${who}: ${records} records, ${denials} denials, ${gone} lost`;
  });
}

function receiverLines({ receivers }: DaemonStatus): string[] {
  return receivers.map(
    ({ name, kind, state, sent, dropped, waiting, restarts }) =>
      `${kind.padEnd(9)} ${name}: ${state}, ${sent} sent, ${waiting} waiting, ${dropped} dropped, ${restarts} restarts`,
  );
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function duration(seconds: number): string {
  const days = Math.floor(seconds / 86400);
  const clock = new Date((seconds % 86400) * 1000).toISOString().slice(11, 19);
  return days > 0 ? `${days} d ${clock}` : clock;
}
