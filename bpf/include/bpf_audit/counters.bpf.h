/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is counted per program: records begun, which numbers them, records and fields lost, denials.
 */
#ifndef BPF_AUDIT_COUNTERS_BPF_H
#define BPF_AUDIT_COUNTERS_BPF_H

/*
 * Counters are reached through functions that are not inlined: inside they are one of two maps, to the verifier
 * the caller looks the same either way. Who logs is handed to them as numbers, never as a pointer: as long as nobody
 * has its address, the compiler keeps a bpf_audit_context in registers.
 */
struct bpf_map___audit {
	__u32 id;
} __attribute__((preserve_access_index));

/* The id of the map that tells the objects apart. */
static __always_inline __u32 bpf_audit__self_map(void)
{
	return ((struct bpf_map___audit *)&bpf_audit_self)->id;
}

/* What a new entry begins with; not on the stack, where 128 bytes are much. */
static const volatile struct bpf_audit_prog bpf_audit__fresh;

/* The first that is heard of a program that somebody else attached: gives it an entry. */
static __attribute__((noinline, unused)) struct bpf_audit_prog *bpf_audit__meet(__u32 site)
{
	struct bpf_audit_foreign_key key = { .self_map = bpf_audit__self_map(), .site = site };
	struct bpf_audit_prog *prog;

	bpf_map_update_elem(&bpf_audit_foreign, &key, (const void *)&bpf_audit__fresh, BPF_NOEXIST);
	prog = bpf_map_lookup_elem(&bpf_audit_foreign, &key);
	if (!prog)
		return NULL;
	prog->self_map = key.self_map;
	prog->site = key.site;
	return prog;
}

/* Counters of the program. Slot 0 counts for those that found no room in bpf_audit_foreign. */
static __always_inline struct bpf_audit_prog *bpf_audit__prog(__u64 cookie, __u32 site)
{
	struct bpf_audit_prog *prog;
	__u32 slot = 0;

	if ((cookie >> 48) == BPF_AUDIT_COOKIE_MAGIC) {
		slot = (cookie >> 32) & 0xffff;
	} else {
		struct bpf_audit_foreign_key key = { .self_map = bpf_audit__self_map(), .site = site };

		prog = bpf_map_lookup_elem(&bpf_audit_foreign, &key);
		if (!prog)
			prog = bpf_audit__meet(site);
		if (prog)
			return prog;
	}
	return bpf_map_lookup_elem(&bpf_audit_progs, &slot);
}

/* Begins a record: returns its sequence number, and in @lost how many were lost before it. */
static __attribute__((noinline, unused)) __u64
bpf_audit__begin(__u64 cookie, __u32 site, __u32 line, const char *name, __u64 *lost)
{
	struct bpf_audit_prog *prog = bpf_audit__prog(cookie, site);

	if (!prog || !lost)
		return 0;
	*lost = prog->lost[BPF_AUDIT_LOST_FULL] + prog->lost[BPF_AUDIT_LOST_BUSY];
	if (!prog->line) {
		prog->line = line;
		/* slots have the name of a policy, or none */
		if ((cookie >> 48) != BPF_AUDIT_COOKIE_MAGIC && prog->self_map)
			bpf_probe_read_kernel_str(prog->name, sizeof(prog->name), name);
	}
	return __sync_fetch_and_add(&prog->seq, 1);
}

/* Counts a loss, @why below BPF_AUDIT_LOST_MAX. */
static __attribute__((noinline, unused)) int bpf_audit__count(__u64 cookie, __u32 site, __u32 why)
{
	struct bpf_audit_prog *prog = bpf_audit__prog(cookie, site);

	if (prog)
		__sync_fetch_and_add(&prog->lost[why & (BPF_AUDIT_LOST_MAX - 1)], 1);
	return 0;
}

/* Counts a verdict below 0. */
static __attribute__((noinline, unused)) int bpf_audit__count_denial(__u64 cookie, __u32 site)
{
	struct bpf_audit_prog *prog = bpf_audit__prog(cookie, site);

	if (prog)
		__sync_fetch_and_add(&prog->denials, 1);
	return 0;
}

/* Counts a record that got no room. The ring may have refused for another reason than being full. */
static __attribute__((noinline, unused)) int bpf_audit__count_record(__u64 cookie, __u32 site)
{
	__u64 used = bpf_ringbuf_query(&bpf_audit_ring, BPF_RB_AVAIL_DATA);
	__u64 size = bpf_ringbuf_query(&bpf_audit_ring, BPF_RB_RING_SIZE);

	return bpf_audit__count(cookie, site, used + BPF_AUDIT_CHUNK + 8 > size ? BPF_AUDIT_LOST_FULL : BPF_AUDIT_LOST_BUSY);
}

#endif /* BPF_AUDIT_COUNTERS_BPF_H */
