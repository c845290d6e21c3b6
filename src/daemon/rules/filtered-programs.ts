import { SIZE } from '../../abi/abi.ts';
import { foreignPlaces } from '../../bpf/foreign-programs.ts';
import type { ProgramDirectory } from '../../bpf/program-directory.ts';
import type { KnownProgram } from '../../bpf/program-lives.ts';
import type { SharedMaps } from '../../bpf/shared-maps.ts';
import { allSlots, slotLabelAt } from '../../bpf/slots.ts';
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
  return slotLabelAt(programs, slot * SIZE.prog)?.policy ?? '';
}

/** What the list `bpf` needs of the maps, and of what is known about programs. */
export type RuleMaps = Pick<SharedMaps, 'state' | 'rules' | 'programs' | 'fd'>;
/** See {@link RuleMaps}. */
export type RulePrograms = Pick<ProgramDirectory, 'current' | 'foreignId'>;

/** All programs that have logged or are attached, as the table of rules needs them. */
export function tablePrograms(maps: RuleMaps, directory: RulePrograms): TableProgram[] {
  const own = allSlots(maps.programs).map(({ slot, progId }): TableProgram => {
    const policy = policyOfSlot(maps.programs, slot);
    const place = { slot, selfMap: 0, site: 0 };
    return Object.assign(filteredProgram(progId, directory.current(progId), policy), place);
  });
  const foreign = foreignPlaces(maps.fd('bpf_audit_foreign')).map((place): TableProgram => {
    const progId = directory.foreignId(place.selfMap, place.site);
    return Object.assign(filteredProgram(progId, directory.current(progId), ''), place, { slot: 0 });
  });
  return [...own, ...foreign];
}
