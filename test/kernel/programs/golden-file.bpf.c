// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The golden programs on file_open: fields alone, twice, in pairs and in odd orders. */
#include "golden.bpf.h"

#define OPEN(name, body) \
	SEC("lsm/file_open") int BPF_PROG(name, struct file *file) GOLDEN_BODY(0, body)

OPEN(s_file,
     R(0, bpf_audit_log_cause(ac, "file"));
     R(1, bpf_audit_log_file(ac, file));)
OPEN(s_path,
     R(0, bpf_audit_log_cause(ac, "path"));
     R(1, bpf_audit_log_path(ac, &file->f_path));)
OPEN(s_inode,
     R(0, bpf_audit_log_cause(ac, "inode"));
     R(1, bpf_audit_log_inode(ac, file->f_inode));)
OPEN(x_bare, )
OPEN(x_cause2,
     R(0, bpf_audit_log_cause(ac, "one"));
     R(1, bpf_audit_log_cause(ac, "two"));)
OPEN(x_inode2,
     R(0, bpf_audit_log_inode(ac, file->f_inode));
     R(1, bpf_audit_log_inode(ac, file->f_inode));)
OPEN(x_cap2,
     R(0, bpf_audit_log_cap(ac, 21));
     R(1, bpf_audit_log_cap(ac, 22));)
OPEN(x_ioctl2,
     R(0, bpf_audit_log_ioctl_op(ac, file, 1));
     R(1, bpf_audit_log_ioctl_op(ac, file, 2));)
OPEN(x_task2,
     struct task_struct *t = bpf_get_current_task_btf();
     R(0, bpf_audit_log_task(ac, t));
     R(1, bpf_audit_log_task(ac, t));)
OPEN(x_path_after_file,
     R(0, bpf_audit_log_file(ac, file));
     R(1, bpf_audit_log_path(ac, &file->f_path));)
OPEN(x_file_after_path,
     R(0, bpf_audit_log_path(ac, &file->f_path));
     R(1, bpf_audit_log_file(ac, file));)
OPEN(x_file_then_inode,
     R(0, bpf_audit_log_file(ac, file));
     R(1, bpf_audit_log_inode(ac, file->f_inode));)
OPEN(x_cap_then_cause,
     R(0, bpf_audit_log_cap(ac, 12));
     R(1, bpf_audit_log_cause(ac, "after-cap"));)
OPEN(x_order_rev,
     R(0, bpf_audit_log_inode(ac, file->f_inode));
     R(1, bpf_audit_log_file(ac, file));
     R(2, bpf_audit_log_task(ac, bpf_get_current_task_btf()));
     R(3, bpf_audit_log_cap(ac, 7));
     R(4, bpf_audit_log_cause(ac, "rev"));)
OPEN(x_all,
     R(0, bpf_audit_log_cause(ac, "all"));
     R(1, bpf_audit_log_cap(ac, 3));
     R(2, bpf_audit_log_path(ac, &file->f_path));
     R(3, bpf_audit_log_ioctl_op(ac, file, 9));
     R(4, bpf_audit_log_inode(ac, file->f_inode));
     R(5, bpf_audit_log_task(ac, bpf_get_current_task_btf()));)

OPEN(p_0, R(0, bpf_audit_log_cap(ac, 0));)
OPEN(p_41, R(0, bpf_audit_log_cap(ac, 41));)
OPEN(p_max, R(0, bpf_audit_log_cap(ac, 0x7fffffff));)
OPEN(p_min, R(0, bpf_audit_log_cap(ac, (int)0x80000000));)

OPEN(m_a,
     R(0, bpf_audit_log_cause(ac, "prog-a"));
     R(1, bpf_audit_log_file(ac, file));)
OPEN(m_b,
     R(2, bpf_audit_log_cause(ac, "prog-b"));
     R(3, bpf_audit_log_file(ac, file));)
SEC("lsm/file_open")
int BPF_PROG(m_deny, struct file *file)
GOLDEN_BODY(-EPERM,
     R(0, bpf_audit_log_cause(ac, "deny"));
     R(1, bpf_audit_log_file(ac, file));)

SEC("lsm.s/file_open")
int BPF_PROG(s_sleepable, struct file *file)
GOLDEN_BODY(0,
     R(0, bpf_audit_log_cause(ac, "sleepable"));
     R(1, bpf_audit_log_file(ac, file));)
