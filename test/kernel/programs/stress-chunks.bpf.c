// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Records that fit into no chunk, with short fields between the long ones. */
#include "stress.bpf.h"

const char chunk_cause[4000] = { [0 ... 3998] = 'c' };
const char chunk_label[251] = { [0 ... 249] = 'l' };

SEC("lsm/file_open")
int BPF_PROG(chunks_open, struct file *file)
{
	struct bpf_audit_context *ac;

	if (!stress_marked())
		return 0;
	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	bpf_audit_log_u64(ac, "first", bpf_get_current_pid_tgid() >> 32);
	bpf_audit_log_cause(ac, chunk_cause);
	bpf_audit_log_cap(ac, 21);
	bpf_audit_log_file(ac, file);
	bpf_audit_log_str(ac, "label-a", chunk_label);
	bpf_audit_log_str(ac, "label-b", chunk_label);
	bpf_audit_log_str(ac, "label-c", chunk_label);
	bpf_audit_log_u64(ac, "last", bpf_get_current_pid_tgid() >> 32);
	bpf_audit_log_verdict(ac, 0);
	bpf_audit_log_end(ac);
	return 0;
}
