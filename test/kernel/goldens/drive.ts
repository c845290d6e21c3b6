/**
 * Runs in the guest: makes every case happen and prints one line of JSON for each.
 *
 * drive.js OBJECTS ORC [walk]: the folder of golden-*.bpf.o, the trigger program, and, to force it, how paths
 * are rendered.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ByteWriter } from '../../../src/audit/write/byte-writer.ts';
import { Attachment } from '../../../src/bpf/attachment.ts';
import { VIA } from '../../../src/bpf/path-via.ts';
import { PolicyObject, type PolicyProgram } from '../../../src/bpf/policy-object.ts';
import { Ring } from '../../../src/bpf/ring.ts';
import { SharedMaps } from '../../../src/bpf/shared-maps.ts';
import { Assembler } from '../../../src/events/assembler.ts';
import { writeRecordBody } from '../../../src/events/record-text.ts';
import type { CaseRun, TriggerReport } from './case-run.ts';
import { cases, type GoldenCase } from './cases.ts';
import { ResultMap } from './result-map.ts';

interface LoadedObject {
  readonly policy: PolicyObject;
  readonly results: ResultMap;
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function loadObjects(folder: string, maps: SharedMaps, walk: boolean): LoadedObject[] {
  const files = readdirSync(folder).filter((file) => file.startsWith('golden-'));
  return files.flatMap((file) => {
    try {
      const policy = PolicyObject.open(join(folder, file));
      policy.load(maps, walk ? VIA.WALK : undefined);
      return [{ policy, results: new ResultMap(policy) }];
    } catch (error) {
      say({ refused: file, message: String(error) });
      return [];
    }
  });
}

function auditctl(args: readonly string[]): void {
  const { status, stderr } = spawnSync('auditctl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`auditctl ${args.join(' ')}: ${stderr.trim()}`);
}

function runTrigger(orc: string, entry: GoldenCase): TriggerReport {
  const { stdout, stderr, error } = spawnSync(orc, entry.trigger, { encoding: 'latin1', timeout: 30_000 });
  if (stdout === '') throw error ?? new Error(`orc ${entry.trigger.join(' ')}: ${stderr}`);
  const report: TriggerReport = JSON.parse(stdout);
  return report;
}

/** Takes the records out of the ring as text. */
class RecordReader {
  readonly #ring: Ring;
  readonly #out = new ByteWriter(64 * 1024);
  readonly #texts: string[] = [];
  readonly #assembler = new Assembler({
    event: (view, at, more) => {
      this.#out.reset();
      writeRecordBody(this.#out, view, at, more);
      this.#texts.push(Buffer.from(this.#out.view).toString('latin1'));
    },
  });

  constructor(maps: SharedMaps) {
    this.#ring = new Ring(maps.fd('bpf_audit_ring'), maps.ringSize);
  }

  take(): string[] {
    const ring = this.#ring;
    ring.walk((at, length) => this.#assembler.chunk(ring.view, at, length));
    ring.release();
    const { malformed, orphans, otherAbi } = this.#assembler.counts;
    if (malformed + orphans + otherAbi > 0)
      throw new Error(`chunks that make no sense: ${JSON.stringify(this.#assembler.counts)}`);
    return this.#texts.splice(0);
  }
}

function findPrograms(object: LoadedObject, names: readonly string[]): PolicyProgram[] | undefined {
  const found = names.flatMap((name) => object.policy.programs.filter((program) => program.name === name));
  return found.length === names.length ? found : undefined;
}

function runCase(
  entry: GoldenCase,
  objects: readonly LoadedObject[],
  maps: SharedMaps,
  reader: RecordReader,
  orc: string,
): CaseRun {
  const object = objects.find((candidate) => findPrograms(candidate, entry.programs));
  if (!object) throw new Error(`no object was loaded that has ${entry.programs.join(' and ')}`);
  object.results.clear();
  reader.take();
  for (const rule of entry.rules ?? []) auditctl(rule);
  try {
    using attachment = new Attachment(object.policy, maps, findPrograms(object, entry.programs));
    const programIds = Object.fromEntries(attachment.programs.map((program) => [program.name, program.id]));
    const trigger = runTrigger(orc, entry);
    return { name: entry.name, programIds, trigger, records: reader.take(), ...object.results.read() };
  } finally {
    if (entry.rules) auditctl(['-D']);
  }
}

const [folder = '', orc = '', via] = process.argv.slice(2);
const maps = SharedMaps.open();
const objects = loadObjects(folder, maps, via === 'walk');
const reader = new RecordReader(maps);
for (const entry of cases) {
  try {
    say(runCase(entry, objects, maps, reader, orc));
  } catch (error) {
    say({ name: entry.name, failure: String(error) });
  }
}
