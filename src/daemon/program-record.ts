import { ascii, ByteWriter } from '../audit/write/byte-writer.ts';
import { writeUntrusted } from '../audit/write/untrusted.ts';
import type { KnownProgram } from '../bpf/program-lives.ts';
import { eventTime, writeEventId, type EventId } from '../events/event-id.ts';

/** What happened to a program, in the kernel's words. */
export type ProgramOperation = 'LOAD' | 'UNLOAD';

/** `AUDIT_BPF` */
export const BPF_RECORD = 1334;

/** What a record of type BPF says. */
export interface ProgramEvent {
  readonly progId: number;
  readonly operation: ProgramOperation;
}

/** Reads what follows the id of a kernel record of type BPF: `prog-id=5 op=LOAD`. */
export function readProgramEvent(body: string): ProgramEvent | undefined {
  const match = /^prog-id=(\d{1,10}) op=(LOAD|UNLOAD)\b/.exec(body);
  if (match === null) return undefined;
  return { progId: Number(match[1]), operation: match[2] === 'LOAD' ? 'LOAD' : 'UNLOAD' };
}

/**
 * Body of bpfaudit's own record of type BPF: the kernel's two fields, then what the program is. `policy` is the
 * object that bpfaudit loaded it from. `lsm-hook`, since stock ausearch takes `hook` for one of netfilter. `origin=bpf` stands last, as in all records that the kernel did not write.
 */
export function programRecord(program: KnownProgram, operation: ProgramOperation): Uint8Array {
  const out = new ByteWriter(256);
  out.bytes(ascii(`prog-id=${program.id} op=${operation} prog-name=`));
  untrusted(out, program.name);
  out.bytes(ascii(` prog-type=${program.type} tag="${program.tag}"`));
  if (program.hook !== undefined) out.bytes(ascii(` lsm-hook=${program.hook}`));
  if (program.policy !== undefined) {
    out.bytes(ascii(' policy='));
    untrusted(out, program.policy);
  }
  if (program.version !== undefined) {
    out.bytes(ascii(' policy-version='));
    untrusted(out, program.version);
  }
  out.bytes(ascii(' origin=bpf'));
  return out.view.slice();
}

/** Writes such a record as a line of its own. */
export type ProgramFormat = (
  out: ByteWriter,
  id: Readonly<EventId>,
  program: KnownProgram,
  operation: ProgramOperation,
) => void;

const BEGIN = ascii('type=BPF msg=');
const NEWLINE = 10;

/** The line of audit.log. */
export const programLine: ProgramFormat = (out, id, program, operation) => {
  out.bytes(BEGIN);
  writeEventId(out, id);
  out.bytes(programRecord(program, operation));
  out.byte(NEWLINE);
};

/** One JSON object a line. */
export const programJson: ProgramFormat = (out, id, program, operation) => {
  const line = {
    type: 'BPF',
    time: eventTime(id),
    serial: id.serial,
    op: operation,
    'prog-id': program.id,
    prog: program.name,
    'prog-type': program.type,
    tag: program.tag,
    ...(program.hook === undefined ? {} : { hook: program.hook }),
    ...(program.policy === undefined ? {} : { policy: program.policy }),
    ...(program.version === undefined ? {} : { 'policy-version': program.version }),
    origin: 'bpf',
  };
  out.bytes(Buffer.from(`${JSON.stringify(line)}\n`));
};

function untrusted(out: ByteWriter, text: string): void {
  const bytes = Buffer.from(text);
  writeUntrusted(out, bytes, 0, bytes.length);
}
