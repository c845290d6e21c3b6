// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * userns-guard - only listed programs and cgroups make user namespaces.
 *
 * A user namespace gives an unprivileged process all capabilities inside of it, and with them a way to much of
 * the kernel. Few programs need one: list them, and everybody else is denied, with a record that says why.
 *
 *	bpfaudit run userns-guard.bpf.o
 *	examples/userns-allow.sh comm chromium
 *	examples/userns-allow.sh cgroup /sys/fs/cgroup/system.slice
 *
 * Needs Linux 6.1 (hook userns_create). A process can choose its comm: that list is a convenience for trusted
 * users, the list of cgroups is the border.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

#define EPERM 1
#define COMM_LEN 16
/* Deepest ancestor that is looked up: systemd nests about six deep, containers a few more. */
#define CGROUP_LEVELS 16

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* comm, filled up with zeros -> anything */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, char[COMM_LEN]);
	__type(value, __u32);
} allowed_comms SEC(".maps");

/* id of a v2 cgroup (stat -c %i) -> anything; its descendants are allowed too */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, __u32);
} allowed_cgroups SEC(".maps");

static __always_inline bool comm_is_allowed(void)
{
	char comm[COMM_LEN] = {};

	bpf_get_current_comm(comm, sizeof(comm));
	return bpf_map_lookup_elem(&allowed_comms, comm);
}

static __always_inline bool cgroup_is_allowed(void)
{
	for (int level = 0; level < CGROUP_LEVELS; level++) {
		__u64 cgroup = bpf_get_current_ancestor_cgroup_id(level);

		/* 0: the task is not that deep */
		if (!cgroup)
			return false;
		if (bpf_map_lookup_elem(&allowed_cgroups, &cgroup))
			return true;
	}
	return false;
}

SEC("lsm/userns_create")
int BPF_PROG(userns_guard, const struct cred *cred, int ret)
{
	struct bpf_audit_context *ac;

	/* another program on this hook has denied already, and said why */
	if (ret)
		return ret;
	if (comm_is_allowed() || cgroup_is_allowed())
		return 0;

	ac = bpf_audit_log_start();
	if (!ac)
		return -EPERM;
	bpf_audit_log_cause(ac, "userns-not-listed");
	bpf_audit_log_u64(ac, "cgroup-id", bpf_get_current_cgroup_id());
	bpf_audit_log_verdict(ac, -EPERM);
	bpf_audit_log_end(ac);
	return -EPERM;
}
