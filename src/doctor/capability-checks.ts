import { finding, notPermitted, ok, unknown, type Finding, type Verdict } from './finding.ts';
import type { Machine } from './machine.ts';

/** include/uapi/linux/capability.h */
const CAP = {
  CAP_SYS_ADMIN: 21n,
  CAP_AUDIT_WRITE: 29n,
  CAP_AUDIT_CONTROL: 30n,
  CAP_AUDIT_READ: 37n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
} as const;

type CapabilityName = keyof typeof CAP;

/** Capabilities to load policies: CAP_BPF and CAP_PERFMON, and CAP_SYS_ADMIN to find programs by their id. */
export function checkBpfCapabilities(machine: Machine): Finding {
  return finding(
    'BPF capabilities',
    true,
    judge(machine, ['CAP_BPF', 'CAP_PERFMON', 'CAP_SYS_ADMIN'], 'load policies'),
  );
}

/** Capabilities to put records into the kernel's own events; policies run without them. */
export function checkAuditCapabilities(machine: Machine): Finding {
  return finding(
    'audit capabilities',
    false,
    judge(
      machine,
      ['CAP_AUDIT_CONTROL', 'CAP_AUDIT_READ', 'CAP_AUDIT_WRITE'],
      "read the kernel's audit records and set rules",
    ),
  );
}

function judge(machine: Machine, wanted: readonly CapabilityName[], purpose: string): Verdict {
  const status = machine.read('/proc/self/status');
  const mask = 'text' in status ? /^CapEff:\s*([0-9a-f]+)$/m.exec(status.text)?.[1] : undefined;
  if (mask === undefined) return unknown('/proc/self/status does not say', 'mount /proc');
  const held = BigInt(`0x${mask}`);
  const missing = wanted.filter((name) => ((held >> CAP[name]) & 1n) === 0n);
  if (missing.length === 0) return ok(wanted.join(', '));
  return notPermitted(
    `without ${missing.join(', ')}`,
    `run as root, or with these capabilities, to ${purpose}`,
  );
}
