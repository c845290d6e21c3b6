// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Causes longer than any chunk: 4000 and 12000 bytes that all have to become hex. */
#include "golden.bpf.h"

#define T10(s) s s s s s s s s s s
#define T100(s) T10(T10(s))

#define CAUSE(name, text)                                   \
	SEC("lsm/file_open") int BPF_PROG(name, struct file *file) \
	GOLDEN_BODY(0, R(0, bpf_audit_log_cause(ac, text));)

CAUSE(c_long4000sp, T100(T10("a b ")))
CAUSE(c_long12000sp, T100(T10("abcdef hijkl")))
