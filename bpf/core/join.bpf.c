// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which of the kernel's audit events a decision belongs to, and what became of the system call.
 *
 * In an LSM hook the audit context has the time stamp of the event but serial 0: the kernel gives the serial
 * with the first record of the event, usually when the system call returns. resolve_serial sees that moment.
 * Both programs look at the storage of the task first, and leave if nothing is pending in it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline struct bpf_audit_pending *pending_of_current(void)
{
	struct bpf_audit_pending *pending;

	pending = bpf_task_storage_get(&bpf_audit_pending, bpf_get_current_task_btf(), 0, 0);
	return pending && pending->event ? pending : NULL;
}

static __always_inline __u64 wakeup(void)
{
	struct bpf_audit_state *state = bpf_audit__state();

	return state ? bpf_audit__wakeup(state) : BPF_RB_NO_WAKEUP;
}

static __always_inline void head(struct bpf_audit_chunk *chunk, __u8 kind, __u32 len, __u64 event)
{
	chunk->abi = BPF_AUDIT_ABI;
	chunk->kind = kind;
	chunk->flags = 0;
	chunk->len = len;
	chunk->promise = event;
}

static __always_inline int resolve(struct audit_context *actx)
{
	struct bpf_audit_pending *pending = pending_of_current();
	struct audit_context___stamp_joined *joined = (void *)actx;
	struct audit_context___stamp_apart *apart = (void *)actx;
	bool is_joined = bpf_core_field_exists(struct audit_context___stamp_joined, stamp);
	struct bpf_audit_stamp_chunk *stamp;

	if (!pending || pending->stamped)
		return 0;
	pending->serial = is_joined ? joined->stamp.serial : apart->serial;
	if (!pending->serial)
		return 0;
	stamp = bpf_ringbuf_reserve(&bpf_audit_ring, sizeof(*stamp), 0);
	if (!stamp)
		return 0;
	head(&stamp->chunk, BPF_AUDIT_STAMP, sizeof(*stamp), pending->event);
	stamp->ctime_sec = is_joined ? joined->stamp.ctime.tv_sec : apart->ctime.tv_sec;
	stamp->ctime_nsec = is_joined ? joined->stamp.ctime.tv_nsec : apart->ctime.tv_nsec;
	stamp->serial = pending->serial;
	pending->stamped = 1;
	bpf_ringbuf_submit(stamp, BPF_RB_NO_WAKEUP);
	return 0;
}

/*
 * The kernel calls it for each record of an event. When the ring is full the next record's call tries again; if
 * none succeeds, the exit chunk has the serial.
 */
SEC("fexit/auditsc_get_stamp")
int BPF_PROG(resolve_serial, struct audit_context *actx)
{
	return resolve(actx);
}

/*
 * The kernel leaves a tracing program out while the same one, preempted, is still at work on the CPU. It does not
 * leave out programs of LSM hooks: this one is called when the SYSCALL record is written, behind its serial. Up to
 * 6.13 the hook has the first name.
 */
SEC("lsm/current_getsecid_subj")
int BPF_PROG(resolve_by_secid)
{
	struct audit_context *actx = bpf_get_current_task_btf()->audit_context;

	return actx && actx->context ? resolve(actx) : 0;
}

SEC("lsm/current_getlsmprop_subj")
int BPF_PROG(resolve_by_prop)
{
	struct audit_context *actx = bpf_get_current_task_btf()->audit_context;

	return actx && actx->context ? resolve(actx) : 0;
}

/* The system call is over: nothing of this event will come any more. */
static __always_inline int report_exit(int success, long result)
{
	struct bpf_audit_pending *pending = pending_of_current();
	struct bpf_audit_exit_chunk *chunk;

	if (!pending)
		return 0;
	chunk = bpf_ringbuf_reserve(&bpf_audit_ring, sizeof(*chunk), 0);
	if (chunk) {
		head(&chunk->chunk, BPF_AUDIT_EXIT, sizeof(*chunk), pending->event);
		chunk->exit = result;
		chunk->success = !!success;
		chunk->serial = pending->serial;
		bpf_ringbuf_submit(chunk, wakeup());
	}
	pending->event = 0;
	pending->serial = 0;
	pending->stamped = 0;
	return 0;
}

SEC("fexit/__audit_syscall_exit")
int BPF_PROG(report_syscall_exit, int success, long return_code)
{
	return report_exit(success, return_code);
}

/* io_uring may work inside of a system call of the task, whose own exit is still to come then. */
SEC("fexit/__audit_uring_exit")
int BPF_PROG(report_uring_exit, int success, long code)
{
	struct audit_context *actx = bpf_get_current_task_btf()->audit_context;

	if (actx && actx->context == BPF_AUDIT__CTX_SYSCALL)
		return 0;
	return report_exit(success, code);
}
