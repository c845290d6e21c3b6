// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The shared maps and nothing else: loaded once, when bpfaudit starts before any policy.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
