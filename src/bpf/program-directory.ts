import { Descriptor } from '../sys/descriptor.ts';
import { PROG_AT, SIZE } from '../abi/abi.ts';
import { Btf } from './btf.ts';
import { foreignEntry } from './foreign-programs.ts';
import { btfById, mapInfo, programById, programIds, programInfo, type ProgramInfo } from './info.ts';
import { hookOfType } from './kernel-btf.ts';
import type { CallOrder, Unasked } from './call-order.ts';
import type { CgroupName, CgroupNames } from './cgroup-names.ts';
import { PolicyNames, type PolicyName } from './policy-names.ts';
import { ProgramLives, type KnownProgram } from './program-lives.ts';
import { LSM_PROGRAM, programTypeName } from './program-types.ts';
import { bootNs } from '../sys/clock.ts';

/** What changed since the last look at the kernel's programs. */
export interface ProgramChanges {
  /** Programs that write into the shared ring and were not known. */
  readonly loaded: readonly KnownProgram[];
  /** Known programs that are gone. */
  readonly gone: readonly KnownProgram[];
}

/** Ids of programs that were asked for in vain are remembered, so many of them at most. */
const MAX_UNKNOWN = 4096;

/**
 * Knows programs by their id and a moment, and finds the id of those that somebody else attached.
 *
 * What was learned is kept, since a record can be read after its program is gone. An id that the kernel gave
 * out again is never taken for the old program.
 */
export class ProgramDirectory {
  readonly #lives = new ProgramLives();
  readonly #policies: PolicyNames;
  readonly #order: CallOrder | undefined;
  readonly #cgroups: CgroupNames | undefined;
  /** When the kernel was last asked for an id in vain, in nanoseconds since boot. */
  readonly #unknown = new Map<number, number>();
  readonly #foreign = new Map<number, number>();
  readonly #foreignMap: number;
  readonly #ringMap: number;
  readonly #writers = new Set<number>();

  /**
   * @param foreignMap - descriptor of `bpf_audit_foreign`; stays the caller's
   * @param ring - descriptor of `bpf_audit_ring`; stays the caller's
   * @param slots - `bpf_audit_progs`, mapped: where policies have their names; @default none has
   * @param order - who is not asked when a program denies; @default that is not known
   * @param cgroups - where tasks are; @default that is not known
   */
  constructor(foreignMap: number, ring: number, slots?: DataView, order?: CallOrder, cgroups?: CgroupNames) {
    this.#order = order;
    this.#cgroups = cgroups;
    this.#policies = new PolicyNames(slots);
    this.#foreignMap = foreignMap;
    this.#ringMap = mapInfo(ring).id;
  }

  /** Tells about a program that bpfaudit itself loaded. */
  add(program: KnownProgram): void {
    this.#lives.started(program);
  }

  /**
   * The program that had this id at a moment; nothing if it was gone before anybody asked.
   *
   * @param atNs - nanoseconds since boot, such as the time of a record
   */
  byId(id: number, atNs: number): KnownProgram | undefined {
    if (id === 0) return undefined;
    const known = this.#lives.at(id, atNs);
    if (known !== undefined) return known;
    const asked = this.#unknown.get(id);
    if (asked !== undefined && atNs <= asked) return undefined;
    this.current(id);
    const found = this.#lives.at(id, atNs);
    if (found === undefined) {
      if (this.#unknown.size >= MAX_UNKNOWN) this.#unknown.clear();
      this.#unknown.set(id, bootNs());
    }
    return found;
  }

  /** The program that has this id now. */
  current(id: number): KnownProgram | undefined {
    using program = programById(id);
    return program && this.#lives.started(this.#describe(programInfo(program.fd)));
  }

  /** The policy that a program belongs to, if `bpfaudit policy` loaded it. */
  policyOf(id: number): PolicyName | undefined {
    return this.#policies.of(id);
  }

  /** The policies that a denial kept from being asked; see {@link CallOrder}. */
  unasked(id: number, atNs: number): Unasked | undefined {
    return this.#order?.unasked(id, atNs);
  }

  /** The control group whose id stands at `view[at]`, if it still has a name. */
  cgroup(view: DataView, at: number): CgroupName | undefined {
    return this.#cgroups?.of(view, at);
  }

  /** Whether the kernel has a program with this id now. */
  isLoaded(id: number): boolean {
    using program = programById(id);
    return program !== undefined;
  }

  /**
   * The program with this id is gone.
   *
   * @returns what was known of it
   */
  ended(id: number, atNs: number): KnownProgram | undefined {
    const program = this.#lives.ended(id, atNs);
    if (program) this.#forgetForeign(id);
    return program;
  }

  /** Hooks of the programs that write into the shared ring now, as of the last {@link look}. */
  hooks(): ReadonlySet<string> {
    return new Set(
      this.#lives
        .alive()
        .flatMap(({ id, hook }) => (this.#writers.has(id) && hook !== undefined ? [hook] : [])),
    );
  }

  /** Looks at all programs of the kernel: which came, which went. */
  look(): ProgramChanges {
    const before = new Map(this.#lives.alive().map((program) => [program.id, program]));
    const now = bootNs();
    const seen = new Map<number, number>();
    const loaded: KnownProgram[] = [];
    this.#writers.clear();
    for (const id of programIds()) {
      using program = programById(id);
      if (!program) continue;
      const info = programInfo(program.fd);
      seen.set(id, info.loadNs);
      if (info.type !== LSM_PROGRAM || !info.mapIds.includes(this.#ringMap)) continue;
      this.#writers.add(id);
      if (before.get(id)?.loadNs !== info.loadNs) loaded.push(this.#lives.started(this.#describe(info)));
    }
    const gone = [...before.values()].filter(({ id, loadNs }) => seen.get(id) !== loadNs);
    for (const { id } of gone) this.ended(id, now);
    return { loaded, gone };
  }

  /**
   * Id of a program whose loader set no cookie: the one program of the object that has the C function where
   * the record was begun. 0 if that is not exactly one; it is never guessed.
   *
   * @param selfMap - id of the map `bpf_audit_self` of the object
   * @param site - which `bpf_audit_log_start()`
   */
  foreignId(selfMap: number, site: number): number {
    const key = selfMap * 65536 + site;
    const found = this.#foreign.get(key);
    if (found !== undefined) return found;
    const name = this.#functionAt(selfMap, site);
    const id = name === undefined ? 0 : findProgram(selfMap, name);
    this.#foreign.set(key, id);
    return id;
  }

  #describe(info: ProgramInfo): KnownProgram {
    const policy = this.#policies.ofLoaded(info.id);
    if (!policy) return describe(info);
    const version = policy.version === undefined ? {} : { version: policy.version };
    return { ...describe(info), policy: policy.policy, ...version };
  }

  #forgetForeign(id: number): void {
    for (const [key, program] of this.#foreign) if (program === id) this.#foreign.delete(key);
  }

  /** C function that the header noted down for a site. */
  #functionAt(selfMap: number, site: number): string | undefined {
    const value = foreignEntry(this.#foreignMap, { selfMap, site });
    if (!value) return undefined;
    const end = value.indexOf(0, PROG_AT.name);
    return value.toString('latin1', PROG_AT.name, end < 0 ? SIZE.prog : end);
  }
}

function describe(info: ProgramInfo): KnownProgram {
  const { id, name, tag, type, loadNs, attachBtfId } = info;
  // Other types are attached to functions of the kernel or of programs: no hook of an LSM.
  const hook = type === LSM_PROGRAM ? hookOfType(attachBtfId) : undefined;
  return { id, name, tag, type: programTypeName(type), hook, loadNs };
}

/** BPF_PROG() puts the body into `____NAME`, and the program itself is called NAME. */
function findProgram(selfMap: number, functionName: string): number {
  const name = functionName.replace(/^____/, '');
  const candidates: number[] = [];
  for (const id of programIds()) {
    using program: Descriptor | undefined = programById(id);
    if (!program) continue;
    const info = programInfo(program.fd);
    if (!info.mapIds.includes(selfMap) || !name.startsWith(info.name)) continue;
    if (info.name.length < 15 ? info.name === name : fullName(info) === name) candidates.push(id);
  }
  return candidates.length === 1 ? candidates[0]! : 0;
}

/**
 * Programs have 15 characters of their name in the kernel; the BTF has all of them. It describes the whole
 * object, so it must be asked for this program's own function.
 */
function fullName(info: ProgramInfo): string | undefined {
  const bytes = info.btfId === 0 || info.functionType === 0 ? undefined : btfById(info.btfId);
  return bytes && new Btf(bytes).name(info.functionType);
}
