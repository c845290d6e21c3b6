import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { bootEpochMs, realtimeMs } from '../sys/clock.ts';
import type { Collector } from './collector.ts';
import { ProgramLife } from './program-life.ts';
import { programJson, programLine } from './program-record.ts';

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
