/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What rules see: the task that acts, and the directories above a path. Read only when a rule asks for it.
 */
#ifndef BPF_AUDIT_FILTER_FACTS_BPF_H
#define BPF_AUDIT_FILTER_FACTS_BPF_H

/* One number of the subject, by enum bpf_audit_node_field up to BPF_AUDIT_ON_SES. */
static __always_inline __u32
bpf_audit__subject_number(struct task_struct *task, const struct cred *cred, __u32 field)
{
	if (field <= BPF_AUDIT_ON_PPID)
		return field == BPF_AUDIT_ON_PPID ? task->real_parent->tgid : task->tgid;
	if (field >= BPF_AUDIT_ON_AUID)
		return field == BPF_AUDIT_ON_AUID ? task->loginuid.val : task->sessionid;
	if (field < BPF_AUDIT_ON_SUID)
		return field == BPF_AUDIT_ON_UID ? cred->uid.val : cred->euid.val;
	if (field < BPF_AUDIT_ON_GID)
		return field == BPF_AUDIT_ON_SUID ? cred->suid.val : cred->fsuid.val;
	if (field < BPF_AUDIT_ON_SGID)
		return field == BPF_AUDIT_ON_GID ? cred->gid.val : cred->egid.val;
	return field == BPF_AUDIT_ON_SGID ? cred->sgid.val : cred->fsgid.val;
}

static __always_inline __u64 bpf_audit__subject_cgroup(struct bpf_audit__way *way)
{
	return bpf_get_current_cgroup_id();
}

/* Id of the cgroup at @level above the task, 0 if there is none. */
static __always_inline __u64 bpf_audit__subject_ancestor(struct bpf_audit__way *way, __u32 level)
{
	return bpf_get_current_ancestor_cgroup_id(level);
}

/* 16 bytes, NULs behind the name. */
static __always_inline void bpf_audit__subject_comm(struct bpf_audit__way *way, __u64 comm[2])
{
	char *name = (char *)comm;

	comm[0] = comm[1] = 0;
	/* cleared first: what lies behind the NUL in the task may be left from an older name */
	bpf_probe_read_kernel_str(name, 16, bpf_get_current_task_btf()->comm);
}

/* The executable: false if the task has none. */
static __always_inline bool bpf_audit__subject_exe(struct bpf_audit__way *way, __u64 *ino, __u64 *dev)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct inode *inode = BPF_CORE_READ(task, mm, exe_file, f_inode);

	if (!inode)
		return false;
	*ino = BPF_CORE_READ(inode, i_ino);
	*dev = BPF_CORE_READ(inode, i_sb, s_dev);
	return true;
}

/* Names on the way up that are looked at. */
#define BPF_AUDIT__ABOVE 256

struct bpf_audit__climb {
	struct dentry *dentry;
	struct mount *mnt;
	__u64 ino;
	__u32 dev;
	__s32 found; /* 0, 1, BPF_AUDIT__CUT_SHORT as long as neither is known */
};

static __attribute__((noinline, unused)) long bpf_audit__climb_step(__u32 i, struct bpf_audit__climb *climb)
{
	struct dentry *dentry = climb->dentry, *parent;
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	struct mount *mnt = climb->mnt, *above;

	if (BPF_CORE_READ(inode, i_ino) == climb->ino && BPF_CORE_READ(inode, i_sb, s_dev) == climb->dev) {
		climb->found = 1;
		return 1;
	}
	/* what a mount covers does not count, nor does its root twice */
	if (dentry == BPF_CORE_READ(mnt, mnt.mnt_root)) {
		above = BPF_CORE_READ(mnt, mnt_parent);
		if (above == mnt) {
			climb->found = 0;
			return 1;
		}
		dentry = BPF_CORE_READ(mnt, mnt_mountpoint);
		climb->mnt = above;
		/* a mount on the root of another */
		if (dentry == BPF_CORE_READ(above, mnt.mnt_root)) {
			climb->dentry = dentry;
			return 0;
		}
	}
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry) {
		climb->found = 0;
		return 1;
	}
	climb->dentry = parent;
	return 0;
}

/* Whether the object of the record or a directory above it is this file. */
__attribute__((noinline, weak)) int bpf_audit__find_above(__u64 dentry, __u64 vfsmount, __u64 ino, __u64 dev)
{
	struct bpf_audit__climb climb = { .ino = ino, .dev = dev, .found = BPF_AUDIT__CUT_SHORT };

	if (!dentry)
		return BPF_AUDIT__NO_PATH;
	climb.dentry = (void *)dentry;
	climb.mnt = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
	bpf_loop(BPF_AUDIT__ABOVE, bpf_audit__climb_step, &climb, 0);
	return climb.found;
}

#endif /* BPF_AUDIT_FILTER_FACTS_BPF_H */
