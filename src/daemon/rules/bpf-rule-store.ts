import { RuleBanks } from '../../bpf/rule-banks.ts';
import type { BpfRule } from '../../rules/bpf/bpf-rule.ts';
import { printBpfRule } from '../../rules/bpf/print-bpf-rule.ts';
import { addBpfRule, removeBpfRule, removeBpfRules } from '../../rules/bpf/rule-list.ts';
import type { IdentityResolver } from '../../rules/kernel-filter/condition-node.ts';
import { packRuleTable, readRuleHits, type RuleHits } from '../../rules/kernel-filter/rule-table.ts';
import { parseRule } from '../../rules/parse-rule.ts';
import { isBpfRule } from '../../rules/rule.ts';
import { FileLock } from '../../sys/file-lock.ts';
import { tablePrograms, type RuleMaps, type RulePrograms } from './filtered-programs.ts';

/** What is locked during a change. A change takes milliseconds; who holds the lock for longer has been stopped. */
const LOCK = { path: '/run/bpfaudit/rules.lock', patienceMs: 5000 };

/**
 * The list `bpf`. It is kept in the kernel, in a pinned map, beside what it is compiled to: so it lives until
 * the machine is switched off, as the kernel's own rules do, and whoever changes it changes it for all. One process
 * at a time does.
 */
export class BpfRuleStore {
  readonly #banks: RuleBanks;
  readonly #maps: RuleMaps;
  readonly #directory: RulePrograms;
  readonly #resolver: () => IdentityResolver;
  readonly #lock: typeof LOCK;

  /**
   * @param resolver - asked anew for each change: what names mean changes too
   * @param lock - file that is locked during a change, and the longest wait for it
   */
  constructor(
    maps: RuleMaps,
    directory: RulePrograms,
    resolver: () => IdentityResolver,
    lock: typeof LOCK = LOCK,
  ) {
    this.#banks = new RuleBanks(maps);
    this.#maps = maps;
    this.#directory = directory;
    this.#resolver = resolver;
    this.#lock = lock;
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
      return rule;
    });
  }

  /** What each rule has held back, by program. */
  hits(): RuleHits[] {
    return readRuleHits(this.#banks.view, this.#banks.latest);
  }

  /** @throws BpfauditError `E_AUDIT_RULE_EXISTS`, `E_RULE_LIMIT`, `E_LOCKED` */
  add(rule: BpfRule): void {
    this.change((rules) => ({ rules: addBpfRule(rules, rule) }));
  }

  /** @throws BpfauditError `E_AUDIT_RULE_MISSING`, `E_LOCKED` */
  remove(rule: BpfRule): void {
    this.change((rules) => ({ rules: removeBpfRule(rules, rule) }));
  }

  /**
   * Removes all rules, or those with a key.
   *
   * @throws BpfauditError `E_LOCKED`
   */
  clear(key?: string): void {
    this.change((rules) => ({ rules: removeBpfRules(rules, key) }));
  }

  /**
   * Makes another list of this one, as one change: every record meets the old list or the new one. A list that
   * stays as it is stays untouched.
   *
   * @param edit - makes the new list, and whatever else its caller wants to know
   * @returns what `edit` has returned
   * @throws BpfauditError `E_RULE_LIMIT`, `E_LOCKED`, and what `edit` throws: then nothing has changed
   */
  change<T extends { readonly rules: readonly BpfRule[] }>(edit: (rules: readonly BpfRule[]) => T): T {
    using _turn = FileLock.takeNow(this.#lock.path, this.#lock.patienceMs);
    const before = this.read();
    const after = edit(before);
    if (textOf(after.rules) !== textOf(before)) this.#write(after.rules);
    return after;
  }

  /** @throws BpfauditError `E_RULE_LIMIT` if there is no room for this list */
  check(rules: readonly BpfRule[]): void {
    this.#compile(rules);
  }

  /**
   * Compiles the rules again, in case programs have come or gone, or names mean something else.
   *
   * @returns false if somebody is changing the list: it is to be done again afterwards
   */
  refresh(): boolean {
    if (this.epoch === 0) return true;
    using turn = FileLock.ifFree(this.#lock.path);
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
    return packRuleTable(rules, programs, this.#resolver());
  }
}

function textOf(rules: readonly BpfRule[]): string {
  return rules.map(printBpfRule).join('\n');
}
