/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the ten policies share: each call has a number, and a policy decides about those whose last digit is its
 * own, which its manifest puts into a map. Of these it denies three in four.
 */
#pragma once

#include "stress.bpf.h"

#define CALL_MIXED 0x10000000
#define CALL_NUMBER 0x00ffffff

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} digit SEC(".maps");

/* Number of the call if this policy is to decide about it, else -1. */
static __always_inline long own_call(__u32 number)
{
	__u32 zero = 0, *own = bpf_map_lookup_elem(&digit, &zero);

	if ((number & ~CALL_NUMBER) != CALL_MIXED || !own || (number & CALL_NUMBER) % 10 != *own)
		return -1;
	return number & CALL_NUMBER;
}

#define DECIDE(call, error)                                                                                 \
	({                                                                                                  \
		int verdict = (call) / 10 % 4 ? -(error) : 0;                                               \
		struct bpf_audit_context *ac = bpf_audit_log_start();                                       \
                                                                                                            \
		if (ac) {                                                                                   \
			bpf_audit_log_u64(ac, "call", call);                                                \
			bpf_audit_log_verdict(ac, verdict);                                                 \
			bpf_audit_log_end(ac);                                                              \
		}                                                                                           \
		verdict;                                                                                    \
	})
