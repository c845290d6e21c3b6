import { BpfauditError } from '../errors/audit-error.ts';
import { ABI_VERSION } from './abi.ts';
import { LAYOUT } from './layout.ts';

/** The part of a BTF that the check needs. */
export interface LayoutSource {
  struct(name: string):
    | {
        readonly size: number;
        readonly members: ReadonlyMap<string, { readonly offset: number; readonly type: number }>;
      }
    | undefined;
  arrayLength(type: number): number | undefined;
}

/**
 * Compares the structures of an object, as its BTF describes them, with what the decoder expects.
 *
 * @param object - name of the object, for the error
 * @throws {BpfauditError} `E_NO_HEADER` if the object does not use bpf_audit.h, `E_ABI` if it was built
 * against another version of it
 */
export function checkLayout(btf: LayoutSource, object: string): void {
  const layout = btf.struct('bpf_audit_layout');
  if (!layout) {
    throw new BpfauditError(
      `check ${object}: no struct bpf_audit_layout in its BTF, found no use of bpf_audit.h`,
      {
        code: 'E_NO_HEADER',
        hint: 'include bpf_audit.h in the policy and compile it with clang -g',
      },
    );
  }
  const version = btf.arrayLength(layout.members.get('abi')?.type ?? 0) ?? 0;
  if (version !== ABI_VERSION) throw mismatch(object, `ABI version ${version}, expected ${ABI_VERSION}`);
  for (const [name, expected] of Object.entries(LAYOUT)) {
    const found = btf.struct(name);
    if (!found) throw mismatch(object, `struct ${name} is missing`);
    if (found.size !== expected.size) {
      throw mismatch(object, `struct ${name} has ${found.size} bytes, expected ${expected.size}`);
    }
    for (const [member, offset] of Object.entries(expected.at)) {
      const at = found.members.get(member)?.offset;
      if (at !== offset) {
        throw mismatch(object, `${name}.${member} at offset ${at ?? 'none'}, expected ${offset}`);
      }
    }
  }
}

function mismatch(object: string, what: string): BpfauditError {
  return new BpfauditError(`check ${object}: ${what}`, {
    code: 'E_ABI',
    hint: 'compile the policy again with the bpf_audit.h of this version of bpfaudit',
  });
}
