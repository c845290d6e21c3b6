// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Attaches to a hook that no kernel has. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

char _license[] SEC("license") = "Dual BSD/GPL";

SEC("lsm/no_such_hook")
int BPF_PROG(unknown, struct file *file)
{
	struct bpf_audit_context *ac = bpf_audit_log_start();

	if (!ac)
		return 0;
	bpf_audit_log_end(ac);
	return 0;
}
