/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bpf_audit_rules_abi.h - the rules for BPF records as the kernel asks them. Part of bpf_audit_abi.h.
 */
#ifndef BPF_AUDIT_RULES_ABI_H
#define BPF_AUDIT_RULES_ABI_H

#define BPF_AUDIT_NODES 4096
#define BPF_AUDIT_OUTCOMES 2048
#define BPF_AUDIT_LIMITS 64
#define BPF_AUDIT_FOREIGN_STARTS 256
#define BPF_AUDIT_RULES_TEXT 65536

/*
 * Where to go on in bpf_audit_rules: below BPF_AUDIT_NODES a node, from here on an outcome. Every way leads
 * forward: the number of a node is higher than that of any before it.
 */
#define BPF_AUDIT_OUTCOME 0x8000

/* What a node looks at. From BPF_AUDIT_ON_VERDICT on it is known only when the record is complete. */
enum bpf_audit_node_field {
	BPF_AUDIT_ON_PID = 1,
	BPF_AUDIT_ON_PPID = 2,
	BPF_AUDIT_ON_UID = 3,
	BPF_AUDIT_ON_EUID = 4,
	BPF_AUDIT_ON_SUID = 5,
	BPF_AUDIT_ON_FSUID = 6,
	BPF_AUDIT_ON_GID = 7,
	BPF_AUDIT_ON_EGID = 8,
	BPF_AUDIT_ON_SGID = 9,
	BPF_AUDIT_ON_FSGID = 10,
	BPF_AUDIT_ON_AUID = 11,
	BPF_AUDIT_ON_SES = 12,
	BPF_AUDIT_ON_CGROUP_ID = 13,
	BPF_AUDIT_ON_PAIR = 14,   /* the fields arg and low have the same value */
	BPF_AUDIT_ON_COMM = 15,   /* low and span are its 16 bytes */
	BPF_AUDIT_ON_EXE = 16,    /* low is the inode, span the device */
	BPF_AUDIT_ON_CGROUP = 17, /* low is the id of the ancestor at level arg */
	BPF_AUDIT_ON_VERDICT = 32,
	BPF_AUDIT_ON_INODE = 33,
	BPF_AUDIT_ON_DEVMAJOR = 34,
	BPF_AUDIT_ON_DEVMINOR = 35,
	BPF_AUDIT_ON_CAPABILITY = 36,
	BPF_AUDIT_ON_SADDR_FAM = 37,
	BPF_AUDIT_ON_SPORT = 38,
	BPF_AUDIT_ON_DPORT = 39,
	BPF_AUDIT_ON_LPORT = 40,
	BPF_AUDIT_ON_FPORT = 41,
	BPF_AUDIT_ON_SADDR = 42,  /* low and span are an address, arg its prefix */
	BPF_AUDIT_ON_DADDR = 43,
	BPF_AUDIT_ON_LADDR = 44,
	BPF_AUDIT_ON_FADDR = 45,
	BPF_AUDIT_ON_DIR = 46,    /* low is the inode, span the device */
	BPF_AUDIT_ON_ASK = 255,   /* only user space can tell */
};

/* How a node compares. Whatever was not observed leads to no. */
enum bpf_audit_node_test {
	BPF_AUDIT_IS_IN = 0,    /* value - low <= span, without sign */
	BPF_AUDIT_HAS_ANY = 1,  /* value & low */
	BPF_AUDIT_HAS_ALL = 2,  /* (value & low) == low */
	BPF_AUDIT_IS = 3,       /* addresses, files, comm, cgroup, pairs: the same */
	BPF_AUDIT_IS_NOT = 4,   /* observed, and another */
};

/*
 * One question of the rules. Numbers of the subject have 32 bits, and few instructions: up to BPF_AUDIT_ON_SES the
 * lower half of low is what is taken from the value, the upper half what must not be less than the rest.
 */
struct bpf_audit_node {
	__u8 field; /* enum bpf_audit_node_field */
	__u8 test;  /* enum bpf_audit_node_test */
	__u8 arg;
	__u8 long_address; /* 1: 16 bytes, 0: 4 */
	__u16 yes;  /* where to go on */
	__u16 no;
	__u64 low;
	__u64 span;
};

enum bpf_audit_outcome_kind {
	BPF_AUDIT_KEEP = 0,
	BPF_AUDIT_DROP = 1,
	BPF_AUDIT_ASK = 2,   /* cannot be told yet, or only by user space */
	BPF_AUDIT_LIMIT = 3, /* kept as long as the limit allows */
};

/* What a program's rules come to; each program has its own, so that hits tells program and rule. */
struct bpf_audit_outcome {
	__u64 hits; /* records that were dropped here */
	__u16 rule; /* its place in the list, 0xffff: none matched */
	__u8 kind;  /* enum bpf_audit_outcome_kind */
	__u8 limit; /* LIMIT: which of bpf_audit_rules.limits */
	__u32 prog_id; /* 0: programs without a place of their own */
};

/* What has a bucket of its own under a limit. */
enum bpf_audit_limit_per {
	BPF_AUDIT_PER_RULE = 0, /* a key, or one rule */
	BPF_AUDIT_PER_POLICY = 1,
	BPF_AUDIT_PER_EXE = 2,
	BPF_AUDIT_PER_CGROUP = 3,
};

struct bpf_audit_limit {
	__u64 interval_ns; /* between two records when they come evenly */
	__u64 burst_ns;    /* how far ahead of that they may be */
	__u64 id;          /* of the key or rule */
	__u32 per;         /* enum bpf_audit_limit_per */
	__u32 reserved;
};

/* Key of bpf_audit_buckets. */
struct bpf_audit_bucket_key {
	__u64 limit;  /* bpf_audit_limit.id */
	__u64 object; /* inode of the executable, id of the cgroup, number of the policy, 0 */
	__u32 device; /* of the executable */
	__u32 per;    /* enum bpf_audit_limit_per */
};

/* Value of bpf_audit_buckets. */
struct bpf_audit_bucket {
	__u64 due_ns;     /* CLOCK_BOOTTIME at which the bucket is full again */
	__u64 suppressed; /* records held back since it was made */
	__u64 first_ns;   /* CLOCK_BOOTTIME of the first and last of them */
	__u64 last_ns;
};

/* Where a program of another loader begins. */
struct bpf_audit_foreign_start {
	__u32 self_map; /* 0: free */
	__u16 site;
	__u16 start;
};

/*
 * The list bpf, compiled: an element of bpf_audit_rules. The one that is not in force is written, then
 * bpf_audit_state.rules changes. A program that is so late that its own is written again sees that epoch is
 * another one, and asks user space.
 */
struct bpf_audit_rules {
	__u64 epoch;    /* another number for each change, 0: being written */
	__u64 filtered; /* hits of rules that are gone */
	__u64 given_back; /* of all hits: records that had begun, and so have a sequence number */
	__u32 nodes_len;
	__u32 outcomes_len;
	__u32 limits_len;
	__u32 text_len;
	__u16 start[BPF_AUDIT_SLOTS]; /* by slot; 0: programs that are not known */
	__u16 policy[BPF_AUDIT_SLOTS]; /* number of the policy, for limits */
	struct bpf_audit_foreign_start foreign[BPF_AUDIT_FOREIGN_STARTS];
	struct bpf_audit_limit limits[BPF_AUDIT_LIMITS];
	struct bpf_audit_outcome outcomes[BPF_AUDIT_OUTCOMES];
	struct bpf_audit_node nodes[BPF_AUDIT_NODES];
	char text[BPF_AUDIT_RULES_TEXT]; /* the rules as they are listed, a line each */
};

_Static_assert(sizeof(struct bpf_audit_node) == 24, "node");
_Static_assert(sizeof(struct bpf_audit_outcome) == 16, "outcome");
_Static_assert(sizeof(struct bpf_audit_rules) % 8 == 0, "rules");

#endif /* BPF_AUDIT_RULES_ABI_H */
