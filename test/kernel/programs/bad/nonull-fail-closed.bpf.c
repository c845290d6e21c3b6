// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Must not load: with BPF_AUDIT_FAIL_CLOSED a context can be NULL, and nobody looks. */
#define BPF_AUDIT_FAIL_CLOSED
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

char _license[] SEC("license") = "GPL";

SEC("lsm/file_open")
int BPF_PROG(bad_nonull_fail_closed, struct file *file)
{
	struct bpf_audit_context *ac = bpf_audit_log_start();

	bpf_audit_log_cause(ac, "x");
	bpf_audit_log_end(ac);
	return 0;
}
