// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Compiled against a copy of the header that calls itself version 2: see the Makefile of the kernel tests. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

char _license[] SEC("license") = "Dual BSD/GPL";

SEC("lsm/socket_create")
int BPF_PROG(later, int family, int type, int protocol, int kern, int ret)
{
	struct bpf_audit_context *ac;

	if (ret || protocol != 1438)
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return -12;
	bpf_audit_log_end(ac);
	return 0;
}
