import { readFileSync } from 'node:fs';
import { door } from './door.ts';

const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;

/** Numbers of capabilities, include/uapi/linux/capability.h. */
export const CAPABILITY = {
  CAP_CHOWN: 0,
  CAP_NET_ADMIN: 12,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_NICE: 23,
  CAP_AUDIT_CONTROL: 30,
  CAP_AUDIT_READ: 37,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
} as const;

/** Name of one of the {@link CAPABILITY} numbers. */
export type CapabilityName = keyof typeof CAPABILITY;

/** Set of capabilities that bounds what this process and its children can ever have: bit by number. */
export function boundingSet(): bigint {
  const [, set = '0'] = /^CapBnd:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return BigInt(`0x${set}`);
}

/** Bits of capabilities by name. */
export function capabilityBits(names: readonly CapabilityName[]): bigint {
  return names.reduce((bits, name) => bits | (1n << BigInt(CAPABILITY[name])), 0n);
}

function prctl(option: number, value: number): boolean {
  const prototype = 'int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)';
  return Number(door().call('c', prototype, [option, value, 0, 0, 0])) === 0;
}

/**
 * Takes capabilities from what the next program of this process can have, and forbids new privileges for good.
 * What the process has now it keeps until {@link executeAgain}: threads that run already could not be told.
 *
 * @returns whether the kernel has done it
 */
export function confineNextProgram(drop: bigint): boolean {
  for (let capability = 0; drop >> BigInt(capability) > 0n; capability++) {
    if (((drop >> BigInt(capability)) & 1n) !== 0n && !prctl(PR_CAPBSET_DROP, capability)) return false;
  }
  return prctl(PR_SET_NO_NEW_PRIVS, 1);
}

const F_SETFD = 2;

/**
 * Puts the same program, with its arguments and environment, in the place of this one. Returns if that fails.
 *
 * @param descriptors - what the new one is to have; Node has marked all to be closed
 */
export function executeAgain(descriptors: readonly number[]): void {
  for (const fd of descriptors) door().call('c', 'int fcntl(int, int, int)', [fd, F_SETFD, 0]);
  const args = [process.execPath, ...process.execArgv, ...process.argv.slice(1), null];
  door().call('c', 'int execv(const char *path, const char **args)', [process.execPath, args]);
}
