// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A BPF object whose program is of another type. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual BSD/GPL";

SEC("tracepoint/syscalls/sys_enter_openat")
int not_lsm(void *ctx)
{
	return 0;
}
