// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A new version of a policy that the verifier refuses: a path without bpf_audit_log_end(). */
#include "../stress.bpf.h"

SEC("lsm/socket_create")
int BPF_AUDIT_POLICY(leak_create, int family, int type, int protocol, int kern)
{
	struct bpf_audit_context *ac;

	ac = bpf_audit_log_start();
	if (!ac)
		return 0;
	bpf_audit_log_verdict(ac, -EPERM);
	return -EPERM;
}
