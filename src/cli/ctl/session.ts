import type { AuditControl } from '../../netlink/audit-control.ts';
import type { RuleContext } from '../../rules/rule-context.ts';
import type { BpfList } from './bpf-list.ts';

/** Where a command writes. */
export interface CtlOutput {
  /** Results. */
  out(text: string): void;
  /** Diagnostics, without the line end. */
  err(line: string): void;
}

/** What the commands of one `bpfaudit ctl` share. */
export interface CtlSession {
  readonly control: AuditControl;
  readonly context: RuleContext;
  readonly output: CtlOutput;
  /** The list `bpf`. */
  readonly bpf: BpfList;
  /** `-i` or `-c` was given: a rules file goes on after an error. */
  goOn: boolean;
  /** `-c` was given: an error that was passed over shows in the exit status. */
  remember: boolean;
}
