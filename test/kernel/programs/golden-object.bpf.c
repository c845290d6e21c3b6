// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The golden programs on the other hooks: names, tasks, capabilities, exec. */
#include "golden.bpf.h"

extern int LINUX_KERNEL_VERSION __kconfig;

#define KERNEL(major, minor) (((major) << 16) + ((minor) << 8))

SEC("lsm/inode_readlink")
int BPF_PROG(s_dentry, struct dentry *dentry)
GOLDEN_BODY(0,
     R(0, bpf_audit_log_cause(ac, "dentry"));
     R(1, bpf_audit_log_dentry(ac, dentry));)

SEC("lsm/path_unlink")
int BPF_PROG(x_dentry_after_inode, const struct path *dir, struct dentry *dentry)
GOLDEN_BODY(0,
     struct inode *i = dentry->d_inode;
     if (i)
	     R(0, bpf_audit_log_inode(ac, i));
     R(1, bpf_audit_log_dentry(ac, dentry));)

SEC("lsm/inode_create")
int BPF_PROG(d_create, struct inode *dir, struct dentry *dentry, umode_t mode)
GOLDEN_BODY(0,
     R(0, bpf_audit_log_cause(ac, "create"));
     R(1, bpf_audit_log_dentry(ac, dentry));)

SEC("lsm/inode_create")
int BPF_PROG(d_create_dirinode, struct inode *dir, struct dentry *dentry, umode_t mode)
GOLDEN_BODY(0,
     R(0, bpf_audit_log_cause(ac, "dir"));
     R(1, bpf_audit_log_inode(ac, dir));)

/* The hook's first argument became the mount's id map in 6.9; before that the dentry came first. */
SEC("lsm/inode_setattr")
int BPF_PROG(d_setattr)
GOLDEN_BODY(0,
     struct dentry *dentry = (struct dentry *)ctx[0];
     struct dentry *later = (struct dentry *)ctx[1];
     barrier_var(later); /* else clang chooses between two addresses of ctx, which the verifier refuses */
     if (LINUX_KERNEL_VERSION >= KERNEL(6, 9))
	     dentry = later;
     R(0, bpf_audit_log_cause(ac, "setattr"));
     R(1, bpf_audit_log_dentry(ac, dentry));)

SEC("lsm/task_getpgid")
int BPF_PROG(s_task, struct task_struct *task)
GOLDEN_BODY(0,
     R(0, bpf_audit_log_cause(ac, "task"));
     R(1, bpf_audit_log_task(ac, task));)

SEC("lsm/task_getpgid")
int BPF_PROG(k_task, struct task_struct *task)
GOLDEN_BODY(0,
     R(0, bpf_audit_log_cause(ac, "task"));
     R(1, bpf_audit_log_task(ac, task));)

SEC("lsm/task_kill")
int BPF_PROG(k_kill, struct task_struct *p, struct kernel_siginfo *info, int sig, const struct cred *cred)
GOLDEN_BODY(0,
     R(0, bpf_audit_log_cause(ac, "kill"));
     R(1, bpf_audit_log_task(ac, p));)

SEC("lsm/task_alloc")
int BPF_PROG(k_alloc, struct task_struct *task, unsigned long clone_flags)
GOLDEN_BODY(0,
     R(0, bpf_audit_log_cause(ac, "alloc"));
     R(1, bpf_audit_log_task(ac, task));)

SEC("lsm/capable")
int BPF_PROG(s_cap, const struct cred *cred, struct user_namespace *ns, int cap, unsigned int opts)
GOLDEN_BODY(0,
     R(0, bpf_audit_log_cause(ac, "cap"));
     R(1, bpf_audit_log_cap(ac, cap));)

SEC("lsm/bprm_check_security")
int BPF_PROG(m_bprm, struct linux_binprm *bprm)
GOLDEN_BODY(0,
     R(0, bpf_audit_log_cause(ac, "exec"));
     struct file *f = bprm->file;
     if (f)
	     R(1, bpf_audit_log_file(ac, f));)
