import { readFileSync } from 'node:fs';
import { programById, programIds, programInfo } from '../bpf/info.ts';
import { hookOfType } from '../bpf/kernel-btf.ts';
import { LSM_PROGRAM } from '../bpf/program-types.ts';
import { SharedMaps } from '../bpf/shared-maps.ts';
import { allCounters, type ProgramCounters } from '../bpf/slots.ts';
import { Turns } from '../bpf/turns.ts';
import { byOrder } from './run-order.ts';
import type { PolicyRecord, RecordedProgram } from './policy-record.ts';
import { PolicyStore, type PinnedGeneration } from './policy-store.ts';

/** A program of a loaded policy, and what it did so far. */
export interface ProgramStatus extends RecordedProgram {
  /** False if the kernel has no such program any more. */
  readonly loaded: boolean;
  /** Records begun, lost ones included. */
  readonly records: number;
  /** Verdicts below 0; in monitor mode what would have been denied. */
  readonly denials: number;
  /** Records that found no room. */
  readonly lost: number;
  /** Mean time of a run in nanoseconds; undefined unless `kernel.bpf_stats_enabled` was set while it ran. */
  readonly meanNs: number | undefined;
}

/** A policy that has pins. */
export interface PolicyStatus extends Omit<PolicyRecord, 'programs'> {
  readonly programs: readonly ProgramStatus[];
  /** `active`: it has its turn; `leftover`: a change was interrupted, the next one repairs it. */
  readonly state: 'active' | 'leftover';
  /** Calls that a switch of generations found on their way. */
  readonly straddled: number;
  /** Calls of the last switch that both generations may have decided, since no note could be left. */
  readonly unnoted: number;
}

/** Programs of the policies on one hook, in the order in which the kernel runs them. */
export interface HookOrder {
  readonly hook: string;
  readonly programs: readonly { readonly policy: string; readonly program: string }[];
  /** False if a policy could not be attached in its order, since it has no gate. */
  readonly asOrdered: boolean;
}

/** Whether the kernel takes the time of programs: sysctl kernel.bpf_stats_enabled. */
export function statsEnabled(): boolean {
  try {
    return readFileSync('/proc/sys/kernel/bpf_stats_enabled', 'latin1').trim() !== '0';
  } catch {
    return false;
  }
}

/**
 * What is loaded, in the order of names. Takes no lock: during a change a policy can be seen twice.
 *
 * @throws {BpfauditError} what {@link SharedMaps} throws
 */
export function listPolicies(store: PolicyStore = new PolicyStore()): PolicyStatus[] {
  const pinned = store.pinned();
  if (pinned.length === 0) return [];
  using maps = SharedMaps.open();
  const turns = new Turns(maps.policies);
  const counters = new Map(allCounters(maps.programs).map((each) => [each.progId, each]));
  return pinned.map((generation) =>
    policyStatus(store.record(generation) ?? bareRecord(store, generation), turns, counters),
  );
}

function policyStatus(
  record: PolicyRecord,
  turns: Turns,
  counters: ReadonlyMap<number, ProgramCounters>,
): PolicyStatus {
  const { index, generation, programs } = record;
  return {
    ...record,
    programs: programs.map((program) => programStatus(program, counters.get(program.id))),
    state: turns.of(index).generation === generation ? 'active' : 'leftover',
    straddled: turns.straddled(index),
    unnoted: turns.unnoted(index),
  };
}

/** Who runs when: of a hook, what was attached last runs first, and the first denial ends the call. */
export function hookOrders(policies: readonly PolicyStatus[]): HookOrder[] {
  const active = policies
    .filter(({ state }) => state === 'active')
    .toSorted((a, b) => b.attachedNs - a.attachedNs);
  const hooks = new Set(active.flatMap(({ programs }) => programs.map(({ hook }) => hook)));
  return [...hooks].toSorted().map((hook) => {
    const onHook = active.filter(({ programs }) => programs.some((program) => program.hook === hook));
    const programs = onHook.flatMap(({ name, programs: own }) =>
      own
        .filter((program) => program.hook === hook)
        .toReversed()
        .map((program) => ({ policy: name, program: program.name })),
    );
    const wanted = onHook.toSorted(byOrder);
    return { hook, programs, asOrdered: wanted.every((policy, i) => policy === onHook[i]) };
  });
}

/** A program of type LSM that no policy brought in. */
export interface OtherProgram {
  readonly id: number;
  /** Up to 15 characters. */
  readonly name: string;
  readonly hook: string;
}

/** Programs of other loaders on the hooks of policies: where they stand in the order is not known. */
export function otherPrograms(policies: readonly PolicyStatus[]): OtherProgram[] {
  const own = policies.flatMap(({ programs }) => programs);
  const ids = new Set(own.map(({ id }) => id));
  const hooks = new Set(own.map(({ hook }) => hook));
  return programIds().flatMap((id) => {
    if (ids.has(id)) return [];
    using descriptor = programById(id);
    const info = descriptor && programInfo(descriptor.fd);
    const hook = info?.type === LSM_PROGRAM ? hookOfType(info.attachBtfId) : undefined;
    return hook !== undefined && hooks.has(hook) ? [{ id, name: info!.name, hook }] : [];
  });
}

function programStatus(program: RecordedProgram, counters: ProgramCounters | undefined): ProgramStatus {
  using descriptor = programById(program.id);
  const info = descriptor && programInfo(descriptor.fd);
  const runs = info?.runCount ?? 0n;
  return {
    ...program,
    loaded: info !== undefined,
    records: counters?.begun ?? 0,
    denials: counters?.denials ?? 0,
    lost: (counters?.lost.full ?? 0) + (counters?.lost.busy ?? 0),
    meanNs: runs === 0n ? undefined : Math.round(Number(info!.runTimeNs) / Number(runs)),
  };
}

/** What the pins alone say, if the record is gone. */
function bareRecord(store: PolicyStore, generation: PinnedGeneration): PolicyRecord {
  return {
    ...generation,
    version: undefined,
    author: undefined,
    description: undefined,
    mode: 'enforce',
    order: 0,
    source: '',
    object: '',
    sha256: '',
    attachedNs: 0,
    programs: store
      .links(generation)
      .map((name) => ({ name, hook: '?', kind: 'lsm', gated: false, id: 0, tag: '' })),
    maps: [],
  };
}
