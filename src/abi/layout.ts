import {
  CUSTOM_AT,
  EVENT_AT,
  FIELD_AT,
  FOREIGN_KEY_AT,
  IB_AT,
  NET_AT,
  NOTE_KEY_AT,
  OBJECT_AT,
  POLICY_AT,
  PROG_AT,
  SETUP_AT,
  SIZE,
  STATE_AT,
  TASK_AT,
} from './abi.ts';
import {
  BUCKET_AT,
  BUCKET_KEY_AT,
  FOREIGN_START_AT,
  LIMIT_AT,
  NODE_AT,
  OUTCOME_AT,
  RULES_AT,
} from './rules-abi.ts';

/**
 * Every structure with its size and members, for the comparison with BTF: members of the chunk head are
 * named without it, `chunk.` members apart.
 */
export const LAYOUT: Readonly<Record<string, { size: number; at: Readonly<Record<string, number>> }>> = {
  bpf_audit_event: { size: SIZE.event, at: EVENT_AT },
  bpf_audit_field: { size: SIZE.field, at: FIELD_AT },
  bpf_audit_object: { size: SIZE.object, at: OBJECT_AT },
  bpf_audit_task: { size: SIZE.task, at: TASK_AT },
  bpf_audit_net: { size: SIZE.net, at: NET_AT },
  bpf_audit_ib: { size: SIZE.ib, at: IB_AT },
  bpf_audit_custom: { size: SIZE.custom, at: CUSTOM_AT },
  bpf_audit_stamp_chunk: { size: SIZE.stamp, at: { ctime_sec: 16, ctime_nsec: 24, serial: 28 } },
  bpf_audit_exit_chunk: { size: SIZE.exit, at: { exit: 16, success: 24, serial: 28 } },
  bpf_audit_prog: { size: SIZE.prog, at: PROG_AT },
  bpf_audit_pending: { size: SIZE.pending, at: {} },
  bpf_audit_foreign_key: { size: SIZE.foreign_key, at: FOREIGN_KEY_AT },
  bpf_audit_state: { size: SIZE.state, at: STATE_AT },
  bpf_audit_policy: { size: SIZE.policy, at: POLICY_AT },
  bpf_audit_note_key: { size: SIZE.note_key, at: NOTE_KEY_AT },
  bpf_audit_setup: { size: SIZE.setup, at: SETUP_AT },
  bpf_audit_rules: { size: SIZE.rules, at: RULES_AT },
  bpf_audit_node: { size: SIZE.node, at: NODE_AT },
  bpf_audit_outcome: { size: SIZE.outcome, at: OUTCOME_AT },
  bpf_audit_limit: { size: SIZE.limit, at: LIMIT_AT },
  bpf_audit_foreign_start: { size: SIZE.foreign_start, at: FOREIGN_START_AT },
  bpf_audit_bucket_key: { size: SIZE.bucket_key, at: BUCKET_KEY_AT },
  bpf_audit_bucket: { size: SIZE.bucket, at: BUCKET_AT },
};
