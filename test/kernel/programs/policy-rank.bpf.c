// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Denies one protocol, whoever loads it: several of it on one hook show who is asked first. */
#include "stress.bpf.h"

#define PROTOCOL_RANK 1440

SEC("lsm/socket_create")
int BPF_AUDIT_POLICY(rank_create, int family, int type, int protocol, int kern)
{
	struct bpf_audit_context *ac;

	if (protocol != PROTOCOL_RANK)
		return 0;
	ac = bpf_audit_log_start();
	if (!ac)
		return -EPERM;
	bpf_audit_log_u64(ac, "call", protocol);
	bpf_audit_log_verdict(ac, -EPERM);
	bpf_audit_log_end(ac);
	return -EPERM;
}
