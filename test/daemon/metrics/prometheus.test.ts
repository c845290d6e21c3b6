import { expect, test } from 'vitest';
import { Latency } from '../../../src/daemon/metrics/latency.ts';
import { prometheusText } from '../../../src/daemon/metrics/prometheus.ts';
import type { DaemonStatus } from '../../../src/daemon/service/daemon-status.ts';

const STATUS: DaemonStatus = {
  version: '1',
  pid: 7,
  uptimeSeconds: 3,
  configFile: '/x',
  residentBytes: 1000,
  records: { emitted: 5, written: 3, filtered: 0, lost: 2, waiting: 0, unread: 0, closes: true },
  read: { events: 3, lost: 2, malformed: 0, otherAbi: 0, written: 3, filtered: 0 },
  kernel: { lost: 1, dropped: 0 },
  ring: { size: 65536, fill: 0, highest: 0 },
  latency: new Latency().summary,
  programs: [
    { id: 9, name: 'a"b\\c\nd', records: 5, denials: 4, lost: { full: 2, busy: 0, field: 0, cut: 0 } },
  ],
  receivers: [],
  policies: [{ name: 'p', version: '1.0', mode: 'enforce', generation: 2, state: 'active' }],
};

test('every line is a comment or a sample, names cannot break out', () => {
  const lines = prometheusText(STATUS).trimEnd().split('\n');
  const sample =
    /^[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? [\d.e-]+$/;
  expect(lines.filter((line) => !line.startsWith('# ') && !sample.test(line))).toEqual([]);
  expect(lines).toContain(String.raw`bpfaudit_program_records_total{id="9",name="a\"b\\c\nd",hook=""} 5`);
  expect(lines).toContain('bpfaudit_records_total{result="lost"} 2');
  expect(lines).toContain('bpfaudit_latency_seconds_bucket{le="+Inf"} 0');
});

test('each family is declared once, before its samples', () => {
  const lines = prometheusText(STATUS).split('\n');
  const families = lines.flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? []);
  expect(new Set(families).size).toBe(families.length);
});
