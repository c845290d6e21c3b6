import { pinnedMemory } from '../bpf/map-entries.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { bootEpochMs, realtimeMs } from '../sys/clock.ts';
import type { ResourceStack } from '../sys/resource-stack.ts';
import type { Collector } from './collector.ts';
import { ProgramLife } from './program-life.ts';
import { programJson, programLine } from './program-record.ts';
import { marksBytes, WrittenMarks } from './written-marks.ts';

/** Marks in memory that outlives this reader. */
export function pinnedMarks({ pinRoot, ringSize }: SharedMaps, resources: ResourceStack): WrittenMarks {
  const memory = resources.use(pinnedMemory(pinRoot, 'bpf_audit_written', marksBytes(ringSize)));
  return new WrittenMarks(new Uint8Array(memory.buffer, 0, marksBytes(ringSize)), ringSize);
}

/** Tells about programs that come and go, in the lines of a collector. */
export function programLife(
  collector: Collector,
  programs: ProgramDirectory,
  { json, expectRecords }: { readonly json: boolean; readonly expectRecords: boolean },
): ProgramLife {
  return new ProgramLife({
    out: collector.out,
    serials: collector.serials,
    programs,
    format: json ? programJson : programLine,
    expectRecords,
    bootEpochMs,
    nowMs: realtimeMs,
  });
}
