import { mkdirSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Attachment, type AttachedProgram } from '../../../src/bpf/attachment.ts';
import { CallOrder } from '../../../src/bpf/call-order.ts';
import { CgroupNames } from '../../../src/bpf/cgroup-names.ts';
import { lookForCgroups } from '../../../src/daemon/cgroup-lookup.ts';
import type { PathVia } from '../../../src/bpf/path-via.ts';
import { PolicyObject } from '../../../src/bpf/policy-object.ts';
import { ProgramDirectory } from '../../../src/bpf/program-directory.ts';
import { DEFAULT_PIN_ROOT, SharedMaps } from '../../../src/bpf/shared-maps.ts';
import { allCounters, type ProgramCounters } from '../../../src/bpf/slots.ts';
import { Collector } from '../../../src/daemon/collector.ts';
import { DirectOutput } from '../../../src/daemon/direct-output.ts';
import { auditLine, jsonLine } from '../../../src/daemon/event-format.ts';
import { auditGap, jsonGap } from '../../../src/daemon/gap-record.ts';
import { LogFile } from '../../../src/log/log-file.ts';
import { ResourceStack } from '../../../src/sys/resource-stack.ts';
import { program } from './place.ts';

/** What a session is made of. */
export interface SessionOptions {
  /** Name of the log. */
  readonly name: string;
  /** Names of programs/*.bpf.c. */
  readonly policies: readonly string[];
  readonly json?: boolean;
  readonly ringSize?: number;
  readonly via?: PathVia;
}

/** What came out of a session. */
export interface SessionResult<T> {
  readonly log: string;
  /** The log, byte for byte as latin1. */
  readonly text: string;
  readonly programs: readonly AttachedProgram[];
  readonly counts: Collector['counts'];
  /** Of the attached programs, in their order. */
  readonly counters: readonly ProgramCounters[];
  readonly result: T;
}

/** The shared maps go: the next reader or loader makes them anew. */
export function removePins(): void {
  for (const name of readdirSync(DEFAULT_PIN_ROOT)) {
    if (name.startsWith('bpf_audit_')) unlinkSync(join(DEFAULT_PIN_ROOT, name));
  }
}

/** Path of a log that nobody has written to yet. */
export function freshLog(name: string): string {
  mkdirSync('/tmp/logs', { recursive: true });
  const path = join('/tmp/logs', name);
  try {
    unlinkSync(path);
  } catch {
    // fresh already
  }
  return path;
}

/**
 * Attaches policies, runs the action and gives what the reader wrote, with the parts that `bpfaudit run` is
 * made of, but in this process: a Node of its own takes seconds to start in an emulated machine.
 */
export function collecting<T>(
  options: SessionOptions,
  action: (collector: Collector, maps: SharedMaps) => T,
): SessionResult<T> {
  using resources = new ResourceStack();
  const log = freshLog(`${options.name}.log`);
  const policies = options.policies.map((name) => resources.use(PolicyObject.open(program(name))));
  const sink = resources.use(new LogFile(log));
  const maps = resources.use(
    SharedMaps.open(options.ringSize === undefined ? {} : { ringSize: options.ringSize }),
  );
  const programs = new ProgramDirectory(
    maps.fd('bpf_audit_foreign'),
    maps.fd('bpf_audit_ring'),
    maps.programs,
    new CallOrder(maps.programs, maps.policies),
    new CgroupNames(lookForCgroups()),
  );
  const format = options.json === true ? jsonLine : auditLine;
  const collector = resources.use(
    new Collector({ maps, programs, sink, gapFormat: options.json === true ? jsonGap : auditGap }),
  );
  collector.writeTo(new DirectOutput(collector.out, format, collector.serials, collector.left));
  for (const policy of policies) policy.load(maps, options.via === undefined ? {} : { via: options.via });
  const attached = policies.flatMap((policy) => resources.use(new Attachment(policy, maps)).programs);
  for (const entry of attached) {
    programs.add({ ...entry, type: 'lsm' });
  }
  const result = action(collector, maps);
  collector.drain();
  collector.settle();
  const counters = allCounters(maps.programs);
  return {
    log,
    text: readFileSync(log, 'latin1'),
    programs: attached,
    counts: collector.counts,
    counters: attached.map((entry) => counters.find((each) => each.progId === entry.id)!),
    result,
  };
}
