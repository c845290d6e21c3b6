/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bpf_audit_policy_abi.h - policies and their generations. Part of bpf_audit_abi.h.
 */
#ifndef BPF_AUDIT_POLICY_ABI_H
#define BPF_AUDIT_POLICY_ABI_H

enum bpf_audit_mode {
	BPF_AUDIT_ENFORCE = 0,
	BPF_AUDIT_MONITOR = 1, /* BPF_AUDIT_POLICY() lets everything pass */
	BPF_AUDIT_NO_SUCCESSOR = 1 << 8, /* bit in a slot: the next generation has no program on this hook */
	BPF_AUDIT_FOLLOWER = 1 << 9,     /* bit in a slot: another program of its generation runs before it */
};

/* Policies that bpfaudit can have loaded at a time. Index 0 is no policy: see src/bpf/call-order.ts. */
#define BPF_AUDIT_POLICIES 256

/* Value of bpf_audit_policies: one policy. */
struct bpf_audit_policy {
	__u64 turn;      /* generation whose turn it is << 1 | settling; 0: nobody's */
	__u64 straddled; /* calls that a flip found between the programs of two generations */
	__u64 unnoted;   /* since the last flip: calls that were let pass, and no note could be left */
};

/* Key of bpf_audit_notes: a call that a program of the new generation let pass while both were attached. */
struct bpf_audit_note_key {
	__u64 call; /* address of the context, never given to user space */
	__u32 policy;
	__u32 generation;
};

/* What the loader tells a program before the load; constants to the verifier. */
struct bpf_audit_setup {
	__u32 path_via;   /* enum bpf_audit_path_via */
	__u32 policy;     /* index in bpf_audit_policies; 0: loaded by something else than `bpfaudit policy` */
	__u32 generation; /* from 1 */
	__u32 mode;       /* enum bpf_audit_mode */
};

#endif /* BPF_AUDIT_POLICY_ABI_H */
