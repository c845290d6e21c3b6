/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the golden programs share: when a program may speak, and how its return codes reach the test.
 *
 * A golden holds what exactly one system call wrote. The trigger marks the thread that makes this call with
 * a timer slack of its own, and takes the mark off again after it; nothing has to be handed over between
 * loader, program and trigger, and no other task can slip in.
 */
#pragma once

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <asm-generic/errno-base.h>
#include "bpf_audit.h"

#define AF_INET 2
#define AF_INET6 10

/* Nanoseconds; the same number stands in triggers/orc.h. */
#define GOLDEN_MARK 1427001427ULL

/* Read as struct golden of test/kernel/goldens by the loader: 4-byte fields in this order. */
struct golden_result {
	__u32 hits;       /* runs on a marked thread */
	__u32 start_null; /* of them, without a context */
	__u32 called;     /* bit n: return code n was stored */
	__s32 rc[8];
};

volatile struct golden_result golden SEC(".data.golden") = { .hits = 0, .rc = { -1, -1, -1, -1, -1, -1, -1, -1 } };

static __always_inline bool golden_marked(void)
{
	return bpf_get_current_task_btf()->timer_slack_ns == GOLDEN_MARK;
}

/* Stores the return code of call n. */
#define R(n, call)                        \
	do {                              \
		golden.rc[n] = (call);    \
		golden.called |= 1u << (n); \
	} while (0)

/* The body runs with an open context `ac`; `verdict` is what the hook returns. */
#define GOLDEN_BODY(verdict, body)                                  \
	{                                                           \
		struct bpf_audit_context *ac;                       \
                                                                    \
		if (!golden_marked())                               \
			return 0;                                   \
		golden.hits++;                                      \
		ac = bpf_audit_log_start();                         \
		if (!ac) {                                          \
			golden.start_null++;                        \
			return 0;                                   \
		}                                                   \
		body                                                \
		bpf_audit_log_end(ac);                              \
		return verdict;                                     \
	}

char _license[] SEC("license") = "GPL";
