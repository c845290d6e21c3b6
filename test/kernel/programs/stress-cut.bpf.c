// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Strings that are longer than anything the ring carries: cut, and flagged. */
#include "stress.bpf.h"

const char long_cause[40000] = { [0 ... 39998] = 'x' };
const char long_label[300] = { [0 ... 298] = 'y' };

SOCKET_PROGRAM(cut)
{
	struct bpf_audit_context *ac;

	if (ret || protocol != PROTOCOL_CUT)
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	bpf_audit_log_cause(ac, long_cause);
	bpf_audit_log_str(ac, "label", long_label);
	bpf_audit_log_u64(ac, "behind", 7);
	bpf_audit_log_end(ac);
	return 0;
}
