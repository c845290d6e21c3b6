// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A BPF object without any program. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual BSD/GPL";
int nothing SEC(".data.nothing") = 1;
