import { CallOrder } from '../bpf/call-order.ts';
import { CgroupNames } from '../bpf/cgroup-names.ts';
import { ProgramDirectory } from '../bpf/program-directory.ts';
import type { SharedMaps } from '../bpf/shared-maps.ts';
import { bootEpochMs, realtimeMs } from '../sys/clock.ts';
import { lookForCgroups } from './cgroup-lookup.ts';
import { Collector } from './collector.ts';
import { auditGap, jsonGap } from './gap-record.ts';
import { ProgramLife } from './program-life.ts';
import { programJson, programLine } from './program-record.ts';
import type { SessionOptions } from './session-options.ts';

/** What is known of programs, of the policies they belong to, and of where tasks are. */
export function programDirectory(maps: SharedMaps): ProgramDirectory {
  return new ProgramDirectory(
    maps.fd('bpf_audit_foreign'),
    maps.fd('bpf_audit_ring'),
    maps.programs,
    new CallOrder(maps.programs, maps.policies),
    new CgroupNames(lookForCgroups()),
  );
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

/** The reader of the ring, with what a session is to do in its own words. */
export function newCollector(
  { json, sink, linePrefix }: SessionOptions,
  programs: ProgramDirectory,
  maps: SharedMaps,
): Collector {
  return new Collector({
    maps,
    programs,
    sink,
    gapFormat: json ? jsonGap : auditGap,
    ...(linePrefix === undefined ? {} : { linePrefix }),
  });
}
