// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Beside join-burst.bpf.c: a second policy with an opinion about the same files, which only watches, and one that
 * denies a device node that a kernel thread makes. Attached last, it is called first.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <asm-generic/errno-base.h>
#include "bpf_audit.h"

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/file_open")
int BPF_PROG(watch_marked, struct file *file, int ret)
{
	struct bpf_audit_context *ac;
	char name[12] = {};

	if (ret)
		return ret;
	bpf_probe_read_kernel_str(name, sizeof(name), file->f_path.dentry->d_name.name);
	if (bpf_strncmp(name, 8, "deny-two"))
		return 0;
	ac = bpf_audit_log_start();
	if (!ac)
		return 0;
	bpf_audit_log_cause(ac, "watched");
	bpf_audit_log_verdict(ac, 0);
	bpf_audit_log_end(ac);
	return 0;
}

SEC("lsm/inode_mknod")
int BPF_PROG(deny_node, struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev, int ret)
{
	struct bpf_audit_context *ac;
	char name[12] = {};

	if (ret)
		return ret;
	bpf_probe_read_kernel_str(name, sizeof(name), dentry->d_name.name);
	if (bpf_strncmp(name, 5, "vcs21"))
		return 0;
	ac = bpf_audit_log_start();
	if (!ac)
		return -EPERM;
	bpf_audit_log_cause(ac, "node");
	bpf_audit_log_dentry(ac, dentry);
	bpf_audit_log_verdict(ac, -EPERM);
	bpf_audit_log_end(ac);
	return -EPERM;
}
