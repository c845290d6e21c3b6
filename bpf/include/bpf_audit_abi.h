/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bpf_audit_abi.h - what travels through the ring, and the maps that kernel and user space share.
 *
 * The only header that src/ knows too: src/abi/abi.ts mirrors it, and the layout is compared with the
 * BTF of every object before it is loaded. All integers are in the byte order of the machine. Ids are only
 * ever appended. A change of an existing offset is a new BPF_AUDIT_ABI.
 *
 * Every entry of the ring is a *chunk*. An event is one chunk of kind EVENT and, where a field did not fit,
 * further chunks of kind FIELD with the same promise, each with one field. They lie behind their EVENT in
 * the ring, records of other CPUs may lie between them.
 */
#ifndef BPF_AUDIT_ABI_H
#define BPF_AUDIT_ABI_H

/* Version of everything in this file. */
#define BPF_AUDIT_ABI 1

/* Sizes of the three reservations that are ever made, in bytes. */
#define BPF_AUDIT_CHUNK 768
#define BPF_AUDIT_CHUNK_LARGE 4608
#define BPF_AUDIT_CHUNK_HUGE 33280

/* Room that a string must find to be written in place, in bytes with its NUL. NAME_MAX + 1 fits. */
#define BPF_AUDIT_STRING 256

/* Default size of the shared ring, in bytes. Define it before the include to build for another. */
#ifndef BPF_AUDIT_RING_SIZE
#define BPF_AUDIT_RING_SIZE (16 * 1024 * 1024)
#endif

/* Programs that bpfaudit itself attached have a slot of their own. Slot 0 is never given away. */
#define BPF_AUDIT_SLOTS 1024

/*
 * The attach cookie that bpfaudit sets: magic, slot, program id. Any other cookie is somebody else's.
 */
#define BPF_AUDIT_COOKIE_MAGIC 0xBA0DULL
#define BPF_AUDIT_COOKIE(slot, id) \
	((BPF_AUDIT_COOKIE_MAGIC << 48) | ((__u64)(slot) << 32) | (__u32)(id))

enum bpf_audit_chunk_kind {
	BPF_AUDIT_EVENT = 1, /* struct bpf_audit_event, then fields */
	BPF_AUDIT_FIELD = 2, /* struct bpf_audit_chunk, then one field */
	BPF_AUDIT_STAMP = 3, /* struct bpf_audit_stamp_chunk: event -> serial */
	BPF_AUDIT_EXIT = 4,  /* struct bpf_audit_exit_chunk: event -> result of the system call */
};

/* Bits of bpf_audit_event.context. */
enum bpf_audit_context_bits {
	BPF_AUDIT_CTX_PRESENT = 1 << 0, /* the task has an audit context, ctime is valid */
	BPF_AUDIT_CTX_DUMMY = 1 << 1,   /* no rule loaded: the kernel will write no record */
	BPF_AUDIT_CTX_URING = 1 << 2,   /* io_uring operation, syscall is its opcode */
	BPF_AUDIT_CTX_KTHREAD = 1 << 3, /* kernel thread */
	BPF_AUDIT_CTX_VERDICT = 1 << 4, /* verdict was recorded */
	BPF_AUDIT_CTX_SYSCALL = 1 << 5, /* syscall, arch and args are valid */
	BPF_AUDIT_CTX_MONITOR = 1 << 6, /* the policy is in monitor mode: its verdict was not enforced */
	BPF_AUDIT_CTX_DECIDED = 1 << 8, /* a rule said in the kernel that the record is kept */
};

/* Why a record or a field was lost; index of bpf_audit_prog.lost. */
enum bpf_audit_loss {
	BPF_AUDIT_LOST_FULL = 0,  /* record: no room in the ring */
	BPF_AUDIT_LOST_BUSY = 1,  /* record: the ring had room but gave none (rqspinlock, nested in NMI) */
	BPF_AUDIT_LOST_FIELD = 2, /* field: no room for its own chunk; flagged in its event */
	BPF_AUDIT_LOST_CUT = 3,   /* field: longer than BPF_AUDIT_CHUNK_HUGE; flagged in its event */
	BPF_AUDIT_LOST_MAX = 4,
};

/* Types of fields; also the bit in bpf_audit_event.missing. */
enum bpf_audit_field_type {
	BPF_AUDIT_CAUSE = 1,     /* string */
	BPF_AUDIT_CAP = 2,       /* __s32 */
	BPF_AUDIT_PATH = 3,      /* struct bpf_audit_object */
	BPF_AUDIT_FILE = 4,      /* struct bpf_audit_object */
	BPF_AUDIT_IOCTL_OP = 5,  /* struct bpf_audit_object, value is the command */
	BPF_AUDIT_DENTRY = 6,    /* struct bpf_audit_object, string is the name */
	BPF_AUDIT_INODE = 7,     /* struct bpf_audit_object, string is the name if there is an alias */
	BPF_AUDIT_TASK = 8,      /* struct bpf_audit_task */
	BPF_AUDIT_NET = 9,       /* struct bpf_audit_net, then the AF_UNIX address or path */
	BPF_AUDIT_KEY = 10,      /* __s32 serial, then the description if value is 1 */
	BPF_AUDIT_IPC = 11,      /* __s32 */
	BPF_AUDIT_KMOD = 12,     /* string */
	BPF_AUDIT_ANONINODE = 13, /* string */
	BPF_AUDIT_LOCKDOWN = 14, /* __s32 reason, then its name if this kernel was asked for it */
	BPF_AUDIT_NLMSGTYPE = 15, /* value */
	BPF_AUDIT_IBPKEY = 16,   /* struct bpf_audit_ib */
	BPF_AUDIT_IBENDPORT = 17, /* struct bpf_audit_ib, then the device name */
	BPF_AUDIT_U64 = 18,      /* struct bpf_audit_custom */
	BPF_AUDIT_S64 = 19,      /* struct bpf_audit_custom */
	BPF_AUDIT_HEX = 20,      /* struct bpf_audit_custom */
	BPF_AUDIT_STR = 21,      /* struct bpf_audit_custom, then the string */
	BPF_AUDIT_EXE = 22,      /* struct bpf_audit_object: executable of the task */
	BPF_AUDIT_CWD = 23,      /* struct bpf_audit_object: working directory of the task */
	BPF_AUDIT_PROCTITLE = 24, /* bytes of the command line, NULs between arguments */
	BPF_AUDIT_EXECVE = 25,    /* arguments of an exec, a NUL behind each; value 1: some are cut */
};

/* How the string of a bpf_audit_object is to be read. */
enum bpf_audit_string_form {
	BPF_AUDIT_NONE = 0,       /* there is no string */
	BPF_AUDIT_PLAIN = 1,      /* as it stands */
	BPF_AUDIT_COMPONENTS = 2, /* names from the leaf to the root, a NUL after each */
	BPF_AUDIT_PIPE = 3,       /* pipe:[ino] */
	BPF_AUDIT_SOCKET = 4,     /* socket:[ino] */
	BPF_AUDIT_ANON = 5,       /* anon_inode: and the string */
	BPF_AUDIT_NS = 6,         /* string, then :[ino] */
	BPF_AUDIT_SIMPLE = 7,     /* "/" string " (deleted)": memfd, SysV shm */
	BPF_AUDIT_DMABUF = 8,     /* "/" string ":" and what follows its NUL */
	BPF_AUDIT_TOO_LONG = 9,   /* the kernel could not give it: <too_long> */
};

/* Bits of bpf_audit_object.flags. */
enum bpf_audit_object_flags {
	BPF_AUDIT_OBJ_INODE = 1 << 0,   /* dev and ino are valid */
	BPF_AUDIT_OBJ_DELETED = 1 << 1, /* COMPONENTS: " (deleted)" follows */
	BPF_AUDIT_OBJ_ESCAPED = 1 << 2, /* COMPONENTS: outside of its mount, the path is "/" */
};

/* Head of every entry of the ring. */
struct bpf_audit_chunk {
	__u16 abi;     /* BPF_AUDIT_ABI */
	__u8 kind;     /* enum bpf_audit_chunk_kind */
	__u8 flags;    /* 0 */
	__u32 len;     /* bytes in use, this head included */
	__u64 promise; /* joins the chunks of an event; unique until reboot */
};

/* Head of an event. Fields follow from offset sizeof(struct bpf_audit_event). */
struct bpf_audit_event {
	struct bpf_audit_chunk chunk;
	__u64 event;    /* promise of the first event of this system call; 0: none will be resolved */
	__u64 seq;      /* of this program, from 0; lost records use up a number too */
	__u64 lost;     /* records of this program lost before this one */
	__u64 boot_ns;  /* CLOCK_BOOTTIME */
	__s64 ctime_sec;  /* audit's time of the system call, CLOCK_REALTIME */
	__u32 ctime_nsec;
	__u32 serial;   /* audit's serial, 0 as long as the kernel has given none */
	__u32 prog_id;  /* 0: attached by somebody else, see self_map and site */
	__u32 self_map; /* id of the map bpf_audit_self of the object */
	__u32 tgid;
	__u32 tid;
	__u32 ppid;
	__u32 auid;
	__u32 ses;
	__u32 uid, gid, euid, suid, fsuid, egid, sgid, fsgid;
	__s32 syscall;  /* -1: none */
	__u64 args[4];
	__u64 cgroup;   /* id in the v2 hierarchy */
	__u64 exe_ino;  /* 0: no executable */
	__u32 exe_dev;  /* kernel encoding: major << 20 | minor */
	__u32 arch;     /* AUDIT_ARCH_* */
	char comm[16];
	char tty[32];   /* empty: none */
	__s32 verdict;
	__u16 chunks;   /* FIELD chunks that were submitted */
	__u16 site;     /* which bpf_audit_log_start() of the object */
	__u32 missing;  /* bit per field type that was lost or cut */
	__u32 context;  /* enum bpf_audit_context_bits */
};

/* Head of a field. The next one begins at the next multiple of 8. */
struct bpf_audit_field {
	__u8 type;   /* enum bpf_audit_field_type */
	__u8 order;  /* which call it was, from 0 */
	__u16 value; /* small payload of some types */
	__u32 len;   /* payload in bytes, this head not included */
};

struct bpf_audit_object {
	__u64 ino;
	__u32 dev;
	__u16 form;  /* enum bpf_audit_string_form */
	__u16 flags; /* enum bpf_audit_object_flags */
	char sid[32]; /* super_block.s_id, what audit prints as dev= */
	/* the string */
};

struct bpf_audit_task {
	__s32 tgid;
	__u32 reserved;
	char comm[16];
};

struct bpf_audit_net {
	__u16 sk_family; /* of the socket, 0: none */
	__u16 family;    /* of the addresses, 0: none */
	__s32 netif;
	__u16 lport, fport, sport, dport; /* network order */
	__u8 laddr[16];
	__u8 faddr[16];
	__u8 saddr[16];
	__u8 daddr[16];
	char netif_name[16]; /* in the initial network namespace; empty: no such interface */
	__u16 unix_form;     /* enum bpf_audit_string_form of what follows */
	__u16 unix_flags;    /* enum bpf_audit_object_flags */
	__u32 unix_len;      /* bytes of an address without path */
};

struct bpf_audit_ib {
	__u64 subnet_prefix;
	__u32 port;
	__u32 pkey;
};

struct bpf_audit_custom {
	char name[32];
	__u64 value;
};

/* The kernel gave the event its serial (fexit/auditsc_get_stamp). chunk.promise is the event. */
struct bpf_audit_stamp_chunk {
	struct bpf_audit_chunk chunk;
	__s64 ctime_sec;
	__u32 ctime_nsec;
	__u32 serial;
};

#define BPF_AUDIT_UNSEEN 2

/* The system call returned (fexit/__audit_syscall_exit). chunk.promise is the event. */
struct bpf_audit_exit_chunk {
	struct bpf_audit_chunk chunk;
	__s64 exit;
	__u32 success; /* 0 or 1, or BPF_AUDIT_UNSEEN: it and exit are not known */
	__u32 serial;  /* 0: the kernel wrote no record */
};

/* One program: slot of bpf_audit_progs, or entry of bpf_audit_foreign. */
struct bpf_audit_prog {
	__u32 prog_id;  /* written by the loader; 0 in bpf_audit_foreign */
	__u32 self_map; /* in a slot of a policy: how late it was attached, of others the map of the object */
	__u64 seq;      /* records begun */
	__u64 lost[BPF_AUDIT_LOST_MAX];
	__u32 mode;     /* enum bpf_audit_mode, in a slot with bits above it */
	__u32 generation;
	__u32 site;     /* in a slot of a policy: type id of its hook, 0 when it was detached */
	__u32 line;     /* source line of the first bpf_audit_log_start() that ran */
	__u64 denials;  /* verdicts below 0 */
	__u64 reported; /* losses that user space has written down; only it writes this */
	char name[48];  /* C function in bpf_audit_foreign, else policy and version with a NUL after each */
};

#include "bpf_audit_policy_abi.h"

/* Key of bpf_audit_foreign. */
struct bpf_audit_foreign_key {
	__u32 self_map;
	__u32 site;
};

/* Bits of bpf_audit_state.want. */
enum bpf_audit_want {
	BPF_AUDIT_WANT_JOIN = 1 << 0,    /* remember events per task for the resolver */
	BPF_AUDIT_WANT_SUBJECT = 1 << 1, /* EXE, CWD, PROCTITLE, EXECVE unless the kernel is sure to tell */
	BPF_AUDIT_WANT_RULES = 1 << 2,   /* rules are loaded by which the kernel writes about every denial */
};

#define BPF_AUDIT_CPUS 128

/* The one value of bpf_audit_state. */
struct bpf_audit_state {
	__u32 asleep; /* the reader blocks: who finds 1 sets 0 and wakes it */
	__u32 want;   /* enum bpf_audit_want */
	__u32 ring_size;
	__u32 own_serial; /* last event id that user space gave to an event of its own */
	/* of the reader alone: the batch of lines that it is writing, see src/daemon/journal.ts */
	__u32 batch_len; /* bytes of text, 0: none is under way */
	__u32 rules; /* the list bpf: 0: empty, 1 or 2: which element of bpf_audit_rules is in force */
	__u64 batch_end; /* position in the ring that is released once the batch is in the log */
	__u64 log_ino;   /* the log it goes to, and its length before */
	__u64 log_size;
	__u32 held; /* lines that the reader keeps in memory, since the log takes none */
	__u32 exposed; /* decisions that wait though their room is released: gone if the reader is killed */
	__u32 exposed_next; /* the same, once the batch is in the log */
	__u32 kernel_serial; /* last serial of the kernel that a reader of its records came to; 0: none does */
	struct {
		__u64 next; /* promises given on this CPU */
		__u64 reserved[7];
	} cpu[BPF_AUDIT_CPUS];
};

/* What a task has pending: value of bpf_audit_pending. */
struct bpf_audit_pending {
	__u64 event; /* promise of the first event of the system call, 0: none */
	__u64 call; /* made of its number and arguments */
	__u64 ctime;
	__u32 serial; /* 0: not yet known */
	__u32 stamped; /* the reader was told the serial */
};

#include "bpf_audit_rules_abi.h"

/*
 * Value of bpf_audit_self: never used at run time, but it puts every structure into the object's BTF, where
 * the loader compares the layout.
 */
struct bpf_audit_layout {
	struct bpf_audit_event event;
	struct bpf_audit_field field;
	struct bpf_audit_object object;
	struct bpf_audit_task task;
	struct bpf_audit_net net;
	struct bpf_audit_ib ib;
	struct bpf_audit_custom custom;
	struct bpf_audit_stamp_chunk stamp;
	struct bpf_audit_exit_chunk exit;
	struct bpf_audit_prog prog;
	struct bpf_audit_foreign_key foreign_key;
	struct bpf_audit_pending pending;
	struct bpf_audit_policy policy;
	struct bpf_audit_note_key note_key;
	struct bpf_audit_setup setup;
	char abi[BPF_AUDIT_ABI]; /* its length is the version */
};

/* Offsets that may never move: every version begins with abi, kind, flags, len, promise. */
_Static_assert(sizeof(struct bpf_audit_chunk) == 16, "chunk");
_Static_assert(sizeof(struct bpf_audit_event) == 248, "event");
_Static_assert(sizeof(struct bpf_audit_object) == 48, "object");
_Static_assert(sizeof(struct bpf_audit_net) == 104, "net");
_Static_assert(sizeof(struct bpf_audit_prog) == 128, "prog");

#endif /* BPF_AUDIT_ABI_H */
