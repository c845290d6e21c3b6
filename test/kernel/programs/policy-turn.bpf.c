// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The policy that is upgraded under load. Protocols carry the number of the call: some are denied, some pass, all
 * are logged, with the version that the manifest put into a map.
 */
#include "stress.bpf.h"

#define CALL_DENIED 0x40000000
#define CALL_PASSES 0x20000000

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} built SEC(".maps");

SEC("lsm/socket_create")
int BPF_AUDIT_POLICY(turn_create, int family, int type, int protocol, int kern)
{
	struct bpf_audit_context *ac;
	__u32 zero = 0, *version;
	int verdict;

	if (!(protocol & (CALL_DENIED | CALL_PASSES)) || protocol < 0)
		return 0;
	verdict = protocol & CALL_DENIED ? -EPERM : 0;
	version = bpf_map_lookup_elem(&built, &zero);
	ac = bpf_audit_log_start();
	if (!ac)
		return verdict;
	bpf_audit_log_u64(ac, "call", protocol);
	bpf_audit_log_u64(ac, "built", version ? *version : 0);
	bpf_audit_log_verdict(ac, verdict);
	bpf_audit_log_end(ac);
	return verdict;
}
