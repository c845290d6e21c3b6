/** What the trigger program printed: see test/kernel/triggers/orc.h. */
export interface TriggerReport {
  readonly trigger: string;
  /** The child that made the call. */
  readonly child: number;
  /** As waitpid gives it; 0 when the trigger could be set up and made. */
  readonly status: number;
  /** What could not be set up. */
  readonly error?: string;
  /** Of the call; absent after a successful exec. */
  readonly result?: number;
  /** Name of the error, `ENOTTY`. */
  readonly errno?: string;
  /** The acting thread group, where it is not the child itself. */
  readonly pid?: number;
  readonly ino?: number;
  /** The other task's thread group and name. */
  readonly opid?: number;
  readonly ocomm?: string;
  /** The program that was executed. */
  readonly exe?: string;
  /** The port that the kernel chose. */
  readonly lport?: number;
  /** The abstract name that the kernel chose, without its leading NUL. */
  readonly autobound?: string;
}

/** Everything that was observed when a case ran. */
export interface CaseRun {
  /** The case, as in cases.ts. */
  readonly name: string;
  /** Program id by program name, of the programs attached for the case. */
  readonly programIds: Readonly<Record<string, number>>;
  readonly trigger: TriggerReport;
  /** Texts of the BPF_LSM_ACCESS records, after `audit(time:serial): `, in the order of their arrival. */
  readonly records: readonly string[];
  readonly hits: number;
  /** How often bpf_audit_log_start gave NULL. */
  readonly startNull: number;
  /** Return code by call number; calls that were not made are absent. */
  readonly returnCodes: Readonly<Record<string, number>>;
}
