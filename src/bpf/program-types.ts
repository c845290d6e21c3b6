/** `enum bpf_prog_type` of include/uapi/linux/bpf.h, in the words of bpftool; the index is the number. */
const PROGRAM_TYPES: readonly string[] = [
  'unspec',
  'socket_filter',
  'kprobe',
  'sched_cls',
  'sched_act',
  'tracepoint',
  'xdp',
  'perf_event',
  'cgroup_skb',
  'cgroup_sock',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'sock_ops',
  'sk_skb',
  'cgroup_device',
  'sk_msg',
  'raw_tracepoint',
  'cgroup_sock_addr',
  'lwt_seg6local',
  'lirc_mode2',
  'sk_reuseport',
  'flow_dissector',
  'cgroup_sysctl',
  'raw_tracepoint_writable',
  'cgroup_sockopt',
  'tracing',
  'struct_ops',
  'ext',
  'lsm',
  'sk_lookup',
  'syscall',
  'netfilter',
];

/** `BPF_PROG_TYPE_LSM` */
export const LSM_PROGRAM = 29;

/** What a type of programs is called; its number if a newer kernel has more of them. */
export function programTypeName(type: number): string {
  return PROGRAM_TYPES[type] ?? String(type);
}
