import type { CaseRun } from './case-run.ts';
import type { Golden, GoldenRecord } from './golden-file.ts';
import { BPF_LSM_ACCESS } from './golden-file.ts';

/** Where a case may rightly differ from the kernel of the series, and why. */
export interface Difference {
  readonly cases: readonly string[];
  /** Kernels (`6.1`) on which it shows; absent: on all. */
  readonly kernels?: readonly string[];
  readonly reason: string;
  /** Makes of the golden what has to come instead. */
  readonly expect: (golden: Golden, run: CaseRun) => Golden;
}

/** Replaces text in every BPF_LSM_ACCESS record. */
function rewrite(golden: Golden, edit: (text: string) => string): Golden {
  const records: GoldenRecord[] = golden.records.map((record) =>
    record.type === BPF_LSM_ACCESS ? { ...record, text: edit(record.text) } : record,
  );
  return { ...golden, records };
}

const NAME_MAX_USED = 200;
const BASE = '/tmp/deep';

/** The path that `orc open-long LENGTH FILL` opens: see triggers/file.c. */
function longPath(length: number, fill: string): string {
  let path = BASE;
  for (let folder = 'A'.charCodeAt(0); length - path.length > NAME_MAX_USED + 2; folder++) {
    path += `/${String.fromCharCode(folder)}0`.padEnd(NAME_MAX_USED + 1, fill);
  }
  return `${path}/`.padEnd(length, 'f');
}

/** Puts the path that the trigger opened where the kernel gave up. */
function withLongPath(golden: Golden, length: number, fill: string): Golden {
  return rewrite(golden, (text) => text.replace('path="<too_long>"', `path="${longPath(length, fill)}"`));
}

const LONG_PATH =
  'the kernel prints <too_long> for a path of 4107 bytes and more; ours is whole up to 32 KiB';

/** All deliberate differences. A case that differs in any other way fails, and so does one that no longer differs. */
export const differences: readonly Difference[] = [
  {
    cases: ['file_long4107'],
    reason: LONG_PATH,
    expect: (golden) => withLongPath(golden, 4107, 'g'),
  },
  {
    cases: ['file_long5000'],
    reason: LONG_PATH,
    expect: (golden) => withLongPath(golden, 5000, 'h'),
  },
  {
    cases: ['nested'],
    reason:
      'records lie in the ring in the order in which they were begun; the kernel sends them as they end',
    expect: (golden) => ({ ...golden, records: golden.records.toReversed() }),
  },
  {
    cases: ['path_epoll', 'inode_epoll'],
    kernels: ['6.1'],
    reason: 'epoll got an ioctl of its own with 6.9; before it the call ended with ENOTTY',
    expect: (golden) => ({ ...golden, errno: 'ENOTTY' }),
  },
  {
    cases: ['file_pidfd'],
    kernels: ['6.1'],
    reason: 'pidfs came with 6.9; before it a pidfd was an ordinary anonymous inode',
    expect: (golden) => rewrite(golden, (text) => text.replace('dev="pidfs"', 'dev="anon_inodefs"')),
  },
];

/** The golden as it has to come on this kernel, with every difference of the table applied. */
export function expectedOn(kernel: string, golden: Golden, run: CaseRun): Golden {
  return differences
    .filter((entry) => entry.cases.includes(golden.name) && (entry.kernels?.includes(kernel) ?? true))
    .reduce((expected, entry) => entry.expect(expected, run), golden);
}
