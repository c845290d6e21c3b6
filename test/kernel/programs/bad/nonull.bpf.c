// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Must not load: the context is used without a check for NULL. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

char _license[] SEC("license") = "GPL";

SEC("lsm/file_open")
int BPF_PROG(bad_nonull, struct file *file)
{
	struct bpf_audit_context *ac = bpf_audit_log_start();

	bpf_audit_log_end(ac);
	return 0;
}
