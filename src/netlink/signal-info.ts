import { readInt32, readUint32 } from '../sys/host-order.ts';

/** `struct audit_sig_info`: who sent the last TERM, HUP, USR1 or USR2 to the registered audit daemon. */
export interface SignalInfo {
  /** Login uid of the sender, or its uid when it has no login uid; 4294967295 when no signal was seen yet. */
  readonly uid: number;
  /** Process id of the sender, -1 when no signal was seen yet. */
  readonly pid: number;
  /** Security context of the sender; empty when no LSM gives one. */
  readonly subject: string;
}

/**
 * Decodes the reply to `AUDIT_SIGNAL_INFO`: uid u32, pid s32, then the security context, which need not end in
 * a NUL.
 *
 * @returns undefined when the payload is too short
 */
export function decodeSignalInfo(payload: Uint8Array): SignalInfo | undefined {
  if (payload.length < 8) return undefined;
  const context = payload.subarray(8);
  const end = context.indexOf(0);
  return {
    uid: readUint32(payload, 0),
    pid: readInt32(payload, 4),
    subject: Buffer.from(end === -1 ? context : context.subarray(0, end)).toString('utf8'),
  };
}
