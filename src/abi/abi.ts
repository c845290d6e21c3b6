/**
 * Layout of what kernel and user space hand to each other: a mirror of bpf/include/bpf_audit_abi.h, with
 * rules-abi.ts for the part about rules. It is compared with the BTF of every object before that is loaded.
 */
import {
  BUCKET_AT,
  BUCKET_KEY_AT,
  FOREIGN_START_AT,
  LIMIT_AT,
  NODE_AT,
  OUTCOME_AT,
  RULES_AT,
} from './rules-abi.ts';

/** `BPF_AUDIT_ABI` */
export const ABI_VERSION = 1;

/** `enum bpf_audit_chunk_kind` */
export const CHUNK = { EVENT: 1, FIELD: 2, STAMP: 3, EXIT: 4 } as const;

/** `enum bpf_audit_context_bits` */
export const CONTEXT = {
  PRESENT: 1,
  DUMMY: 2,
  URING: 4,
  KTHREAD: 8,
  VERDICT: 16,
  SYSCALL: 32,
  MONITOR: 64,
  DECIDED: 256,
} as const;

/** `enum bpf_audit_loss`: index of `bpf_audit_prog.lost` and the word that reports use for it. */
export const LOSS_NAMES = ['full', 'busy', 'field', 'cut'] as const;

/** One word of {@link LOSS_NAMES}. */
export type LossName = (typeof LOSS_NAMES)[number];

/** `enum bpf_audit_field_type` */
export const FIELD = {
  CAUSE: 1,
  CAP: 2,
  PATH: 3,
  FILE: 4,
  IOCTL_OP: 5,
  DENTRY: 6,
  INODE: 7,
  TASK: 8,
  NET: 9,
  KEY: 10,
  IPC: 11,
  KMOD: 12,
  ANONINODE: 13,
  LOCKDOWN: 14,
  NLMSGTYPE: 15,
  IBPKEY: 16,
  IBENDPORT: 17,
  U64: 18,
  S64: 19,
  HEX: 20,
  STR: 21,
  EXE: 22,
  CWD: 23,
  PROCTITLE: 24,
  EXECVE: 25,
} as const;

/** What a field type is called in `truncated=`, by its number; 0 stands for a field that is not known. */
const FIELD_NAMES: readonly string[] = [
  '?',
  'cause',
  'capability',
  'path',
  'path',
  'path',
  'name',
  'name',
  'ocomm',
  'addr',
  'key_desc',
  'ipc_key',
  'kmod',
  'anonclass',
  'lockdown_reason',
  'nl-msgtype',
  'pkey',
  'device',
  'custom',
  'custom',
  'custom',
  'custom',
  'exe',
  'cwd',
  'proctitle',
  'execve',
];

/** Names of the fields whose bits are set in `bpf_audit_event.missing`, each once. */
export function missingNames(missing: number): string[] {
  const names = new Set<string>();
  for (let type = 0; type < 32; type++) {
    if ((missing & (1 << type)) !== 0) names.add(FIELD_NAMES[type] ?? FIELD_NAMES[0]!);
  }
  return [...names];
}

/** `enum bpf_audit_string_form` */
export const FORM = {
  NONE: 0,
  PLAIN: 1,
  COMPONENTS: 2,
  PIPE: 3,
  SOCKET: 4,
  ANON: 5,
  NS: 6,
  SIMPLE: 7,
  DMABUF: 8,
  TOO_LONG: 9,
} as const;

/** `enum bpf_audit_object_flags` */
export const OBJECT = { INODE: 1, DELETED: 2, ESCAPED: 4 } as const;

/** Offsets in `struct bpf_audit_event`, in bytes; the chunk head comes first. */
export const EVENT_AT = {
  abi: 0,
  kind: 2,
  flags: 3,
  len: 4,
  promise: 8,
  event: 16,
  seq: 24,
  lost: 32,
  boot_ns: 40,
  ctime_sec: 48,
  ctime_nsec: 56,
  serial: 60,
  prog_id: 64,
  self_map: 68,
  tgid: 72,
  tid: 76,
  ppid: 80,
  auid: 84,
  ses: 88,
  uid: 92,
  gid: 96,
  euid: 100,
  suid: 104,
  fsuid: 108,
  egid: 112,
  sgid: 116,
  fsgid: 120,
  syscall: 124,
  args: 128,
  cgroup: 160,
  exe_ino: 168,
  exe_dev: 176,
  arch: 180,
  comm: 184,
  tty: 200,
  verdict: 232,
  chunks: 236,
  site: 238,
  missing: 240,
  context: 244,
} as const;

/** Sizes of the structures, in bytes. */
export const SIZE = {
  chunk: 16,
  event: 248,
  field: 8,
  object: 48,
  task: 24,
  net: 104,
  ib: 16,
  custom: 40,
  stamp: 32,
  exit: 32,
  prog: 128,
  pending: 32,
  foreign_key: 8,
  policy: 24,
  note_key: 16,
  setup: 16,
  node: 24,
  outcome: 16,
  limit: 32,
  foreign_start: 8,
  rules: 204_840,
  bucket_key: 24,
  bucket: 32,
} as const;

/** Offsets in `struct bpf_audit_field`. */
export const FIELD_AT = { type: 0, order: 1, value: 2, len: 4 } as const;
/** Offsets in `struct bpf_audit_object`; the string follows the structure. */
export const OBJECT_AT = { ino: 0, dev: 8, form: 12, flags: 14, sid: 16 } as const;
/** Offsets in `struct bpf_audit_task`. */
export const TASK_AT = { tgid: 0, comm: 8 } as const;
/** Offsets in `struct bpf_audit_net`; the AF_UNIX address or path follows the structure. */
export const NET_AT = {
  sk_family: 0,
  family: 2,
  netif: 4,
  lport: 8,
  fport: 10,
  sport: 12,
  dport: 14,
  laddr: 16,
  faddr: 32,
  saddr: 48,
  daddr: 64,
  netif_name: 80,
  unix_form: 96,
  unix_flags: 98,
  unix_len: 100,
} as const;
/** Offsets in `struct bpf_audit_ib`; the device name follows the structure. */
export const IB_AT = { subnet_prefix: 0, port: 8, pkey: 12 } as const;
/** Offsets in `struct bpf_audit_custom`; the string follows the structure. */
export const CUSTOM_AT = { name: 0, value: 32 } as const;
/** Offsets in `struct bpf_audit_stamp_chunk`. */
export const STAMP_AT = { event: 8, ctime_sec: 16, ctime_nsec: 24, serial: 28 } as const;
/** Offsets in `struct bpf_audit_exit_chunk`. */
export const EXIT_AT = { event: 8, exit: 16, success: 24, serial: 28 } as const;
/** Offsets in `struct bpf_audit_prog`. */
export const PROG_AT = {
  prog_id: 0,
  self_map: 4,
  seq: 8,
  lost: 16,
  mode: 48,
  generation: 52,
  site: 56,
  line: 60,
  denials: 64,
  reported: 72,
  name: 80,
} as const;
/** Offsets in `struct bpf_audit_policy`. */
export const POLICY_AT = { turn: 0, straddled: 8, unnoted: 16 } as const;
/** Offsets in `struct bpf_audit_note_key`. */
export const NOTE_KEY_AT = { call: 0, policy: 8, generation: 12 } as const;
/** Offsets in `struct bpf_audit_setup`. */
export const SETUP_AT = { path_via: 0, policy: 4, generation: 8, mode: 12 } as const;
/** Offsets in `struct bpf_audit_state`. */
export const STATE_AT = {
  asleep: 0,
  want: 4,
  ring_size: 8,
  own_serial: 12,
  batch_len: 16,
  rules: 20,
  batch_end: 24,
  log_ino: 32,
  log_size: 40,
  held: 48,
  exposed: 52,
  exposed_next: 56,
  kernel_serial: 60,
} as const;

/** `BPF_AUDIT_UNSEEN`: the value of `success` when nobody saw the end of the system call. */
export const UNSEEN = 2;

/** `enum bpf_audit_mode` */
export const MODE = { ENFORCE: 0, MONITOR: 1 } as const;

/** `BPF_AUDIT_NO_SUCCESSOR`, bit of the mode in a slot */
export const NO_SUCCESSOR = 0x100;
/** `BPF_AUDIT_FOLLOWER`, bit of the mode in a slot */
export const FOLLOWER = 0x200;

/** `BPF_AUDIT_POLICIES`: index 0 is never given away. */
export const POLICIES = 256;

/** `enum bpf_audit_want` */
export const WANT = { JOIN: 1, SUBJECT: 2, RULES: 4 } as const;

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
