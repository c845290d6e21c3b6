// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The golden programs on file_ioctl: commands, and every place that a file can come from. */
#include "golden.bpf.h"

#define IOCTL(name, body)                                                                    \
	SEC("lsm/file_ioctl")                                                                \
	int BPF_PROG(name, struct file *file, unsigned int cmd, unsigned long arg) GOLDEN_BODY(0, body)

IOCTL(s_ioctl_op,
     R(0, bpf_audit_log_cause(ac, "ioctl_op"));
     R(1, bpf_audit_log_ioctl_op(ac, file, cmd));)
IOCTL(i_file,
     R(0, bpf_audit_log_cause(ac, "file"));
     R(1, bpf_audit_log_file(ac, file));)
IOCTL(i_path,
     R(0, bpf_audit_log_cause(ac, "path"));
     R(1, bpf_audit_log_path(ac, &file->f_path));)
IOCTL(i_inode,
     R(0, bpf_audit_log_cause(ac, "inode"));
     R(1, bpf_audit_log_inode(ac, file->f_inode));)
