/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a record is measured by: the same bytes, reserved in the ring, written and submitted, and nothing else. */
#ifndef BENCH_RAW_BPF_H
#define BENCH_RAW_BPF_H

/* Bytes of a record with the cause "secret" and a path of so many bytes. */
#define RECORD_BYTES(path)                                                                                  \
	(sizeof(struct bpf_audit_event) + 2 * sizeof(struct bpf_audit_field) + sizeof("secret ") +          \
	 ((sizeof(struct bpf_audit_object) + (path) + 7) & ~7ULL))

/* Records that found no room: must stay 0. */
__u64 refused;

static __always_inline void write_raw(const __u32 bytes)
{
	__u64 *chunk = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK, 0);

	if (!chunk) {
		refused++;
		return;
	}
#pragma unroll
	for (__u32 i = 0; i < bytes / 8; i++)
		((volatile __u64 *)chunk)[i] = i;
	bpf_ringbuf_submit(chunk, BPF_RB_NO_WAKEUP);
}

#endif /* BENCH_RAW_BPF_H */
