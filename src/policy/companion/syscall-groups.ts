/**
 * System calls that end in the same place of the kernel, by what they do. Names of all architectures stand
 * together; each architecture takes those it has. `fcntl64`, `chown32` and the like are those of 32 bits.
 */
export const SYSCALLS = {
  open: 'open openat openat2 creat open_by_handle_at',
  exec: 'execve execveat',
  read: 'read readv pread64 preadv preadv2 sendfile sendfile64 splice tee copy_file_range getdents getdents64 readdir',
  write:
    'write writev pwrite64 pwritev pwritev2 sendfile sendfile64 splice tee vmsplice copy_file_range fallocate',
  stat: 'stat lstat fstat newfstatat fstatat64 stat64 lstat64 fstat64 oldstat oldlstat oldfstat statx',
  access: 'access faccessat faccessat2',
  directory: 'chdir fchdir chroot',
  attributes:
    'chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat chown32 fchown32 lchown32 utime utimes futimesat utimensat utimensat_time64 truncate ftruncate truncate64 ftruncate64',
  chmod: 'chmod fchmod fchmodat fchmodat2',
  chown: 'chown fchown lchown fchownat chown32 fchown32 lchown32',
  truncate: 'truncate ftruncate truncate64 ftruncate64',
  link: 'link linkat',
  unlink: 'unlink unlinkat',
  mkdir: 'mkdir mkdirat',
  rmdir: 'rmdir unlinkat',
  mknod: 'mknod mknodat',
  rename: 'rename renameat renameat2',
  symlink: 'symlink symlinkat',
  readlink: 'readlink readlinkat',
  getxattr: 'getxattr lgetxattr fgetxattr getxattrat',
  setxattr: 'setxattr lsetxattr fsetxattr setxattrat',
  listxattr: 'listxattr llistxattr flistxattr listxattrat',
  removexattr: 'removexattr lremovexattr fremovexattr removexattrat',
  mount: 'mount umount2 umount pivot_root move_mount open_tree fspick mount_setattr',
  statfs: 'statfs statfs64 fstatfs fstatfs64 ustat',
  notify: 'inotify_add_watch fanotify_mark',
  mmap: 'mmap mmap2',
  mprotect: 'mprotect pkey_mprotect',
  ioctl: 'ioctl',
  fcntl: 'fcntl fcntl64',
  lock: 'flock fcntl fcntl64',
  fork: 'clone clone3 fork vfork',
  namespace: 'clone clone3 unshare',
  kill: 'kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal',
  ptrace: 'ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp perf_event_open get_robust_list',
  setuid: 'setuid setreuid setresuid setfsuid setuid32 setreuid32 setresuid32 setfsuid32',
  setgid: 'setgid setregid setresgid setfsgid setgid32 setregid32 setresgid32 setfsgid32',
  setgroups: 'setgroups setgroups32',
  priority: 'setpriority nice',
  getscheduler: 'sched_getscheduler sched_getparam sched_getattr sched_getaffinity sched_rr_get_interval',
  setscheduler: 'sched_setscheduler sched_setparam sched_setattr sched_setaffinity',
  limits: 'setrlimit prlimit64',
  movePages: 'migrate_pages move_pages',
  socketcall: 'socketcall',
  send: 'sendto sendmsg sendmmsg write writev sendfile sendfile64 splice socketcall',
  receive: 'recvfrom recvmsg recvmmsg recvmmsg_time64 read readv splice socketcall',
  module: 'init_module finit_module delete_module',
  keys: 'add_key request_key keyctl',
  time: 'settimeofday clock_settime clock_settime64 adjtimex clock_adjtime clock_adjtime64 stime',
  msg: 'msgget msgsnd msgrcv msgctl ipc',
  sem: 'semget semop semctl semtimedop semtimedop_time64 ipc',
  shm: 'shmget shmat shmctl ipc',
} as const;

/** Calls that look a path up: a refused directory ends any of them. */
export const PATH_CALLS: string = [
  ...([
    'open',
    'exec',
    'stat',
    'access',
    'directory',
    'attributes',
    'link',
    'unlink',
    'mkdir',
    'rmdir',
  ] as const),
  ...([
    'mknod',
    'rename',
    'symlink',
    'readlink',
    'getxattr',
    'setxattr',
    'listxattr',
    'removexattr',
  ] as const),
  ...(['mount', 'statfs', 'notify'] as const),
]
  .map((group): string => SYSCALLS[group])
  .concat('uselib acct swapon swapoff quotactl name_to_handle_at bind connect sendto sendmsg socketcall bpf')
  .concat('mq_open mq_unlink')
  .join(' ');
