import {
  boundingSet,
  capabilityBits,
  confineNextProgram,
  executeAgain,
  type CapabilityName,
} from '../../sys/capabilities.ts';

/** What of root's power the daemon keeps, and what each is for. The systemd unit lists the same. */
export const KEPT: Readonly<Record<CapabilityName, string>> = {
  CAP_BPF: 'loads policies, and opens the maps they share',
  CAP_PERFMON: 'loads programs of the types LSM and tracing, which read memory of the kernel',
  CAP_SYS_ADMIN: 'finds programs by id: which came, which went, whose a record is',
  CAP_AUDIT_CONTROL: 'keeps companion rules; with join.source = "instead" takes the place of auditd',
  CAP_AUDIT_READ: "reads the kernel's records beside auditd",
  CAP_NET_ADMIN: "asks for a receive buffer that the kernel's records fit into",
  CAP_SYS_NICE: 'priority_boost',
  CAP_CHOWN: 'gives the log to log_group',
};

/**
 * Lets go of all power that the daemon does not need, for itself and all it starts. Capabilities belong to threads,
 * and some run already: so it starts itself anew, once.
 *
 * @param descriptors - what stays open
 * @returns what could not be done, if so
 */
export function confine(descriptors: readonly number[]): string | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const excess = boundingSet() & ~capabilityBits(Object.keys(KEPT).filter(isKept));
  if (excess === 0n) return undefined;
  if (confineNextProgram(excess)) executeAgain(descriptors);
  return 'capabilities that are not needed could not be dropped';
}

function isKept(name: string): name is CapabilityName {
  return Object.hasOwn(KEPT, name);
}
