// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Two contexts open at once, the inner one ended first. */
#include "golden.bpf.h"

#define OPEN(name, body) \
	SEC("lsm/file_open") int BPF_PROG(name, struct file *file) GOLDEN_BODY(0, body)

OPEN(m_nested,
     struct bpf_audit_context *a2;
     R(0, bpf_audit_log_cause(ac, "outer"));
     a2 = bpf_audit_log_start();
     if (a2) {
	     R(1, bpf_audit_log_cause(a2, "inner"));
	     R(2, bpf_audit_log_file(a2, file));
	     R(3, bpf_audit_log_file(ac, file));
	     bpf_audit_log_end(a2);
     })
