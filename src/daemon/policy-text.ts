import { CONTEXT, EVENT_AT } from '../abi/abi.ts';
import { ByteWriter } from '../audit/write/byte-writer.ts';
import type { ProgramDirectory } from '../bpf/program-directory.ts';
import { number64 } from '../events/losses.ts';

const text = new ByteWriter(256);

/**
 * What a record says of the policy: its name and version, and after a denial which policies were not asked any
 * more. Nothing if the program was loaded in another way; valid until the next call.
 */
export function policyText(
  programs: ProgramDirectory,
  progId: number,
  view: DataView,
  at: number,
): Uint8Array | undefined {
  const policy = programs.policyOf(progId);
  if (policy === undefined) return undefined;
  const unasked = isDenial(view, at)
    ? programs.unasked(progId, number64(view, at + EVENT_AT.boot_ns))
    : undefined;
  if (unasked === undefined) return policy.text;
  text.reset();
  text.bytes(policy.text);
  text.bytes(unasked);
  return text.view;
}

/** The same for JSON. */
export function policyJson(programs: ProgramDirectory, progId: number, view: DataView, at: number): object {
  const policy = programs.policyOf(progId);
  if (!policy) return {};
  const unasked = isDenial(view, at)
    ? programs.unasked(progId, number64(view, at + EVENT_AT.boot_ns))
    : undefined;
  return {
    policy: policy.policy,
    ...(policy.version === undefined ? {} : { policy_version: policy.version }),
    generation: policy.generation,
    ...(unasked === undefined
      ? {}
      : { unasked: /"(.*)"/.exec(String.fromCharCode(...unasked))?.[1]?.split(',') }),
  };
}

function isDenial(view: DataView, at: number): boolean {
  const context = view.getUint32(at + EVENT_AT.context, true);
  if ((context & (CONTEXT.VERDICT | CONTEXT.MONITOR)) !== CONTEXT.VERDICT) return false;
  return view.getInt32(at + EVENT_AT.verdict, true) < 0;
}
