/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Field names that a policy cannot take for its own fields: they mean something in audit records, or are
 * printed by bpfaudit. src/audit/write/reserved.ts holds the same list; a test compares them.
 */
#ifndef BPF_AUDIT_RESERVED_BPF_H
#define BPF_AUDIT_RESERVED_BPF_H

#define BPF_AUDIT__RESERVED_NAMES(X)                                                                        \
	X("a0") X("a1") X("a2") X("a3") X("acct") X("addr") X("anonclass") X("arch") X("auid") X("cap_fe") \
	X("cap_fi") X("cap_fp") X("cap_frootid") X("cap_fver") X("cap_pa") X("cap_pe") X("cap_pi") \
	X("cap_pp") X("capability") X("cause") X("cgroup") X("code") X("comm") X("compat") X("cwd") \
	X("daddr") X("data") X("dest") X("dev") X("device") X("dport") X("egid") X("euid") X("exe") \
	X("exe_dev") X("exe_inode") X("exit") X("faddr") X("family") X("fd") X("file") X("fport") \
	X("fsgid") X("fsuid") X("gid") X("hook") X("hostname") X("id") X("ino") X("inode") X("ioctlcmd") \
	X("ip") X("ipc_key") X("item") X("items") X("join") X("key") X("key_desc") X("key_serial") X("kmod") \
	X("laddr") X("list") X("lockdown_reason") X("lport") X("lsm-hook") X("missing") X("mode") X("msg") X("name") \
	X("nametype") X("netif") X("new-level") X("nl-msgtype") X("node") X("node_id") X("oauid") X("obj") \
	X("ocomm") X("ogid") X("old") X("op") X("opid") X("origin") X("oses") X("osid") X("ouid") \
	X("path") X("per") X("perm") X("permissive") X("pid") X("pkey") X("policy") X("policy-version") X("port_num") X("ppid") X("proctitle") \
	X("prog") X("prog-id") X("prog_id") X("reason") X("res") X("result") X("saddr") X("scontext") \
	X("seq") X("serial") X("ses") X("sgid") X("sig") X("sport") X("src") X("subj") X("subnet_prefix") \
	X("success") X("suid") X("syscall") X("tclass") X("tcontext") X("terminal") X("tid") X("time") \
	X("truncated") X("tty") X("type") X("uid") X("unasked") X("uring_op") X("uuid") X("value") X("verdict") X("vm") \
	X("watch")

#define BPF_AUDIT__IS(reserved) if (!__builtin_strcmp(name, reserved)) return true;

static __always_inline bool bpf_audit__reserved(const char *name)
{
	BPF_AUDIT__RESERVED_NAMES(BPF_AUDIT__IS)
	return false;
}

#endif /* BPF_AUDIT_RESERVED_BPF_H */
