import { packUint32, readUint32 } from '../sys/host-order.ts';

/** `AUDIT_STATUS_*`: which members of `struct audit_status` a `SET` request changes. */
export const STATUS_MASK = {
  enabled: 0x01,
  failure: 0x02,
  pid: 0x04,
  rateLimit: 0x08,
  backlogLimit: 0x10,
  backlogWaitTime: 0x20,
  lost: 0x40,
  backlogWaitTimeActual: 0x80,
} as const;

/**
 * `struct audit_status` of `<linux/audit.h>`: the kernel's audit state. All numbers are unsigned 32-bit.
 */
export interface AuditStatus {
  /** 0 off, 1 on, 2 on and locked until the next boot. */
  readonly enabled: number;
  /** What the kernel does when it loses records: 0 silent, 1 printk, 2 panic. */
  readonly failure: number;
  /** Process id of the registered audit daemon, 0 when there is none. */
  readonly pid: number;
  /** Records per second the kernel lets through, 0 for no limit. */
  readonly rateLimit: number;
  /** Records that may wait in the kernel before tasks are made to wait, 0 for no limit. */
  readonly backlogLimit: number;
  /** Records the kernel has lost since boot or since the last reset. */
  readonly lost: number;
  /** Records waiting now. */
  readonly backlog: number;
  /** `AUDIT_FEATURE_BITMAP_*`: what this kernel's audit can do. Absent before Linux 3.15, which sent a shorter structure. */
  readonly featureBitmap?: number;
  /** Longest wait of a task for a full backlog, in jiffies (15000 is 60 s at 250 Hz). Linux 3.15. */
  readonly backlogWaitTime?: number;
  /** Jiffies that tasks have waited in all. Absent before Linux 5.9, which sent a shorter structure. */
  readonly backlogWaitTimeActual?: number;
}

/** What a `SET` request may change; absent members stay as they are. */
export type AuditStatusChange = Partial<Pick<AuditStatus, (typeof CHANGEABLE)[number]>>;

const CHANGEABLE = ['enabled', 'failure', 'pid', 'rateLimit', 'backlogLimit', 'backlogWaitTime'] as const;

/** Members every kernel since 2.6 sends: mask, enabled, ..., backlog. */
const SHORTEST_SIZE = 32;

/**
 * Decodes the reply to `AUDIT_GET`.
 *
 * @returns undefined when the payload is shorter than any kernel's structure
 */
export function decodeStatus(payload: Uint8Array): AuditStatus | undefined {
  if (payload.length < SHORTEST_SIZE) return undefined;
  const word = (index: number): number => readUint32(payload, index * 4);
  return {
    enabled: word(1),
    failure: word(2),
    pid: word(3),
    rateLimit: word(4),
    backlogLimit: word(5),
    lost: word(6),
    backlog: word(7),
    ...(payload.length >= 36 && { featureBitmap: word(8) }),
    ...(payload.length >= 40 && { backlogWaitTime: word(9) }),
    ...(payload.length >= 44 && { backlogWaitTimeActual: word(10) }),
  };
}

/** The payload of an `AUDIT_SET` request that changes the members given, and only these. */
export function encodeStatusChange(change: AuditStatusChange): Uint8Array {
  let mask = 0;
  for (const name of CHANGEABLE) {
    if (change[name] !== undefined) mask |= STATUS_MASK[name];
  }
  return packUint32([
    mask,
    change.enabled ?? 0,
    change.failure ?? 0,
    change.pid ?? 0,
    change.rateLimit ?? 0,
    change.backlogLimit ?? 0,
    0,
    0,
    0,
    change.backlogWaitTime ?? 0,
    0,
  ]);
}

/**
 * The payload of an `AUDIT_SET` request that resets one counter. The mask must be exactly this one bit, or the
 * kernel does not take it for a reset; the old value comes back as a positive number in the ack.
 */
export function encodeCounterReset(counter: 'lost' | 'backlogWaitTimeActual'): Uint8Array {
  return packUint32([STATUS_MASK[counter], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
}
