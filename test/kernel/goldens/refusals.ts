/** A program that the kernel of the series refuses, and what becomes of it here. */
export interface Refusal {
  /** Object in .output/bpf/test/kernel/programs/bad. */
  readonly object: string;
  /** Code of the error, or undefined if it loads here. */
  readonly code: string | undefined;
  /** Why ours may load where the series is refused, or another code comes. */
  readonly reason?: string;
}

function refused(object: string): Refusal {
  return { object, code: 'E_BPF_VERIFIER' };
}

const READS_ONLY = 'ours reads the memory and hands nothing to the kernel, so it needs no trusted pointer';
const ANY_STRING = 'the header copies the string while the program runs, so it need not be a constant';
const OTHER_TYPE = 'bpfaudit looks at the program type before it asks the kernel';

/** Every object under programs/bad. */
export const refusals: readonly Refusal[] = [
  refused('leak'),
  refused('leak-branch'),
  refused('overwritten'),
  refused('useafter'),
  refused('doubleend'),
  refused('null'),
  refused('nonull-fail-closed'),
  {
    object: 'nonull',
    code: undefined,
    reason: 'bpf_audit_log_start() gives NULL only with BPF_AUDIT_FAIL_CLOSED',
  },
  { object: 'dyncause', code: undefined, reason: ANY_STRING },
  { object: 'stackcause', code: undefined, reason: ANY_STRING },
  { object: 'fdentry', code: undefined, reason: READS_ONLY },
  { object: 'parenttask', code: undefined, reason: READS_ONLY },
  { object: 'filefree', code: undefined, reason: READS_ONLY },
  { object: 'fentry', code: 'E_NOT_LSM', reason: OTHER_TYPE },
  { object: 'tpbtf', code: 'E_NOT_LSM', reason: OTHER_TYPE },
];
