import { packUint32, readUint32 } from '../sys/host-order.ts';

/** Bit numbers of `struct audit_features` (`AUDIT_FEATURE_*`). */
export const FEATURE = { onlyUnsetLoginuid: 0, loginuidImmutable: 1 } as const;

/** Name of a feature that can be set and locked. */
export type FeatureName = keyof typeof FEATURE;

/** One feature as the kernel reports it. */
export interface FeatureState {
  /** Whether this kernel knows it. */
  readonly known: boolean;
  /** Whether it is on. */
  readonly on: boolean;
  /** Whether it can no longer be changed before the next boot. */
  readonly locked: boolean;
}

/** `struct audit_features`, by name. */
export type AuditFeatures = Readonly<Record<FeatureName, FeatureState>>;

/** `struct audit_tty_status`: whether terminal input of the calling process is audited. */
export interface TtyStatus {
  /** Keystrokes are logged. */
  readonly enabled: boolean;
  /** Also while echo is off. */
  readonly logPasswords: boolean;
}

const FEATURES_VERSION = 1;

/** Decodes the reply to `AUDIT_GET_FEATURE` (vers, mask, features, lock). Undefined when it is too short. */
export function decodeFeatures(payload: Uint8Array): AuditFeatures | undefined {
  if (payload.length < 16) return undefined;
  const state = (bit: number): FeatureState => {
    const has = (word: number): boolean => ((readUint32(payload, word * 4) >>> bit) & 1) === 1;
    return { known: has(1), on: has(2), locked: has(3) };
  };
  return {
    onlyUnsetLoginuid: state(FEATURE.onlyUnsetLoginuid),
    loginuidImmutable: state(FEATURE.loginuidImmutable),
  };
}

/** The payload of an `AUDIT_SET_FEATURE` request for one feature. */
export function encodeFeatureChange(name: FeatureName, on: boolean, lock: boolean): Uint8Array {
  const bit = 1 << FEATURE[name];
  return packUint32([FEATURES_VERSION, bit, on ? bit : 0, lock ? bit : 0]);
}

/** Decodes the reply to `AUDIT_TTY_GET`. Undefined when it is too short. */
export function decodeTtyStatus(payload: Uint8Array): TtyStatus | undefined {
  if (payload.length < 8) return undefined;
  return { enabled: readUint32(payload, 0) !== 0, logPasswords: readUint32(payload, 4) !== 0 };
}

/** The payload of an `AUDIT_TTY_SET` request. */
export function encodeTtyStatus(status: TtyStatus): Uint8Array {
  return packUint32([Number(status.enabled), Number(status.logPasswords)]);
}
