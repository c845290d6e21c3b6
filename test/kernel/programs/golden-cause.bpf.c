// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The golden programs about causes: what is quoted, what turns to hex, and how long a cause may be. */
#include "golden.bpf.h"

#define T10(s) s s s s s s s s s s
#define T100(s) T10(T10(s))

#define CAUSE(name, text)                                   \
	SEC("lsm/file_open") int BPF_PROG(name, struct file *file) \
	GOLDEN_BODY(0, R(0, bpf_audit_log_cause(ac, text));)

CAUSE(c_space, "a b")
CAUSE(c_dquote, "a\"b")
CAUSE(c_tab, "a\tb")
CAUSE(c_nl, "a\nb")
CAUSE(c_7e, "a~!b")
CAUSE(c_utf8, "caf\xc3\xa9")
CAUSE(c_bslash, "a\\b")
CAUSE(c_eq, "k=v,cause=x")
CAUSE(c_hexlike, "DEADBEEF")
CAUSE(c_long100, T100("x"))
