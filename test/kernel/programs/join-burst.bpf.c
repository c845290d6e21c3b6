// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Denies opening files whose name begins with "deny-": what test/kernel/join/burst.c does by the thousand. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <asm-generic/errno-base.h>
#include "bpf_audit.h"

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/file_open")
int BPF_PROG(deny_marked, struct file *file, int ret)
{
	struct bpf_audit_context *ac;
	char name[8] = {};

	if (ret)
		return ret;
	bpf_probe_read_kernel_str(name, sizeof(name), file->f_path.dentry->d_name.name);
	if (name[0] != 'd' || name[1] != 'e' || name[2] != 'n' || name[3] != 'y' || name[4] != '-')
		return 0;
	ac = bpf_audit_log_start();
	if (!ac)
		return -EPERM;
	bpf_audit_log_cause(ac, "marked");
	bpf_audit_log_file(ac, file);
	bpf_audit_log_verdict(ac, -EPERM);
	bpf_audit_log_end(ac);
	return -EPERM;
}
