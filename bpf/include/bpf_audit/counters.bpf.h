/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is counted per program: records begun, which numbers them, records and fields lost, denials.
 */
#ifndef BPF_AUDIT_COUNTERS_BPF_H
#define BPF_AUDIT_COUNTERS_BPF_H

/*
 * Who logs. Counters are reached through functions that are not inlined: inside they are one of two maps, to
 * the verifier the caller looks the same either way.
 */
struct bpf_audit__who {
	__u64 cookie;
	__u64 lost;
	const char *name;
	__u32 self_map;
	__u32 site;
	__u32 line;
	__s32 dead; /* what the functions return when the record is not live: a rule's drop is no error */
};

/* What a new entry begins with; not on the stack, where 128 bytes are much. */
static const volatile struct bpf_audit_prog bpf_audit__fresh;

/* First record of a program that somebody else attached: gives it an entry. */
static __attribute__((noinline, unused)) struct bpf_audit_prog *bpf_audit__meet(struct bpf_audit__who *who)
{
	struct bpf_audit_foreign_key key = { .self_map = who->self_map, .site = who->site };
	struct bpf_audit_prog *prog;

	bpf_map_update_elem(&bpf_audit_foreign, &key, (const void *)&bpf_audit__fresh, BPF_NOEXIST);
	prog = bpf_map_lookup_elem(&bpf_audit_foreign, &key);
	if (!prog)
		return NULL;
	prog->self_map = who->self_map;
	prog->site = who->site;
	prog->line = who->line;
	bpf_probe_read_kernel_str(prog->name, sizeof(prog->name), who->name);
	return prog;
}

/* Counters of the program. Slot 0 counts for those that found no room in bpf_audit_foreign. */
static __always_inline struct bpf_audit_prog *bpf_audit__prog(struct bpf_audit__who *who)
{
	struct bpf_audit_foreign_key key = { .self_map = who->self_map, .site = who->site };
	struct bpf_audit_prog *prog;
	__u32 slot = 0;

	if ((who->cookie >> 48) == BPF_AUDIT_COOKIE_MAGIC) {
		slot = (who->cookie >> 32) & 0xffff;
	} else {
		prog = bpf_map_lookup_elem(&bpf_audit_foreign, &key);
		if (!prog)
			prog = bpf_audit__meet(who);
		if (prog)
			return prog;
	}
	return bpf_map_lookup_elem(&bpf_audit_progs, &slot);
}

/* Begins a record: returns its sequence number and notes how many were lost before it. */
static __attribute__((noinline, unused)) __u64 bpf_audit__begin(struct bpf_audit__who *who)
{
	struct bpf_audit_prog *prog = bpf_audit__prog(who);

	if (!prog)
		return 0;
	who->lost = prog->lost[BPF_AUDIT_LOST_FULL] + prog->lost[BPF_AUDIT_LOST_BUSY];
	if (!prog->line)
		prog->line = who->line;
	return __sync_fetch_and_add(&prog->seq, 1);
}

/* Counts a loss, @why below BPF_AUDIT_LOST_MAX. */
static __attribute__((noinline, unused)) int bpf_audit__count(struct bpf_audit__who *who, __u32 why)
{
	struct bpf_audit_prog *prog = bpf_audit__prog(who);

	if (prog)
		__sync_fetch_and_add(&prog->lost[why & (BPF_AUDIT_LOST_MAX - 1)], 1);
	return 0;
}

/* Counts a verdict below 0. */
static __attribute__((noinline, unused)) int bpf_audit__count_denial(struct bpf_audit__who *who)
{
	struct bpf_audit_prog *prog = bpf_audit__prog(who);

	if (prog)
		__sync_fetch_and_add(&prog->denials, 1);
	return 0;
}

/* Counts a record that got no room. The ring may have refused for another reason than being full. */
static __attribute__((noinline, unused)) int bpf_audit__count_record(struct bpf_audit__who *who)
{
	__u64 used = bpf_ringbuf_query(&bpf_audit_ring, BPF_RB_AVAIL_DATA);
	__u64 size = bpf_ringbuf_query(&bpf_audit_ring, BPF_RB_RING_SIZE);

	return bpf_audit__count(who, used + BPF_AUDIT_CHUNK + 8 > size ? BPF_AUDIT_LOST_FULL : BPF_AUDIT_LOST_BUSY);
}

#endif /* BPF_AUDIT_COUNTERS_BPF_H */
