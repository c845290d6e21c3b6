import { spawnSync } from 'node:child_process';
import { ByteWriter } from '../../../src/audit/write/byte-writer.ts';
import { Attachment } from '../../../src/bpf/attachment.ts';
import type { PolicyObject, PolicyProgram } from '../../../src/bpf/policy-object.ts';
import { Ring } from '../../../src/bpf/ring.ts';
import type { SharedMaps } from '../../../src/bpf/shared-maps.ts';
import { Assembler } from '../../../src/events/assembler.ts';
import { writeRecordBody } from '../../../src/events/record-text.ts';
import type { CaseRun, TriggerReport } from './case-run.ts';
import type { GoldenCase } from './cases.ts';

/** Takes the records out of the ring as text. */
export class RecordReader implements Disposable {
  readonly #ring: Ring;
  readonly #out: ByteWriter = new ByteWriter(64 * 1024);
  readonly #texts: string[] = [];
  readonly #assembler: Assembler = new Assembler({
    event: (bytes, view, at, more) => {
      this.#out.reset();
      writeRecordBody(this.#out, bytes, view, at, more);
      this.#texts.push(Buffer.from(this.#out.view).toString('latin1'));
    },
  });

  constructor(maps: SharedMaps) {
    this.#ring = new Ring(maps.fd('bpf_audit_ring'), maps.ringSize);
  }

  /** All records since the last call, as latin1: a character is a byte. */
  take(): string[] {
    const ring = this.#ring;
    ring.walk((at, length) => this.#assembler.chunk(ring.bytes, ring.view, at, length));
    ring.release();
    const { malformed, orphans, otherAbi } = this.#assembler.counts;
    if (malformed + orphans + otherAbi > 0)
      throw new Error(`chunks that make no sense: ${JSON.stringify(this.#assembler.counts)}`);
    return this.#texts.splice(0);
  }

  [Symbol.dispose](): void {
    this.#ring[Symbol.dispose]();
  }
}

/**
 * Keeps programs attached until others are wanted: the kernel takes far longer to detach a program than to run
 * a case.
 */
export class CurrentPrograms implements Disposable {
  readonly #maps: SharedMaps;
  #programs: readonly PolicyProgram[] = [];
  #attachment: Attachment | undefined;

  constructor(maps: SharedMaps) {
    this.#maps = maps;
  }

  /** Attaches these programs and nothing else. */
  attach(policy: PolicyObject, programs: readonly PolicyProgram[]): Attachment {
    const same =
      programs.length === this.#programs.length &&
      programs.every((program, i) => program === this.#programs[i]);
    if (same && this.#attachment) return this.#attachment;
    this[Symbol.dispose]();
    this.#attachment = new Attachment(policy, this.#maps, programs);
    this.#programs = programs;
    return this.#attachment;
  }

  [Symbol.dispose](): void {
    this.#attachment?.[Symbol.dispose]();
    this.#attachment = undefined;
  }
}

/** What {@link observe} needs of the guest. */
export interface Stage {
  readonly maps: SharedMaps;
  readonly current: CurrentPrograms;
  readonly reader: RecordReader;
  /** Path of the trigger program. */
  readonly orc: string;
}

/** The named programs of an object, in this order; undefined if it has not all of them. */
export function findPrograms(policy: PolicyObject, names: readonly string[]): PolicyProgram[] | undefined {
  const found = names.flatMap((name) => policy.programs.filter((program) => program.name === name));
  return found.length === names.length ? found : undefined;
}

function auditctl(args: readonly string[]): void {
  const { status, stderr } = spawnSync('auditctl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`auditctl ${args.join(' ')}: ${stderr.trim()}`);
}

function pullTrigger(orc: string, args: readonly string[]): TriggerReport {
  const { stdout, stderr, error } = spawnSync(orc, args, { encoding: 'latin1', timeout: 30_000 });
  if (stdout === '') throw error ?? new Error(`orc ${args.join(' ')}: ${stderr}`);
  const report: TriggerReport = JSON.parse(stdout);
  return report;
}

/** Attaches programs, makes the call of a case, and takes what came. */
export function observe(
  entry: GoldenCase,
  policy: PolicyObject,
  programs: readonly PolicyProgram[],
  { current, reader, orc }: Stage,
): Pick<CaseRun, 'programIds' | 'trigger' | 'records'> {
  const attachment = current.attach(policy, programs);
  for (const rule of entry.rules ?? []) auditctl(rule);
  try {
    reader.take();
    const programIds = Object.fromEntries(attachment.programs.map((program) => [program.name, program.id]));
    const trigger = pullTrigger(orc, entry.trigger);
    return { programIds, trigger, records: reader.take() };
  } finally {
    if (entry.rules) auditctl(['-D']);
  }
}
