// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Prints a name that its user chose at every place where a string can stand. */
#include "stress.bpf.h"

SEC("lsm/file_open")
int BPF_PROG(hostile_open, struct file *file)
{
	struct bpf_audit_context *ac;
	const char *name;

	if (!stress_marked())
		return 0;
	name = (const char *)file->f_path.dentry->d_name.name;
	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	bpf_audit_log_cause(ac, name);
	bpf_audit_log_file(ac, file);
	bpf_audit_log_str(ac, "label", name);
	bpf_audit_log_kmod(ac, name);
	bpf_audit_log_anonclass(ac, name);
	bpf_audit_log_key(ac, 7, name);
	bpf_audit_log_task(ac, bpf_get_current_task_btf());
	bpf_audit_log_end(ac);
	return 0;
}
