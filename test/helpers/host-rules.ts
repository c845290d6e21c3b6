import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AuditControl } from '../../src/netlink/audit-control.ts';
import { auditctl, whyNoAuditctl, whyNoHostAudit } from './audit-host.ts';

/** Why rules can't be loaded on this machine and compared with auditctl; undefined when they can. */
export async function whyNoHostRules(): Promise<string | undefined> {
  const why = (await whyNoHostAudit()) ?? whyNoAuditctl();
  if (why !== undefined) return why;
  using control = AuditControl.open();
  return (await control.listRules()).length > 0 ? 'rules are loaded on this machine' : undefined;
}

/** Takes away every rule the kernel lists. Only for a machine that had none, see {@link whyNoHostRules}. */
export async function clearRules(control: AuditControl): Promise<void> {
  for (const rule of await control.listRules()) await control.deleteRule(rule);
}

/** What came of loading lines: the rules the kernel then lists, and which lines were refused. */
export interface Loaded {
  readonly rules: readonly Uint8Array[];
  /** Lines, from 1, with the reason. */
  readonly refused: ReadonlyMap<number, string>;
  /** What `auditctl -l` prints for them, by line. */
  readonly listed: readonly string[];
}

/** Loads lines with the real `auditctl -R`, going on after errors, reads the kernel's list and clears it. */
export async function loadWithAuditctl(control: AuditControl, lines: readonly string[]): Promise<Loaded> {
  const directory = mkdtempSync(path.join(tmpdir(), 'bpfaudit-rules-'));
  try {
    const file = path.join(directory, 'a.rules');
    writeFileSync(file, ['-c', ...lines, ''].join('\n'));
    auditctl('-R', file);
    const rules = await control.listRules();
    const listed = listLines();
    await clearRules(control);
    const refused =
      rules.length < lines.length ? await findRefused(control, lines) : new Map<number, string>();
    return { refused, rules, listed };
  } finally {
    rmSync(directory, { recursive: true });
    await clearRules(control);
  }
}

/** The lines of `auditctl -l`; none when it says that there are no rules. */
export function listLines(): string[] {
  const { stdout } = auditctl('-l');
  return stdout === 'No rules\n' ? [] : stdout.split('\n').slice(0, -1);
}

// auditctl -R says to syslog what is wrong, so each line is tried alone to learn it.
async function findRefused(control: AuditControl, lines: readonly string[]): Promise<Map<number, string>> {
  const refused = new Map<number, string>();
  for (const [at, line] of lines.entries()) {
    const { status, stderr } = auditctl(...line.split(' ').filter(Boolean));
    if (status !== 0) refused.set(at + 1, stderr.trim());
    await clearRules(control);
  }
  return refused;
}
