import type { ProgramDirectory } from '../../bpf/program-directory.ts';
import { RuleBanks } from '../../bpf/rule-banks.ts';
import type { SharedMaps } from '../../bpf/shared-maps.ts';
import type { BpfRule } from '../../rules/bpf/bpf-rule.ts';
import { addBpfRule, removeBpfRule, removeBpfRules } from '../../rules/bpf/rule-list.ts';
import type { IdentityResolver } from '../../rules/kernel-filter/condition-node.ts';
import { packRuleTable, readRuleHits, type RuleHits } from '../../rules/kernel-filter/rule-table.ts';
import { parseRule } from '../../rules/parse-rule.ts';
import { isBpfRule } from '../../rules/rule.ts';
import { FileLock } from '../../sys/file-lock.ts';
import { tablePrograms } from './filtered-programs.ts';

const LOCK = '/run/bpfaudit/rules.lock';
/** A change takes milliseconds; who holds the lock for longer has been stopped. */
const LOCK_MS = 5000;

/**
 * The list `bpf`. It is kept in the kernel, in a pinned map, beside what it is compiled to: so it lives until
 * the machine is switched off, as the kernel's own rules do, and whoever changes it changes it for all. One process
 * at a time does.
 */
export class BpfRuleStore {
  readonly #banks: RuleBanks;
  readonly #maps: SharedMaps;
  readonly #directory: ProgramDirectory;
  readonly #resolver: () => IdentityResolver;

  /** @param resolver - asked anew for each change: what names mean changes too */
  constructor(maps: SharedMaps, directory: ProgramDirectory, resolver: () => IdentityResolver) {
    this.#banks = new RuleBanks(maps);
    this.#maps = maps;
    this.#directory = directory;
    this.#resolver = resolver;
  }

  /** Another number after each change, 0 without rules. */
  get epoch(): number {
    return this.#banks.epoch;
  }

  /** Records that rules have held back in the kernel. */
  get filtered(): number {
    return this.#banks.filtered;
  }

  /** Of these, records that had begun. */
  get givenBack(): number {
    return this.#banks.givenBack;
  }

  /** The list, in its order. */
  read(): BpfRule[] {
    return this.#banks.lines.map((text, at) => {
      const rule = parseRule(text, { file: 'the list bpf', line: at + 1 });
      if (!isBpfRule(rule)) throw new TypeError(`not of the list bpf: ${text}`);
      return { ...rule, prepend: false };
    });
  }

  /** What each rule has held back, by program. */
  hits(): RuleHits[] {
    return readRuleHits(this.#banks.view, this.#banks.latest);
  }

  /** @throws BpfauditError `E_AUDIT_RULE_EXISTS`, `E_RULE_LIMIT`, `E_LOCKED` */
  add(rule: BpfRule): void {
    using _turn = FileLock.takeNow(LOCK, LOCK_MS);
    this.#write(addBpfRule(this.read(), rule));
  }

  /** @throws BpfauditError `E_AUDIT_RULE_MISSING`, `E_LOCKED` */
  remove(rule: BpfRule): void {
    using _turn = FileLock.takeNow(LOCK, LOCK_MS);
    this.#write(removeBpfRule(this.read(), rule));
  }

  /**
   * Removes all rules, or those with a key.
   *
   * @throws BpfauditError `E_LOCKED`
   */
  clear(key?: string): void {
    using _turn = FileLock.takeNow(LOCK, LOCK_MS);
    const rules = this.read();
    if (rules.length > 0) this.#write(removeBpfRules(rules, key));
  }

  /**
   * Compiles the rules again, in case programs have come or gone, or names mean something else.
   *
   * @returns false if somebody is changing the list: it is to be done again afterwards
   */
  refresh(): boolean {
    if (this.epoch === 0) return true;
    using turn = FileLock.ifFree(LOCK);
    if (!turn) return false;
    const table = this.#compile(this.read());
    if (!this.#banks.isInForce(table)) this.#banks.install(table, false);
    return true;
  }

  #write(rules: readonly BpfRule[]): void {
    this.#banks.install(this.#compile(rules), rules.length === 0);
  }

  #compile(rules: readonly BpfRule[]): Uint8Array {
    const programs = rules.length === 0 ? [] : tablePrograms(this.#maps, this.#directory);
    const listed = rules.map((rule) => ({ ...rule, prepend: false }));
    return packRuleTable(listed, programs, this.#resolver());
  }
}
