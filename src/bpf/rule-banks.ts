import { SIZE, STATE_AT } from '../abi/abi.ts';
import { OUTCOME_AT, RULES_AT, RULES_MOST } from '../abi/rules-abi.ts';
import type { SharedMaps } from './shared-maps.ts';

const BANKS = 2;

/**
 * The list `bpf` as it lies in the kernel: two elements of `bpf_audit_rules`, of which one is in force. A change
 * writes the other one and then a single number, so every record meets either the old rules or the new ones.
 */
export class RuleBanks {
  readonly #state: DataView;
  readonly #rules: DataView;

  constructor(maps: Pick<SharedMaps, 'state' | 'rules'>) {
    this.#state = maps.state;
    this.#rules = maps.rules;
  }

  /** Another number after each change; 0 before the first. Cheap enough to be asked for every record. */
  get epoch(): number {
    const rules = this.#state.getUint32(STATE_AT.rules, true);
    return rules === 0 ? 0 : this.#rules.getUint32((rules - 1) * SIZE.rules + RULES_AT.epoch, true);
  }

  /** The rules as they are listed, a line each; empty without rules. */
  get lines(): string[] {
    return this.#state.getUint32(STATE_AT.rules, true) === 0 ? [] : this.#lines(this.latest);
  }

  /** Both tables, to be read. */
  get view(): DataView {
    return this.#rules;
  }

  /** Offset of the table that was written last. */
  get latest(): number {
    return this.#epochAt(SIZE.rules) > this.#epochAt(0) ? SIZE.rules : 0;
  }

  /** Records that rules have held back since the maps were made. */
  get filtered(): number {
    const base = this.latest;
    let sum = Number(this.#rules.getBigUint64(base + RULES_AT.filtered, true));
    for (const at of this.#outcomes(base)) sum += Number(this.#rules.getBigUint64(at, true));
    return sum;
  }

  /** Whether the table in force is this one, apart from what was counted since. */
  isInForce(table: Uint8Array): boolean {
    if (this.epoch === 0) return false;
    const base = this.latest;
    const now = new Uint8Array(this.#rules.buffer, this.#rules.byteOffset + base, SIZE.rules).slice();
    const view = new DataView(now.buffer);
    for (const at of this.#outcomes(base)) view.setBigUint64(at - base + OUTCOME_AT.hits, 0n, true);
    return Buffer.compare(now.subarray(RULES_AT.nodes_len), table.subarray(RULES_AT.nodes_len)) === 0;
  }

  /** Of these, records that had begun. */
  get givenBack(): number {
    return Number(this.#rules.getBigUint64(this.latest + RULES_AT.given_back, true));
  }

  /**
   * Puts a table into force.
   *
   * @param table - what `packRuleTable` gave
   * @param isEmpty - there is no rule: nothing is asked any more
   */
  install(table: Uint8Array, isEmpty: boolean): void {
    const from = this.latest;
    const to = SIZE.rules - from;
    const epoch = this.#epochAt(from) + 1n;
    const bytes = new Uint8Array(this.#rules.buffer, this.#rules.byteOffset + to, SIZE.rules);
    this.#rules.setBigUint64(to + RULES_AT.epoch, 0n, true);
    bytes.set(table.subarray(RULES_AT.filtered), RULES_AT.filtered);
    this.#rules.setBigUint64(to + RULES_AT.epoch, epoch, true);
    this.#state.setUint32(STATE_AT.rules, isEmpty ? 0 : to / SIZE.rules + 1, true);
    this.#carry(from, to);
  }

  /** Hits of a rule that stays go on; those of one that is gone are added to the rest. */
  #carry(from: number, to: number): void {
    const oldLines = this.#lines(from);
    const newLines = this.#lines(to);
    const places = new Map<string, number>();
    for (const at of this.#outcomes(to)) places.set(this.#nameOf(at, newLines), at);
    let gone = this.#rules.getBigUint64(from + RULES_AT.filtered, true);
    for (const at of this.#outcomes(from)) {
      const hits = this.#rules.getBigUint64(at, true);
      if (hits === 0n) continue;
      const place = places.get(this.#nameOf(at, oldLines));
      if (place === undefined) gone += hits;
      else Atomics.add(new BigUint64Array(this.#rules.buffer, this.#rules.byteOffset + place, 1), 0, hits);
    }
    this.#rules.setBigUint64(to + RULES_AT.filtered, gone, true);
    const givenBack = this.#rules.getBigUint64(from + RULES_AT.given_back, true);
    const at = this.#rules.byteOffset + to + RULES_AT.given_back;
    Atomics.add(new BigUint64Array(this.#rules.buffer, at, 1), 0, givenBack);
  }

  #nameOf(outcome: number, lines: readonly string[]): string {
    const rule = lines[this.#rules.getUint16(outcome + OUTCOME_AT.rule, true)] ?? '';
    const kind = this.#rules.getUint8(outcome + OUTCOME_AT.kind);
    return `${this.#rules.getUint32(outcome + OUTCOME_AT.prog_id, true)} ${kind} ${rule}`;
  }

  #outcomes(base: number): number[] {
    const count = this.#rules.getUint32(base + RULES_AT.outcomes_len, true);
    const length = Math.min(count, RULES_MOST.outcomes);
    return Array.from({ length }, (_, number) => base + RULES_AT.outcomes + number * SIZE.outcome);
  }

  #lines(base: number): string[] {
    const length = Math.min(this.#rules.getUint32(base + RULES_AT.text_len, true), RULES_MOST.text);
    const at = this.#rules.byteOffset + base + RULES_AT.text;
    const text = Buffer.from(new Uint8Array(this.#rules.buffer, at, length)).toString('utf8');
    return text.split('\n').filter((line) => line !== '');
  }

  #epochAt(base: number): bigint {
    return this.#rules.getBigUint64(base + RULES_AT.epoch, true);
  }
}

/** A slot is given to another program: until its rules are compiled it has those of any program. */
export function forgetRules(rules: DataView, slot: number): void {
  for (let bank = 0; bank < BANKS; bank++) {
    const at = bank * SIZE.rules + RULES_AT.start;
    rules.setUint16(at + 2 * slot, rules.getUint16(at, true), true);
  }
}
