/** What every {@link BpfauditError} carries besides its message. */
export interface BpfauditErrorOptions {
  /** Stable identifier, `E_` and upper case (`E_BPF_LOAD`); documented in docs/errors.md. */
  readonly code: string;
  /** The next action, in the imperative: "add bpf to lsm= on the kernel command line". */
  readonly hint?: string;
  /** What went wrong one layer below. */
  readonly cause?: unknown;
}

/**
 * Base class of all errors that bpfaudit throws on purpose.
 *
 * The message is one line: the step, what was found, what was expected. Callers match {@link code}, never
 * the text. Anything thrown that is not a `BpfauditError` is a bug in bpfaudit.
 */
export class BpfauditError extends Error {
  /** Stable identifier such as `E_BPF_LOAD`. */
  readonly code: string;
  /** The next action for the user, if one is known. */
  readonly hint: string | undefined;

  constructor(message: string, options: BpfauditErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.hint = options.hint;
  }
}

/**
 * The kernel or a library is too old, as opposed to forbidding it.
 *
 * Code `E_NOT_SUPPORTED`. Tests skip on it, and fail if the kernel is at least {@link minimumKernel}.
 */
export class NotSupportedError extends BpfauditError {
  /** What is missing, in the kernel's words: "BPF_PROG_TYPE_LSM". */
  readonly feature: string;
  /** First kernel that has it, such as "5.7". */
  readonly minimumKernel: string;

  constructor(feature: string, minimumKernel: string, options: { hint?: string; cause?: unknown } = {}) {
    super(`${feature} not supported by this kernel (requires Linux ${minimumKernel} or newer)`, {
      code: 'E_NOT_SUPPORTED',
      ...options,
    });
    this.feature = feature;
    this.minimumKernel = minimumKernel;
  }
}
