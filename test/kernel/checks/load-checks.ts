import { expect, test } from 'vitest';
import type { ScenarioResults } from '../scenario-run.ts';
import { linesOf, split, type Fields } from './record-line.ts';

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Processes that made the load; the same number stands in guest/load-scenarios.ts. */
const PROCESSES = 8;

/** JSON lines of records and of losses. */
function splitJson(text: string): { readonly seqs: number[]; readonly gaps: Record<string, number>[] } {
  const objects = linesOf(text).map((line) => JSON.parse(line));
  return {
    seqs: objects.filter(({ type }) => type === 'BPF_LSM_ACCESS').map(({ seq }) => seq),
    gaps: objects.filter(({ type }) => type === 'DAEMON_ERR'),
  };
}

function lost(gaps: readonly Fields[]): number {
  return sum(gaps.map((gap) => Number(gap.get('lost'))));
}

/** Rings that are too small, records that are too large, readers that die. */
export function loadChecks(results: () => ScenarioResults): void {
  test('what a stopped reader lost is what it reports, and every call was denied', () => {
    const { errnos, counters, programs, log, stderr } = results().get('overflow');
    expect(errnos).toEqual([{ EPERM: 800 }, { EPERM: 800 }, { EPERM: 400 }]);
    expect(counters).toMatchObject({ begun: 2000, denials: 2000 });
    const { records, gaps } = split(log);
    expect(counters!.lost.full + counters!.lost.busy).toBeGreaterThan(0);
    expect(lost(gaps)).toBe(counters!.lost.full + counters!.lost.busy);
    expect(records.length + lost(gaps)).toBe(2000);
    for (const gap of gaps) expect(gap.get('prog-id')).toBe(String(programs['load_deny']));
    expect(stderr).toContain(`${records.length} records, ${lost(gaps)} lost, 0 malformed, 0 of another ABI`);
  });

  test('as many sequence numbers are missing as gaps say, and where they say', () => {
    const { text, result, counters } = results().get('overflowSequence');
    expect(result).toEqual(Array.from({ length: 4 }, () => ({ EPERM: 160 })));
    const { seqs, gaps } = splitJson(text);
    expect(new Set(seqs).size).toBe(seqs.length);
    const seen = new Set(seqs);
    const missing = Array.from({ length: counters[0]!.begun }, (_, seq) => seq).filter(
      (seq) => !seen.has(seq),
    );
    expect(missing.length).toBeGreaterThan(0);
    expect(missing).toHaveLength(sum(gaps.map((gap) => gap['lost']!)));
    // A program takes its number first and asks for room then. One that is held up in between, on another
    // CPU, can find the ring full behind records with higher numbers: at most one per process and gap.
    const early = missing.filter(
      (seq) =>
        !gaps.some(
          (gap) => (gap['after_seq'] ?? -1) < seq && seq < (gap['before_seq'] ?? Number.POSITIVE_INFINITY),
        ),
    );
    expect(early.length).toBeLessThan(PROCESSES * gaps.length);
    expect(gaps.at(-1)).not.toHaveProperty('before_seq');
  });

  test('a full ring changes no verdict, unless the policy asked for it', () => {
    const { result, text, counters } = results().get('fullRing');
    expect(result).toEqual({
      roomOpen: { EPROTONOSUPPORT: 1 },
      roomClosed: { EPROTONOSUPPORT: 1 },
      deny: { EPERM: 200 },
      fullOpen: { EPROTONOSUPPORT: 3 },
      fullClosed: { ENOMEM: 3 },
      againClosed: { EPROTONOSUPPORT: 1 },
    });
    const { records, gaps } = split(text);
    expect(counters.map(({ begun }) => begun)).toEqual([200, 4, 5]);
    expect(records.length + lost(gaps)).toBe(209);
    for (const { progId, lost: own } of counters) {
      const told = gaps.filter((gap) => gap.get('prog-id') === String(progId));
      expect(lost(told)).toBe(own.full + own.busy);
    }
  });

  test('records of many chunks keep their fields in order between those of other processes', () => {
    const { text, result, counts, counters } = results().get('chunks');
    expect(result).toEqual({ OK: 200 });
    expect(counts).toMatchObject({ events: 200, lost: 0, malformed: 0, otherAbi: 0 });
    expect(counters[0]!.lost).toEqual({ full: 0, busy: 0, field: 0, cut: 0 });
    const { records } = split(text);
    expect(records).toHaveLength(200);
    expect(new Set(records.map((record) => record.get('pid'))).size).toBe(8);
    for (const record of records) {
      const { 'prog-id': _program, pid, ino: _ino, ...rest } = Object.fromEntries(record);
      const label = `"${'l'.repeat(250)}"`;
      expect(Object.entries(rest)).toEqual(
        Object.entries({
          comm: '"stress"',
          first: pid,
          cause: `"${'c'.repeat(3999)}"`,
          capability: '21',
          path: '"/dev/null"',
          dev: '"devtmpfs"',
          'label-a': label,
          'label-b': label,
          'label-c': label,
          last: pid,
          verdict: '0',
        }),
      );
    }
  });

  test('records stand in the order in which they came about, across CPUs', () => {
    const { text, result } = results().get('turns');
    expect(result).toEqual({ EPERM: 200 });
    const pids = split(text).records.map((record) => record.get('pid'));
    const [one, other] = pids;
    expect(one).not.toBe(other);
    expect(pids).toEqual(Array.from({ length: 200 }, (_, number) => (number % 2 === 0 ? one : other)));
  });

  test('readers that are killed lose nothing, and write nothing twice', () => {
    const { calls, counters, log } = results().get('restarts');
    expect(calls).toEqual({ EPERM: 8000 });
    expect(counters).toMatchObject({ begun: 8000, lost: { full: 0, busy: 0 } });
    const { seqs, gaps } = splitJson(log);
    expect(gaps).toEqual([]);
    expect([...new Set(seqs)].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 8000 }, (_, seq) => seq),
    );
    expect(seqs).toHaveLength(8000);
  });
}
