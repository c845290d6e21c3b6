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

/** All deliberate differences. A case that differs in any other way fails, and so does one that no longer differs. */
export const differences: readonly Difference[] = [
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
