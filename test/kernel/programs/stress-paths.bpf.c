// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Prints the path of what a marked thread opens or controls; loaded once for each way to render a path. */
#include "stress.bpf.h"

SEC("lsm/file_open")
int BPF_PROG(path_of_open, struct file *file)
{
	struct bpf_audit_context *ac;

	if (!stress_marked())
		return 0;
	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	bpf_audit_log_file(ac, file);
	bpf_audit_log_end(ac);
	return 0;
}

SEC("lsm/file_ioctl")
int BPF_PROG(path_of_ioctl, struct file *file, unsigned int cmd, unsigned long arg)
{
	struct bpf_audit_context *ac;

	if (!stress_marked())
		return 0;
	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	bpf_audit_log_path(ac, &file->f_path);
	bpf_audit_log_end(ac);
	return 0;
}
