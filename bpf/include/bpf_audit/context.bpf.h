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

struct bpf_map___audit {
	__u32 id;
} __attribute__((preserve_access_index));

/* Lives on the stack of the program; all of it is known to the verifier. */
struct bpf_audit_context {
	struct bpf_audit_event *ev;
	__u64 live; /* 0: the record is lost, ev is NULL and nothing is written */
	struct bpf_audit_prog *prog;
	struct bpf_audit_state *state;
	__u64 promise;
	__u64 once; /* bit per field type */
	__u64 off;  /* next free byte in ev, as ev->chunk.len */
	__u64 varied; /* 1: a field of unknown length is in ev, off is no constant */
};

/*
 * What the fields so far have used up is kept in the event: chunk.len is the next free byte, chunk.flags counts
 * the calls, chunks and missing are what they say. The verifier forgets what was stored there, so the states
 * of all paths through a field are one again behind it; on the stack they would multiply with every field, and
 * a policy with eight strings would be too large for 6.1. Only off is on the stack too, where it tells the
 * verifier that the first fields have room, until a length is not known.
 */

/* First record of a program that somebody else attached: gives it an entry. */
static __attribute__((noinline, unused)) struct bpf_audit_prog *
bpf_audit__meet(__u32 self_map, __u32 site, __u32 line, const char *name)
{
	struct bpf_audit_foreign_key key = { .self_map = self_map, .site = site };
	struct bpf_audit_prog fresh = { .self_map = self_map, .site = site, .line = line };

	bpf_probe_read_kernel_str(fresh.name, sizeof(fresh.name), name);
	bpf_map_update_elem(&bpf_audit_foreign, &key, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&bpf_audit_foreign, &key);
}

/* The counters of this program, and its id if the cookie carries it. */
static __always_inline struct bpf_audit_prog *
bpf_audit__prog(void *ctx, __u32 self_map, __u32 site, __u32 line, const char *name, __u32 *id)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	struct bpf_audit_foreign_key key = { .self_map = self_map, .site = site };
	struct bpf_audit_prog *prog;

	if ((cookie >> 48) == BPF_AUDIT_COOKIE_MAGIC) {
		__u32 slot = (cookie >> 32) & 0xffff;

		*id = (__u32)cookie;
		return bpf_map_lookup_elem(&bpf_audit_progs, &slot);
	}
	*id = 0;
	prog = bpf_map_lookup_elem(&bpf_audit_foreign, &key);
	if (!prog)
		prog = bpf_audit__meet(self_map, site, line, name);
	return prog;
}

/* Counts a record that got no room. The ring may have refused for another reason than being full. */
static __attribute__((noinline, unused)) int bpf_audit__count_loss(struct bpf_audit_prog *prog)
{
	__u64 used, size;

	if (!prog)
		return 0;
	used = bpf_ringbuf_query(&bpf_audit_ring, BPF_RB_AVAIL_DATA);
	size = bpf_ringbuf_query(&bpf_audit_ring, BPF_RB_RING_SIZE);
	if (used + BPF_AUDIT_CHUNK + 8 > size)
		__sync_fetch_and_add(&prog->lost[BPF_AUDIT_LOST_FULL], 1);
	else
		__sync_fetch_and_add(&prog->lost[BPF_AUDIT_LOST_BUSY], 1);
	return 0;
}

static __always_inline void bpf_audit__fill_audit(struct bpf_audit_event *ev, struct task_struct *task)
{
	struct audit_context *actx = task->audit_context;

	ev->ctime_sec = 0;
	ev->ctime_nsec = 0;
	ev->serial = 0;
	ev->syscall = -1;
	ev->arch = 0;
	ev->args[0] = ev->args[1] = ev->args[2] = ev->args[3] = 0;
	if (!actx || !actx->context)
		return;
	ev->context |= BPF_AUDIT_CTX_PRESENT;
	if (actx->dummy)
		ev->context |= BPF_AUDIT_CTX_DUMMY;
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
	if (actx->context == BPF_AUDIT__CTX_URING) {
		ev->context |= BPF_AUDIT_CTX_URING;
		ev->syscall = actx->uring_op;
		return;
	}
	ev->context |= BPF_AUDIT_CTX_SYSCALL;
	ev->syscall = actx->major;
	ev->arch = actx->arch;
	ev->args[0] = actx->argv[0];
	ev->args[1] = actx->argv[1];
	ev->args[2] = actx->argv[2];
	ev->args[3] = actx->argv[3];
}

static __always_inline void bpf_audit__fill_subject(struct bpf_audit_event *ev, struct task_struct *task)
{
	const struct cred *cred = task->cred;
	struct tty_struct *tty;
	struct mm_struct *mm;

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
	bpf_get_current_comm(ev->comm, sizeof(ev->comm));

	ev->tty[0] = 0;
	tty = task->signal->tty;
	if (tty)
		bpf_probe_read_kernel_str(ev->tty, sizeof(ev->tty), tty->name);

	ev->exe_ino = 0;
	ev->exe_dev = 0;
	mm = task->mm;
	if (mm) {
		struct file *exe = mm->exe_file;

		if (exe) {
			struct inode *inode = exe->f_inode;

			ev->exe_ino = inode->i_ino;
			ev->exe_dev = inode->i_sb->s_dev;
		}
	}
	if (task->flags & BPF_AUDIT__PF_KTHREAD)
		ev->context |= BPF_AUDIT_CTX_KTHREAD;
}

/*
 * Remembers that this system call has events whose serial the resolver shall report, and returns the promise
 * of the first of them.
 */
static __attribute__((noinline, unused)) __u64
bpf_audit__remember(struct task_struct *task, __u64 promise, __u64 ctime)
{
	struct bpf_audit_pending *pending;

	pending = bpf_task_storage_get(&bpf_audit_pending, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!pending)
		return 0;
	if (!pending->event || pending->ctime != ctime) {
		pending->event = promise;
		pending->ctime = ctime;
		pending->serial = 0;
	}
	return pending->event;
}

static __always_inline struct bpf_audit_context *
bpf_audit__start(void *ctx, struct bpf_audit_context *ac, __u16 site, __u32 line, const char *name)
{
	__u32 self_map = ((struct bpf_map___audit *)&bpf_audit_self)->id;
	struct task_struct *task = bpf_get_current_task_btf();
	struct bpf_audit_state *state = bpf_audit__state();
	struct bpf_audit_event *ev;
	__u64 seq = 0, lost = 0;
	__u32 id;

	ac->prog = bpf_audit__prog(ctx, self_map, site, line, name, &id);
	ac->state = state;
	if (ac->prog) {
		seq = __sync_fetch_and_add(&ac->prog->seq, 1);
		lost = ac->prog->lost[BPF_AUDIT_LOST_FULL] + ac->prog->lost[BPF_AUDIT_LOST_BUSY];
		if (!ac->prog->line)
			ac->prog->line = line;
	}
	/* state is never NULL, but only this test tells the verifier, which else follows both cases to the end */
	ac->ev = ev = state ? bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK, 0) : NULL;
	if (!ev) {
		ac->live = bpf_audit__opaque(0);
		bpf_audit__count_loss(ac->prog);
#ifdef BPF_AUDIT_FAIL_CLOSED
		return NULL;
#else
		return ac;
#endif
	}
	ac->live = bpf_audit__opaque(1);
	ac->off = sizeof(struct bpf_audit_event);
	ac->promise = bpf_audit__promise(state);
	ev->chunk.abi = BPF_AUDIT_ABI;
	ev->chunk.kind = BPF_AUDIT_EVENT;
	ev->chunk.flags = 0;
	ev->chunk.len = sizeof(struct bpf_audit_event);
	ev->chunk.promise = ac->promise;
	ev->seq = seq;
	ev->lost = lost;
	ev->boot_ns = bpf_ktime_get_boot_ns();
	ev->prog_id = id;
	ev->self_map = self_map;
	ev->verdict = 0;
	ev->chunks = 0;
	ev->missing = 0;
	ev->site = site;
	ev->context = 0;
	ev->event = 0;
	bpf_audit__fill_audit(ev, task);
	bpf_audit__fill_subject(ev, task);
	if ((state->want & BPF_AUDIT_WANT_JOIN) && (ev->context & BPF_AUDIT_CTX_PRESENT))
		ev->event = bpf_audit__remember(task, ac->promise,
						ev->ctime_sec * 1000000000ULL + ev->ctime_nsec);
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
	if (!state || !state->asleep)
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
	if (ac->prog && ret < 0)
		__sync_fetch_and_add(&ac->prog->denials, 1);
	if (!ac->live)
		return -ENOBUFS;
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
