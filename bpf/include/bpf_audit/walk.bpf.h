/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The path of a dentry by walking to the root, for kernels and hooks that allow neither bpf_path_d_path()
 * nor bpf_d_path(). Mirrors d_path() and prepend_path() of fs/d_path.c, but takes no lock: a rename on the
 * way can give a mix of the old and the new path.
 */
#ifndef BPF_AUDIT_WALK_BPF_H
#define BPF_AUDIT_WALK_BPF_H

/* include/uapi/linux/magic.h */
#define BPF_AUDIT__PIPEFS 0x50495045
#define BPF_AUDIT__SOCKFS 0x534F434B
#define BPF_AUDIT__ANON_INODE_FS 0x09041934
#define BPF_AUDIT__PIDFS 0x50494446
#define BPF_AUDIT__NSFS 0x6e736673
#define BPF_AUDIT__DMABUF_FS 0x444d4142

/* nsfs_dname(): up to 6.8 the operations hang at the dentry too, but what hangs there since is another thing. */
struct proc_ns_operations___audit {
	const char *name;
} __attribute__((preserve_access_index));

struct ns_common___audit {
	const struct proc_ns_operations___audit *ops;
} __attribute__((preserve_access_index));

struct dma_buf___audit {
	const char *name;
} __attribute__((preserve_access_index));

/*
 * The next free byte is kept in base->len, in the ring: the verifier does not follow values there, so it need
 * not look at the loop once for every length a name can have.
 */
struct bpf_audit__walk {
	struct bpf_audit_chunk *base; /* chunk that is written */
	struct dentry *dentry;
	struct mount *mnt;
	struct dentry *root;
	struct mount *root_mnt;
	__u32 form;
	__u32 flags;
	__u32 done;
};

/* One step up; @last is the last offset at which a name may begin. Returns 1 when the walk is over. */
static __always_inline long bpf_audit__step(struct bpf_audit__walk *walk, const __u64 last)
{
	struct dentry *dentry = walk->dentry, *parent;
	struct mount *mnt = walk->mnt;
	__u64 off = walk->base->len;
	const unsigned char *name;
	long n;

	if (dentry == walk->root && mnt == walk->root_mnt) {
		walk->done = 1;
		return 1;
	}
	if (dentry == BPF_CORE_READ(mnt, mnt.mnt_root)) {
		struct mount *above = BPF_CORE_READ(mnt, mnt_parent);

		if (above == mnt) {
			walk->done = 1;
			return 1;
		}
		walk->dentry = BPF_CORE_READ(mnt, mnt_mountpoint);
		walk->mnt = above;
		return 0;
	}
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry) {
		walk->flags |= BPF_AUDIT_OBJ_ESCAPED;
		walk->done = 1;
		return 1;
	}
	if (off > last)
		return 1;
	off = bpf_audit__clamp(off, last);
	name = BPF_CORE_READ(dentry, d_name.name);
	n = bpf_probe_read_kernel_str((void *)walk->base + off, BPF_AUDIT_STRING, name);
	if (n <= 0)
		return 1;
	walk->base->len = off + bpf_audit__clamp(n, BPF_AUDIT_STRING);
	walk->dentry = parent;
	return 0;
}

static __attribute__((noinline, unused)) long bpf_audit__step_chunk(__u32 i, struct bpf_audit__walk *walk)
{
	return bpf_audit__step(walk, BPF_AUDIT_CHUNK - BPF_AUDIT_STRING);
}

static __attribute__((noinline, unused)) long bpf_audit__step_large(__u32 i, struct bpf_audit__walk *walk)
{
	return bpf_audit__step(walk, BPF_AUDIT_CHUNK_LARGE - BPF_AUDIT_STRING);
}

static __attribute__((noinline, unused)) long bpf_audit__step_huge(__u32 i, struct bpf_audit__walk *walk)
{
	return bpf_audit__step(walk, BPF_AUDIT_CHUNK_HUGE - BPF_AUDIT_STRING);
}

/* Copies a name, with its NUL; @size is the size of the chunk. */
static __always_inline void bpf_audit__walk_name(struct bpf_audit__walk *walk, const void *name, const __u64 size)
{
	__u64 off = walk->base->len;
	long n;

	if (off > size - BPF_AUDIT_STRING)
		return;
	off = bpf_audit__clamp(off, size - BPF_AUDIT_STRING);
	n = bpf_probe_read_kernel_str((void *)walk->base + off, BPF_AUDIT_STRING, name);
	if (n > 0)
		walk->base->len = off + bpf_audit__clamp(n, BPF_AUDIT_STRING);
}

/* Names that a file system makes up, d_op->d_dname(). */
static __always_inline void bpf_audit__dname(struct bpf_audit__walk *walk, struct dentry *dentry, const __u64 size)
{
	__u64 magic = BPF_CORE_READ(dentry, d_sb, s_magic);
	const void *name = BPF_CORE_READ(dentry, d_name.name);

	walk->done = 1;
	if (magic == BPF_AUDIT__PIPEFS) {
		walk->form = BPF_AUDIT_PIPE;
		return;
	}
	if (magic == BPF_AUDIT__SOCKFS) {
		walk->form = BPF_AUDIT_SOCKET;
		return;
	}
	if (magic == BPF_AUDIT__ANON_INODE_FS || magic == BPF_AUDIT__PIDFS) {
		walk->form = BPF_AUDIT_ANON;
		/* pidfs_dname() prints [pidfd] whatever the dentry is called */
		if (magic == BPF_AUDIT__PIDFS)
			name = "[pidfd]";
	} else if (magic == BPF_AUDIT__NSFS) {
		struct ns_common___audit *ns = (void *)BPF_CORE_READ(dentry, d_inode, i_private);

		walk->form = BPF_AUDIT_NS;
		name = BPF_CORE_READ(ns, ops, name);
	} else if (magic == BPF_AUDIT__DMABUF_FS) {
		struct dma_buf___audit *dmabuf = (void *)BPF_CORE_READ(dentry, d_fsdata);

		walk->form = BPF_AUDIT_DMABUF;
		bpf_audit__walk_name(walk, name, size);
		name = BPF_CORE_READ(dmabuf, name);
	} else {
		walk->form = BPF_AUDIT_SIMPLE;
	}
	bpf_audit__walk_name(walk, name, size);
}

/* Length, form and flags of a string that was written, in one number. */
#define BPF_AUDIT__LENGTH(walked) ((walked) & 0xffffffff)
#define BPF_AUDIT__FORM(walked) (((walked) >> 32) & 0xff)
#define BPF_AUDIT__FLAGS(walked) (((walked) >> 40) & 0xff)

static __always_inline long
bpf_audit__walk_sized(struct bpf_audit_chunk *base, __u64 off, __u64 vfsmount, __u64 leaf, const __u64 size)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mount *mnt = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
	struct dentry *dentry = (void *)leaf;
	struct bpf_audit__walk walk = {
		.base = base,
		.form = BPF_AUDIT_COMPONENTS,
		.dentry = dentry,
		.mnt = mnt,
	};

	base->len = off;
	if (BPF_CORE_READ(dentry, d_op, d_dname) && (BPF_CORE_READ(dentry, d_parent) != dentry ||
						     BPF_CORE_READ(mnt, mnt.mnt_root) != dentry)) {
		bpf_audit__dname(&walk, dentry, size);
	} else {
		walk.root = BPF_CORE_READ(task, fs, root.dentry);
		walk.root_mnt =
			(void *)BPF_CORE_READ(task, fs, root.mnt) - bpf_core_field_offset(struct mount, mnt);
		if (!BPF_CORE_READ(dentry, d_hash.pprev) && BPF_CORE_READ(dentry, d_parent) != dentry)
			walk.flags = BPF_AUDIT_OBJ_DELETED;
		if (size == BPF_AUDIT_CHUNK)
			bpf_loop(BPF_AUDIT_CHUNK / 2, bpf_audit__step_chunk, &walk, 0);
		else if (size == BPF_AUDIT_CHUNK_LARGE)
			bpf_loop(BPF_AUDIT_CHUNK_LARGE / 2, bpf_audit__step_large, &walk, 0);
		else
			bpf_loop(BPF_AUDIT_CHUNK_HUGE / 2, bpf_audit__step_huge, &walk, 0);
	}
	if (!walk.done)
		return -ENAMETOOLONG;
	return bpf_audit__clamp(base->len - off, size) | ((__u64)walk.form << 32) | ((__u64)walk.flags << 40);
}

/*
 * One function per size. Global ones, which the verifier looks at once and not for every path of the program that
 * leads to them; what they are given must then be a number, or memory whose size its type says.
 */
#define BPF_AUDIT__WALK(name, size)                                                                         \
	struct bpf_audit__chunk_##name {                                                                    \
		struct bpf_audit_chunk chunk;                                                               \
		__u8 bytes[size - sizeof(struct bpf_audit_chunk)];                                          \
	};                                                                                                  \
	__attribute__((noinline, weak)) long bpf_audit__walk_##name(                                        \
		struct bpf_audit__chunk_##name *base, __u64 off, __u64 vfsmount, __u64 dentry)              \
	{                                                                                                   \
		if (!base)                                                                                  \
			return -ENAMETOOLONG;                                                               \
		return bpf_audit__walk_sized(&base->chunk, off, vfsmount, dentry, size);                    \
	}

BPF_AUDIT__WALK(small, BPF_AUDIT_CHUNK)
BPF_AUDIT__WALK(large, BPF_AUDIT_CHUNK_LARGE)
BPF_AUDIT__WALK(huge, BPF_AUDIT_CHUNK_HUGE)

/*
 * Writes the components of a path at @off into the chunk @base of @size bytes, a constant: one of the
 * BPF_AUDIT_CHUNK sizes. @mnt and @dentry were read with BPF_CORE_READ(): to the verifier they are numbers.
 *
 * Return: see BPF_AUDIT__LENGTH(); negative if it did not fit.
 */
static __always_inline long
bpf_audit__walk(struct bpf_audit_chunk *base, __u64 off, struct vfsmount *mnt, struct dentry *dentry,
		const __u64 size)
{
	if (size == BPF_AUDIT_CHUNK)
		return bpf_audit__walk_small((void *)base, off, (__u64)mnt, (__u64)dentry);
	if (size == BPF_AUDIT_CHUNK_LARGE)
		return bpf_audit__walk_large((void *)base, off, (__u64)mnt, (__u64)dentry);
	return bpf_audit__walk_huge((void *)base, off, (__u64)mnt, (__u64)dentry);
}

#endif /* BPF_AUDIT_WALK_BPF_H */
