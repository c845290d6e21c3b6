import { BpfauditError, type BpfauditErrorOptions } from '../src/errors/audit-error.ts';

/** What the guest said before it failed; empty where it said nothing. */
export interface GuestOutput {
  /** Everything the kernel and PID 1 printed on the first serial port. */
  readonly console: string;
  /** Standard output of the command so far. */
  readonly stdout: string;
  /** Standard error of the command so far. */
  readonly stderr: string;
}

/** Stable identifiers of everything that can go wrong with the guest; explained in docs/guest.md. */
export type GuestErrorCode =
  | 'E_GUEST_ARGUMENT'
  | 'E_GUEST_FETCH'
  | 'E_GUEST_INTERRUPTED'
  | 'E_GUEST_KERNEL'
  | 'E_GUEST_NO_RESULT'
  | 'E_GUEST_PANIC'
  | 'E_GUEST_QEMU'
  | 'E_GUEST_TIMEOUT'
  | 'E_GUEST_TOOLS';

/**
 * The guest could not be prepared, or did not bring the command to its end.
 *
 * A command that ran and failed is not an error: its exit status is in the result.
 */
export class GuestError extends BpfauditError {
  /** What the guest had said by then; `undefined` if it was never started. */
  readonly output: GuestOutput | undefined;

  constructor(
    message: string,
    options: Omit<BpfauditErrorOptions, 'code'> & { code: GuestErrorCode; output?: GuestOutput },
  ) {
    super(message, options);
    this.output = options.output;
  }
}
