// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel's filter with made-up facts: each packet is one event, the answers are in the packet's result. As an
 * XDP program it can be run by bpf_prog_test_run_opts(), without a hook, on any kernel that lets us.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit_abi.h"
#include "bpf_audit/maps.bpf.h"
#include "bpf_audit/filter.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define LEVELS 8
#define ANCESTORS 8

/* One event; test/helpers/kernel-facts.ts writes it. Not in a map of its own: a look-up is a call in the middle of a loop. */
struct facts {
	__u32 number[BPF_AUDIT_ON_SES + 1];
	__u32 has_exe;
	__u32 ancestors_len; /* 0xffffffff: there is no path */
	__u32 cut_short;
	__u64 cgroup;
	__u64 levels[LEVELS];
	__u64 comm[2];
	__u64 exe_ino;
	__u64 exe_dev;
	struct {
		__u64 ino;
		__u64 dev;
	} ancestors[ANCESTORS];
	__u64 cookie;
	__u32 self_map;
	__u32 site;
	__u8 record[BPF_AUDIT_CHUNK];
};

struct facts event;

static __always_inline __u32 bpf_audit__self_map(void)
{
	return event.self_map;
}

static __always_inline __u32
bpf_audit__subject_number(struct task_struct *task, const struct cred *cred, __u32 field)
{
	return field <= BPF_AUDIT_ON_SES ? event.number[field] : 0;
}

static __always_inline __u64 bpf_audit__subject_cgroup(struct bpf_audit__way *way)
{
	return event.cgroup;
}

static __always_inline __u64 bpf_audit__subject_ancestor(struct bpf_audit__way *way, __u32 level)
{
	return level < LEVELS ? event.levels[bpf_audit__clamp(level, LEVELS - 1)] : 0;
}

static __always_inline void bpf_audit__subject_comm(struct bpf_audit__way *way, __u64 comm[2])
{
	comm[0] = event.comm[0];
	comm[1] = event.comm[1];
}

static __always_inline bool bpf_audit__subject_exe(struct bpf_audit__way *way, __u64 *ino, __u64 *dev)
{
	if (!event.has_exe)
		return false;
	*ino = event.exe_ino;
	*dev = event.exe_dev;
	return true;
}

__attribute__((noinline, weak)) int bpf_audit__find_above(__u64 dentry, __u64 vfsmount, __u64 ino, __u64 dev)
{
	__u32 i;

	if (event.ancestors_len == ~0U)
		return BPF_AUDIT__NO_PATH;
	for (i = 0; i < ANCESTORS && i < event.ancestors_len; i++)
		if (event.ancestors[i].ino == ino && event.ancestors[i].dev == dev)
			return 1;
	return event.cut_short ? BPF_AUDIT__CUT_SHORT : 0;
}

#include "bpf_audit/filter-record.bpf.h"

static __always_inline int before_record(void)
{
	return bpf_audit__filter_start(bpf_audit__rules_in_force(), event.cookie, event.site);
}

SEC("xdp")
int before(struct xdp_md *ctx)
{
	if (bpf_xdp_load_bytes(ctx, 0, &event, sizeof(event)))
		return 99;
	return before_record();
}

SEC("xdp")
int complete(struct xdp_md *ctx)
{
	if (bpf_xdp_load_bytes(ctx, 0, &event, sizeof(event)))
		return 99;
	return bpf_audit__filter_end((void *)event.record, event.cookie, 1, 1);
}

/* What a test run costs without a filter. */
SEC("xdp")
int nothing(struct xdp_md *ctx)
{
	return 0;
}

/* The filter alone, on the facts of the packet before. */
SEC("xdp")
int alone(struct xdp_md *ctx)
{
	return before_record();
}
