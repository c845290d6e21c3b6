import { CONTEXT, EVENT_AT } from '../abi/abi.ts';
import { ByteWriter } from '../audit/write/byte-writer.ts';
import type { Unasked } from '../bpf/call-order.ts';
import type { CgroupName } from '../bpf/cgroup-names.ts';
import type { PolicyName } from '../bpf/policy-names.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { number64 } from '../events/losses.ts';

/** What records ask about the program of a decision. */
export type PolicyFacts = Pick<ProgramDirectory, 'policyOf' | 'unasked' | 'cgroup'>;

/** Records come in bursts of the same program and the same task. */
let last: {
  readonly policy?: PolicyName;
  readonly cgroup?: CgroupName | undefined;
  readonly text: Uint8Array;
} = { text: new Uint8Array(0) };

const text = new ByteWriter(256);

/**
 * What a record says of the policy: its name, version and hook, after a denial which policies were not asked any
 * more, and the control group of the task. Nothing if the program was loaded in another way; valid until the next
 * call.
 */
export function policyText(
  programs: PolicyFacts,
  progId: number,
  view: DataView,
  at: number,
): Uint8Array | undefined {
  const policy = programs.policyOf(progId);
  if (policy === undefined) return undefined;
  const unasked = unaskedBy(programs, progId, view, at);
  const cgroup = programs.cgroup(view, at + EVENT_AT.cgroup);
  if (unasked === undefined && cgroup === undefined) return policy.text;
  if (unasked === undefined && policy === last.policy && cgroup === last.cgroup) return last.text;
  text.reset();
  text.bytes(policy.text);
  if (unasked !== undefined) text.bytes(unasked.text);
  if (cgroup !== undefined) text.bytes(cgroup.text);
  if (unasked === undefined) last = { policy, cgroup, text: text.view.slice() };
  return text.view;
}

/** The same for JSON. */
export function policyJson(programs: PolicyFacts, progId: number, view: DataView, at: number): object {
  const policy = programs.policyOf(progId);
  if (!policy) return {};
  const unasked = unaskedBy(programs, progId, view, at);
  const cgroup = programs.cgroup(view, at + EVENT_AT.cgroup);
  return {
    ...(policy.hook === undefined ? {} : { hook: policy.hook }),
    policy: policy.policy,
    ...(policy.version === undefined ? {} : { policy_version: policy.version }),
    generation: policy.generation,
    ...(unasked === undefined ? {} : { unasked: unasked.policies }),
    ...(cgroup === undefined ? {} : { cgroup_path: cgroup.path }),
  };
}

function unaskedBy(programs: PolicyFacts, progId: number, view: DataView, at: number): Unasked | undefined {
  return isDenial(view, at) ? programs.unasked(progId, number64(view, at + EVENT_AT.boot_ns)) : undefined;
}

function isDenial(view: DataView, at: number): boolean {
  const context = view.getUint32(at + EVENT_AT.context, true);
  if ((context & (CONTEXT.VERDICT | CONTEXT.MONITOR)) !== CONTEXT.VERDICT) return false;
  return view.getInt32(at + EVENT_AT.verdict, true) < 0;
}
