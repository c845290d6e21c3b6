// bpf_audit_rules_abi.h: the rules for BPF records as the kernel asks them. Sizes are in abi.ts.

/** Offsets in `struct bpf_audit_rules`. */
export const RULES_AT = {
  epoch: 0,
  filtered: 8,
  given_back: 16,
  nodes_len: 24,
  outcomes_len: 28,
  limits_len: 32,
  text_len: 36,
  start: 40,
  policy: 2088,
  foreign: 4136,
  limits: 6184,
  outcomes: 8232,
  nodes: 41_000,
  text: 139_304,
} as const;

/** How many of each fit into `struct bpf_audit_rules`; the text in bytes. */
export const RULES_MOST = {
  slots: 1024,
  foreign: 256,
  limits: 64,
  outcomes: 2048,
  nodes: 4096,
  text: 65_536,
} as const;

/** Offsets in `struct bpf_audit_node`. */
export const NODE_AT = {
  field: 0,
  test: 1,
  arg: 2,
  long_address: 3,
  yes: 4,
  no: 6,
  low: 8,
  span: 16,
} as const;

/** Offsets in `struct bpf_audit_outcome`. */
export const OUTCOME_AT = { hits: 0, rule: 8, kind: 10, limit: 11, prog_id: 12 } as const;

/** Offsets in `struct bpf_audit_limit`. */
export const LIMIT_AT = { interval_ns: 0, burst_ns: 8, id: 16, per: 24 } as const;

/** Offsets in `struct bpf_audit_foreign_start`. */
export const FOREIGN_START_AT = { self_map: 0, site: 4, start: 6 } as const;

/** Offsets in `struct bpf_audit_bucket_key`. */
export const BUCKET_KEY_AT = { limit: 0, object: 8, device: 16, per: 20 } as const;

/** Offsets in `struct bpf_audit_bucket`. */
export const BUCKET_AT = { due_ns: 0, suppressed: 8, first_ns: 16, last_ns: 24 } as const;
