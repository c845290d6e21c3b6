/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bpf_audit_log_path(), _file(), _ioctl_op(): objects that have a path.
 *
 * The path comes from the kfunc bpf_path_d_path() (6.12), the helper bpf_d_path() or the walk; which of them
 * is settled when the program is loaded, and the text is the same.
 */
#ifndef BPF_AUDIT_PATH_BPF_H
#define BPF_AUDIT_PATH_BPF_H

#ifndef BPF_AUDIT_PATH_WALK
extern int bpf_path_d_path(const struct path *path, char *buf, size_t buf__sz) __ksym __weak;
#endif

extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;

/*
 * The inode of a dentry, if there is one. Since 6.4 the verifier takes what d_inode points to for trusted: it drops the
 * test for NULL, and with a negative dentry the loads fault. Of what was cast it believes nothing.
 */
static __always_inline struct inode *bpf_audit__inode_of(const struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;

	if (bpf_rdonly_cast)
		return bpf_rdonly_cast(inode, bpf_core_type_id_kernel(struct inode));
	return inode;
}

/* dev= and ino= of an object. */
static __always_inline void bpf_audit__identify(struct bpf_audit_object *object, struct inode *inode)
{
	struct super_block *sb;

	object->form = BPF_AUDIT_NONE;
	if (!inode) {
		object->ino = 0;
		object->dev = 0;
		object->flags = 0;
		object->sid[0] = 0;
		return;
	}
	sb = inode->i_sb;
	object->flags = BPF_AUDIT_OBJ_INODE;
	object->ino = inode->i_ino;
	object->dev = sb->s_dev;
	bpf_audit__copy32(object->sid, sb->s_id);
}

/*
 * The string of @object, which lies in the chunk @base of @size bytes and ends at @off; @cap is the room for
 * it. Returns its length; negative if it did not fit.
 */
static __always_inline long
bpf_audit__render(void *base, __u64 off, struct bpf_audit_object *object, const struct path *path,
		  const __u64 size, const __u64 cap)
{
	long n;

#ifndef BPF_AUDIT_PATH_WALK
	if (bpf_audit_setup.path_via != BPF_AUDIT_VIA_WALK && bpf_path_d_path) {
		object->form = BPF_AUDIT_PLAIN;
		n = bpf_path_d_path(path, base + off, cap);
		return n > 0 ? bpf_audit__clamp(n - 1, cap) : -ENAMETOOLONG;
	}
	if (bpf_audit_setup.path_via == BPF_AUDIT_VIA_HELPER) {
		object->form = BPF_AUDIT_PLAIN;
		n = bpf_d_path((struct path *)path, base + off, cap);
		return n > 0 ? bpf_audit__clamp(n - 1, cap) : -ENAMETOOLONG;
	}
#endif
	n = bpf_audit__walk(base, off, BPF_CORE_READ(path, mnt), BPF_CORE_READ(path, dentry), size);
	if (n < 0)
		return n;
	object->form = BPF_AUDIT__FORM(n);
	object->flags |= BPF_AUDIT__FLAGS(n);
	return bpf_audit__clamp(BPF_AUDIT__LENGTH(n), size);
}

/* The same in a chunk of its own, a large one, then a huge one. Returns 0, or -ENOBUFS, or 1: too long. */
static __attribute__((noinline, unused)) int
bpf_audit__long_path(__u64 promise, __u64 tag, const struct path *path, struct inode *inode)
{
	const __u64 head = sizeof(struct bpf_audit_chunk) + sizeof(struct bpf_audit_field) +
			   sizeof(struct bpf_audit_object);
	struct bpf_audit_object *object;
	struct bpf_audit_chunk *chunk;
	long n;

	chunk = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK_LARGE, 0);
	if (!chunk)
		return -ENOBUFS;
	object = (void *)(bpf_audit__tagged(chunk, promise, tag) + 1);
	bpf_audit__identify(object, inode);
	n = bpf_audit__render(chunk, head, object, path, BPF_AUDIT_CHUNK_LARGE, BPF_AUDIT_CHUNK_LARGE - head);
	if (n >= 0) {
		bpf_audit__send(chunk, (void *)(chunk + 1), sizeof(*object) + n);
		return 0;
	}
	bpf_ringbuf_discard(chunk, BPF_RB_NO_WAKEUP);

	chunk = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK_HUGE, 0);
	if (!chunk)
		return -ENOBUFS;
	object = (void *)(bpf_audit__tagged(chunk, promise, tag) + 1);
	bpf_audit__identify(object, inode);
	n = bpf_audit__render(chunk, head, object, path, BPF_AUDIT_CHUNK_HUGE, BPF_AUDIT_CHUNK_HUGE - head);
	if (n < 0)
		object->form = BPF_AUDIT_TOO_LONG;
	bpf_audit__send(chunk, (void *)(chunk + 1), sizeof(*object) + (n >= 0 ? n : 0));
	return n < 0;
}

/* An object with its path as a field of type @type. */
static __always_inline int
bpf_audit__path(struct bpf_audit_context *ac, __u32 type, __u16 value, const struct path *path, struct inode *inode)
{
	struct bpf_audit_object *object;
	struct bpf_audit__slot slot;
	struct bpf_audit_field *field;
	__u64 off;
	long n;

	if (!ac->live)
		return ac->dead;
	if (ac->state->rules && (type != BPF_AUDIT_IOCTL_OP || !ac->dentry)) {
		ac->dentry = (__u64)BPF_CORE_READ(path, dentry);
		ac->mnt = (__u64)BPF_CORE_READ(path, mnt);
	}
	field = bpf_audit__open(ac, &slot, type, sizeof(*object) + BPF_AUDIT_STRING);
	if (!field)
		return -ENOBUFS;
	field->value = value;
	object = (void *)(field + 1);
	bpf_audit__identify(object, inode);
	off = slot.off + sizeof(*field) + sizeof(*object);
	n = bpf_audit__render(bpf_audit__base(ac, &slot), off, object, path, BPF_AUDIT_CHUNK, BPF_AUDIT_STRING);
	if (n >= 0)
		return bpf_audit__close(ac, &slot, field, sizeof(*object) + n);
	bpf_audit__drop(&slot);
	n = bpf_audit__long_path(ac->ev->chunk.promise, BPF_AUDIT__TAG(type, ac->ev->chunk.flags, value), path, inode);
	ac->ev->chunk.flags++;
	if (n < 0)
		return bpf_audit__miss(ac, type, BPF_AUDIT_LOST_FIELD);
	ac->ev->chunks++;
	if (n > 0)
		bpf_audit__miss(ac, type, BPF_AUDIT_LOST_CUT);
	return 0;
}

/* path and file print the same, so they share one turn. */
#define BPF_AUDIT__PATH_TURN ((1ULL << BPF_AUDIT_PATH) | (1ULL << BPF_AUDIT_FILE))

/**
 * bpf_audit_log_path() - which object: path= dev= ino=
 * @ac: context
 * @path: as it came with the hook, or &file->f_path
 *
 * Return: 0; -EINVAL when called again or after bpf_audit_log_file(); -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_path(struct bpf_audit_context *ac, const struct path *path)
{
	if (!bpf_audit__once(ac, BPF_AUDIT__PATH_TURN))
		return -EINVAL;
	return bpf_audit__path(ac, BPF_AUDIT_PATH, 0, path, bpf_audit__inode_of(path->dentry));
}

/**
 * bpf_audit_log_file() - which open file: path= dev= ino=
 * @ac: context
 * @file: as it came with the hook; check it for NULL where the hook allows that
 *
 * Return: 0; -EINVAL when called again or after bpf_audit_log_path(); -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_file(struct bpf_audit_context *ac, struct file *file)
{
	if (!bpf_audit__once(ac, BPF_AUDIT__PATH_TURN))
		return -EINVAL;
	return bpf_audit__path(ac, BPF_AUDIT_FILE, 0, &file->f_path, file->f_inode);
}

/**
 * bpf_audit_log_ioctl_op() - which file and command: path= dev= ino= ioctlcmd=
 * @ac: context
 * @file: as it came with the hook
 * @cmd: command; the lower 16 bits are printed
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_ioctl_op(struct bpf_audit_context *ac, struct file *file, __u16 cmd)
{
	if (!bpf_audit__once(ac, 1ULL << BPF_AUDIT_IOCTL_OP))
		return -EINVAL;
	return bpf_audit__path(ac, BPF_AUDIT_IOCTL_OP, cmd, &file->f_path,
			       bpf_audit__inode_of(file->f_path.dentry));
}

#endif /* BPF_AUDIT_PATH_BPF_H */
