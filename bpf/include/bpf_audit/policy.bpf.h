/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * BPF_AUDIT_POLICY(): a program that takes part in upgrades without a gap and in monitor mode.
 *
 * `bpfaudit policy upgrade` attaches the new programs beside the old ones, flips one number, and detaches the old
 * ones. The number says whose turn it is: bpf_audit_policies[policy].turn = generation << 1 | settling. A program
 * knows its policy and generation from .rodata, so to the verifier both are constants; of the gate remain one
 * look-up that the verifier inlines, one load and one comparison.
 *
 * A call that is on its way during the flip meets both programs of a hook, the new one first: the kernel runs what
 * was attached last first. If the new one did not have its turn yet, but the number has changed when the old one
 * looks, the old one must decide after all. So from the flip until the old programs are gone ("settling") a new
 * program that lets a call pass leaves a note under the address of the call's context, which no other call that is
 * under way has. An old program that finds the note leaves the call alone; without a note it decides. A note that
 * could not be left is counted, and means that both decide, never that none does. A note that stays behind does no
 * harm: whatever has its address later meets the new program first.
 *
 * Where a generation has several programs on a hook, the one that runs first leads: the others follow what it did
 * in this call, so that no call is decided by both generations in part. Once a note could not be left, a follower
 * that finds none cannot tell what the leader did, and decides.
 *
 * An old program on a hook that the new generation does not have would wait for a note in vain: the loader says so
 * in its slot, and it just ends with its turn.
 */
#ifndef BPF_AUDIT_POLICY_BPF_H
#define BPF_AUDIT_POLICY_BPF_H

enum bpf_audit__turn {
	BPF_AUDIT__NOT_MINE = 0,
	BPF_AUDIT__MINE = 1,
	BPF_AUDIT__MINE_SETTLING = 2, /* to be noted, if the call passes */
};

/* Not the quick case: this program is not alone. */
static __attribute__((noinline, unused)) int
bpf_audit__turn_of(struct bpf_audit_policy *policy, __u64 call, __u64 turn, __u64 cookie)
{
	__u32 slot = (cookie >> 32) & 0xffff;
	struct bpf_audit_prog *prog;
	struct bpf_audit_note_key key = {
		.call = call,
		.policy = bpf_audit_setup.policy,
		.generation = turn >> 1,
	};

	if (key.generation < bpf_audit_setup.generation)
		return BPF_AUDIT__NOT_MINE;
	prog = bpf_map_lookup_elem(&bpf_audit_progs, &slot);
	if (key.generation == bpf_audit_setup.generation) {
		if (!prog || !(prog->mode & BPF_AUDIT_FOLLOWER))
			return BPF_AUDIT__MINE_SETTLING;
		if (bpf_map_lookup_elem(&bpf_audit_notes, &key) || (policy && policy->unnoted))
			return BPF_AUDIT__MINE;
		return BPF_AUDIT__NOT_MINE;
	}
	if (bpf_map_lookup_elem(&bpf_audit_notes, &key))
		return BPF_AUDIT__NOT_MINE;
	if (prog && (prog->mode & BPF_AUDIT_NO_SUCCESSOR))
		return BPF_AUDIT__NOT_MINE;
	if (policy)
		__sync_fetch_and_add(&policy->straddled, 1);
	return BPF_AUDIT__MINE;
}

/*
 * Tells the programs that run next in this call that this one has decided. It fails when the map is full, or when
 * the kernel does not get the lock of its bucket.
 */
static __attribute__((noinline, unused)) int bpf_audit__note(__u64 call)
{
	struct bpf_audit_note_key key = {
		.call = call,
		.policy = bpf_audit_setup.policy,
		.generation = bpf_audit_setup.generation,
	};
	__u32 value = 1, index = bpf_audit_setup.policy;
	struct bpf_audit_policy *policy;

	if (!bpf_map_update_elem(&bpf_audit_notes, &key, &value, BPF_ANY))
		return 0;
	policy = bpf_map_lookup_elem(&bpf_audit_policies, &index);
	if (policy)
		__sync_fetch_and_add(&policy->unnoted, 1);
	return 1;
}

static __always_inline int bpf_audit__turn(void *ctx)
{
	__u32 index = bpf_audit_setup.policy;
	struct bpf_audit_policy *policy;
	__u64 turn;

	if (!index)
		return BPF_AUDIT__MINE;
	policy = bpf_map_lookup_elem(&bpf_audit_policies, &index);
	if (!policy)
		return BPF_AUDIT__MINE;
	turn = *(volatile __u64 *)&policy->turn;
	if (turn == (__u64)bpf_audit_setup.generation << 1)
		return BPF_AUDIT__MINE;
	return bpf_audit__turn_of(policy, (__u64)ctx, turn, bpf_get_attach_cookie(ctx));
}

/**
 * BPF_AUDIT_POLICY() - declare a program of a policy, in the place of BPF_PROG()
 *
 *	SEC("lsm/file_open")
 *	int BPF_AUDIT_POLICY(guard, struct file *file)
 *
 * With it the program runs only when its generation has its turn, and in monitor mode what it returns is not what
 * the kernel gets. Loaded by anything but `bpfaudit policy`, it is an ordinary BPF_PROG().
 */
#define BPF_AUDIT_POLICY(name, args...)                                                                     \
	name(unsigned long long *ctx);                                                                      \
	static __always_inline typeof(name(0)) ____##name(unsigned long long *ctx, ##args);                 \
	__attribute__((btf_decl_tag("bpf_audit_policy"))) typeof(name(0)) name(unsigned long long *ctx)     \
	{                                                                                                   \
		int bpf_audit__whose = bpf_audit__turn(ctx), bpf_audit__ret;                                \
                                                                                                            \
		if (bpf_audit__whose == BPF_AUDIT__NOT_MINE)                                                \
			return 0;                                                                           \
		_Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wint-conversion\"")       \
		bpf_audit__ret = ____##name(___bpf_ctx_cast(args));                                         \
		_Pragma("GCC diagnostic pop")                                                               \
		if (bpf_audit_setup.mode == BPF_AUDIT_MONITOR)                                              \
			bpf_audit__ret = 0;                                                                 \
		if (bpf_audit__whose == BPF_AUDIT__MINE_SETTLING && !bpf_audit__ret)                        \
			bpf_audit__note((__u64)ctx);                                                        \
		return bpf_audit__ret;                                                                      \
	}                                                                                                   \
	static __always_inline typeof(name(0)) ____##name(unsigned long long *ctx, ##args)

#endif /* BPF_AUDIT_POLICY_BPF_H */
