import type { CaseRun } from './case-run.ts';
import { accessTexts, type Golden } from './golden-file.ts';
import { factsOfGolden, factsOfRun, maskRecord } from './mask.ts';

/** A program of the seed's own test file, and the golden whose record it has to write. */
export interface SeedCase {
  readonly program: string;
  /** Golden, and case of cases.ts, which has the trigger. */
  readonly golden: string;
}

function seed(program: string, ...goldens: string[]): SeedCase[] {
  return goldens.map((golden) => ({ program, golden: `seed_${golden}` }));
}

/** The tests of prog_tests/lsm_audit_kfuncs.c in the series. */
export const seedCases: readonly SeedCase[] = [
  ...seed('test_sockaddr_src', 'sockaddr_src4', 'sockaddr_src6'),
  ...seed('test_sockaddr_dest', 'sockaddr_dest4', 'sockaddr_dest6'),
  ...seed('test_sockaddr_both_null', 'sockaddr_both_null'),
  ...seed('test_sockaddr_small_addrlen', 'sockaddr_small_addrlen'),
  ...seed('test_sock', 'sock4', 'sock6'),
  ...seed('test_sock_unix', 'sock_unix'),
  ...seed('test_file', 'file'),
  ...seed('test_file_path', 'path'),
  ...seed('test_dentry', 'dentry'),
  ...seed('test_inode', 'inode'),
  ...seed('test_task', 'task'),
  ...seed('test_cap', 'cap'),
  ...seed('test_ioctl_op', 'ioctl_op'),
  ...seed('test_sleepable', 'sleepable'),
];

/**
 * How often the golden's record came. The seed's programs speak about every task, so records of others, and of
 * the same task about other calls, may lie around it.
 */
export function countSeedRecords(golden: Golden, program: string, run: CaseRun): number {
  const facts = factsOfRun(run);
  const [wanted = ''] = accessTexts(golden).map((text) =>
    maskRecord(text, factsOfGolden(golden, facts)).replace(/^prog-id=<\w+>/, `prog-id=<${program}>`),
  );
  return run.records.filter((text) => maskRecord(text, facts) === wanted).length;
}
