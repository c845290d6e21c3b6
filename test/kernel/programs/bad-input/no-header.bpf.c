// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An LSM program that does not speak audit. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char _license[] SEC("license") = "Dual BSD/GPL";

SEC("lsm/file_open")
int BPF_PROG(silent, struct file *file)
{
	return 0;
}
