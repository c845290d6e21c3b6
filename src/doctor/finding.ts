/** `ok`, `no`, or `unknown` where it cannot be found out. */
export type Status = 'ok' | 'no' | 'unknown';

/** Why something is `no`: the kernel has not got it, or somebody forbids it, or it is not set up. */
export type Reason = 'not supported' | 'not permitted' | 'not set up';

/** One line of the doctor. */
export interface Finding {
  /** What was looked at: "LSM list". Stable. */
  readonly check: string;
  readonly status: Status;
  /** What was found, one line. */
  readonly found: string;
  /** Whether policies cannot run while this is `no`. */
  readonly needed: boolean;
  readonly reason?: Reason;
  /** First kernel that has it, if {@link reason} is `not supported`. */
  readonly minimumKernel?: string;
  /** What to do about it, in the imperative. */
  readonly cure?: string;
}

/** What a check says of its subject; the subject's name and weight are added by {@link finding}. */
export type Verdict = Omit<Finding, 'check' | 'needed'>;

/** Puts a verdict under its name. */
export function finding(check: string, needed: boolean, verdict: Verdict): Finding {
  return { check, needed, ...verdict };
}

/** All is well. */
export function ok(found: string): Verdict {
  return { status: 'ok', found };
}

/** Nobody knows; `cure` makes it known or makes it certain. */
export function unknown(found: string, cure?: string): Verdict {
  return { status: 'unknown', found, ...(cure === undefined ? {} : { cure }) };
}

/** It is there, but was not set up. */
export function notSetUp(found: string, cure: string): Verdict {
  return { status: 'no', found, reason: 'not set up', cure };
}

/** It is there, but forbidden. */
export function notPermitted(found: string, cure: string): Verdict {
  return { status: 'no', found, reason: 'not permitted', cure };
}

/** The kernel is too old or was built without it. */
export function notSupported(found: string, minimumKernel: string, cure: string): Verdict {
  return { status: 'no', found, reason: 'not supported', minimumKernel, cure };
}
