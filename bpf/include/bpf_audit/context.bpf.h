/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bpf_audit_log_start(), _verdict(): begin a record in the ring, describe the subject. bpf_audit_log_end() stands
 * in subject.bpf.h.
 *
 * The record is built in its reservation, which is what makes the verifier insist on _end(); and it needs no
 * scratch memory, which preemptible programs could not share.
 */
#ifndef BPF_AUDIT_CONTEXT_BPF_H
#define BPF_AUDIT_CONTEXT_BPF_H

#define BPF_AUDIT__PF_IO_WORKER 0x00000010
#define BPF_AUDIT__PF_KTHREAD 0x00200000
/* enum in struct audit_context, kernel/audit.h */
#define BPF_AUDIT__CTX_SYSCALL 1
#define BPF_AUDIT__CTX_URING 2

/* struct audit_context up to 6.12, and since "audit: create audit_stamp structure" (6.16). */
struct audit_context___stamp_apart {
	unsigned int serial;
	struct timespec64 ctime;
} __attribute__((preserve_access_index));

struct audit_stamp___joined {
	struct timespec64 ctime;
	unsigned int serial;
} __attribute__((preserve_access_index));

struct audit_context___stamp_joined {
	struct audit_stamp___joined stamp;
} __attribute__((preserve_access_index));

/*
 * Lives on the stack of the program. What changes from call to call is kept in the event instead: its len is
 * the next free byte, its flags count the fields. The verifier does not follow values in the ring, so it need
 * not look at a program once for every length that the fields before can have.
 */
struct bpf_audit_context {
	struct bpf_audit_event *ev;
	__u64 live; /* 0: the record is lost or not wanted, ev is NULL and nothing is written */
	struct bpf_audit_state *state;
	__u64 once; /* bit per field type */
	__u64 dentry; /* of the path, where rules about its directories begin; 0: none */
	__u64 mnt;
	__u64 cookie;
	__u32 site;
	__s32 dead; /* what the functions return when the record is not live: a rule's drop is no error */
};

/* No system call of which audit knows: a kernel thread, or a task that audit leaves alone. */
static __always_inline void bpf_audit__fill_none(struct bpf_audit_event *ev)
{
	ev->ctime_sec = 0;
	ev->ctime_nsec = 0;
	ev->serial = 0;
	ev->syscall = -1;
	ev->arch = 0;
	ev->args[0] = ev->args[1] = ev->args[2] = ev->args[3] = 0;
}

/* What audit knows of the system call. Returns enum bpf_audit_context_bits. */
static __always_inline __u32 bpf_audit__fill_audit(struct bpf_audit_event *ev, struct task_struct *task)
{
	struct audit_context *actx = task->audit_context;
	__u32 bits = BPF_AUDIT_CTX_PRESENT;
	__u32 kind = actx ? actx->context : 0;

	if (!kind) {
		bpf_audit__fill_none(ev);
		return 0;
	}
	if (actx->dummy)
		bits |= BPF_AUDIT_CTX_DUMMY;
	if (bpf_core_field_exists(struct audit_context___stamp_joined, stamp)) {
		struct audit_context___stamp_joined *joined = (void *)actx;

		ev->ctime_sec = joined->stamp.ctime.tv_sec;
		ev->ctime_nsec = joined->stamp.ctime.tv_nsec;
		ev->serial = joined->stamp.serial;
	} else {
		struct audit_context___stamp_apart *apart = (void *)actx;

		ev->ctime_sec = apart->ctime.tv_sec;
		ev->ctime_nsec = apart->ctime.tv_nsec;
		ev->serial = apart->serial;
	}
	if (kind == BPF_AUDIT__CTX_URING) {
		ev->syscall = actx->uring_op;
		ev->arch = 0;
		ev->args[0] = ev->args[1] = ev->args[2] = ev->args[3] = 0;
		return bits | BPF_AUDIT_CTX_URING;
	}
	ev->syscall = actx->major;
	ev->arch = actx->arch;
	ev->args[0] = actx->argv[0];
	ev->args[1] = actx->argv[1];
	ev->args[2] = actx->argv[2];
	ev->args[3] = actx->argv[3];
	return bits | BPF_AUDIT_CTX_SYSCALL;
}

/* Who does it. Returns enum bpf_audit_context_bits. */
static __always_inline __u32 bpf_audit__fill_subject(struct bpf_audit_event *ev, struct task_struct *task)
{
	const struct cred *cred = task->cred;
	struct tty_struct *tty;
	struct mm_struct *mm;
	struct file *exe;

	ev->tgid = task->tgid;
	ev->tid = task->pid;
	ev->ppid = task->real_parent->tgid;
	ev->auid = task->loginuid.val;
	ev->ses = task->sessionid;
	ev->uid = cred->uid.val;
	ev->gid = cred->gid.val;
	ev->euid = cred->euid.val;
	ev->suid = cred->suid.val;
	ev->fsuid = cred->fsuid.val;
	ev->egid = cred->egid.val;
	ev->sgid = cred->sgid.val;
	ev->fsgid = cred->fsgid.val;
	ev->cgroup = task->cgroups->dfl_cgrp->kn->id;
	bpf_audit__copy16(ev->comm, task->comm);

	ev->tty[0] = 0;
	tty = task->signal->tty;
	if (tty)
		bpf_probe_read_kernel_str(ev->tty, sizeof(ev->tty), tty->name);

	mm = task->mm;
	exe = mm ? mm->exe_file : NULL;
	if (exe) {
		struct inode *inode = exe->f_inode;

		ev->exe_ino = inode->i_ino;
		ev->exe_dev = inode->i_sb->s_dev;
	} else {
		ev->exe_ino = 0;
		ev->exe_dev = 0;
	}
	return task->flags & BPF_AUDIT__PF_KTHREAD ? BPF_AUDIT_CTX_KTHREAD : 0;
}

/* Number that tells system calls with other arguments apart. */
static __always_inline __u64 bpf_audit__call(struct bpf_audit_event *ev)
{
	__u64 call = (__u32)ev->syscall;

	call = call * 0x9e3779b97f4a7c15ULL + ev->args[0];
	call = call * 0x9e3779b97f4a7c15ULL + ev->args[1];
	call = call * 0x9e3779b97f4a7c15ULL + ev->args[2];
	return call * 0x9e3779b97f4a7c15ULL + ev->args[3];
}

/* The system call of a pending event is over, and nobody saw what became of it. */
static __always_inline void bpf_audit__over(struct bpf_audit_pending *pending)
{
	struct bpf_audit_exit_chunk *chunk = bpf_ringbuf_reserve(&bpf_audit_ring, sizeof(*chunk), 0);

	if (!chunk)
		return;
	chunk->chunk.abi = BPF_AUDIT_ABI;
	chunk->chunk.kind = BPF_AUDIT_EXIT;
	chunk->chunk.flags = 0;
	chunk->chunk.len = sizeof(*chunk);
	chunk->chunk.promise = pending->event;
	chunk->exit = 0;
	chunk->success = BPF_AUDIT_UNSEEN;
	chunk->serial = pending->serial;
	bpf_ringbuf_submit(chunk, BPF_RB_NO_WAKEUP);
}

/*
 * Remembers that this system call has events whose serial the resolver shall report, and returns the promise
 * of the first of them.
 *
 * The exit reporter forgets it again. But the kernel leaves a tracing program out while the same one, preempted, is
 * still at work on the CPU. So what is found may be of an earlier call: then time, serial or arguments differ.
 */
static __attribute__((noinline, unused)) __u64 bpf_audit__remember(struct task_struct *task,
								   struct bpf_audit_event *ev)
{
	__u64 ctime = ev->ctime_sec * 1000000000ULL + ev->ctime_nsec;
	__u64 call = bpf_audit__call(ev);
	struct bpf_audit_pending *pending;

	pending = bpf_task_storage_get(&bpf_audit_pending, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!pending)
		return 0;
	if (pending->event && pending->ctime == ctime && pending->call == call &&
	    (!pending->serial || pending->serial == ev->serial))
		return pending->event;
	if (pending->event)
		bpf_audit__over(pending);
	pending->event = ev->chunk.promise;
	pending->call = call;
	pending->ctime = ctime;
	pending->serial = 0;
	pending->stamped = 0;
	return pending->event;
}

static __always_inline struct bpf_audit_context *
bpf_audit__start(void *ctx, struct bpf_audit_context *ac, __u16 site, __u32 line, const char *name)
{
	struct task_struct *task;
	struct bpf_audit_event *ev;
	/* not looked at again below: to the verifier all that comes is the same with and without */
	__u64 seq, lost, decided = bpf_audit__opaque(0);
	__u32 in_force, bits;
	int kept;

	ac->cookie = bpf_get_attach_cookie(ctx);
	ac->site = site;
	ac->live = bpf_audit__opaque(0);
	ac->dead = -ENOBUFS;
	in_force = bpf_audit__rules_in_force();
	if (in_force) {
		kept = bpf_audit__filter_start(in_force, ac->cookie, site);
		if (kept == BPF_AUDIT__DROPPED) {
			ac->dead = 0;
			return ac;
		}
		if (kept == BPF_AUDIT__KEPT)
			decided = bpf_audit__opaque(BPF_AUDIT_CTX_DECIDED);
	}
	/* Asked for here, though the filter had both: what need not be kept for later makes a rejection cheaper. */
	task = bpf_get_current_task_btf();
	ac->state = bpf_audit__state();
	if (!ac->state)
		return ac;
	lost = 0;
	seq = bpf_audit__begin(ac->cookie, site, line, name, &lost);
	ac->ev = ev = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK, 0);
	if (!ev) {
		bpf_audit__count_record(ac->cookie, site);
#ifdef BPF_AUDIT_FAIL_CLOSED
		return NULL;
#else
		return ac;
#endif
	}
	ac->live = bpf_audit__opaque(1);
	ev->chunk.abi = BPF_AUDIT_ABI;
	ev->chunk.kind = BPF_AUDIT_EVENT;
	ev->chunk.flags = 0;
	ev->chunk.len = sizeof(struct bpf_audit_event);
	ev->chunk.promise = bpf_audit__promise(ac->state);
	ev->seq = seq;
	ev->lost = lost;
	ev->boot_ns = bpf_ktime_get_boot_ns();
	ev->prog_id = (ac->cookie >> 48) == BPF_AUDIT_COOKIE_MAGIC ? (__u32)ac->cookie : 0;
	ev->self_map = bpf_audit__self_map();
	ev->verdict = 0;
	ev->site = site;
	ev->chunks = 0;
	ev->missing = 0;
	ev->event = 0;
	bits = bpf_audit__fill_audit(ev, task);
	if (bpf_audit_setup.mode == BPF_AUDIT_MONITOR)
		bits |= BPF_AUDIT_CTX_MONITOR;
	ev->context = bits | decided | bpf_audit__fill_subject(ev, task);
	if ((ac->state->want & BPF_AUDIT_WANT_JOIN) && (ev->context & BPF_AUDIT_CTX_PRESENT))
		ev->event = bpf_audit__remember(task, ev);
	return ac;
}

/**
 * bpf_audit_log_start() - begin a record
 *
 * To be called in a BPF_PROG() program, whose ctx it takes for the attach cookie.
 *
 * Return: a context that must be given to bpf_audit_log_end() on every path. NULL only with
 * BPF_AUDIT_FAIL_CLOSED, when the ring is full.
 */
#define bpf_audit_log_start()                                                                               \
	bpf_audit__start(ctx, &(struct bpf_audit_context){ 0 }, __COUNTER__, __LINE__, __func__)

/* The reader is woken only if it said that it sleeps; while it works it looks again by itself. */
static __always_inline __u64 bpf_audit__wakeup(struct bpf_audit_state *state)
{
	if (!state->asleep)
		return BPF_RB_NO_WAKEUP;
	state->asleep = 0;
	return BPF_RB_FORCE_WAKEUP;
}

/**
 * bpf_audit_log_verdict() - record what the policy decided
 * @ac: context
 * @ret: what the program is going to return: 0 or a negative errno
 *
 * Printed as verdict=. Not part of the kernel series.
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_verdict(struct bpf_audit_context *ac, int ret)
{
	if (ac->once & 1)
		return -EINVAL;
	ac->once |= 1;
	if (ret < 0)
		bpf_audit__count_denial(ac->cookie, ac->site);
	if (!ac->live)
		return ac->dead;
	ac->ev->verdict = ret;
	ac->ev->context |= BPF_AUDIT_CTX_VERDICT;
	return 0;
}

/* True the first time for @mask; kernel: log_once(). */
static __always_inline bool bpf_audit__once(struct bpf_audit_context *ac, __u64 mask)
{
	bool first = !(ac->once & mask);

	ac->once |= mask;
	return first;
}

#endif /* BPF_AUDIT_CONTEXT_BPF_H */
