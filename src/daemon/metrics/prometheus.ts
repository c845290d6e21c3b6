import type { DaemonStatus } from '../service/daemon-status.ts';

type Labels = Readonly<Record<string, string | number>>;

/** Lines of the text format 0.0.4 of Prometheus. */
class Exposition {
  readonly #lines: string[] = [];

  family(name: string, type: 'counter' | 'gauge' | 'histogram', help: string): this {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    return this;
  }

  sample(name: string, value: number, labels: Labels = {}): this {
    const pairs = Object.entries(labels).map(([key, label]) => `${key}="${escapeLabel(String(label))}"`);
    this.#lines.push(`${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`);
    return this;
  }

  one(name: string, type: 'counter' | 'gauge', help: string, value: number): this {
    return this.family(name, type, help).sample(name, value);
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

/**
 * The status as metrics of Prometheus. Records: emitted = written + filtered + lost + waiting + unread.
 *
 * Written here and not with a client library: the counters are there already, and only their text is missing.
 */
export function prometheusText(status: DaemonStatus): string {
  const out = new Exposition();
  writeRecords(out, status);
  writeRing(out, status);
  writePrograms(out, status);
  writeLog(out, status);
  writeReceivers(out, status);
  return out.text;
}

function writeRecords(out: Exposition, { records, read, join, kernel }: DaemonStatus): void {
  const total = 'bpfaudit_records_total';
  out.family(total, 'counter', 'Records of policies, by what became of them.');
  for (const what of ['emitted', 'written', 'filtered', 'lost'] as const) {
    out.sample(total, records[what], { result: what });
  }
  out.one('bpfaudit_records_waiting', 'gauge', "Records that wait for the kernel's.", records.waiting);
  out.one('bpfaudit_records_unread', 'gauge', 'Records in the ring or in the making.', records.unread);
  out.one('bpfaudit_records_sum_closes', 'gauge', '1 if all records are accounted for.', +records.closes);
  out.one('bpfaudit_chunks_malformed_total', 'counter', 'Chunks that made no sense.', read.malformed);
  if (join) {
    const name = 'bpfaudit_events_total';
    out.family(name, 'counter', "Events, by how the join with the kernel's records ended.");
    for (const end of ['joined', 'alone', 'timeouts', 'late'] as const)
      out.sample(name, join[end], { join: end });
  }
  out.family('bpfaudit_kernel_audit_lost_total', 'counter', 'Records that audit itself lost.');
  out.sample('bpfaudit_kernel_audit_lost_total', kernel.lost, { where: 'kernel' });
  out.sample('bpfaudit_kernel_audit_lost_total', kernel.dropped, { where: 'socket' });
}

function writeRing(out: Exposition, { ring, latency, uptimeSeconds, residentBytes }: DaemonStatus): void {
  out.one('bpfaudit_ring_bytes', 'gauge', 'Size of the ring.', ring.size);
  out.one('bpfaudit_ring_used_bytes', 'gauge', 'What of the ring is in use.', ring.fill);
  out.one('bpfaudit_resident_bytes', 'gauge', 'Memory of the daemon.', residentBytes);
  out.one('bpfaudit_uptime_seconds', 'gauge', 'How long the daemon runs.', uptimeSeconds);
  const name = 'bpfaudit_latency_seconds';
  out.family(name, 'histogram', 'From the hook until the log has the record.');
  for (const { seconds, count } of latency.buckets) out.sample(`${name}_bucket`, count, { le: seconds });
  out.sample(`${name}_bucket`, latency.count, { le: '+Inf' });
  out.sample(`${name}_sum`, latency.sumSeconds).sample(`${name}_count`, latency.count);
}

function writePrograms(out: Exposition, { programs, policies }: DaemonStatus): void {
  out.family('bpfaudit_policy_generation', 'gauge', 'Generation of a policy that has its turn.');
  for (const { name, version, mode, generation, state } of policies) {
    const policy = { policy: name, version: version ?? '', mode };
    if (state === 'active') out.sample('bpfaudit_policy_generation', generation, policy);
  }
  const labels = ({ id, name, hook }: (typeof programs)[number]): Labels => ({ id, name, hook: hook ?? '' });
  out.family('bpfaudit_program_records_total', 'counter', 'Records that a program began.');
  for (const one of programs) out.sample('bpfaudit_program_records_total', one.records, labels(one));
  out.family('bpfaudit_program_denials_total', 'counter', 'Verdicts below 0 of a program.');
  for (const one of programs) out.sample('bpfaudit_program_denials_total', one.denials, labels(one));
  out.family('bpfaudit_program_lost_total', 'counter', 'Records and fields of a program that were lost.');
  for (const one of programs) {
    for (const [why, lost] of Object.entries(one.lost))
      out.sample('bpfaudit_program_lost_total', lost, { ...labels(one), why });
  }
}

function writeLog(out: Exposition, { log }: DaemonStatus): void {
  if (!log) return;
  out.one('bpfaudit_log_lines_total', 'counter', 'Lines in the log.', log.lines);
  out.one('bpfaudit_log_bytes_total', 'counter', 'Bytes in the log.', log.bytes);
  out.one('bpfaudit_log_lines_lost_total', 'counter', 'Lines that found no room.', log.lost);
  out.one('bpfaudit_log_lines_waiting', 'gauge', 'Lines that wait in memory.', log.waiting);
  out.one('bpfaudit_log_rotations_total', 'counter', 'How often the log was rotated.', log.rotations);
  out.one('bpfaudit_log_errors_total', 'counter', 'Errors of the disk.', log.errors);
  out.one('bpfaudit_log_suspended', 'gauge', '1 while nothing is written.', +log.suspended);
}

function writeReceivers(out: Exposition, { receivers }: DaemonStatus): void {
  const name = 'bpfaudit_receiver_lines_total';
  out.family(name, 'counter', 'Lines for plugins and forwarders.');
  for (const { name: receiver, kind, sent, dropped } of receivers) {
    out.sample(name, sent, { receiver, kind, result: 'sent' });
    out.sample(name, dropped, { receiver, kind, result: 'dropped' });
  }
}
