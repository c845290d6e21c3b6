// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs of hook.bpf.c for bpf_prog_test_run_opts(): what a record costs on this machine's own kernel, where
 * the guest is emulated. XDP programs may do all that a record needs, but have no attach cookie and no
 * bpf_path_d_path(): the cookie is a constant, and the path is that of the walk.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#define BPF_AUDIT_PATH_WALK
#define bpf_get_attach_cookie(ctx) ((0xBA0DULL << 48) | (1ULL << 32) | 1)
#include "bpf_audit.h"
#include "raw.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Length of the path that is written about, where Node is installed below a home; what it is exactly makes a store more or less. */
#define PATH_BYTES 48

/* The file that is written about: the executable of whoever measures. */
static __always_inline struct file *some_file(void)
{
	struct mm_struct *mm = bpf_get_current_task_btf()->mm;

	return mm ? mm->exe_file : NULL;
}

SEC("xdp")
int bench_empty(struct xdp_md *ctx)
{
	return 0;
}

SEC("xdp")
int bench_path(struct xdp_md *ctx)
{
	struct bpf_audit_chunk *chunk = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK, 0);
	struct file *file = some_file();

	if (!chunk) {
		refused++;
		return 0;
	}
	if (file)
		bpf_audit__walk(chunk, sizeof(*chunk), BPF_CORE_READ(file, f_path.mnt), BPF_CORE_READ(file, f_path.dentry),
				BPF_AUDIT_CHUNK);
	bpf_ringbuf_submit(chunk, BPF_RB_NO_WAKEUP);
	return 0;
}

/* What bench_path does beside the path. */
SEC("xdp")
int bench_reserve(struct xdp_md *ctx)
{
	write_raw(0);
	return 0;
}

SEC("xdp")
int bench_raw(struct xdp_md *ctx)
{
	write_raw(RECORD_BYTES(PATH_BYTES));
	return 0;
}

SEC("xdp")
int bench_record(struct xdp_md *ctx)
{
	struct bpf_audit_context *ac;
	struct file *file = some_file();

	ac = bpf_audit_log_start();
	if (!ac)
		return 0;
	bpf_audit_log_cause(ac, "secret");
	if (file && bpf_audit_log_file(ac, file))
		refused++;
	bpf_audit_log_end(ac);
	return 0;
}
