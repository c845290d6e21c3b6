// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs for a loader that sets no cookie: how their ids are found, and when they are not. */
#include "stress.bpf.h"

static __always_inline int record(unsigned long long *ctx, int wanted, int protocol)
{
	struct bpf_audit_context *ac;

	if (protocol != wanted)
		return 0;
	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	bpf_audit_log_cause(ac, "shared");
	bpf_audit_log_end(ac);
	return 0;
}

#define FOREIGN(name, wanted, cause)              \
	SOCKET_PROGRAM(name)                      \
	{                                         \
		struct bpf_audit_context *ac;     \
                                                  \
		if (ret || protocol != wanted)    \
			return ret;               \
		ac = bpf_audit_log_start();       \
		if (!ac)                          \
			return -ENOMEM;           \
		bpf_audit_log_cause(ac, cause);   \
		bpf_audit_log_end(ac);            \
		return 0;                         \
	}

FOREIGN(foreign_one, PROTOCOL_FOREIGN, "one")
/* The kernel keeps 15 characters of a name: these two look the same to it. */
FOREIGN(foreign_with_a_long_name_a, PROTOCOL_LONG_A, "long-a")
FOREIGN(foreign_with_a_long_name_b, PROTOCOL_LONG_B, "long-b")

/* One function begins the records of both: nobody can tell from whom one is. */
SOCKET_PROGRAM(foreign_shared_a)
{
	return ret ?: record(ctx, PROTOCOL_SHARED_A, protocol);
}

SOCKET_PROGRAM(foreign_shared_b)
{
	return ret ?: record(ctx, PROTOCOL_SHARED_B, protocol);
}
