/** One case: a golden, the programs that make it, and the call that triggers them. */
export interface GoldenCase {
  /** The golden's name; its file is test/fixtures/goldens/rfc-kernel-7.2/NAME.txt. */
  readonly name: string;
  /** Program names of golden-*.bpf.c in the order in which they are attached. */
  readonly programs: readonly string[];
  /** Arguments for test/kernel/triggers/orc. */
  readonly trigger: readonly string[];
  /** Rules for auditctl, each as its arguments, that stand while the trigger runs. */
  readonly rules?: readonly (readonly string[])[];
  /** Kernel modules that the trigger needs; the guest loads them at its start, see vm/kernel-modules.ts. */
  readonly modules?: readonly string[];
}

type Options = Omit<GoldenCase, 'name' | 'programs' | 'trigger'>;

function golden(
  name: string,
  programs: string,
  trigger: readonly string[],
  options: Options = {},
): GoldenCase {
  return { name, programs: programs.split(' '), trigger, ...options };
}

const NULL = ['open', '/dev/null'];

const seed: readonly GoldenCase[] = [
  golden('seed_sockaddr_src4', 's_sockaddr_src', ['bind', 'tcp', '127.0.0.1', '1234']),
  golden('seed_sockaddr_src6', 's_sockaddr_src', ['bind', 'tcp6', '::1', '1234']),
  golden('seed_sockaddr_dest4', 's_sockaddr_dest', ['connect-self', 'tcp', '127.0.0.1', '1234']),
  golden('seed_sockaddr_dest6', 's_sockaddr_dest', ['connect-self', 'tcp6', '::1', '1234']),
  golden('seed_sockaddr_both_null', 's_both_null', ['bind', 'tcp', '127.0.0.1', '1234']),
  golden('seed_sockaddr_small_addrlen', 's_small_addrlen', ['bind', 'tcp', '127.0.0.1', '1234']),
  golden('seed_sock4', 's_sock', ['getsockopt-inet', 'tcp', '127.0.0.1', '1234', 'bind', 'connect']),
  golden('seed_sock6', 's_sock', ['getsockopt-inet', 'tcp6', '::1', '1234', 'bind', 'connect']),
  golden('seed_sock_unix', 's_sock_unix', ['getsockopt-unix', 'path-full']),
  golden('seed_file', 's_file', NULL),
  golden('seed_path', 's_path', NULL),
  golden('seed_dentry', 's_dentry', ['readlink-exe']),
  golden('seed_inode', 's_inode', NULL),
  golden('seed_task', 's_task', ['--comm', 'test_progs', 'getpgid-self']),
  golden('seed_cap', 's_cap', ['open', '/proc/kallsyms']),
  golden('seed_ioctl_op', 's_ioctl_op', ['ioctl-path', '/dev/null']),
  golden('seed_sleepable', 's_sleepable', NULL),
];

/** Fields alone, twice, in pairs that exclude each other, and in odd orders. */
const fields: readonly GoldenCase[] = [
  golden('bare', 'x_bare', NULL),
  ...[
    'x_cause2',
    'x_inode2',
    'x_cap2',
    'x_ioctl2',
    'x_task2',
    'x_path_after_file',
    'x_file_after_path',
    'x_file_then_inode',
    'x_cap_then_cause',
    'x_order_rev',
    'x_all',
  ].map((name) => golden(name, name, NULL)),
  golden('x_dentry_after_inode', 'x_dentry_after_inode', ['unlink']),
  golden('x_sock_then_addr', 'x_sock_then_addr', ['connect', 'udp', '127.0.0.1', '9']),
  golden('x_addr_then_sock', 'x_addr_then_sock', ['connect', 'udp', '127.0.0.1', '9']),
  golden('x_sock2', 'x_sock2', ['getsockopt-inet', 'tcp', '127.0.0.1', '1234', 'bind', 'connect']),
  golden('deny', 'm_deny', NULL),
  golden('two_progs', 'm_a m_b', NULL),
  golden('nested', 'm_nested', NULL),
];

const sockaddr: readonly GoldenCase[] = [
  golden('net_both6', 'x_both', ['connect', 'udp6', '::1', '9']),
  golden('net_ifneg', 'x_dst_ifneg', ['connect', 'udp', '127.0.0.1', '9']),
  golden('net_if2', 'x_dst_if2', ['connect-interface', 'dummy0', 'udp', '127.0.0.1', '9'], {
    modules: ['dummy'],
  }),
  golden('net_netns_if1', 's_sockaddr_dest', ['netns-connect', 'udp', '127.0.0.1', '9']),
  golden('net_v6_port0', 'x_dst', ['connect', 'udp6', '::1', '0']),
  golden('net_v6_any_port0', 'x_src', ['bind', 'udp6', '::', '0']),
  golden('net_v4_port0', 'x_src', ['bind', 'udp', '127.0.0.1', '0']),
  golden('net_v4_any_port0', 'x_src', ['bind', 'udp', '0.0.0.0', '0']),
  golden('net_v6_mapped', 'x_dst', ['connect', 'udp6', '::ffff:127.0.0.1', '80']),
  golden('net_v6_compat', 'x_dst', ['connect', 'udp6', '::1.2.3.4', '80']),
  golden('net_v6_zruns', 'x_dst', ['connect', 'udp6', '2001:0:0:1:0:0:1:1', '443']),
  golden('net_v6_isatap', 'x_dst', ['connect', 'udp6', 'fe80::5efe:102:304', '443']),
  golden('net_v6_len24', 'x_v6len24', ['connect', 'udp6', '::1', '80']),
  golden('net_v4_len15', 'x_v4len15', ['connect', 'udp', '127.0.0.1', '80']),
  golden('net_v4_len16', 'x_v4len16', ['connect', 'udp', '127.0.0.1', '80']),
  golden('net_v6_lenneg', 'x_lenneg', ['connect', 'udp6', '::1', '80']),
  golden('net_fam_unix', 'x_src', ['bind-unix', '/tmp/u.fam']),
  golden('net_fam_unspec', 'x_dst', ['connect-unspec']),
];

const sockets: readonly GoldenCase[] = [
  golden('sock_v4_unbound', 'x_sock_if1', ['getsockopt-inet', 'tcp', '127.0.0.1', '1234']),
  golden('sock_v4_bound', 'x_sock_if0', ['getsockopt-inet', 'tcp', '127.0.0.1', '1234', 'bind']),
  golden('sock_v6_mapped', 'x_sock_if0', ['getsockopt-inet', 'udp6', '::ffff:127.0.0.1', '80', 'connect']),
  golden('sock_v4_udpconn', 'x_sock_if0', ['getsockopt-inet', 'udp', '127.0.0.1', '80', 'connect']),
  golden('sock_preconnect', 'x_sock_conn', ['connect', 'udp', '127.0.0.1', '9']),
  golden('sock_packet', 'x_sock_if1', ['getsockopt-packet']),
  golden('unix_path', 'x_sock_if0', ['getsockopt-unix', 'path']),
  golden('unix_path_rel', 'x_sock_if0', ['getsockopt-unix', 'relative']),
  golden('unix_abs_full', 'x_sock_if0', ['getsockopt-unix', 'abstract-full']),
  golden('unix_abs_odd', 'x_sock_if0', ['getsockopt-unix', 'abstract-odd']),
  golden('unix_autobind', 'x_sock_if0', ['getsockopt-unix', 'autobound']),
  golden('unix_unnamed', 'x_sock_if0', ['getsockopt-unix', 'unnamed']),
  golden('unix_unnamed_if1', 'x_sock_if1', ['getsockopt-unix', 'unnamed']),
  golden('unix_pair', 'x_sock_if0', ['getsockopt-unix', 'pair']),
];

const texts: readonly GoldenCase[] = [
  ...[
    'space',
    'dquote',
    'tab',
    'nl',
    '7e',
    'utf8',
    'bslash',
    'eq',
    'hexlike',
    'long100',
    'long4000sp',
    'long12000sp',
  ].map((name) => golden(`cause_${name}`, `c_${name}`, NULL)),
  ...['0', '41', 'max', 'min'].map((name) => golden(`cap_${name}`, `p_${name}`, NULL)),
  golden('comm_quote', 's_file', ['--comm', 'q"x', ...NULL]),
  golden('comm_empty', 's_file', ['--comm', '', ...NULL]),
  golden('comm_paren', 's_file', ['--comm', '(sd-pam)', ...NULL]),
  golden('comm_thread', 's_file', ['thread-open', '/dev/null']),
  golden('ioctl_big', 's_ioctl_op', ['ioctl-path', '/dev/null', '0x80045430']),
  golden('ioctl_ffff', 's_ioctl_op', ['ioctl-path', '/dev/null', '0x1ffff']),
  golden('ioctl_0000', 's_ioctl_op', ['ioctl-path', '/dev/null', '0x10000']),
  golden('ioctl_sock', 's_ioctl_op', ['ioctl-special', 'socket', '0x541b']),
];

/** The same place seen by file, path and inode, as far as the goldens have it. */
function places(place: string, kinds: string, trigger: readonly string[], options?: Options): GoldenCase[] {
  return kinds.split(' ').map((field) => golden(`${field}_${place}`, `i_${field}`, trigger, options));
}

const paths: readonly GoldenCase[] = [
  ...places('pipe', 'path inode', ['ioctl-special', 'pipe']),
  ...places('socket', 'path inode', ['ioctl-special', 'socket']),
  ...places('eventfd', 'file path', ['ioctl-special', 'eventfd']),
  ...places('epoll', 'path inode', ['ioctl-special', 'epoll']),
  ...places('timerfd', 'file path inode', ['ioctl-special', 'timerfd']),
  ...places('pidfd', 'file', ['ioctl-special', 'pidfd']),
  ...places('memfd', 'path', ['ioctl-special', 'memfd']),
  ...places('deleted', 'file path inode', ['ioctl-place', 'deleted']),
  ...places('dir', 'file', ['ioctl-path', '/tmp']),
  ...places('root', 'file', ['ioctl-path', '/']),
  ...places('proc', 'file path', ['ioctl-path', '/proc/self/status']),
  ...places('sysfs', 'inode', ['ioctl-path', '/sys/kernel/notes']),
  ...places('space', 'file path', ['ioctl-path', '/tmp/a b.txt']),
  ...places('nl', 'file path inode', ['ioctl-path', '/tmp/a\nb']),
  ...places('utf8', 'file', ['ioctl-path', '/tmp/café']),
  ...places('bslash', 'path inode', ['ioctl-path', '/tmp/a\\b']),
  ...places('hardlink', 'inode', ['ioctl-place', 'hardlink']),
  ...places('renamed', 'inode', ['ioctl-place', 'renamed']),
  ...places('rmdirparent', 'file path inode', ['ioctl-place', 'rmdirparent']),
  ...places('lazyumount', 'file path inode', ['ioctl-place', 'lazyumount']),
  ...places('bindmount', 'file', ['ioctl-place', 'bindmount']),
  ...places('chroot_in', 'file path', ['ioctl-place', 'chroot-in']),
  ...places('chroot_out', 'inode', ['ioctl-place', 'chroot-out']),
  ...places('overlay', 'file path inode', ['ioctl-place', 'overlay'], { modules: ['overlay'] }),
  golden('file_long4000', 's_file', ['open-long', '4000', 'd']),
  golden('file_long4095', 's_file', ['open-long', '4095', 'e', 'e']),
  golden('file_long4107', 's_file', ['open-long', '4107', 'g']),
  golden('file_long5000', 's_file', ['open-long', '5000', 'h']),
  golden('dentry_negative', 'd_create', ['create']),
  golden('inode_parentdir', 'd_create_dirinode', ['create']),
  golden('dentry_chmod', 'd_setattr', ['chmod', '/tmp/plain']),
  golden('dentry_root', 'd_setattr', ['chmod', '/']),
  golden('dentry_deleted', 'd_setattr', ['fchmod', 'deleted']),
  golden('dentry_pipe', 'd_setattr', ['fchmod', 'pipe']),
];

const tasks: readonly GoldenCase[] = [
  golden('task_init', 'k_task', ['getpgid-init']),
  golden('task_kworker', 'k_task', ['getpgid-task', 'kworker/R-rcu_g', 'ksoftirqd/0']),
  golden('task_thread', 'k_task', ['getpgid-thread']),
  golden('task_kill', 'k_kill', ['kill']),
  golden('task_alloc', 'k_alloc', ['fork']),
  golden('exec', 'm_bprm', ['exec', '/orc-true']),
  golden('pidns_open', 's_file', ['pidns', 'open', '/dev/null']),
  golden('pidns_task', 'k_task', ['pidns', 'getpgid']),
  golden('uring_open_async', 's_file', ['uring-open', '/dev/null']),
];

const B64 = ['-F', 'arch=b64'];
const OTHER = [['-a', 'always,exit', ...B64, '-S', 'acct', '-k', 'other']];
const CONNECT = ['connect', 'udp', '127.0.0.1', '9'];

/** What audit rules do to the event around the record. The record itself stays the same. */
const rules: readonly GoldenCase[] = [
  golden('rule_neverexit', 's_file', NULL, { rules: [['-a', 'never,exit', ...B64, '-S', 'openat']] }),
  golden('rule_watch', 's_file', NULL, { rules: [['-w', '/dev/null', '-p', 'r', '-k', 'watch']] }),
  golden('rule_openat_deny', 'm_deny', NULL, {
    rules: [['-a', 'always,exit', ...B64, '-S', 'openat', '-k', 'orckey']],
  }),
  golden('rule_other', 's_file', NULL, { rules: OTHER }),
  golden('rule_other_noent', 's_file', ['open', '/tmp/../dev/null'], { rules: OTHER }),
  golden('rule_connect', 's_sockaddr_dest', CONNECT, {
    rules: [['-a', 'always,exit', ...B64, '-S', 'connect', '-k', 'net key']],
  }),
  golden('norule_connect', 's_sockaddr_dest', CONNECT),
  golden('rule_nevertask', 's_file', NULL, { rules: [['-a', 'never,task']] }),
  golden('mcast_noauditd', 's_file', NULL),
  golden('auditd_self', 's_file', ['--comm', 'golden', 'auditd-open', '/dev/null']),
];

/** Every case, in the order in which the tests run them. */
export const cases: readonly GoldenCase[] = [
  ...seed,
  ...fields,
  ...sockaddr,
  ...sockets,
  ...texts,
  ...paths,
  ...tasks,
  ...rules,
];

const PATH_PROGRAMS = new Set([
  's_file',
  's_path',
  's_ioctl_op',
  's_sleepable',
  'x_all',
  'm_bprm',
  'i_file',
  'i_path',
]);

/** The cases whose record has a path, which can be rendered in more than one way. */
export const pathCases: readonly GoldenCase[] = cases.filter(({ programs }) =>
  programs.some((program) => PATH_PROGRAMS.has(program)),
);

/** Goldens that no case stands for, and why. */
export const notCases: Readonly<Record<string, string>> = {
  boot_noparam_noset: 'needs a boot without audit=1; the record is the one of seed_file',
  UNINIT_VARIANT: 'shows what the uninitialised struct leaked; ours has no such struct',
  verifier_log: 'holds refusals, see refusals.ts',
};
