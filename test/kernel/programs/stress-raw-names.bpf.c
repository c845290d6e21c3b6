// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Goes around the header's checks of field names, as an object that somebody made by hand could. */
#include "stress.bpf.h"

#define RAW(name) bpf_audit__custom(ac, BPF_AUDIT_U64, name, sizeof(name) - 1, 4242)

SOCKET_PROGRAM(raw_names)
{
	struct bpf_audit_context *ac;

	if (ret || protocol != PROTOCOL_RAW_NAMES)
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	RAW("auid");
	RAW("res");
	RAW("");
	RAW("a b");
	RAW("x=1 auid");
	RAW("x\nauid");
	RAW("Upper");
	RAW("9first");
	RAW("good-one");
	bpf_audit_log_end(ac);
	return 0;
}
