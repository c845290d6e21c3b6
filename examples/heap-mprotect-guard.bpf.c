// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * heap-mprotect-guard - nobody makes the heap executable.
 *
 * The classic of the kernel's BPF LSM documentation, narrowed to what attackers need: mprotect() with
 * PROT_EXEC on the heap. Everything else passes.
 *
 *	bpfaudit run heap-mprotect-guard.bpf.o
 *
 * Needs Linux 6.1. It sees the heap that brk() made; allocators that use mmap() are out of its reach.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

#define EPERM 1
/* include/uapi/asm-generic/mman-common.h */
#define PROT_EXEC 0x4

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* vma_is_initial_heap() of include/linux/mm.h */
static __always_inline bool is_heap(const struct vm_area_struct *vma)
{
	const struct mm_struct *mm = vma->vm_mm;

	/* always there; the verifier of newer kernels wants to see it checked */
	if (!mm)
		return false;
	return vma->vm_start < mm->brk && vma->vm_end > mm->start_brk;
}

SEC("lsm/file_mprotect")
int BPF_PROG(heap_mprotect_guard, struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot, int ret)
{
	struct bpf_audit_context *ac;

	/* another program on this hook has denied already, and said why */
	if (ret)
		return ret;
	if (!(prot & PROT_EXEC) || !is_heap(vma))
		return 0;

	ac = bpf_audit_log_start();
	if (!ac)
		return -EPERM;
	bpf_audit_log_cause(ac, "heap-made-executable");
	bpf_audit_log_hex(ac, "prot", prot);
	bpf_audit_log_u64(ac, "heap-bytes", vma->vm_end - vma->vm_start);
	bpf_audit_log_verdict(ac, -EPERM);
	bpf_audit_log_end(ac);
	return -EPERM;
}
