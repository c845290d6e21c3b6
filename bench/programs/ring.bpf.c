// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Fills the shared ring with records as bpf_audit.h writes them: a chunk of BPF_AUDIT_CHUNK bytes with the
 * fields cause and file. A traffic classifier, since those can be run by bpf_prog_test_run_opts() on any kernel
 * and need neither a hook nor a guest. Everything follows from the number of the record, so two runs give
 * the same bytes.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_audit.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define SAMPLES 16
#define PROGRAMS 4

/* What a busy host has: mostly plain names, now and then one that must be written in hex. */
static const struct bench_sample {
	__u64 ino;
	__u32 tgid;
	__s32 verdict; /* 0: none recorded */
	char comm[16];
	char cause[32];
	char path[160];
	char sid[32];
} samples[SAMPLES] = {
	{ 1054, 1, 0, "systemd", "unit_guard", "/etc/systemd/system/multi-user.target.wants/cron.service", "vda1" },
	{ 262401, 842, 0, "sshd", "secret", "/etc/ssh/ssh_host_ed25519_key", "vda1" },
	{ 4, 31337, 0, "cat", "device_guard", "/dev/null", "devtmpfs" },
	{ 131073, 90412, 0, "python3", "exec_guard", "/usr/lib/python3/dist-packages/apt_pkg.cpython-311-x86_64-linux-gnu.so", "vda1" },
	{ 4026531840, 2210, 0, "nginx", "secret", "/run/secrets/kubernetes.io/serviceaccount/token", "tmpfs" },
	{ 77, 5121, -1, "runc:[2:INIT]", "userns_guard", "/proc/self/attr/apparmor/exec", "proc" },
	{ 13434881, 44120, 0, "node", "file_guard", "/srv/app/node_modules/koffi/build/koffi/linux_x64/koffi.node", "dm-3" },
	{ 9217, 44121, 0, "Web Content", "file_guard", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "vda1" },
	{ 263001, 1200, 0, "postgres", "data_guard", "/var/lib/postgresql/15/main/base/16384/2619_vm", "nvme0n1p2" },
	{ 263009, 1201, 0, "postgres", "data_guard", "/var/lib/postgresql/15/main/pg_wal/00000001000000A300000042", "nvme0n1p2" },
	{ 918273645, 71, 0, "kworker/u8:3", "secret", "/lib/firmware/intel/ibt-20-1-3.sfi", "vda1" },
	{ 505050, 33021, -13, "bash", "history_guard", "/root/.bash_history", "vda1" },
	{ 616161, 33022, 0, "vim", "file_guard", "/home/operator/My Documents/notes.txt", "dm-0" },
	{ 6, 701, 0, "dbus-daemon", "bus_guard", "/usr/share/dbus-1/system.d/org.freedesktop.login1.conf", "vda1" },
	{ 99991, 4194304, 0, "containerd-shim", "runtime_guard", "/run/containerd/io.containerd.runtime.v2.task/k8s.io/config.json", "tmpfs" },
	{ 20480, 611, 0, "auditd", "log_guard", "/var/log/audit/audit.log", "vda1" },
};

__u64 begun[PROGRAMS];
__u64 lost[PROGRAMS];
__u64 number;

static __always_inline __u64 string_field(void *ev, __u64 off, __u32 type, __u32 order, const char *string)
{
	struct bpf_audit_field *field;
	long n;

	off = bpf_audit__clamp(off, BPF_AUDIT_CHUNK - sizeof(*field) - BPF_AUDIT_STRING);
	field = ev + off;
	field->type = type;
	field->order = order;
	field->value = 0;
	n = bpf_probe_read_kernel_str(field + 1, 32, string);
	field->len = n > 0 ? n - 1 : 0;
	return off + sizeof(*field) + bpf_audit__round8(field->len);
}

static __always_inline __u64 file_field(void *ev, __u64 off, __u32 order, const struct bench_sample *sample)
{
	struct bpf_audit_object *object;
	struct bpf_audit_field *field;
	__u32 text;
	long n;

	off = bpf_audit__clamp(off, BPF_AUDIT_CHUNK - sizeof(*field) - sizeof(*object) - BPF_AUDIT_STRING);
	field = ev + off;
	field->type = BPF_AUDIT_FILE;
	field->order = order;
	field->value = 0;
	object = (void *)(field + 1);
	object->ino = sample->ino;
	object->dev = 8 << 20 | 1;
	object->form = BPF_AUDIT_PLAIN;
	object->flags = BPF_AUDIT_OBJ_INODE;
	bpf_probe_read_kernel(object->sid, sizeof(object->sid), sample->sid);
	n = bpf_probe_read_kernel_str(object + 1, sizeof(sample->path), sample->path);
	text = n > 0 ? n - 1 : 0;
	field->len = sizeof(*object) + text;
	return off + sizeof(*field) + bpf_audit__round8(field->len);
}

static __always_inline void head(struct bpf_audit_event *ev, __u64 n, __u32 program, const struct bench_sample *sample)
{
	ev->chunk.abi = BPF_AUDIT_ABI;
	ev->chunk.kind = BPF_AUDIT_EVENT;
	ev->chunk.flags = 0;
	ev->chunk.promise = n + 1;
	ev->event = 0;
	ev->seq = begun[program]++;
	ev->lost = lost[program];
	ev->boot_ns = 1000000000000ULL + n * 3333;
	ev->ctime_sec = 1795149460 + n / 300000;
	ev->ctime_nsec = n % 300000 * 3333;
	ev->serial = n % 64 == 63 ? (__u32)n : 0;
	ev->prog_id = 70 + program;
	ev->self_map = 12;
	ev->tgid = sample->tgid;
	ev->tid = sample->tgid;
	ev->ppid = 1;
	ev->auid = 1000;
	ev->ses = 3;
	ev->uid = ev->gid = ev->euid = ev->suid = ev->fsuid = ev->egid = ev->sgid = ev->fsgid = 0;
	ev->syscall = 257;
	ev->args[0] = ev->args[1] = ev->args[2] = ev->args[3] = n;
	ev->cgroup = 4711;
	ev->exe_ino = 1234;
	ev->exe_dev = 8 << 20 | 1;
	ev->arch = 0xc000003e;
	__builtin_memcpy(ev->comm, sample->comm, sizeof(ev->comm));
	ev->tty[0] = 0;
	ev->verdict = sample->verdict;
	ev->chunks = 0;
	ev->site = 0;
	ev->missing = 0;
	ev->context = BPF_AUDIT_CTX_PRESENT | BPF_AUDIT_CTX_SYSCALL;
	if (sample->verdict)
		ev->context |= BPF_AUDIT_CTX_VERDICT;
}

SEC("tc")
int generate(struct __sk_buff *skb)
{
	__u64 n = number++;
	__u32 program = n & (PROGRAMS - 1);
	const struct bench_sample *sample = &samples[(n ^ n >> 4) & (SAMPLES - 1)];
	struct bpf_audit_event *ev;
	__u64 off;

	ev = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK, 0);
	if (!ev) {
		begun[program]++;
		lost[program]++;
		return 0;
	}
	head(ev, n, program, sample);
	off = string_field(ev, sizeof(*ev), BPF_AUDIT_CAUSE, 0, sample->cause);
	off = file_field(ev, off, 1, sample);
	ev->chunk.len = off;
	bpf_ringbuf_submit(ev, BPF_RB_NO_WAKEUP);
	return 0;
}
