import { PROG_AT, SIZE } from '../../abi/abi.ts';
import { mapKeys } from '../../bpf/map-entries.ts';
import type { ProgramDirectory } from '../../bpf/program-directory.ts';
import type { KnownProgram } from '../../bpf/program-lives.ts';
import type { SharedMaps } from '../../bpf/shared-maps.ts';
import { allSlots } from '../../bpf/slots.ts';
import type { FilteredProgram } from '../../rules/bpf/rules-of-program.ts';
import type { TableProgram } from '../../rules/kernel-filter/rule-table.ts';

/** Length at which the kernel has cut a name. */
const NAME_BYTES = 15;

/** What rules can say about a program. */
export function filteredProgram(
  progId: number,
  known: KnownProgram | undefined,
  policy: string,
): FilteredProgram {
  const policyName = policy || known?.policy?.replace(/(?:\.bpf)?\.o$/, '');
  return {
    progId: progId === 0 ? undefined : progId,
    prog: known === undefined || known.name.length === NAME_BYTES ? undefined : known.name,
    hook: known?.hook,
    policy: policyName === undefined || policyName === '' ? undefined : policyName,
  };
}

/** Name of the policy that a slot's program belongs to, empty if it has none. */
export function policyOfSlot(programs: DataView, slot: number): string {
  const from = programs.byteOffset + slot * SIZE.prog + PROG_AT.name;
  const name = Buffer.from(new Uint8Array(programs.buffer, from, SIZE.prog - PROG_AT.name)).toString(
    'latin1',
  );
  return name.split('\0', 1)[0] ?? '';
}

/** What the list `bpf` needs of the maps, and of what is known about programs. */
export type RuleMaps = Pick<SharedMaps, 'state' | 'rules' | 'programs' | 'fd'>;
/** See {@link RuleMaps}. */
export type RulePrograms = Pick<ProgramDirectory, 'current' | 'foreignId'>;

/** All programs that have logged or are attached, as the table of rules needs them. */
export function tablePrograms(maps: RuleMaps, directory: RulePrograms): TableProgram[] {
  const own = allSlots(maps.programs).map(({ slot, progId }) => ({
    ...filteredProgram(progId, directory.current(progId), policyOfSlot(maps.programs, slot)),
    slot,
    selfMap: 0,
    site: 0,
  }));
  const foreign = mapKeys(maps.fd('bpf_audit_foreign'), SIZE.foreign_key).map((key): TableProgram => {
    const selfMap = key.readUInt32LE(0);
    const site = key.readUInt32LE(4);
    const progId = directory.foreignId(selfMap, site);
    return { ...filteredProgram(progId, directory.current(progId), ''), slot: 0, selfMap, site };
  });
  return [...own, ...foreign];
}
