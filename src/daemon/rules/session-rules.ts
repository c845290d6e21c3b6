import { EVENT_AT } from '../../abi/abi.ts';
import type { ByteWriter } from '../../audit/write/byte-writer.ts';
import type { ProgramDirectory } from '../../bpf/program-directory.ts';
import type { SharedMaps } from '../../bpf/shared-maps.ts';
import { slotOf } from '../../bpf/slots.ts';
import type { OwnSerials } from '../../events/event-id.ts';
import type { Decision } from '../../events/join/joined-event.ts';
import { number64 } from '../../events/losses.ts';
import { AuditControl } from '../../netlink/audit-control.ts';
import type { FilteredProgram } from '../../rules/bpf/rules-of-program.ts';
import { CgroupPaths } from '../../rules/kernel-filter/cgroup-paths.ts';
import { hostResolver } from '../../rules/kernel-filter/host-resolver.ts';
import { decodeRule } from '../../rules/kernel-bytes.ts';
import type { KernelRule } from '../../rules/rule.ts';
import type { EventOutput } from '../event-output.ts';
import type { FormattableEvent } from '../event-format.ts';
import { writeSuppression } from '../suppressed-record.ts';
import { BpfRuleStore } from './bpf-rule-store.ts';
import { FilteredOutput } from './filtered-output.ts';
import { filteredProgram, policyOfSlot } from './filtered-programs.ts';
import { RecordFilter } from './record-filter.ts';
import { SuppressedRecords } from './suppressed-records.ts';

/** How often both lists of rules are looked at, in milliseconds: nobody tells about a change of them. */
const GLANCE_MS = 1000;

/** What a {@link SessionRules} is made of. */
export interface SessionRulesOptions {
  readonly maps: SharedMaps;
  readonly programs: ProgramDirectory;
  readonly out: ByteWriter;
  readonly serials: OwnSerials;
  readonly json: boolean;
  /** Told about records that had begun and were left out. */
  readonly leftOut: (records: number) => void;
  /** Told what went wrong in a look at the rules; the next one tries again. */
  readonly failed: (error: unknown) => void;
}

/** Rules at work in a session: in the kernel for its programs, and behind the ring for the rest. */
export class SessionRules implements Disposable {
  readonly #options: SessionRulesOptions;
  readonly #store: BpfRuleStore;
  readonly #filter: RecordFilter;
  readonly #suppressed: SuppressedRecords;
  readonly #policies = new Map<number, string>();
  #control: AuditControl | undefined;
  #timer: NodeJS.Timeout | undefined;
  #compiledEpoch = 0;
  #givenBack: number;

  constructor(options: SessionRulesOptions) {
    const { maps, programs } = options;
    this.#options = options;
    this.#store = new BpfRuleStore(maps, programs, () => hostResolver());
    this.#givenBack = this.#store.givenBack;
    this.#suppressed = new SuppressedRecords(maps);
    const cgroups = new CgroupPaths();
    this.#filter = new RecordFilter({
      source: this.#store,
      programOf: (event) => this.#programOf(event),
      identify: (path) => hostResolver().file(path),
      cgroupPath: (id) => cgroups.find(id),
      clock: () => performance.now(),
    });
  }

  /** The list `bpf`, to be changed. */
  get store(): BpfRuleStore {
    return this.#store;
  }

  /** Records that rules have held back: in the kernel since the maps were made, here since the start. */
  get counts(): { readonly kernel: number; readonly user: number; readonly excluded: number } {
    const { filtered, excluded } = this.#filter.counts;
    return { kernel: this.#store.filtered, user: filtered, excluded };
  }

  /** Whether audit's own `exclude` rules silence a record of this type about a decision. */
  silences(type: number, decision: Decision): boolean {
    return this.#filter.silences(type, decision);
  }

  /** The output that lets through what the rules keep. */
  before(output: EventOutput): EventOutput {
    return new FilteredOutput(output, this.#filter, () => this.#options.leftOut(1));
  }

  /** Compiles the rules for the programs that are attached now, and goes on looking at audit's own. */
  start(): void {
    this.look();
    try {
      this.#control = AuditControl.open();
    } catch {
      // No audit, or no right to see its rules: then there is none that could silence us.
    }
    this.#glance();
    this.#timer = setInterval(() => this.#glance(), GLANCE_MS).unref();
  }

  /** Compiles the rules anew, since programs come and go and names change, and tells what limits suppressed. */
  look(): void {
    // Else at the next glance.
    if (this.#store.refresh()) this.#compiledEpoch = this.#store.epoch;
    this.tell();
  }

  /** Writes down what limits have suppressed since the last time. */
  tell(): void {
    const { out, serials, json } = this.#options;
    const rules = this.#store.read();
    for (const what of [...this.#suppressed.take(rules), ...this.#filter.takeSuppressed()]) {
      writeSuppression(out, serials.idAt(Date.now()), what, json);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#control?.[Symbol.dispose]();
    this.#suppressed[Symbol.dispose]();
  }

  #glance(): void {
    try {
      this.#compare();
    } catch (error) {
      this.#options.failed(error);
    }
  }

  #compare(): void {
    const givenBack = this.#store.givenBack;
    this.#options.leftOut(givenBack - this.#givenBack);
    this.#givenBack = givenBack;
    // Somebody else changed the list: what only this process knows of the programs is put in.
    if (this.#store.epoch !== this.#compiledEpoch) this.look();
    this.#control
      ?.listRules()
      .then((rules) => this.#filter.exclude(rules.flatMap(decoded)))
      .catch(() => undefined);
  }

  #programOf(event: FormattableEvent): FilteredProgram {
    const { progId, view, at } = event;
    const known = this.#options.programs.byId(progId, number64(view, at + EVENT_AT.boot_ns));
    return filteredProgram(progId, known, this.#policyOf(progId));
  }

  // What was once read from the slot is kept: it can be another program's when the last records are read.
  #policyOf(progId: number): string {
    const kept = this.#policies.get(progId);
    if (kept !== undefined) return kept;
    const { programs } = this.#options.maps;
    const slot = progId === 0 ? undefined : slotOf(programs, progId);
    const policy = slot === undefined ? '' : policyOfSlot(programs, slot);
    if (this.#policies.size > 4096) this.#policies.clear();
    this.#policies.set(progId, policy);
    return policy;
  }
}

// A rule that only a newer kernel knows cannot be obeyed.
function decoded(bytes: Uint8Array): KernelRule[] {
  try {
    return [decodeRule(bytes)];
  } catch {
    return [];
  }
}
