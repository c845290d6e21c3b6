// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Denies, and says so: under load the records may get lost, the denial may not. */
#include "stress.bpf.h"

SOCKET_PROGRAM(load_deny)
{
	struct bpf_audit_context *ac;

	if (ret || protocol != PROTOCOL_LOAD)
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	bpf_audit_log_cause(ac, "load");
	bpf_audit_log_u64(ac, "round", type);
	bpf_audit_log_verdict(ac, -EPERM);
	bpf_audit_log_end(ac);
	return -EPERM;
}
