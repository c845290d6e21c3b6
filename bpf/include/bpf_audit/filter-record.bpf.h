/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * When the rules are asked, and what follows from their answer: a record is kept, dropped, or held back by a rate
 * limit.
 */
#ifndef BPF_AUDIT_FILTER_RECORD_BPF_H
#define BPF_AUDIT_FILTER_RECORD_BPF_H

/* What becomes of a record. */
#define BPF_AUDIT__KEPT 0    /* a rule, or the lack of one, keeps it */
#define BPF_AUDIT__DROPPED 1
#define BPF_AUDIT__OPEN 2    /* ask again when it is complete, then in user space */

/* Fields that are looked at; more than fit into a record. */
#define BPF_AUDIT__FIELDS 32

/* A bucket that holds back: counts, and notes from when to when. */
static __always_inline int bpf_audit__suppress(struct bpf_audit_bucket *bucket, __u64 now)
{
	if (!__sync_fetch_and_add(&bucket->suppressed, 1))
		bucket->first_ns = now;
	bucket->last_ns = now;
	return BPF_AUDIT__DROPPED;
}

/*
 * Token bucket in one number: the time at which it is full again. Each record moves it on by the interval; if it is
 * further ahead than the burst, the bucket is empty.
 */
__attribute__((noinline, weak)) int bpf_audit__admit(__u32 number, __u32 slot)
{
	struct bpf_audit_state *state = bpf_audit__state();
	struct bpf_audit_rules *rules;
	struct bpf_audit_bucket_key key = {};
	struct bpf_audit_bucket fresh = {}, *bucket;
	__u64 now = bpf_ktime_get_boot_ns(), due, from, device = 0;
	struct bpf_audit_limit *limit;
	int i;

	if (!state)
		return BPF_AUDIT__KEPT;
	rules = bpf_audit__rules(state->rules);
	if (!rules)
		return BPF_AUDIT__KEPT;
	limit = &rules->limits[number & (BPF_AUDIT_LIMITS - 1)];
	key.limit = limit->id;
	key.per = limit->per;
	if (key.per == BPF_AUDIT_PER_POLICY) {
		key.object = rules->policy[slot & (BPF_AUDIT_SLOTS - 1)];
	} else if (key.per != BPF_AUDIT_PER_RULE) {
		if (key.per == BPF_AUDIT_PER_CGROUP)
			key.object = bpf_audit__subject_cgroup(NULL);
		else if (bpf_audit__subject_exe(NULL, &key.object, &device))
			key.device = device;
	}
	bucket = bpf_map_lookup_elem(&bpf_audit_buckets, &key);
	if (!bucket) {
		bpf_map_update_elem(&bpf_audit_buckets, &key, &fresh, BPF_NOEXIST);
		bucket = bpf_map_lookup_elem(&bpf_audit_buckets, &key);
	}
	if (!bucket)
		return BPF_AUDIT__KEPT;
	for (i = 0; i < 4; i++) {
		due = bucket->due_ns;
		from = due > now ? due : now;
		if (from - now > limit->burst_ns)
			return bpf_audit__suppress(bucket, now);
		if (__sync_val_compare_and_swap(&bucket->due_ns, due, from + limit->interval_ns) == due)
			return BPF_AUDIT__KEPT;
	}
	/* four others were faster */
	return BPF_AUDIT__KEPT;
}

/* What the target that the rules led to means. */
static __always_inline int
bpf_audit__settle(struct bpf_audit_rules *rules, __u32 target, __u64 epoch, __u32 slot)
{
	struct bpf_audit_outcome *outcome;
	__u32 kind;

	if (target == BPF_AUDIT__GIVE_UP)
		return BPF_AUDIT__OPEN;
	outcome = &rules->outcomes[target & (BPF_AUDIT_OUTCOMES - 1)];
	kind = outcome->kind;
	if (kind == BPF_AUDIT_KEEP)
		return BPF_AUDIT__KEPT;
	/* rules that are being written meanwhile drop nothing */
	if (!epoch || *(volatile __u64 *)&rules->epoch != epoch || kind == BPF_AUDIT_ASK)
		return BPF_AUDIT__OPEN;
	if (kind == BPF_AUDIT_LIMIT && bpf_audit__admit(outcome->limit, slot) != BPF_AUDIT__DROPPED)
		return BPF_AUDIT__KEPT;
	__sync_fetch_and_add(&outcome->hits, 1);
	return BPF_AUDIT__DROPPED;
}

/* Goes on from @at before the record. A global function: the verifier looks at it once, not for every call. */
__attribute__((noinline, weak)) int bpf_audit__follow_on(__u32 in_force, __u32 at)
{
	struct bpf_audit_rules *rules = bpf_audit__rules(in_force);

	return rules ? bpf_audit__follow(rules, NULL, at) : BPF_AUDIT__GIVE_UP;
}

/*
 * Before the record: by the task alone. What most rules ask, a few numbers, is asked here without a call, since a
 * record that is not wanted should cost next to nothing.
 */
static __always_inline int
bpf_audit__filter_start(__u32 in_force, __u64 cookie, __u32 site)
{
	struct bpf_audit_rules *rules = bpf_audit__rules(in_force);
	__u32 at, slot = bpf_audit__slot_of(cookie);
	__u64 epoch;

	if (!rules)
		return BPF_AUDIT__OPEN;
	epoch = *(volatile __u64 *)&rules->epoch;
	if (slot)
		at = rules->start[slot];
	else
		at = bpf_audit__foreign_start(rules, bpf_audit__self_map(), site);
	at = bpf_audit__numbers(rules, bpf_get_current_task_btf(), at);
	if (at < BPF_AUDIT_NODES)
		at = bpf_audit__follow_on(in_force, at);
	return bpf_audit__settle(rules, at, epoch, slot);
}

/* A reader of the fields of a record. */
struct bpf_audit__reader {
	struct bpf_audit__object object;
	__u32 off;
	__u32 kind; /* of object: the lowest type wins, as in user space */
};

/* Takes notice of one field. Returns 1 behind the last. */
static __attribute__((noinline, unused)) long bpf_audit__notice(__u32 i, struct bpf_audit__reader *reader)
{
	const __u64 room = BPF_AUDIT_CHUNK - sizeof(struct bpf_audit_field);
	void *base = reader->object.ev;
	struct bpf_audit_field *field;
	__u64 off = reader->off;
	__u32 type;

	if (off >= reader->object.ev->chunk.len)
		return 1;
	off = bpf_audit__clamp(off, room - 8);
	field = base + off;
	type = field->type;
	reader->off = off + sizeof(*field) + bpf_audit__round8(field->len);
	if (type == BPF_AUDIT_CAP) {
		reader->object.known |= BPF_AUDIT__HAS_CAP;
		reader->object.capability = *(__s32 *)(field + 1);
	} else if (type == BPF_AUDIT_NET) {
		reader->object.net = off + sizeof(*field);
	} else if (type >= BPF_AUDIT_PATH && type <= BPF_AUDIT_INODE && type < reader->kind) {
		struct bpf_audit_object *file;

		file = base + bpf_audit__clamp(off, room - sizeof(*file)) + sizeof(*field);
		reader->kind = type;
		reader->object.ino = file->ino;
		reader->object.dev = file->dev;
		reader->object.known &= ~BPF_AUDIT__HAS_FILE;
		if (file->flags & BPF_AUDIT_OBJ_INODE)
			reader->object.known |= BPF_AUDIT__HAS_FILE;
	}
	return 0;
}

/* An event with its fields. */
struct bpf_audit__whole {
	struct bpf_audit_event event;
	__u8 fields[BPF_AUDIT_CHUNK - sizeof(struct bpf_audit_event)];
};

/* When the record is complete; it has all its fields, none is in a chunk of its own. Global as bpf_audit__follow_on(). */
__attribute__((noinline, weak)) int
bpf_audit__filter_end(struct bpf_audit__whole *whole, __u64 cookie, __u64 dentry, __u64 mnt)
{
	struct bpf_audit_state *state = bpf_audit__state();
	struct bpf_audit__reader reader = { .off = sizeof(struct bpf_audit_event), .kind = ~0U };
	struct bpf_audit_rules *rules;
	__u32 target, slot = bpf_audit__slot_of(cookie);
	struct bpf_audit_event *ev;
	__u64 epoch;
	int kept;

	if (!state || !whole)
		return BPF_AUDIT__OPEN;
	ev = &whole->event;
	reader.object.ev = ev;
	reader.object.dentry = dentry;
	reader.object.mnt = mnt;
	rules = bpf_audit__rules(state->rules);
	if (!rules)
		return BPF_AUDIT__OPEN;
	epoch = *(volatile __u64 *)&rules->epoch;
	bpf_loop(BPF_AUDIT__FIELDS, bpf_audit__notice, &reader, 0);
	if (reader.off < ev->chunk.len)
		return BPF_AUDIT__OPEN;
	if (ev->context & BPF_AUDIT_CTX_VERDICT) {
		reader.object.known |= BPF_AUDIT__HAS_VERDICT;
		reader.object.verdict = ev->verdict;
	}
	target = slot ? rules->start[slot] : bpf_audit__foreign_start(rules, ev->self_map, ev->site);
	target = bpf_audit__follow(rules, &reader.object, target);
	kept = bpf_audit__settle(rules, target, epoch, slot);
	if (kept == BPF_AUDIT__DROPPED)
		__sync_fetch_and_add(&rules->given_back, 1);
	return kept;
}

#endif /* BPF_AUDIT_FILTER_RECORD_BPF_H */
