/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel would have said: executable, working directory, command line and, in an exec, the arguments.
 *
 * Captured only where the record itself shows that the kernel will write nothing about the system call, and
 * only if the reader wants it. It costs three walks; the record without it costs none.
 */
#ifndef BPF_AUDIT_SUBJECT_BPF_H
#define BPF_AUDIT_SUBJECT_BPF_H

/* MAX_PROCTITLE_AUDIT_LEN of kernel/audit.h */
#define BPF_AUDIT__PROCTITLE 128

#define BPF_AUDIT__ARCH_X86_64 0xc000003eU
#define BPF_AUDIT__ARCH_I386 0x40000003U
#define BPF_AUDIT__ARCH_AARCH64 0xc00000b7U
/* Arguments of an exec that are kept, and bytes of each with its NUL; what is cut is flagged. */
#define BPF_AUDIT__ARGS 256
#define BPF_AUDIT__ARG 1024

/* A path of the task, by the walk: the verifier does not trust pointers that come from the task. */
static __attribute__((noinline, unused)) int
bpf_audit__long_task_path(__u64 promise, __u64 tag, const struct path *path, struct inode *inode)
{
	const __u64 off = sizeof(struct bpf_audit_chunk) + sizeof(struct bpf_audit_field) +
			  sizeof(struct bpf_audit_object);
	struct bpf_audit_object *object;
	struct bpf_audit_chunk *chunk;
	long n;

	chunk = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK_LARGE, 0);
	if (!chunk)
		return -ENOBUFS;
	object = (void *)(bpf_audit__tagged(chunk, promise, tag) + 1);
	bpf_audit__identify(object, inode);
	n = bpf_audit__walk(chunk, off, BPF_CORE_READ(path, mnt), BPF_CORE_READ(path, dentry),
			    BPF_AUDIT_CHUNK_LARGE);
	object->form = n >= 0 ? BPF_AUDIT__FORM(n) : BPF_AUDIT_TOO_LONG;
	object->flags |= n >= 0 ? BPF_AUDIT__FLAGS(n) : 0;
	bpf_audit__send(chunk, (void *)(chunk + 1), sizeof(*object) + (n >= 0 ? BPF_AUDIT__LENGTH(n) : 0));
	return n < 0;
}

/* Begins a field in the event; NULL: no room for @need bytes of payload. */
static __always_inline struct bpf_audit_field *
bpf_audit__append(struct bpf_audit_event *ev, __u32 type, const __u64 need)
{
	const __u64 last = BPF_AUDIT_CHUNK - sizeof(struct bpf_audit_field) - need;
	__u64 off = ev->chunk.len;
	struct bpf_audit_field *field;

	if (off > last)
		return NULL;
	field = (void *)ev + bpf_audit__clamp(off, last);
	field->type = type;
	field->order = ev->chunk.flags++;
	field->value = 0;
	return field;
}

/*
 * Not inlined, and working on the event alone: what happens inside is forgotten by the verifier on return.
 * Returns 0, -ENOBUFS, or 1 if the path was too long.
 */
static __attribute__((noinline, unused)) int
bpf_audit__task_path(struct bpf_audit_event *ev, __u32 type, const struct path *path, struct inode *inode)
{
	struct bpf_audit_object *object;
	struct bpf_audit_field *field;
	__u64 off = ev->chunk.len;
	long n;

	field = bpf_audit__append(ev, type, sizeof(*object) + BPF_AUDIT_STRING);
	if (field) {
		object = (void *)(field + 1);
		bpf_audit__identify(object, inode);
		n = bpf_audit__walk(&ev->chunk, off + sizeof(*field) + sizeof(*object), BPF_CORE_READ(path, mnt),
				    BPF_CORE_READ(path, dentry), BPF_AUDIT_CHUNK);
		if (n >= 0) {
			object->form = BPF_AUDIT__FORM(n);
			object->flags |= BPF_AUDIT__FLAGS(n);
			n = bpf_audit__clamp(BPF_AUDIT__LENGTH(n), BPF_AUDIT_CHUNK);
			field->len = sizeof(*object) + n;
			ev->chunk.len = off + sizeof(*field) + bpf_audit__round8(sizeof(*object) + n);
			return 0;
		}
		ev->chunk.len = off;
		ev->chunk.flags--;
	}
	n = bpf_audit__long_task_path(ev->chunk.promise, BPF_AUDIT__TAG(type, ev->chunk.flags, 0), path, inode);
	ev->chunk.flags++;
	if (n >= 0)
		ev->chunks++;
	if (n)
		ev->missing |= 1U << (type & 31);
	return n;
}

/* The command line as the task has it now, as audit_log_proctitle() of kernel/auditsc.c reads it. */
static __attribute__((noinline, unused)) int
bpf_audit__proctitle(struct bpf_audit_event *ev, struct mm_struct *mm)
{
	__u64 start = BPF_CORE_READ(mm, arg_start), len = BPF_CORE_READ(mm, arg_end) - start;
	struct bpf_audit_field *field;

	field = bpf_audit__append(ev, BPF_AUDIT_PROCTITLE, BPF_AUDIT__PROCTITLE);
	if (!field) {
		ev->missing |= 1U << BPF_AUDIT_PROCTITLE;
		return -ENOBUFS;
	}
	len = bpf_audit__clamp(len, BPF_AUDIT__PROCTITLE);
	if (bpf_probe_read_user(field + 1, len, (void *)start))
		len = 0;
	field->len = len;
	ev->chunk.len += sizeof(*field) + bpf_audit__round8(len);
	return 0;
}

/* As in the walk, what changes is kept in the chunk: the next free byte in len, 1 in flags if some are cut. */
struct bpf_audit__argv {
	struct bpf_audit_chunk *base;
	__u64 argv; /* user address of the array */
};

static __attribute__((noinline, unused)) long bpf_audit__arg(__u32 i, struct bpf_audit__argv *args)
{
	const __u64 last = BPF_AUDIT_CHUNK_LARGE - BPF_AUDIT__ARG;
	__u64 pointer = 0, off = args->base->len;
	long n;

	if (bpf_probe_read_user(&pointer, sizeof(pointer), (void *)(args->argv + i * sizeof(pointer))) || !pointer)
		return 1;
	if (off > last || i == BPF_AUDIT__ARGS - 1) {
		args->base->flags = 1;
		return 1;
	}
	off = bpf_audit__clamp(off, last);
	n = bpf_probe_read_user_str((void *)args->base + off, BPF_AUDIT__ARG, (void *)pointer);
	if (n < 0) {
		args->base->flags = 1;
		return 1;
	}
	/* an empty one: up to 6.12 the helper does not count its NUL (strncpy_from_user_nofault(), mm/maccess.c) */
	if (n == 0) {
		*((char *)args->base + off) = 0;
		n = 1;
	}
	if (n == BPF_AUDIT__ARG)
		args->base->flags = 1;
	args->base->len = off + bpf_audit__clamp(n, BPF_AUDIT__ARG);
	return 0;
}

/* The arguments of the execve() that is under way, NUL behind each; the field's value is 1 if some are cut. */
static __attribute__((noinline, unused)) int bpf_audit__execve(__u64 promise, __u64 tag, __u64 argv)
{
	const __u64 off = sizeof(struct bpf_audit_chunk) + sizeof(struct bpf_audit_field);
	struct bpf_audit__argv args = { .argv = argv };
	struct bpf_audit_chunk *chunk;
	struct bpf_audit_field *field;

	chunk = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK_LARGE, 0);
	if (!chunk)
		return 0;
	field = bpf_audit__tagged(chunk, promise, tag);
	chunk->len = off;
	args.base = chunk;
	bpf_loop(BPF_AUDIT__ARGS, bpf_audit__arg, &args, 0);
	field->value = chunk->flags;
	chunk->flags = 0;
	bpf_audit__send(chunk, field, bpf_audit__clamp(chunk->len - off, BPF_AUDIT_CHUNK_LARGE));
	return 1;
}

/* User address of argv if the system call is an exec, else 0. */
static __always_inline __u64 bpf_audit__exec_argv(struct bpf_audit_event *ev)
{
	if (!(ev->context & BPF_AUDIT_CTX_SYSCALL))
		return 0;
	if (ev->arch == BPF_AUDIT__ARCH_X86_64)
		return ev->syscall == 59 ? ev->args[1] : ev->syscall == 322 ? ev->args[2] : 0;
	if (ev->arch == BPF_AUDIT__ARCH_AARCH64)
		return ev->syscall == 221 ? ev->args[1] : ev->syscall == 281 ? ev->args[2] : 0;
	return 0;
}

/*
 * Number and arguments of the system call from the task's registers, for tasks without an audit context:
 * those that were forked before audit was enabled.
 */
static __always_inline void bpf_audit__syscall_from_regs(struct bpf_audit_event *ev, struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	long nr;

	if ((ev->context & (BPF_AUDIT_CTX_PRESENT | BPF_AUDIT_CTX_KTHREAD)) ||
	    (task->flags & BPF_AUDIT__PF_IO_WORKER))
		return;
	nr = BPF_CORE_READ(regs, orig_ax);
	if (nr < 0)
		return;
	ev->context |= BPF_AUDIT_CTX_SYSCALL;
	ev->syscall = nr;
	if (BPF_CORE_READ(task, thread_info.status) & 2 /* TS_COMPAT */) {
		ev->arch = BPF_AUDIT__ARCH_I386;
		ev->args[0] = (__u32)BPF_CORE_READ(regs, bx);
		ev->args[1] = (__u32)BPF_CORE_READ(regs, cx);
		ev->args[2] = (__u32)BPF_CORE_READ(regs, dx);
		ev->args[3] = (__u32)BPF_CORE_READ(regs, si);
		return;
	}
	ev->arch = BPF_AUDIT__ARCH_X86_64;
	ev->args[0] = BPF_CORE_READ(regs, di);
	ev->args[1] = BPF_CORE_READ(regs, si);
	ev->args[2] = BPF_CORE_READ(regs, dx);
	ev->args[3] = BPF_CORE_READ(regs, r10);
#endif
}

/* Contexts of which a rule of the list exit tells: there is one, rules are looked at, a verdict was recorded. */
#define BPF_AUDIT__TOLD (BPF_AUDIT_CTX_PRESENT | BPF_AUDIT_CTX_VERDICT)
#define BPF_AUDIT__TOLD_MASK                                                                               \
	(BPF_AUDIT__TOLD | BPF_AUDIT_CTX_DUMMY | BPF_AUDIT_CTX_URING | BPF_AUDIT_CTX_MONITOR)

/*
 * Whether the kernel is going to write about this system call, as far as can be known now. Companion rules are for
 * EPERM and EACCES of system calls; of an operation of io_uring, another errno or what monitor mode let pass the
 * kernel says nothing.
 */
static __always_inline bool bpf_audit__kernel_will_tell(struct bpf_audit_context *ac, struct bpf_audit_event *ev)
{
	if (!(ac->state->want & BPF_AUDIT_WANT_RULES))
		return false;
	if ((ev->context & BPF_AUDIT__TOLD_MASK) != BPF_AUDIT__TOLD)
		return false;
	return ev->verdict == -1 /* EPERM */ || ev->verdict == -13 /* EACCES */;
}

/* Called at the end of a record: captures the surroundings if they are wanted and nobody else will tell. */
static __always_inline void bpf_audit__capture(struct bpf_audit_context *ac, struct bpf_audit_event *ev)
{
	struct task_struct *task;
	struct mm_struct *mm;
	struct fs_struct *fs;
	__u64 argv;
	int n;

	if (!(ac->state->want & BPF_AUDIT_WANT_SUBJECT) || bpf_audit__kernel_will_tell(ac, ev))
		return;
	task = bpf_get_current_task_btf();
	bpf_audit__syscall_from_regs(ev, task);
	mm = task->mm;
	if (mm) {
		struct file *exe = mm->exe_file;

		if (exe && bpf_audit__task_path(ev, BPF_AUDIT_EXE, &exe->f_path, exe->f_inode))
			bpf_audit__count(ac->cookie, ac->site, BPF_AUDIT_LOST_FIELD);
		if (bpf_audit__proctitle(ev, mm))
			bpf_audit__count(ac->cookie, ac->site, BPF_AUDIT_LOST_FIELD);
	}
	fs = task->fs;
	if (fs && bpf_audit__task_path(ev, BPF_AUDIT_CWD, &fs->pwd, NULL))
		bpf_audit__count(ac->cookie, ac->site, BPF_AUDIT_LOST_FIELD);
	argv = bpf_audit__exec_argv(ev);
	if (!argv)
		return;
	n = bpf_audit__execve(ac->ev->chunk.promise, BPF_AUDIT__TAG(BPF_AUDIT_EXECVE, ac->ev->chunk.flags, 0), argv);
	if (n > 0)
		ac->ev->chunks++;
	else
		bpf_audit__miss(ac, BPF_AUDIT_EXECVE, BPF_AUDIT_LOST_FIELD);
}

/*
 * Whether the rules drop the record, now that its object is known. Where a field went ahead in a chunk of its own
 * user space decides.
 */
static __always_inline bool bpf_audit__rejects(struct bpf_audit_context *ac, struct bpf_audit_event *ev)
{
	int kept;

	if (!ac->state->rules || (ev->context & BPF_AUDIT_CTX_DECIDED) || ev->chunks)
		return false;
	kept = bpf_audit__filter_end((void *)ev, ac->cookie, ac->dentry, ac->mnt);
	if (kept == BPF_AUDIT__KEPT)
		ev->context |= BPF_AUDIT_CTX_DECIDED;
	return kept == BPF_AUDIT__DROPPED;
}

/**
 * bpf_audit_log_end() - send the record
 * @ac: what bpf_audit_log_start() gave; not to be used afterwards
 */
static __always_inline void bpf_audit_log_end(struct bpf_audit_context *ac)
{
	struct bpf_audit_event *ev = ac->ev;

	if (!ac->live)
		return;
	if (bpf_audit__rejects(ac, ev)) {
		bpf_ringbuf_discard(ev, BPF_RB_NO_WAKEUP);
		return;
	}
	bpf_audit__capture(ac, ev);
	ev->chunk.flags = 0;
	bpf_ringbuf_submit(ev, bpf_audit__wakeup(ac->state));
}

#endif /* BPF_AUDIT_SUBJECT_BPF_H */
