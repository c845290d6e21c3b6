// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Denies, and numbers its records: whoever reads them sees which are missing and which are there twice. */
#include "stress.bpf.h"

static __u64 records;

SOCKET_PROGRAM(numbered_deny)
{
	struct bpf_audit_context *ac;

	if (ret || protocol != PROTOCOL_LOAD)
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return -EPERM;
	bpf_audit_log_u64(ac, "number", __sync_fetch_and_add(&records, 1));
	bpf_audit_log_verdict(ac, -EPERM);
	bpf_audit_log_end(ac);
	return -EPERM;
}
