// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every kind that the kernel series left out, in two records of one program. */
#include "stress.bpf.h"

/* Return codes of the calls that must fail or must not, for the test. */
volatile struct {
	__s32 first[6];
	__s32 again[6];
	__s32 second_record[2];
} kinds SEC(".data.kinds") = { .first = { 1 } };

SOCKET_PROGRAM(all_kinds)
{
	struct bpf_audit_context *ac;

	if (ret || protocol != PROTOCOL_KINDS)
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	kinds.first[0] = bpf_audit_log_key(ac, 0xf1234567, "user;a key");
	kinds.first[1] = bpf_audit_log_ipc(ac, -42);
	kinds.first[2] = bpf_audit_log_kmod(ac, "dummy");
	kinds.first[3] = bpf_audit_log_anonclass(ac, "[userfaultfd]");
	kinds.first[4] = bpf_audit_log_lockdown(ac, LOCKDOWN_MODULE_SIGNATURE);
	kinds.first[5] = bpf_audit_log_nlmsgtype(ac, 65535);
	kinds.again[0] = bpf_audit_log_key(ac, 1, "other");
	kinds.again[1] = bpf_audit_log_ipc(ac, 1);
	kinds.again[2] = bpf_audit_log_kmod(ac, "other");
	kinds.again[3] = bpf_audit_log_anonclass(ac, "other");
	kinds.again[4] = bpf_audit_log_lockdown(ac, LOCKDOWN_NONE);
	kinds.again[5] = bpf_audit_log_nlmsgtype(ac, 1);
	bpf_audit_log_end(ac);

	ac = bpf_audit_log_start();
	if (!ac)
		return -ENOMEM;
	kinds.second_record[0] = bpf_audit_log_ibpkey(ac, 0x80feULL, 0xffff);
	kinds.second_record[1] = bpf_audit_log_ibendport(ac, "mlx5_0", 255);
	bpf_audit_log_u64(ac, "largest", -1);
	bpf_audit_log_s64(ac, "least", 1LL << 63);
	bpf_audit_log_hex(ac, "bits", 0xdeadbeef00ULL);
	bpf_audit_log_str(ac, "word", "plain");
	bpf_audit_log_str(ac, "words", "not plain");
	bpf_audit_log_u64(ac, "word", 5);
	bpf_audit_log_verdict(ac, -EACCES);
	bpf_audit_log_end(ac);
	return -EACCES;
}
