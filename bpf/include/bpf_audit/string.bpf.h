/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Fields: in the event while there is room, else in a chunk of their own; and bpf_audit_log_cause().
 */
#ifndef BPF_AUDIT_STRING_BPF_H
#define BPF_AUDIT_STRING_BPF_H

/* A field that is being written: in the event at @off, or alone in @chunk. */
struct bpf_audit__slot {
	struct bpf_audit_chunk *chunk;
	__u64 own; /* 1: in chunk; 0: in the event */
	__u64 off; /* of the field, from the begin of event or chunk */
};

/* Longest payload a field can have in the event or in a chunk of the same size. */
#define BPF_AUDIT__ROOM (BPF_AUDIT_CHUNK - sizeof(struct bpf_audit_event) - sizeof(struct bpf_audit_field))

/* Flags a field that could not be sent. Nothing is cut silently. */
static __always_inline int bpf_audit__miss(struct bpf_audit_context *ac, __u32 type, __u32 why)
{
	ac->ev->missing |= 1U << type;
	bpf_audit__count(ac->cookie, ac->site, why);
	return -ENOBUFS;
}

static __always_inline void bpf_audit__head(struct bpf_audit_chunk *chunk, __u64 promise)
{
	chunk->abi = BPF_AUDIT_ABI;
	chunk->kind = BPF_AUDIT_FIELD;
	chunk->flags = 0;
	chunk->promise = promise;
}

/* A place for a field whose payload is at most @need bytes, a constant. NULL: there is none. */
static __always_inline struct bpf_audit_field *
bpf_audit__open(struct bpf_audit_context *ac, struct bpf_audit__slot *slot, __u32 type, const __u64 need)
{
	const __u64 last = BPF_AUDIT_CHUNK - sizeof(struct bpf_audit_field) - need;
	struct bpf_audit_field *field;

	slot->off = ac->ev->chunk.len;
	if (slot->off > last) {
		slot->off = sizeof(struct bpf_audit_chunk);
		slot->chunk = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK, 0);
		if (!slot->chunk) {
			bpf_audit__miss(ac, type, BPF_AUDIT_LOST_FIELD);
			return NULL;
		}
		slot->own = bpf_audit__opaque(1);
		bpf_audit__head(slot->chunk, ac->ev->chunk.promise);
		field = (void *)slot->chunk + sizeof(struct bpf_audit_chunk);
	} else {
		/* not left undefined: the compiler would drop every path that tests own first */
		slot->chunk = (void *)bpf_audit__opaque(0);
		slot->own = bpf_audit__opaque(0);
		slot->off = bpf_audit__clamp(slot->off, last);
		field = (void *)ac->ev + slot->off;
	}
	field->type = type;
	field->order = ac->ev->chunk.flags;
	field->value = 0;
	return field;
}

/* The chunk in which a field is written; its offset counts from here. */
static __always_inline void *bpf_audit__base(struct bpf_audit_context *ac, struct bpf_audit__slot *slot)
{
	return slot->own ? (void *)slot->chunk : (void *)ac->ev;
}

/* The field is complete, its payload is @len bytes. */
static __always_inline int
bpf_audit__close(struct bpf_audit_context *ac, struct bpf_audit__slot *slot, struct bpf_audit_field *field,
		 __u64 len)
{
	field->len = len;
	ac->ev->chunk.flags++;
	if (slot->own) {
		slot->chunk->len = sizeof(struct bpf_audit_chunk) + sizeof(struct bpf_audit_field) + len;
		ac->ev->chunks++;
		bpf_ringbuf_submit(slot->chunk, BPF_RB_NO_WAKEUP);
	} else {
		ac->ev->chunk.len = slot->off + sizeof(struct bpf_audit_field) + bpf_audit__round8(len);
	}
	return 0;
}

/* The field did not fit where it was begun. */
static __always_inline void bpf_audit__drop(struct bpf_audit__slot *slot)
{
	if (slot->own)
		bpf_ringbuf_discard(slot->chunk, BPF_RB_NO_WAKEUP);
}

/* Head of a field that fills a large chunk: type, order, value. */
#define BPF_AUDIT__TAG(type, order, value) ((__u64)(type) | ((__u64)(order) << 8) | ((__u64)(value) << 16))

static __always_inline struct bpf_audit_field *
bpf_audit__tagged(struct bpf_audit_chunk *chunk, __u64 promise, __u64 tag)
{
	struct bpf_audit_field *field = (void *)(chunk + 1);

	bpf_audit__head(chunk, promise);
	field->type = tag;
	field->order = tag >> 8;
	field->value = tag >> 16;
	return field;
}

static __always_inline void bpf_audit__send(struct bpf_audit_chunk *chunk, struct bpf_audit_field *field, __u64 len)
{
	field->len = len;
	chunk->len = sizeof(*chunk) + sizeof(*field) + len;
	bpf_ringbuf_submit(chunk, BPF_RB_NO_WAKEUP);
}

/*
 * A string that is longer than BPF_AUDIT_STRING, behind @skip bytes of payload that are copied from @prefix.
 * Returns 0, 1 if it had to be cut, -ENOBUFS if there was no room.
 */
static __attribute__((noinline, unused)) int bpf_audit__long_string(__u64 promise, __u64 tag, const char *string)
{
	const __u64 head = sizeof(struct bpf_audit_chunk) + sizeof(struct bpf_audit_field);
	struct bpf_audit_chunk *chunk;
	long n;

	chunk = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK_LARGE, 0);
	if (!chunk)
		return -ENOBUFS;
	n = bpf_probe_read_kernel_str((void *)chunk + head, BPF_AUDIT_CHUNK_LARGE - head, string);
	if (n < (long)(BPF_AUDIT_CHUNK_LARGE - head)) {
		bpf_audit__send(chunk, bpf_audit__tagged(chunk, promise, tag), n > 0 ? n - 1 : 0);
		return 0;
	}
	bpf_ringbuf_discard(chunk, BPF_RB_NO_WAKEUP);

	chunk = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK_HUGE, 0);
	if (!chunk)
		return -ENOBUFS;
	n = bpf_probe_read_kernel_str((void *)chunk + head, BPF_AUDIT_CHUNK_HUGE - head, string);
	bpf_audit__send(chunk, bpf_audit__tagged(chunk, promise, tag), n > 0 ? n - 1 : 0);
	return n >= (long)(BPF_AUDIT_CHUNK_HUGE - head);
}

/* A string of any length as a field. @known: its length if the compiler knows it and it is short, else -1. */
static __always_inline int
bpf_audit__string(struct bpf_audit_context *ac, __u32 type, const char *string, const long known)
{
	struct bpf_audit__slot slot;
	struct bpf_audit_field *field;
	long n;

	if (!ac->live)
		return ac->dead;
	if (known >= 0) {
		field = bpf_audit__open(ac, &slot, type, bpf_audit__round8(known + 1));
		if (!field)
			return -ENOBUFS;
		__builtin_memcpy(field + 1, string, known);
		return bpf_audit__close(ac, &slot, field, known);
	}
	field = bpf_audit__open(ac, &slot, type, BPF_AUDIT_STRING);
	if (!field)
		return -ENOBUFS;
	n = bpf_probe_read_kernel_str(field + 1, BPF_AUDIT_STRING, string);
	if (n < BPF_AUDIT_STRING)
		return bpf_audit__close(ac, &slot, field, bpf_audit__clamp(n > 0 ? n - 1 : 0, BPF_AUDIT_STRING));
	bpf_audit__drop(&slot);
	n = bpf_audit__long_string(ac->ev->chunk.promise, BPF_AUDIT__TAG(type, ac->ev->chunk.flags, 0), string);
	ac->ev->chunk.flags++;
	if (n < 0)
		return bpf_audit__miss(ac, type, BPF_AUDIT_LOST_FIELD);
	ac->ev->chunks++;
	if (n > 0)
		bpf_audit__miss(ac, type, BPF_AUDIT_LOST_CUT);
	return 0;
}

/* Short literals are copied by instructions, everything else by a helper. */
#define BPF_AUDIT__KNOWN(string)                                                                            \
	(__builtin_constant_p(__builtin_strlen(string)) && __builtin_strlen(string) < 32 ?                  \
		 (long)__builtin_strlen(string) :                                                           \
		 -1L)

static __always_inline int
bpf_audit__cause(struct bpf_audit_context *ac, const char *cause, const long known)
{
	if (!bpf_audit__once(ac, 1ULL << BPF_AUDIT_CAUSE))
		return -EINVAL;
	return bpf_audit__string(ac, BPF_AUDIT_CAUSE, cause, known);
}

/**
 * bpf_audit_log_cause() - why: cause="..."
 * @ac: context
 * @cause: a string; a literal, or any kernel memory (the series allows literals only)
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
#define bpf_audit_log_cause(ac, cause) bpf_audit__cause((ac), (cause), BPF_AUDIT__KNOWN(cause))

/* A field that is a number. */
static __always_inline int bpf_audit__number(struct bpf_audit_context *ac, __u32 type, __s32 number)
{
	struct bpf_audit__slot slot;
	struct bpf_audit_field *field;

	if (!bpf_audit__once(ac, 1ULL << type))
		return -EINVAL;
	if (!ac->live)
		return ac->dead;
	field = bpf_audit__open(ac, &slot, type, 8);
	if (!field)
		return -ENOBUFS;
	*(__s32 *)(field + 1) = number;
	return bpf_audit__close(ac, &slot, field, sizeof(number));
}

/**
 * bpf_audit_log_cap() - which capability: capability=N
 * @ac: context
 * @cap: CAP_*
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_cap(struct bpf_audit_context *ac, int cap)
{
	return bpf_audit__number(ac, BPF_AUDIT_CAP, cap);
}

#endif /* BPF_AUDIT_STRING_BPF_H */
