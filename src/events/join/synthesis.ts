import { CONTEXT, EVENT_AT, FIELD, SIZE } from '../../abi/abi.ts';
import { ascii, type ByteWriter } from '../../audit/write/byte-writer.ts';
import { stringEnd, writeUntrusted, writeWord } from '../../audit/write/untrusted.ts';
import { objectString } from '../object-text.ts';
import { fieldsOf, type FieldRef } from '../fields.ts';
import type { Decision, Outcome } from './joined-event.ts';

const ORIGIN = ascii(' origin=bpf');
const NULL = ascii('(null)');
const NONE = ascii('(none)');
const YES = ascii('yes');
const NO = ascii('no');

const WORDS = {
  arch: ascii('arch='),
  syscall: ascii(' syscall='),
  success: ascii(' success='),
  exit: ascii(' exit='),
  items: ascii(' items=0'),
  tty: ascii(' tty='),
  ses: ascii(' ses='),
  comm: ascii(' comm='),
  exe: ascii(' exe='),
  key: ascii(' key=(null)'),
  cwd: ascii('cwd='),
  proctitle: ascii('proctitle='),
  argc: ascii('argc='),
  uringOp: ascii('uring_op='),
};

const ARGUMENTS = [ascii(' a0='), ascii(' a1='), ascii(' a2='), ascii(' a3=')];

/** Ids in the order of `audit_log_task_info()`, kernel/audit.c. */
const TASK_INFO = [
  [ascii(' ppid='), EVENT_AT.ppid],
  [ascii(' pid='), EVENT_AT.tgid],
  [ascii(' auid='), EVENT_AT.auid],
  [ascii(' uid='), EVENT_AT.uid],
  [ascii(' gid='), EVENT_AT.gid],
  [ascii(' euid='), EVENT_AT.euid],
  [ascii(' suid='), EVENT_AT.suid],
  [ascii(' fsuid='), EVENT_AT.fsuid],
  [ascii(' egid='), EVENT_AT.egid],
  [ascii(' sgid='), EVENT_AT.sgid],
  [ascii(' fsgid='), EVENT_AT.fsgid],
] as const;

/** What is left of {@link TASK_INFO} in a URINGOP record, `audit_log_uring()` of kernel/auditsc.c. */
const URING_INFO = TASK_INFO.filter(([, at]) => at !== EVENT_AT.auid);

/** Message types of the records that {@link synthesize} writes. */
export const SYNTHETIC = { SYSCALL: 1300, CWD: 1307, EXECVE: 1309, PROCTITLE: 1327, URINGOP: 1336 } as const;

/**
 * Writes the records that the kernel would have written about the system call, from what BPF captured, in the
 * kernel's order and with its fields. `origin=bpf` stands last in each. What was not seen is left out: no
 * `success=` and `exit=` without the outcome, no record without what it is about.
 *
 * @param record - called before each record with its type; the body is to be written to `out` then
 */
export function synthesize(
  out: ByteWriter,
  decision: Decision,
  outcome: Outcome | undefined,
  record: (type: number, body: () => void) => void,
): void {
  const { view, at, more } = decision;
  const context = view.getUint32(at + EVENT_AT.context, true);
  const fields = [...fieldsOf(decision.bytes, view, at), ...more];
  const field = (type: number): FieldRef | undefined => fields.find((candidate) => candidate.type === type);
  const path = (type: number): FieldRef | undefined => {
    const found = field(type);
    return found && found.length >= SIZE.object ? found : undefined;
  };
  if ((context & CONTEXT.SYSCALL) !== 0) {
    record(SYNTHETIC.SYSCALL, () => writeSyscall(out, decision, outcome, path(FIELD.EXE)));
  } else if ((context & CONTEXT.URING) !== 0) {
    record(SYNTHETIC.URINGOP, () => writeUring(out, decision, outcome));
  }
  const execve = field(FIELD.EXECVE);
  if (execve) record(SYNTHETIC.EXECVE, () => writeExecve(out, execve));
  const cwd = path(FIELD.CWD);
  if (cwd) {
    record(SYNTHETIC.CWD, () => {
      out.bytes(WORDS.cwd);
      writePath(out, cwd);
      out.bytes(ORIGIN);
    });
  }
  const proctitle = field(FIELD.PROCTITLE);
  if (proctitle) record(SYNTHETIC.PROCTITLE, () => writeProctitle(out, proctitle));
}

function writeOutcome(out: ByteWriter, outcome: Outcome | undefined): void {
  if (!outcome) return;
  out.bytes(WORDS.success);
  out.bytes(outcome.success ? YES : NO);
  out.bytes(WORDS.exit);
  out.bytes(ascii(outcome.exit.toString()));
}

function writeSyscall(
  out: ByteWriter,
  decision: Decision,
  outcome: Outcome | undefined,
  exe: FieldRef | undefined,
): void {
  const { bytes, view, at } = decision;
  out.bytes(WORDS.arch);
  out.hex(view.getUint32(at + EVENT_AT.arch, true));
  out.bytes(WORDS.syscall);
  out.signed(view.getInt32(at + EVENT_AT.syscall, true));
  writeOutcome(out, outcome);
  ARGUMENTS.forEach((name, i) => {
    const argument = at + EVENT_AT.args + 8 * i;
    out.bytes(name);
    out.hex64(view.getUint32(argument, true), view.getUint32(argument + 4, true));
  });
  out.bytes(WORDS.items);
  writeIds(out, view, at, TASK_INFO);
  out.bytes(WORDS.tty);
  const tty = at + EVENT_AT.tty;
  if (bytes[tty] === 0) out.bytes(NONE);
  else writeWord(out, bytes, tty, stringEnd(bytes, tty, tty + 32));
  out.bytes(WORDS.ses);
  out.decimal(view.getUint32(at + EVENT_AT.ses, true));
  out.bytes(WORDS.comm);
  const comm = at + EVENT_AT.comm;
  writeUntrusted(out, bytes, comm, stringEnd(bytes, comm, comm + 16));
  if (exe) {
    out.bytes(WORDS.exe);
    writePath(out, exe);
  }
  out.bytes(WORDS.key);
  out.bytes(ORIGIN);
}

function writeUring(out: ByteWriter, decision: Decision, outcome: Outcome | undefined): void {
  const { view, at } = decision;
  out.bytes(WORDS.uringOp);
  out.signed(view.getInt32(at + EVENT_AT.syscall, true));
  writeOutcome(out, outcome);
  out.bytes(WORDS.items);
  writeIds(out, view, at, URING_INFO);
  out.bytes(WORDS.key);
  out.bytes(ORIGIN);
}

function writeIds(
  out: ByteWriter,
  view: DataView,
  at: number,
  ids: readonly (readonly [Uint8Array, number])[],
): void {
  for (const [name, offset] of ids) {
    out.bytes(name);
    out.decimal(view.getUint32(at + offset, true));
  }
}

function writePath(out: ByteWriter, field: FieldRef): void {
  const path = objectString(field.bytes, field.view, field.at, field.at + field.length);
  writeUntrusted(out, path, 0, path.length);
}

/** `audit_log_proctitle()`: what follows the last printable byte is cut off. */
function writeProctitle(out: ByteWriter, field: FieldRef): void {
  let end = field.at + field.length;
  while (end > field.at && !isPrintable(field.bytes[end - 1]!)) end--;
  out.bytes(WORDS.proctitle);
  if (end === field.at) writeUntrusted(out, NULL, 0, NULL.length);
  else writeUntrusted(out, field.bytes, field.at, end);
  out.bytes(ORIGIN);
}

/** The kernel's `isprint()`, lib/ctype.c: it takes bytes for Latin-1. */
function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte <= 0x7e) || byte >= 0xa0;
}

/** `audit_log_execve_info()`: `argc=N a0=... a1=...`. Arguments that were cut are flagged. */
function writeExecve(out: ByteWriter, field: FieldRef): void {
  const starts: number[] = [];
  const end = field.at + field.length;
  for (let at = field.at; at < end; at = stringEnd(field.bytes, at, end) + 1) starts.push(at);
  out.bytes(WORDS.argc);
  out.decimal(starts.length);
  starts.forEach((start, i) => {
    out.bytes(ascii(` a${i}=`));
    writeUntrusted(out, field.bytes, start, stringEnd(field.bytes, start, end));
  });
  if (field.value === 1) out.bytes(ascii(' truncated=execve'));
  out.bytes(ORIGIN);
}
