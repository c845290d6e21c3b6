/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bpf_audit_log_dentry(), _inode(), _task(): objects that have a name but no path.
 */
#ifndef BPF_AUDIT_INODE_BPF_H
#define BPF_AUDIT_INODE_BPF_H

#define BPF_AUDIT__S_IFMT 0170000
#define BPF_AUDIT__S_IFDIR 0040000

/* Aliases that are looked at; a file with more unhashed ones in front shows no name. */
#define BPF_AUDIT__ALIASES 32

/* d_alias stands in the union d_u up to 6.18, then in one without a name. */
struct dentry___alias_in_d_u {
	union {
		struct hlist_node d_alias;
	} d_u;
} __attribute__((preserve_access_index));

struct dentry___alias_bare {
	struct hlist_node d_alias;
} __attribute__((preserve_access_index));

/* dentry and inode print alike, so they share one turn. */
#define BPF_AUDIT__NAME_TURN ((1ULL << BPF_AUDIT_DENTRY) | (1ULL << BPF_AUDIT_INODE))

static __always_inline int
bpf_audit__named(struct bpf_audit_context *ac, __u32 type, const void *name, struct inode *inode)
{
	struct bpf_audit_object *object;
	struct bpf_audit__slot slot;
	struct bpf_audit_field *field;
	long n = 0;

	if (!ac->live)
		return ac->dead;
	field = bpf_audit__open(ac, &slot, type, sizeof(*object) + BPF_AUDIT_STRING);
	if (!field)
		return -ENOBUFS;
	object = (void *)(field + 1);
	bpf_audit__identify(object, inode);
	if (name) {
		object->form = BPF_AUDIT_PLAIN;
		n = bpf_probe_read_kernel_str(object + 1, BPF_AUDIT_STRING, name);
		n = bpf_audit__clamp(n > 0 ? n - 1 : 0, BPF_AUDIT_STRING);
	}
	return bpf_audit__close(ac, &slot, field, sizeof(*object) + n);
}

/**
 * bpf_audit_log_dentry() - which name: name= dev= ino=
 * @ac: context
 * @dentry: as it came with the hook; a negative one shows its name only
 *
 * Return: 0; -EINVAL when called again or after bpf_audit_log_inode(); -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_dentry(struct bpf_audit_context *ac, struct dentry *dentry)
{
	if (!bpf_audit__once(ac, BPF_AUDIT__NAME_TURN))
		return -EINVAL;
	return bpf_audit__named(ac, BPF_AUDIT_DENTRY, dentry->d_name.name, bpf_audit__inode_of(dentry));
}

static __always_inline struct dentry *bpf_audit__alias_of(struct hlist_node *node)
{
	if (bpf_core_field_exists(struct dentry___alias_in_d_u, d_u))
		return (void *)node - bpf_core_field_offset(struct dentry___alias_in_d_u, d_u);
	return (void *)node - bpf_core_field_offset(struct dentry___alias_bare, d_alias);
}

/* A name the inode is known by, as d_find_alias_rcu() of fs/dcache.c. NULL: none. */
static __attribute__((noinline, unused)) __u64 bpf_audit__alias(struct inode *inode)
{
	struct hlist_node *node = BPF_CORE_READ(inode, i_dentry.first);
	bool dir = (BPF_CORE_READ(inode, i_mode) & BPF_AUDIT__S_IFMT) == BPF_AUDIT__S_IFDIR;
	int i;

	for (i = 0; i < BPF_AUDIT__ALIASES && node; i++) {
		struct dentry *dentry = bpf_audit__alias_of(node);

		if (dir || BPF_CORE_READ(dentry, d_hash.pprev))
			return (__u64)BPF_CORE_READ(dentry, d_name.name);
		node = BPF_CORE_READ(node, next);
	}
	return 0;
}

/**
 * bpf_audit_log_inode() - which inode: name= dev= ino=, name only if it has one at the moment
 * @ac: context
 * @inode: as it came with the hook, or file->f_inode
 *
 * Return: 0; -EINVAL when called again or after bpf_audit_log_dentry(); -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_inode(struct bpf_audit_context *ac, struct inode *inode)
{
	if (!bpf_audit__once(ac, BPF_AUDIT__NAME_TURN))
		return -EINVAL;
	return bpf_audit__named(ac, BPF_AUDIT_INODE, (void *)bpf_audit__alias(inode), inode);
}

/**
 * bpf_audit_log_task() - which other task: opid= ocomm=
 * @ac: context
 * @tsk: as it came with the hook
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_task(struct bpf_audit_context *ac, struct task_struct *tsk)
{
	struct bpf_audit__slot slot;
	struct bpf_audit_field *field;
	struct bpf_audit_task *task;

	if (!bpf_audit__once(ac, 1ULL << BPF_AUDIT_TASK))
		return -EINVAL;
	if (!ac->live)
		return ac->dead;
	field = bpf_audit__open(ac, &slot, BPF_AUDIT_TASK, sizeof(*task));
	if (!field)
		return -ENOBUFS;
	task = (void *)(field + 1);
	task->tgid = tsk->tgid;
	task->reserved = 0;
	bpf_probe_read_kernel(task->comm, sizeof(task->comm), tsk->comm);
	return bpf_audit__close(ac, &slot, field, sizeof(*task));
}

#endif /* BPF_AUDIT_INODE_BPF_H */
