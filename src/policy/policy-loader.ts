import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { POLICIES } from '../abi/abi.ts';
import { ChangeMark } from '../bpf/call-order.ts';
import { waitForCalls } from '../bpf/grace-period.ts';
import { programById } from '../bpf/info.ts';
import type { PathVia } from '../bpf/path-via.ts';
import { SharedMaps } from '../bpf/shared-maps.ts';
import { leaveHook, setSuccessor } from '../bpf/slots.ts';
import { Turns } from '../bpf/turns.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { bootNs } from '../sys/clock.ts';
import { FileLock } from '../sys/file-lock.ts';
import { attachGeneration } from './attach-generation.ts';
import type { PolicyMode } from './manifest.ts';
import { clearNotes } from './notes.ts';
import { unknownPolicy, withoutGate } from './policy-errors.ts';
import type { PolicyRecord } from './policy-record.ts';
import { openSource, type PolicySource } from './policy-source.ts';
import { PolicyStore, type PinnedGeneration } from './policy-store.ts';
import { byOrder } from './run-order.ts';

/** What of a manifest the caller decides otherwise. */
export interface PolicyOverrides {
  readonly mode?: PolicyMode;
  readonly order?: number;
}

/** How a {@link PolicyLoader} is opened. */
export interface LoaderOptions {
  /** @default the folders of the machine */
  readonly store?: PolicyStore;
  /** Size of the ring if it has to be made, in bytes; @default 16 MiB */
  readonly ringSize?: number;
  /** How paths are rendered; @default the best way */
  readonly via?: PathVia;
  /** Ends the wait for another bpfaudit; a change that has begun is brought to its end. @default nothing does */
  readonly signal?: AbortSignal;
}

/** Longest wait for another bpfaudit that changes policies, in milliseconds. */
const LOCK_MS = 30_000;
/** Longest wait for the kernel to let go of a program, in milliseconds. */
const RELEASE_MS = 10_000;
const STEP_MS = 2;

/**
 * Loads, upgrades and unloads policies. All of them outlive the process. Only one process at a time changes
 * policies; each change is all or nothing, and what a process that was killed left half done is undone or
 * finished by the next one.
 */
export class PolicyLoader implements Disposable {
  readonly store: PolicyStore;
  readonly maps: SharedMaps;
  readonly turns: Turns;
  /** How paths are rendered; undefined: the best way. */
  readonly via: PathVia | undefined;
  readonly #lock: FileLock;

  private constructor(store: PolicyStore, maps: SharedMaps, lock: FileLock, via: PathVia | undefined) {
    this.via = via;
    this.store = store;
    this.maps = maps;
    this.turns = new Turns(maps.policies);
    this.#lock = lock;
  }

  /**
   * Takes the lock, and repairs what was left half done.
   *
   * @throws {BpfauditError} `E_LOCKED`, and what {@link SharedMaps} throws; what the signal says if that ends the wait
   */
  static async open(options: LoaderOptions = {}): Promise<PolicyLoader> {
    const store = options.store ?? new PolicyStore();
    const lock = await FileLock.take(join(store.folders.state, 'lock'), LOCK_MS, options.signal);
    let loader: PolicyLoader | undefined;
    try {
      const maps = SharedMaps.open(options.ringSize === undefined ? {} : { ringSize: options.ringSize });
      loader = new PolicyLoader(store, maps, lock, options.via);
      await loader.#repair();
      return loader;
    } catch (error) {
      (loader ?? lock)[Symbol.dispose]();
      throw error;
    }
  }

  /** The generation of a policy that has its turn. */
  active(name: string): PolicyRecord | undefined {
    const pinned = this.store.pinned().find((generation) => generation.name === name);
    return pinned && this.store.record(pinned);
  }

  /**
   * Loads a policy. It decides from the moment on when all its programs are attached; if anything fails, nothing
   * is.
   *
   * @throws {BpfauditError} `E_POLICY_LOADED`, `E_POLICIES`, `E_POLICY_STORE`, and what `openSource()`,
   * `PolicyObject` and `Attachment` throw
   */
  async load(source: PolicySource, overrides: PolicyOverrides = {}): Promise<PolicyRecord> {
    const { name } = source.manifest;
    using _change = this.#change();
    if (this.store.pinned().some((generation) => generation.name === name)) {
      throw new BpfauditError(`load policy ${name}: it is loaded already`, {
        code: 'E_POLICY_LOADED',
        hint: `bpfaudit policy upgrade ${source.origin}`,
      });
    }
    const place = { name, generation: 1, index: this.#freeIndex() };
    this.turns.set(place.index, { generation: 0, settling: false });
    clearNotes(this.maps, place.index);
    const record = attachGeneration(this, overridden(source, overrides), place);
    this.turns.set(place.index, { generation: place.generation, settling: false });
    await this.#keepOrder(record);
    return record;
  }

  /**
   * Puts a new generation in the place of the one that is loaded: attaches it beside, switches with one write,
   * detaches the old one. At any time exactly one of the two decides and logs.
   *
   * @throws {BpfauditError} `E_POLICY_UNKNOWN`, `E_POLICY_GATE`, and what {@link load} throws
   */
  async upgrade(source: PolicySource, overrides: PolicyOverrides = {}): Promise<PolicyRecord> {
    using _change = this.#change();
    const record = await this.#replace(
      this.#loaded(source.manifest.name, 'upgrade'),
      overridden(source, overrides),
    );
    await this.#keepOrder(record);
    return record;
  }

  /** Where the loaded generation of a policy was copied from: to upgrade to the same with another mode. */
  loadedSource(name: string): PolicySource {
    const record = this.#loaded(name, 'upgrade');
    const manifest = this.store.manifestCopy(record);
    const hasManifest = existsSync(manifest);
    const source = openSource(hasManifest ? manifest : this.store.objectCopy(record, record.object));
    const { mode, order } = record;
    return { ...source, origin: record.source, manifest: { ...source.manifest, name, mode, order } };
  }

  /**
   * Unloads a policy: from one moment on none of its programs decides, then they are detached.
   *
   * @throws {BpfauditError} `E_POLICY_UNKNOWN`
   */
  async unload(name: string): Promise<PolicyRecord | undefined> {
    const generations = this.store.pinned().filter((generation) => generation.name === name);
    if (generations.length === 0) throw unknownPolicy('unload', name);
    const record = this.store.record(generations[0]!);
    using _change = this.#change();
    for (const generation of generations) {
      this.turns.set(generation.index, { generation: 0, settling: false });
      await this.#detach(generation);
    }
    return record;
  }

  [Symbol.dispose](): void {
    this.maps[Symbol.dispose]();
    this.#lock[Symbol.dispose]();
  }

  /** Until it is disposed, readers know that the order on hooks is about to change. */
  #change(): ChangeMark {
    return new ChangeMark(this.maps.policies, bootNs);
  }

  #loaded(name: string, step: string): PolicyRecord {
    const pinned = this.store.pinned().find((generation) => generation.name === name);
    const record = pinned && this.store.record(pinned);
    if (record) return record;
    if (!pinned) throw unknownPolicy(step, name);
    throw new BpfauditError(`${step} policy ${name}: no record of what is loaded`, {
      code: 'E_POLICY_STORE',
      hint: `bpfaudit policy unload ${name}, then load it again`,
    });
  }

  async #replace(old: PolicyRecord, source: PolicySource): Promise<PolicyRecord> {
    const place = { name: old.name, generation: old.generation + 1, index: old.index };
    const plain = old.programs.find(({ gated }) => !gated);
    if (plain) throw withoutGate(old.name, plain.name, 'loaded');
    clearNotes(this.maps, place.index, old.generation);
    const record = attachGeneration(this, source, place, old);
    for (const { id, hook } of old.programs) {
      setSuccessor(
        this.maps.programs,
        id,
        record.programs.some((program) => program.hook === hook),
      );
    }
    this.turns.forgetUnnoted(place.index);
    this.turns.set(place.index, { generation: place.generation, settling: true });
    // Calls that met the new programs before the flip are the old ones' still.
    await waitForCalls(old.programs.map(({ hook }) => hook));
    await this.#settle(place, old);
    return record;
  }

  /**
   * Detaches the old generation, waits until no call is left in it, and ends the time of notes. The notes stay
   * until the change after the next, since a program can be about to read one.
   */
  async #settle(place: PinnedGeneration, old: PinnedGeneration): Promise<void> {
    await this.#detach(old);
    await waitForCalls();
    this.turns.set(place.index, { generation: place.generation, settling: false });
  }

  async #detach(generation: PinnedGeneration): Promise<void> {
    const ids = this.store.record(generation)?.programs.map(({ id }) => id) ?? [];
    for (const id of ids) leaveHook(this.maps.programs, id);
    this.store.remove(generation);
    const until = performance.now() + RELEASE_MS;
    while (ids.some(isLoaded) && performance.now() < until) await delay(STEP_MS);
  }

  /**
   * The kernel runs last what was attached first. So every policy that is to run before `changed` on one of its
   * hooks is attached anew, as an upgrade to itself, and those that are to run before these in turn.
   */
  async #keepOrder(changed: PolicyRecord): Promise<void> {
    const all = this.store.pinned().flatMap((generation) => this.store.record(generation) ?? []);
    const moved = [changed];
    for (const other of all.toSorted(byOrder).toReversed()) {
      const meets = moved.some((one) => byOrder(other, one) < 0 && shareHook(one, other));
      if (!meets || other.programs.some(({ gated }) => !gated)) continue;
      moved.push(await this.#replace(other, this.loadedSource(other.name)));
    }
  }

  #hooksOf(generation: PinnedGeneration): string[] {
    return this.store.record(generation)?.programs.map(({ hook }) => hook) ?? [];
  }

  #freeIndex(): number {
    const taken = new Set(this.store.pinned().map(({ index }) => index));
    for (let index = 1; index < POLICIES; index++) if (!taken.has(index)) return index;
    throw new BpfauditError(`load policy: ${POLICIES - 1} are loaded, there can be no more`, {
      code: 'E_POLICIES',
      hint: 'unload policies that are no longer needed',
    });
  }

  /** What a process that was killed left: generations that never had their turn, and old ones. */
  async #repair(): Promise<void> {
    const pinned = this.store.pinned();
    const leftovers = pinned.filter(
      ({ index, generation }) => this.turns.of(index).generation !== generation,
    );
    const settling = pinned.filter(({ index }) => this.turns.of(index).settling);
    if (leftovers.length + settling.length === 0) return;
    using _change = this.#change();
    if (settling.length > 0) await waitForCalls(leftovers.flatMap((generation) => this.#hooksOf(generation)));
    for (const generation of leftovers) await this.#detach(generation);
    if (settling.length > 0) await waitForCalls();
    for (const { index } of settling) {
      const { generation } = this.turns.of(index);
      this.turns.set(index, { generation, settling: false });
    }
  }
}

function overridden(source: PolicySource, { mode, order }: PolicyOverrides): PolicySource {
  const { manifest } = source;
  return {
    ...source,
    manifest: { ...manifest, mode: mode ?? manifest.mode, order: order ?? manifest.order },
  };
}

function shareHook(one: PolicyRecord, other: PolicyRecord): boolean {
  return one.programs.some(({ hook }) => other.programs.some((program) => program.hook === hook));
}

function isLoaded(id: number): boolean {
  using program = programById(id);
  return program !== undefined;
}
