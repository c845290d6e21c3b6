// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Must not load: the file is on its way out, so the verifier does not trust it. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

char _license[] SEC("license") = "GPL";

SEC("lsm/file_free_security")
int BPF_PROG(bad_filefree, struct file *file)
{
	struct bpf_audit_context *ac = bpf_audit_log_start();

	if (!ac)
		return 0;
	bpf_audit_log_file(ac, file);
	bpf_audit_log_end(ac);
	return 0;
}
