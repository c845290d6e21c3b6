// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What one run of a hook costs, several ways: bench:hook attaches one of these at a time to file_open. All of
 * them look only at the process that measures.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"
#include "raw.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Process that measures. */
__u32 target;

#define IS_OTHER ((__u32)(bpf_get_current_pid_tgid() >> 32) != target)

/* Where programs without a chunk of the ring put the path. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[BPF_AUDIT_STRING]);
} scratch SEC(".maps");

/* The path as bpf_audit_log_file() gets it. */
static __always_inline long path_of(struct file *file, char *to)
{
	if (bpf_audit_setup.path_via != BPF_AUDIT_VIA_WALK && bpf_path_d_path)
		return bpf_path_d_path(&file->f_path, to, BPF_AUDIT_STRING);
	return bpf_d_path(&file->f_path, to, BPF_AUDIT_STRING);
}

SEC("lsm/file_open")
int BPF_PROG(bench_empty, struct file *file, int ret)
{
	if (IS_OTHER)
		return ret;
	return ret;
}

/* The same behind the gate of policies that can be upgraded. */
SEC("lsm/file_open")
int BPF_AUDIT_POLICY(bench_gate, struct file *file, int ret)
{
	if (IS_OTHER)
		return ret;
	return ret;
}

SEC("lsm/file_open")
int BPF_PROG(bench_path, struct file *file, int ret)
{
	__u32 zero = 0;
	char *to;

	if (IS_OTHER)
		return ret;
	to = bpf_map_lookup_elem(&scratch, &zero);
	if (to)
		path_of(file, to);
	return ret;
}

SEC("lsm/file_open")
int BPF_PROG(bench_raw, struct file *file, int ret)
{
	if (IS_OTHER)
		return ret;
	write_raw(RECORD_BYTES(sizeof("/dev/null") - 1));
	return ret;
}

SEC("lsm/file_open")
int BPF_PROG(bench_printk, struct file *file, int ret)
{
	const struct inode *inode = file->f_inode;
	char comm[16];
	__u32 zero = 0;
	char *to;

	if (IS_OTHER)
		return ret;
	to = bpf_map_lookup_elem(&scratch, &zero);
	if (!to)
		return ret;
	bpf_get_current_comm(comm, sizeof(comm));
	path_of(file, to);
	bpf_printk("prog-id=%d pid=%d comm=\"%s\" cause=\"%s\" path=\"%s\" dev=\"%s\" ino=%lu", 76, target, comm,
		   "secret", to, inode->i_sb->s_id, inode->i_ino);
	return ret;
}

SEC("lsm/file_open")
int BPF_PROG(bench_record, struct file *file, int ret)
{
	struct bpf_audit_context *ac;

	if (IS_OTHER)
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return ret;
	bpf_audit_log_cause(ac, "secret");
	if (bpf_audit_log_file(ac, file))
		refused++;
	bpf_audit_log_end(ac);
	return ret;
}
