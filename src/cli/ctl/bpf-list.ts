import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ProgramDirectory } from '../../bpf/program-directory.ts';
import { DEFAULT_PIN_ROOT, SharedMaps } from '../../bpf/shared-maps.ts';
import { BpfRuleStore } from '../../daemon/rules/bpf-rule-store.ts';
import { printBpfRule } from '../../rules/bpf/print-bpf-rule.ts';
import { hostResolver } from '../../rules/kernel-filter/host-resolver.ts';
import type { RuleHits } from '../../rules/kernel-filter/rule-table.ts';
import { describeWhere } from '../../rules/kernel-filter/where.ts';

/** The list `bpf` of this machine. Its maps are opened when a command needs them, and only then. */
export class BpfList implements Disposable {
  #maps: SharedMaps | undefined;
  #store: BpfRuleStore | undefined;

  /**
   * The list, to be changed; it is made if there is none yet.
   *
   * @throws BpfauditError `E_BPFFS`, `E_MAPS`
   */
  get store(): BpfRuleStore {
    if (this.#store !== undefined) return this.#store;
    const maps = SharedMaps.open();
    this.#maps = maps;
    const directory = new ProgramDirectory(maps.fd('bpf_audit_foreign'), maps.fd('bpf_audit_ring'));
    this.#store = new BpfRuleStore(maps, directory, () => hostResolver());
    return this.#store;
  }

  /** The list if somebody has made one. */
  get existing(): BpfRuleStore | undefined {
    return existsSync(join(DEFAULT_PIN_ROOT, 'bpf_audit_rules')) ? this.store : undefined;
  }

  [Symbol.dispose](): void {
    this.#maps?.[Symbol.dispose]();
  }
}

/** The list as `ctl -l` prints it, a line for each rule; with a key only those that carry it. */
export function listedRules(store: BpfRuleStore, key: string | undefined, where: boolean): string[] {
  const hits = where ? store.hits() : [];
  const resolver = where ? hostResolver() : undefined;
  return store.read().flatMap((rule, number) => {
    if (key !== undefined && !rule.keys.includes(key)) return [];
    if (resolver === undefined) return [printBpfRule(rule)];
    const dropped = hits.filter((each) => each.rule === number);
    return [printBpfRule(rule), `# ${describeWhere(rule, resolver)}${droppedText(dropped)}`];
  });
}

/** Lines of `ctl -s` about the list `bpf`: nothing where there is none. */
export function bpfStatusText(store: BpfRuleStore | undefined): string {
  if (store === undefined) return '';
  return `bpf_rules ${store.read().length}\nbpf_filtered ${store.filtered}\n`;
}

function droppedText(dropped: readonly RuleHits[]): string {
  if (dropped.length === 0) return '';
  const sum = dropped.reduce((total, { hits }) => total + hits, 0);
  const programs = dropped.map(({ progId, hits }) => `prog-id ${progId === 0 ? '?' : progId}: ${hits}`);
  return `; dropped in the kernel: ${sum} (${programs.join(', ')})`;
}
