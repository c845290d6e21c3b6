/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bpf_audit.h - audit records from BPF LSM programs, on unmodified kernels (6.1 and newer).
 *
 * The twelve functions of the kernel series "audit: Expose audit subsystem to BPF LSM programs via BPF
 * kfuncs" (2026-03), with the same names, arguments and return codes, and what that series left out. Include
 * it after vmlinux.h, bpf_helpers.h, bpf_tracing.h and bpf_core_read.h, and call the functions in a program
 * that is declared with BPF_PROG():
 *
 *	SEC("lsm/file_open")
 *	int BPF_PROG(guard, struct file *file, int ret)
 *	{
 *		struct bpf_audit_context *ac;
 *
 *		if (ret)
 *			return ret;
 *		ac = bpf_audit_log_start();
 *		if (!ac)
 *			return -ENOMEM;
 *		bpf_audit_log_cause(ac, "secret");
 *		bpf_audit_log_file(ac, file);
 *		bpf_audit_log_verdict(ac, -EPERM);
 *		bpf_audit_log_end(ac);
 *		return -EPERM;
 *	}
 *
 * BPF_AUDIT_POLICY() in the place of BPF_PROG() lets `bpfaudit policy` upgrade the program without a gap and run
 * it in monitor mode.
 *
 * What the verifier checks: every bpf_audit_log_start() is followed by exactly one bpf_audit_log_end() on
 * every path, and no function is called after it.
 *
 * Switches, to be defined before the include:
 *	BPF_AUDIT_FAIL_CLOSED	bpf_audit_log_start() returns NULL when the ring is full. Without it the
 *				record is counted as lost, the functions do nothing, and the decision of the
 *				program stands: logging never changes a verdict.
 *	BPF_AUDIT_PATH_WALK	never use bpf_path_d_path() or bpf_d_path(), for hooks whose file or path
 *				arguments the verifier does not trust.
 *	BPF_AUDIT_RING_SIZE	size of the ring, if bpfaudit was told to make another.
 */
#ifndef BPF_AUDIT_H
#define BPF_AUDIT_H

#include "bpf_audit_abi.h"
#include "bpf_audit/maps.bpf.h"
#include "bpf_audit/policy.bpf.h"
#include "bpf_audit/counters.bpf.h"
#include "bpf_audit/context.bpf.h"
#include "bpf_audit/string.bpf.h"
#include "bpf_audit/walk.bpf.h"
#include "bpf_audit/path.bpf.h"
#include "bpf_audit/subject.bpf.h"
#include "bpf_audit/inode.bpf.h"
#include "bpf_audit/net.bpf.h"
#include "bpf_audit/extra.bpf.h"
#include "bpf_audit/custom.bpf.h"

#endif /* BPF_AUDIT_H */
