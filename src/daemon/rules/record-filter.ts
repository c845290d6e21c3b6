import { CONTEXT, EVENT_AT } from '../../abi/abi.ts';
import { BPF_LSM_ACCESS } from '../../audit/tables/record-types.ts';
import type { Decision } from '../../events/join/joined-event.ts';
import type { BpfRule, LimitScope } from '../../rules/bpf/bpf-rule.ts';
import { limitId } from '../../rules/bpf/rate-limit.ts';
import { compileBpfRules, type BpfFilter } from '../../rules/bpf/compile.ts';
import { compileExclude } from '../../rules/bpf/exclude.ts';
import type { IdentifyFile } from '../../rules/bpf/file-identity.ts';
import type { FilteredProgram } from '../../rules/bpf/rules-of-program.ts';
import { limitIdOf } from '../../rules/kernel-filter/rule-table.ts';
import type { KernelRule } from '../../rules/rule.ts';
import type { FormattableEvent } from '../event-format.ts';
import { EventRuleView, type EventOrigin } from '../event-rule-view.ts';
import type { Suppressed, Suppression } from '../suppressed-record.ts';
import { RateBuckets } from './rate-buckets.ts';

/** Audit's own rules cannot name the program of a decision. */
const NOBODY: EventOrigin = { policy: undefined, prog: undefined, hook: undefined, progId: 0 };

/** Where the rules come from. */
export interface RuleSource {
  /** Another number after each change, 0 without rules. */
  readonly epoch: number;
  read(): readonly BpfRule[];
}

/** What a {@link RecordFilter} is made of. */
export interface RecordFilterOptions {
  readonly source: RuleSource;
  /** What rules can say about the program of a record. */
  readonly programOf: (event: FormattableEvent) => FilteredProgram;
  readonly identify: IdentifyFile;
  /** Path of a cgroup below the root, by its id. */
  readonly cgroupPath: (id: bigint) => string | undefined;
  /** A clock that only goes forward, in milliseconds. */
  readonly clock: () => number;
}

/**
 * Decides about records that the kernel could not decide about: the same rules, with all that user space knows.
 * And audit's own `exclude` rules, which the kernel never asks about records of the ring.
 */
export class RecordFilter {
  readonly #options: RecordFilterOptions;
  readonly #view: EventRuleView;
  readonly #buckets: RateBuckets = new RateBuckets();
  readonly #filters = new Map<string, BpfFilter>();
  #epoch = 0;
  #rules: readonly BpfRule[] = [];
  #excludes: readonly KernelRule[] = [];
  /** {@link #excludes} compiled for a type of record. */
  readonly #silencers = new Map<number, (view: EventRuleView) => boolean>();
  #filtered = 0;
  #excluded = 0;

  constructor(options: RecordFilterOptions) {
    this.#options = options;
    this.#view = new EventRuleView(options.cgroupPath);
  }

  /** Records that were dropped here: by rules of the list `bpf`, and by audit's list `exclude`. */
  get counts(): { readonly filtered: number; readonly excluded: number } {
    return { filtered: this.#filtered, excluded: this.#excluded };
  }

  /** Takes over the kernel's rules; those of other lists than `exclude` do not matter. */
  exclude(rules: readonly KernelRule[]): void {
    this.#excludes = rules.filter(({ list }) => list === 'exclude');
    this.#silencers.clear();
  }

  /** Whether audit's own `exclude` rules silence a record of this type about a decision. */
  silences(type: number, { bytes, view, at, more }: Decision): boolean {
    if (this.#excludes.length === 0) return false;
    return this.#silencer(type)(this.#view.point(bytes, view, at, more, NOBODY));
  }

  /** The list as it was read last. */
  get rules(): readonly BpfRule[] {
    return this.#rules;
  }

  /** What limits have held back here since the last time. */
  takeSuppressed(): Suppression[] {
    return this.#buckets.take();
  }

  /** Whether a record is to be written. */
  keeps(event: FormattableEvent): boolean {
    if (this.#options.source.epoch !== this.#epoch) this.#reload();
    if (this.#rules.length === 0 && this.#excludes.length === 0) return true;
    const program = this.#options.programOf(event);
    const { bytes, view, at, more } = event;
    const { policy, prog, hook, progId } = program;
    const seen = this.#view.point(bytes, view, at, more, { policy, prog, hook, progId: progId ?? 0 });
    if (this.#excludes.length > 0 && this.#silencer(BPF_LSM_ACCESS)(seen)) {
      this.#excluded++;
      return false;
    }
    const isDecided = (view.getUint32(at + EVENT_AT.context, true) & CONTEXT.DECIDED) !== 0;
    if (this.#rules.length === 0 || isDecided || this.#admits(program, seen)) return true;
    this.#filtered++;
    return false;
  }

  #admits(program: FilteredProgram, seen: EventRuleView): boolean {
    const rule = this.#rules[this.#filterOf(program).match(seen)];
    if (rule === undefined) return true;
    if (rule.action === 'never') return false;
    const { limit } = rule;
    if (limit === undefined) return true;
    const about = { keys: rule.keys, ...bucketOf(limit.per, program, seen) };
    return this.#buckets.admit(limit, limitIdOf(rule), about, this.#options.clock());
  }

  #silencer(type: number): (view: EventRuleView) => boolean {
    const known = this.#silencers.get(type);
    if (known !== undefined) return known;
    const made = compileExclude(this.#excludes, type);
    this.#silencers.set(type, made);
    return made;
  }

  #filterOf(program: FilteredProgram): BpfFilter {
    const name = `${program.progId} ${program.policy} ${program.prog} ${program.hook}`;
    const known = this.#filters.get(name);
    if (known !== undefined) return known;
    const made = compileBpfRules(this.#rules, this.#options.identify, program);
    this.#filters.set(name, made);
    return made;
  }

  #reload(): void {
    this.#epoch = this.#options.source.epoch;
    this.#rules = this.#options.source.read();
    this.#filters.clear();
  }
}

function bucketOf(
  per: LimitScope,
  { policy }: FilteredProgram,
  { exeInode, exeDevice, cgroupId }: EventRuleView,
): Omit<Suppressed, 'keys'> {
  if (per === 'exe') return { per, object: exeInode ?? 0n, device: exeDevice ?? 0 };
  if (per === 'cgroup') return { per, object: cgroupId, device: 0 };
  return { per, object: per === 'policy' ? limitId(policy ?? '') : 0n, device: 0 };
}
