// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The default: what cannot be recorded is counted, and the decision stands. */
#include "stress.bpf.h"

SOCKET_PROGRAM(fail_open)
{
	struct bpf_audit_context *ac;

	if (ret || protocol != PROTOCOL_FAIL_OPEN)
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	bpf_audit_log_cause(ac, "open");
	bpf_audit_log_end(ac);
	return 0;
}
