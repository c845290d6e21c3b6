/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the programs of the scenarios share. They hang at socket_create and act on a protocol number each:
 * a call that is cheap, that nothing else makes, and that says by its errno what the policy decided.
 */
#pragma once

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <asm-generic/errno-base.h>
#include "bpf_audit.h"

char _license[] SEC("license") = "Dual BSD/GPL";

/* The same numbers stand in guest/protocols.ts. */
enum stress_protocol {
	PROTOCOL_LOAD = 1427,
	PROTOCOL_FOREIGN,
	PROTOCOL_LONG_A,
	PROTOCOL_LONG_B,
	PROTOCOL_SHARED_A,
	PROTOCOL_SHARED_B,
	PROTOCOL_FAIL_CLOSED,
	PROTOCOL_FAIL_OPEN,
	PROTOCOL_KINDS,
	PROTOCOL_RAW_NAMES,
	PROTOCOL_CUT,
};

/* Nanoseconds of timer slack by which a thread is marked; the same number stands in triggers/orc.h. */
#define STRESS_MARK 1427001427ULL

static __always_inline bool stress_marked(void)
{
	return bpf_get_current_task_btf()->timer_slack_ns == STRESS_MARK;
}

#define SOCKET_PROGRAM(name) \
	SEC("lsm/socket_create") int BPF_PROG(name, int family, int type, int protocol, int kern, int ret)
