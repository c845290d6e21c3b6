// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The same record by the functions of the kernel series, for a kernel that carries them.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* complete, since libbpf compares it with the one of the kernel */
struct bpf_audit_context {};

extern struct bpf_audit_context *bpf_audit_log_start(void) __ksym;
extern void bpf_audit_log_end(struct bpf_audit_context *ac) __ksym;
extern int bpf_audit_log_cause(struct bpf_audit_context *ac, const char *cause__str) __ksym;
extern int bpf_audit_log_file(struct bpf_audit_context *ac, struct file *file) __ksym;

__u32 target;
__u64 refused;

SEC("lsm/file_open")
int BPF_PROG(bench_kfunc, struct file *file, int ret)
{
	struct bpf_audit_context *ac;

	if ((__u32)(bpf_get_current_pid_tgid() >> 32) != target)
		return ret;
	ac = bpf_audit_log_start();
	if (!ac) {
		refused++;
		return ret;
	}
	bpf_audit_log_cause(ac, "secret");
	bpf_audit_log_file(ac, file);
	bpf_audit_log_end(ac);
	return ret;
}
