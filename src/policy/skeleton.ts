/**
 * Files of a policy to begin with: it denies files by their name, from a list in the manifest.
 *
 * @param name - of the policy
 * @param bpf - folder with `include` and `vmlinux`
 * @returns contents by file name
 */
export function policySkeleton(name: string, bpf: string): Readonly<Record<string, string>> {
  const program = name.replaceAll('-', '_');
  return {
    [`${name}.bpf.c`]: source(name, program),
    'policy.toml': manifest(name),
    Makefile: makefile(name, bpf),
  };
}

function source(name: string, program: string): string {
  return `// SPDX-License-Identifier: GPL-2.0-only
/* ${name}: files with these names are not opened. The list is in policy.toml. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

#define EPERM 1
#define NAME_LEN 64

char LICENSE[] SEC("license") = "GPL";

/* name, filled up with zeros -> anything */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, char[NAME_LEN]);
	__type(value, __u8);
} denied_names SEC(".maps");

SEC("lsm/file_open")
int BPF_AUDIT_POLICY(${program}, struct file *file)
{
	char name[NAME_LEN] = {};
	struct bpf_audit_context *ac;

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
	if (!bpf_map_lookup_elem(&denied_names, name))
		return 0;

	ac = bpf_audit_log_start();
	if (!ac)
		return -EPERM;
	bpf_audit_log_cause(ac, "name-is-denied");
	bpf_audit_log_file(ac, file);
	bpf_audit_log_verdict(ac, -EPERM);
	bpf_audit_log_end(ac);
	return -EPERM;
}
`;
}

function manifest(name: string): string {
  return `# What bpfaudit is to know about the policy; docs/policies.md has every key.
name = "${name}"
version = "0.1.0"
author = "nobody yet"
description = "files with these names are not opened"
object = "${name}.bpf.o"
hooks = ["file_open"]
# "monitor" logs what would be denied, and denies nothing; "enforce" denies
mode = "monitor"
# of the policies on a hook the lower number runs first, 0 to 999
order = 50

[maps.denied_names]
keys = ["${name}.secret"]
`;
}

function makefile(name: string, bpf: string): string {
  return `# Where bpfaudit has bpf_audit.h and vmlinux.h.
BPFAUDIT ?= ${bpf}
CLANG ?= clang
ARCH := $(shell uname -m | sed -e 's/x86_64/x86/' -e 's/aarch64/arm64/')
TRIPLET := $(shell gcc -print-multiarch 2>/dev/null || echo $(shell uname -m)-linux-gnu)

${name}.bpf.o: ${name}.bpf.c
	$(CLANG) -g -O2 -Wall -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) -D__$(shell uname -m)__ \\
		-I$(BPFAUDIT)/include -I$(BPFAUDIT)/vmlinux -isystem /usr/include/$(TRIPLET) -c $< -o $@
`;
}
