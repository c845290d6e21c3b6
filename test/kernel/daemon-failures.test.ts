import { beforeAll, describe, expect, test } from 'vitest';
import { runScript } from './daemon/run-daemon.ts';
import type { RecordBalance } from '../../src/daemon/metrics/balance.ts';
import { kernels } from './kernels.ts';
import { partOf, type Parts } from './parts.ts';

/** Which of the numbered records are in the log. */
interface Numbers {
  readonly records: number;
  readonly twice: readonly string[];
  readonly lowest: number;
  readonly highest: number;
}

/** What the scripts print. */
interface Results {
  readonly kill: Numbers & {
    readonly kills: number;
    readonly killedAtWork: number;
    readonly probes: { readonly EPERM: number; readonly other: number };
    readonly losses: readonly string[];
    readonly torn: number;
  };
  readonly flood: Numbers & {
    readonly curveMiB: readonly number[];
    readonly slowestOtherMs: number;
    readonly probes: { readonly EPERM: number; readonly other: number };
    readonly balance: RecordBalance;
    readonly lostInLog: number;
    readonly lostFoundByAusearch: number;
  };
  readonly full: { readonly waiting: number; readonly records: readonly string[] };
  readonly 'read-only': { readonly waiting: number; readonly records: readonly string[] };
  readonly deleted: readonly string[];
  readonly replaced: readonly string[];
  readonly sum: Numbers & { readonly denied: number; readonly sum: RecordBalance };
}

/** How long a kernel is put to the test: each thing is done at length on one of them, and in short on all. */
interface Plan {
  readonly kills: number;
  readonly floodSeconds: number;
}

const SHORT: Plan = { kills: 10, floodSeconds: 8 };
const PLANS: Readonly<Record<string, Plan>> = {
  '6.12': { ...SHORT, kills: 100 },
  '7.2': { ...SHORT, floodSeconds: 60 },
};

describe.each(kernels)('bpfauditd on kernel %s', (kernel) => {
  let parts: Parts;
  const result = <Name extends keyof Results>(name: Name): Results[Name] =>
    JSON.parse(partOf(parts, name).join('\n'));

  const { kills: planned, floodSeconds } = PLANS[kernel] ?? SHORT;

  beforeAll(async () => {
    parts = await runScript(kernel, 'failures.sh', [String(planned), String(floodSeconds)]);
  });

  test(`${planned} kills lose no record and write none twice, and every probe is denied`, () => {
    const { kills, killedAtWork, probes, records, twice, lowest, highest, losses, torn } = result('kill');
    expect({ kills, twice, losses, torn }).toEqual({ kills: planned, twice: [], losses: [], torn: 0 });
    expect(killedAtWork).toBeGreaterThanOrEqual(planned / 4);
    expect(probes).toEqual({ EPERM: records, other: 0 });
    expect([lowest, highest]).toEqual([0, records - 1]);
  });

  test(`a flood of ${floodSeconds} s beyond its capacity: memory stays bounded, losses equal the counters`, () => {
    const { curveMiB, probes, balance, records, twice, lostInLog, lostFoundByAusearch } = result('flood');
    expect(probes.other).toBe(0);
    expect(balance.closes).toBe(true);
    expect(lostInLog).toBeGreaterThan(0);
    expect(twice).toEqual([]);
    expect({ records, lostFoundByAusearch }).toEqual({
      records: probes.EPERM - lostInLog,
      lostFoundByAusearch: lostInLog,
    });
    expect(balance).toMatchObject({ emitted: probes.EPERM, written: records, lost: lostInLog });
    expect(Math.max(...curveMiB)).toBeLessThan(200);
  });

  test('a full disk: records wait, and are written when there is room', () => {
    const { waiting, records } = result('full');
    expect(waiting).toBeGreaterThan(0);
    expect(records.join('\n')).toMatch(/op=disk-space level=disk_full available-bytes=\d+ res=failed$/m);
    expect(records.join('\n')).toMatch(/^type=DAEMON_RESUME .* op=resume-logging waited=\d+ res=success$/m);
  });

  test('a disk that becomes read-only: the same', () => {
    const { waiting, records } = result('read-only');
    expect(waiting).toBeGreaterThan(0);
    expect(records.join('\n')).toMatch(/op=disk-error error=EROFS res=failed$/m);
    expect(records.join('\n')).toMatch(/op=resume-logging waited=\d+ res=success$/m);
  });

  test('a log that is deleted, a folder that is replaced: both are made anew, and the log says so', () => {
    expect(result('deleted')[0]).toMatch(/op=log-file-replaced res=success$/);
    expect(result('replaced')[0]).toMatch(/op=log-folder-replaced res=success$/);
  });

  test('through all of that no record was lost or written twice', () => {
    const { denied, records, twice, lowest, highest, sum } = result('sum');
    expect({ records, twice, lowest, highest }).toEqual({
      records: denied,
      twice: [],
      lowest: 0,
      highest: denied - 1,
    });
    expect(sum).toMatchObject({ emitted: denied, written: denied, lost: 0, closes: true });
  });
});
