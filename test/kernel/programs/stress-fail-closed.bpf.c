// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Opts in to deny what it cannot record. */
#define BPF_AUDIT_FAIL_CLOSED
#include "stress.bpf.h"

SOCKET_PROGRAM(fail_closed)
{
	struct bpf_audit_context *ac;

	if (ret || protocol != PROTOCOL_FAIL_CLOSED)
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	bpf_audit_log_cause(ac, "closed");
	bpf_audit_log_end(ac);
	return 0;
}
