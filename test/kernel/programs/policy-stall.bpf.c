// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Takes its time and lets everything pass. Attached between two generations of a policy, it keeps calls between
 * them for so long that a flip meets some.
 */
#include "stress.bpf.h"

#define CALL 0x60000000
#define STEPS 4000

static long step(__u32 i, void *sum)
{
	*(__u64 *)sum += bpf_ktime_get_ns() & i;
	return 0;
}

SEC("lsm/socket_create")
int BPF_PROG(stall_create, int family, int type, int protocol, int kern, int ret)
{
	__u64 sum = 0;

	if (!ret && protocol > 0 && (protocol & CALL))
		bpf_loop(STEPS, step, &sum, 0);
	return ret;
}
