import { messageOf } from '../errors/thrown.ts';
import { AuditRequestError } from '../netlink/request-error.ts';
import { decodeRule, encodeRule } from '../rules/kernel-bytes.ts';
import type { InstalledRule } from '../rules/installed-rules.ts';
import type { KernelRule } from '../rules/rule.ts';
import { companionRules } from '../policy/companion/companion-rules.ts';
import { compareRules } from '../policy/companion/rule-difference.ts';

/** What of `AuditControl` a keeper uses. */
export interface RuleControl extends Disposable {
  listRules(): Promise<readonly Uint8Array[]>;
  addRule(rule: Uint8Array): Promise<void>;
  deleteRule(rule: Uint8Array): Promise<void>;
}

/** What a {@link CompanionKeeper} is made of. */
export interface CompanionKeeperOptions {
  /** The keeper closes it. */
  readonly control: RuleControl;
  /** Positive error numbers. */
  readonly errnos: readonly number[];
  /** Tells the user something; each thing once. */
  readonly say: (line: string) => void;
  /** Told whenever it changes: whether the kernel writes about every denial of the hooks. */
  readonly onCovered: (covered: boolean) => void;
}

/** Longest time until a rule is missed that nobody told about, in milliseconds. */
const LOOK_MS = 2000;
/** Rules are flushed one by one, with a record for each: wait until it is over. */
const SETTLE_MS = 50;

/**
 * Keeps companion rules in the kernel: adds them, takes them away, puts them back after somebody flushed them.
 * Rules of others are never touched. A locked configuration is respected and told about once.
 */
export class CompanionKeeper implements Disposable {
  readonly #options: CompanionKeeperOptions;
  readonly #said = new Set<string>();
  #hooks: ReadonlySet<string> = new Set();
  #wanted: readonly KernelRule[] = [];
  #allCovered = false;
  /** Rules that were in the kernel at the last look, as text of their bytes. */
  #held: ReadonlySet<string> = new Set();
  #covered = false;
  #restored = 0;
  #last: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(options: CompanionKeeperOptions) {
    this.#options = options;
  }

  /** How many rules were put back after somebody had deleted them. */
  get restored(): number {
    return this.#restored;
  }

  /**
   * Makes the kernel hold the rules for these hooks, and keeps it so from then on.
   *
   * @throws {AuditRequestError} what the kernel says, except that its configuration is locked
   */
  async keep(hooks: Iterable<string>): Promise<void> {
    this.#want(new Set(hooks));
    await this.#queue();
    this.#timer ??= setInterval(() => this.#quietly(), LOOK_MS).unref();
  }

  /** Takes further hooks or fewer, in a moment. */
  change(hooks: ReadonlySet<string>): void {
    if (hooks.size === this.#hooks.size && [...hooks].every((hook) => this.#hooks.has(hook))) return;
    this.#want(hooks);
    this.#quietly();
  }

  /** A record of type CONFIG_CHANGE came: looks in a moment if it is about a rule that is gone. */
  configChanged(body: string): void {
    if (!body.includes('op=remove_rule') || this.#timer === undefined) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#quietly();
    }, SETTLE_MS).unref();
  }

  /** Takes the rules out of the kernel, and stops looking. */
  async remove(): Promise<void> {
    this.#stop();
    this.#wanted = [];
    this.#setCovered(false);
    try {
      await this.#queue();
    } catch (error) {
      this.#say(
        `companion rules stay in the kernel: ${messageOf(error)}; remove them with bpfaudit ctl -D -k bpfaudit`,
      );
    }
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#options.control[Symbol.dispose]();
  }

  #want(hooks: ReadonlySet<string>): void {
    const { rules, uncovered } = companionRules(hooks, this.#options.errnos);
    this.#hooks = hooks;
    this.#wanted = rules;
    this.#allCovered = hooks.size > 0 && uncovered.length === 0;
    for (const { hook, because } of uncovered) this.#say(`no companion rule for hook ${hook}: ${because}`);
  }

  #stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#timer = undefined;
    this.#soon = undefined;
  }

  #quietly(): void {
    this.#queue().catch((error: unknown) => {
      this.#setCovered(false);
      this.#say(`companion rules: ${messageOf(error)}`);
    });
  }

  /** One look at a time. */
  #queue(): Promise<void> {
    const look = this.#last.then(() => this.#look());
    this.#last = look.catch(() => undefined);
    return look;
  }

  async #look(): Promise<void> {
    const { control } = this.#options;
    const { installed, unreadable } = await this.#list();
    const { missing, stale, silenced } = compareRules(installed, this.#wanted);
    const flushed = missing.filter((rule) => this.#held.has(latin1(rule))).length;
    try {
      // What is new comes before what is old goes: no denial falls into a gap.
      for (const rule of missing) await tolerate('E_AUDIT_RULE_EXISTS', control.addRule(rule));
      for (const rule of stale) await tolerate('E_AUDIT_RULE_MISSING', control.deleteRule(rule));
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.#setCovered(false);
      this.#say(
        missing.length > 0
          ? 'audit refuses rules (locked until the next boot, or no permission): no companion rules'
          : 'audit refuses rules (locked until the next boot, or no permission): old companion rules stay',
      );
      return;
    }
    this.#held = new Set(this.#wanted.map((rule) => latin1(encodeRule(rule))));
    if (flushed > 0) {
      this.#restored += flushed;
      this.#options.say(`somebody deleted companion rules, put back: ${flushed}`);
    }
    const present = this.#wanted.length > 0;
    if (present && silenced)
      this.#say('another rule (never or exclude) may keep denials out of the audit log');
    this.#setCovered(present && this.#allCovered && !silenced && !unreadable);
  }

  /** The kernel's rules; one that only a newer kernel knows is no companion rule, but may do anything. */
  async #list(): Promise<{ installed: InstalledRule[]; unreadable: boolean }> {
    const installed: InstalledRule[] = [];
    let unreadable = false;
    for (const bytes of await this.#options.control.listRules()) {
      try {
        installed.push({ bytes, rule: decodeRule(bytes) });
      } catch {
        unreadable = true;
      }
    }
    return { installed, unreadable };
  }

  #setCovered(covered: boolean): void {
    if (covered === this.#covered) return;
    this.#covered = covered;
    this.#options.onCovered(covered);
  }

  #say(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#options.say(line);
  }
}

function latin1(rule: Uint8Array): string {
  return Buffer.from(rule).toString('latin1');
}

function isRefused(error: unknown): boolean {
  return error instanceof AuditRequestError && error.code === 'E_AUDIT_PERMISSION';
}

async function tolerate(code: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof AuditRequestError) || error.code !== code) throw error;
  }
}
