import { BpfauditError } from '../errors/audit-error.ts';

const SHOWN_LINES = 8;

/** Cures for what the verifier says, by a piece of its message. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /Unreleased reference|reference leak/,
    'call bpf_audit_log_end() on every path after bpf_audit_log_start()',
  ],
  [
    /invalid mem access 'scalar'|expects referenced|type=scalar expected=(alloc_mem|ringbuf_mem)|R1 type=scalar/,
    'do not use the context after bpf_audit_log_end(), and end it once only',
  ],
  [
    /must be referenced or trusted|helper call is not allowed in probe|unknown func bpf_d_path/,
    'define BPF_AUDIT_PATH_WALK before the include: this hook does not allow bpf_path_d_path() or bpf_d_path()',
  ],
  [
    /Permission denied|Operation not permitted/,
    'run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN',
  ],
  [/unknown func bpf_probe_read_kernel/, 'lockdown=confidentiality forbids BPF to read kernel memory'],
  [/At program exit the register R0/, 'return 0 or a negative errno from the program'],
];

/**
 * The verifier refused a program. The message is one line; {@link log} holds what the verifier said, and
 * {@link tail} its last lines. Code `E_BPF_VERIFIER`.
 */
export class VerifierError extends BpfauditError {
  /** Name of the program. */
  readonly program: string;
  /** The whole log of the verifier. */
  readonly log: string;

  constructor(object: string, program: string, reason: string, log: string) {
    const last = lastWords(log);
    super(`load program ${program} of ${object}: ${last || reason}`, {
      code: 'E_BPF_VERIFIER',
      hint: hintFor(`${log}\n${reason}`),
    });
    this.program = program;
    this.log = log;
  }

  /** The last lines of the log, where the reason stands, and how many were left out. */
  get tail(): string {
    const lines = this.log.split('\n').filter((line) => line.trim() !== '');
    const omitted = Math.max(0, lines.length - SHOWN_LINES);
    const shown = lines.slice(-SHOWN_LINES);
    return omitted > 0 ? [`(${omitted} lines omitted)`, ...shown].join('\n') : shown.join('\n');
  }
}

/** The verifier's own sentence: the last line that is neither statistics nor an instruction. */
function lastWords(log: string): string {
  const lines = log
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) =>
        line !== '' && !/^(processed \d|verification time|stack depth|-- |; |\d+: |from \d)/.test(line),
    );
  return lines.at(-1) ?? '';
}

function hintFor(text: string): string {
  return (
    HINTS.find(([pattern]) => pattern.test(text))?.[1] ??
    'the end of the verifier log, below, says which instruction it refused'
  );
}
