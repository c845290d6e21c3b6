import { SIZE } from '../../abi/abi.ts';
import { FOREIGN_START_AT, LIMIT_AT, OUTCOME_AT, RULES_AT, RULES_MOST } from '../../abi/rules-abi.ts';
import { BpfauditError } from '../../errors/audit-error.ts';
import type { BpfRule, LimitScope } from '../bpf/bpf-rule.ts';
import { printBpfRule } from '../bpf/print-bpf-rule.ts';
import { limitId, printLimit } from '../bpf/rate-limit.ts';
import type { FilteredProgram } from '../bpf/rules-of-program.ts';
import { compileKernelFilter, type KernelFilter } from './compile-filter.ts';
import type { IdentityResolver } from './condition-node.ts';
import { NO_RULE, OUTCOME_BASE, OUTCOME_KIND, putNode } from './filter-node.ts';

/** A program, and how the kernel knows it: by its slot, or by the place of the call. */
export interface TableProgram extends FilteredProgram {
  /** Slot of a program that bpfaudit attached, 0 for others. */
  readonly slot: number;
  readonly selfMap: number;
  readonly site: number;
}

const PER: Readonly<Record<LimitScope, number>> = { key: 0, policy: 1, exe: 2, cgroup: 3 };
const PROBES = 8;
const NS = 1_000_000_000n;

/**
 * Puts the list `bpf`, compiled for every program, into the form in which the kernel reads it: `struct
 * bpf_audit_rules`, with epoch 0.
 *
 * Programs whose rules find no room ask user space about every record.
 *
 * @throws BpfauditError `E_RULE_LIMIT` when the rules as text, or their limits, find no room
 */
export function packRuleTable(
  rules: readonly BpfRule[],
  programs: readonly TableProgram[],
  resolver: IdentityResolver,
): Uint8Array {
  const packer = new Packer(rules);
  packer.start(0, packer.place(compileKernelFilter(rules, undefined, resolver), 0));
  for (const program of programs) {
    const start = packer.place(compileKernelFilter(rules, program, resolver), program.progId ?? 0);
    if (program.slot > 0) packer.start(program.slot, start, program.policy);
    else packer.foreign(program, start);
  }
  return packer.bytes;
}

class Packer {
  readonly bytes: Uint8Array = new Uint8Array(SIZE.rules);
  readonly #view: DataView = new DataView(this.bytes.buffer);
  readonly #policies = new Map<string, number>();
  #nodes = 0;
  #outcomes = 1;

  constructor(rules: readonly BpfRule[]) {
    const text = new TextEncoder().encode(rules.map((rule) => `${printBpfRule(rule)}\n`).join(''));
    const limited = rules.filter(({ limit }) => limit !== undefined);
    refuseOver(text.length, RULES_MOST.text, 'bytes of text');
    refuseOver(limited.length, RULES_MOST.limits, 'rules with limit=');
    this.bytes.set(text, RULES_AT.text);
    this.#view.setUint32(RULES_AT.text_len, text.length, true);
    limited.forEach((rule, number) => this.#limit(rule, number));
    this.#view.setUint32(RULES_AT.limits_len, limited.length, true);
    // Outcome 0 stands for all programs whose rules find no room.
    this.#outcome(0, 'ask', NO_RULE, 0, 0);
  }

  /** Lays a filter behind the others; the target at which it begins. */
  place(filter: KernelFilter, progId: number): number {
    const { nodes, outcomes } = filter;
    const firstNode = this.#nodes;
    const firstOutcome = this.#outcomes;
    const fits =
      firstNode + nodes.length <= RULES_MOST.nodes && firstOutcome + outcomes.length <= RULES_MOST.outcomes;
    if (!fits) return OUTCOME_BASE;
    const target = (local: number): number =>
      local < OUTCOME_BASE ? local + firstNode : local + firstOutcome;
    for (const [index, node] of nodes.entries())
      putNode(this.#view, RULES_AT.nodes + (firstNode + index) * SIZE.node, node, target);
    for (const [index, { kind, rule, limit }] of outcomes.entries())
      this.#outcome(firstOutcome + index, kind, rule, limit, progId);
    this.#nodes += nodes.length;
    this.#outcomes += outcomes.length;
    this.#view.setUint32(RULES_AT.nodes_len, this.#nodes, true);
    this.#view.setUint32(RULES_AT.outcomes_len, this.#outcomes, true);
    return target(filter.start);
  }

  start(slot: number, target: number, policy?: string): void {
    if (slot >= RULES_MOST.slots) return;
    if (slot === 0) {
      for (let each = 0; each < RULES_MOST.slots; each++)
        this.#view.setUint16(RULES_AT.start + 2 * each, target, true);
    }
    this.#view.setUint16(RULES_AT.start + 2 * slot, target, true);
    if (policy === undefined) return;
    const number = this.#policies.get(policy) ?? this.#policies.size + 1;
    this.#policies.set(policy, number);
    this.#view.setUint16(RULES_AT.policy + 2 * slot, number, true);
  }

  // One that finds no free place begins as a program that is not known.
  foreign({ selfMap, site }: TableProgram, start: number): void {
    const hash = Math.imul(selfMap, 31) + site;
    for (let probe = 0; probe < PROBES; probe++) {
      const at = RULES_AT.foreign + ((hash + probe) & (RULES_MOST.foreign - 1)) * SIZE.foreign_start;
      if (this.#view.getUint32(at, true) !== 0) continue;
      this.#view.setUint32(at, selfMap, true);
      this.#view.setUint16(at + FOREIGN_START_AT.site, site, true);
      this.#view.setUint16(at + FOREIGN_START_AT.start, start, true);
      return;
    }
  }

  #outcome(
    number: number,
    kind: keyof typeof OUTCOME_KIND,
    rule: number,
    limit: number,
    progId: number,
  ): void {
    const at = RULES_AT.outcomes + number * SIZE.outcome;
    this.#view.setUint16(at + OUTCOME_AT.rule, rule, true);
    this.#view.setUint8(at + OUTCOME_AT.kind, OUTCOME_KIND[kind]);
    this.#view.setUint8(at + OUTCOME_AT.limit, limit);
    this.#view.setUint32(at + OUTCOME_AT.prog_id, progId, true);
  }

  #limit(rule: BpfRule, number: number): void {
    const { limit } = rule;
    if (limit === undefined) return;
    const at = RULES_AT.limits + number * SIZE.limit;
    const interval = (BigInt(limit.seconds) * NS) / BigInt(limit.records);
    this.#view.setBigUint64(at + LIMIT_AT.interval_ns, interval, true);
    this.#view.setBigUint64(at + LIMIT_AT.burst_ns, interval * BigInt(limit.records - 1), true);
    this.#view.setBigUint64(at + LIMIT_AT.id, limitIdOf(rule), true);
    this.#view.setUint32(at + LIMIT_AT.per, PER[limit.per], true);
  }
}

/** Under which number the buckets of a rule's limit are kept; 0n for a rule without one. */
export function limitIdOf(rule: BpfRule): bigint {
  if (rule.limit === undefined) return 0n;
  const { keys } = rule;
  return limitId(keys.length > 0 ? [printLimit(rule.limit), ...keys].join('\n') : printBpfRule(rule));
}

/** What a rule of the table has held back. */
export interface RuleHits {
  /** Place of the rule in the list. */
  readonly rule: number;
  /** 0: programs that have no place of their own. */
  readonly progId: number;
  readonly hits: number;
}

/** Reads how many records each program's rules have held back, from a table in the kernel. */
export function readRuleHits(view: DataView, base: number): RuleHits[] {
  const found: RuleHits[] = [];
  const count = Math.min(view.getUint32(base + RULES_AT.outcomes_len, true), RULES_MOST.outcomes);
  for (let number = 0; number < count; number++) {
    const at = base + RULES_AT.outcomes + number * SIZE.outcome;
    const hits = Number(view.getBigUint64(at + OUTCOME_AT.hits, true));
    if (hits === 0) continue;
    const rule = view.getUint16(at + OUTCOME_AT.rule, true);
    found.push({ rule, progId: view.getUint32(at + OUTCOME_AT.prog_id, true), hits });
  }
  return found;
}

function refuseOver(value: number, most: number, what: string): void {
  if (value <= most) return;
  throw new BpfauditError(`rules of the list bpf: ${value} ${what}, at most ${most}`, {
    code: 'E_RULE_LIMIT',
    hint: 'use fewer rules, or shorter ones',
  });
}
