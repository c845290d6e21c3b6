// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Denies files whose name begins with "secret": EPERM when opened, EACCES when removed. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

#define EPERM 1
#define EACCES 13

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline bool is_secret(struct dentry *dentry)
{
	char name[8] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
	return name[0] == 's' && name[1] == 'e' && name[2] == 'c' && name[3] == 'r' && name[4] == 'e' && name[5] == 't';
}

SEC("lsm/file_open")
int BPF_PROG(deny_open, struct file *file, int ret)
{
	struct bpf_audit_context *ac;

	if (ret || !is_secret(BPF_CORE_READ(file, f_path.dentry)))
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return -EPERM;
	bpf_audit_log_cause(ac, "it's secret");
	bpf_audit_log_file(ac, file);
	bpf_audit_log_verdict(ac, -EPERM);
	bpf_audit_log_end(ac);
	return -EPERM;
}

SEC("lsm/path_unlink")
int BPF_PROG(deny_unlink, const struct path *dir, struct dentry *dentry, int ret)
{
	struct bpf_audit_context *ac;

	if (ret || !is_secret(dentry))
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return -EACCES;
	bpf_audit_log_cause(ac, "it's-secret");
	bpf_audit_log_dentry(ac, dentry);
	bpf_audit_log_verdict(ac, -EACCES);
	bpf_audit_log_end(ac);
	return -EACCES;
}
