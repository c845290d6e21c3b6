/**
 * Helpers to test BPF LSM policies: `import { AuditObserver } from 'bpfaudit/testing'`.
 *
 * @module
 */
export { AuditObserver, type RecordSource } from './audit-observer.ts';
export type { ExpectedType } from './expectation.ts';
export { runPolicies, type PolicyRun, type RunPoliciesOptions } from './run-policies.ts';
