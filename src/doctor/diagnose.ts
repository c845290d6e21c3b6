import type { LsmTry } from '../bpf/feature-probe.ts';
import { checkAudit, checkAuditContexts } from './audit-checks.ts';
import {
  checkBpffs,
  checkLibbpf,
  checkLsmProgram,
  checkOwnObjects,
  checkRingBuffer,
  checkTaskStorage,
} from './bpf-checks.ts';
import { checkAuditCapabilities, checkBpfCapabilities } from './capability-checks.ts';
import type { Finding } from './finding.ts';
import { checkBtf, checkJit, checkKernel, checkLockdown, checkLsmList } from './kernel-checks.ts';
import type { Machine } from './machine.ts';

/** What the doctor found. */
export interface Diagnosis {
  /** Whether policies can run: nothing that is needed is `no`, and the kernel called a program. */
  readonly ready: boolean;
  readonly findings: readonly Finding[];
}

/** Looks at everything that policies and their records need. */
export async function diagnose(machine: Machine): Promise<Diagnosis> {
  const tried = machine.libbpf() ? machine.tryLsmProgram() : undefined;
  const findings = [
    checkKernel(machine),
    checkLsmList(machine),
    checkBtf(machine),
    checkLockdown(machine, tried?.readKernel),
    checkJit(machine),
    checkBpfCapabilities(machine),
    checkLibbpf(machine),
    checkOwnObjects(machine),
    checkBpffs(machine),
    ...(tried ? tries(machine, tried) : []),
    ...(await audit(machine)),
  ];
  return { ready: isReady(findings), findings };
}

function tries(machine: Machine, tried: LsmTry): Finding[] {
  return [...checkLsmProgram(machine, tried), checkRingBuffer(machine), checkTaskStorage(machine)];
}

async function audit(machine: Machine): Promise<Finding[]> {
  const state = await machine.audit();
  return [checkAudit(state), checkAuditContexts(machine, state), checkAuditCapabilities(machine)];
}

/** A hook that was called proves more than a list that could not be read. */
function isReady(findings: readonly Finding[]): boolean {
  const called = findings.some(({ check, status }) => check === 'LSM hook' && status === 'ok');
  return called && !findings.some(({ needed, status }) => needed && status === 'no');
}
