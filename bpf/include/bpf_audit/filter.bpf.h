/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The rules of the list bpf, asked in the kernel: before anything is reserved in the ring, by what is known of
 * the task; and once more when the record is complete, where a rule looks at its object.
 *
 * The nodes are questions with two ways on, see struct bpf_audit_node. src/rules/kernel-filter makes them, and
 * follows them in the same way in its tests.
 */
#ifndef BPF_AUDIT_FILTER_BPF_H
#define BPF_AUDIT_FILTER_BPF_H

#include <bpf/bpf_endian.h>

/* Numbers that are asked about without a call, and further questions; after that user space decides. */
#define BPF_AUDIT__STEPS 4
#define BPF_AUDIT__LEGS 4096

/* Target that leads to user space, whatever the rules. */
#define BPF_AUDIT__GIVE_UP 0xffff

#define BPF_AUDIT__INET 2
#define BPF_AUDIT__INET6 10

/* Bits of bpf_audit__object.known. */
#define BPF_AUDIT__HAS_VERDICT (1 << 0)
#define BPF_AUDIT__HAS_FILE (1 << 1)
#define BPF_AUDIT__HAS_CAP (1 << 2)

/* Results of bpf_audit__find_above() beside 0 and 1. */
#define BPF_AUDIT__NO_PATH -1   /* the record has no path */
#define BPF_AUDIT__CUT_SHORT -2 /* the walk ended before the root */

/* What the policy has said: found in the fields of the complete record. */
struct bpf_audit__object {
	__u64 ino;
	struct bpf_audit_event *ev;
	__u64 dentry; /* kernel addresses: where the path begins, 0 if the record has none */
	__u64 mnt;
	__u32 net; /* offset of the addresses in ev, 0: none */
	__u32 dev;
	__u32 known;
	__s32 verdict;
	__s32 capability;
};

struct bpf_audit__way;

/*
 * What the questions are about; filter-facts.bpf.h reads it from the kernel. A test puts other facts in its place.
 */
static __u32 bpf_audit__self_map(void);
static __u32 bpf_audit__subject_number(struct task_struct *task, const struct cred *cred, __u32 field);
static __u64 bpf_audit__subject_cgroup(struct bpf_audit__way *way);
static __u64 bpf_audit__subject_ancestor(struct bpf_audit__way *way, __u32 level);
static void bpf_audit__subject_comm(struct bpf_audit__way *way, __u64 comm[2]);
static bool bpf_audit__subject_exe(struct bpf_audit__way *way, __u64 *ino, __u64 *dev);
int bpf_audit__find_above(__u64 dentry, __u64 mnt, __u64 ino, __u64 dev);

/* The number of the rules that are in force, 0: there are none. Nothing else is asked of those who have none. */
static __always_inline __u32 bpf_audit__rules_in_force(void)
{
	struct bpf_audit_state *state = bpf_audit__state();

	return state ? state->rules : 0;
}

static __always_inline struct bpf_audit_rules *bpf_audit__rules(__u32 in_force)
{
	__u32 bank = in_force - 1;

	return bpf_map_lookup_elem(&bpf_audit_rules, &bank);
}

/* Where the rules begin for a program of another loader, which is known by the place of the call; else start[0]. */
static __attribute__((noinline, unused)) __u32
bpf_audit__foreign_start(struct bpf_audit_rules *rules, __u32 self_map, __u32 site)
{
	__u32 i, at = self_map * 31 + site;

	if (!rules)
		return BPF_AUDIT__GIVE_UP;
	for (i = 0; i < 8; i++) {
		struct bpf_audit_foreign_start *one = &rules->foreign[(at + i) & (BPF_AUDIT_FOREIGN_STARTS - 1)];

		if (!one->self_map)
			break;
		if (one->self_map == self_map && one->site == site)
			return one->start;
	}
	return rules->start[0];
}

static __always_inline __u32 bpf_audit__slot_of(__u64 cookie)
{
	return (cookie >> 48) == BPF_AUDIT_COOKIE_MAGIC ? (cookie >> 32) & (BPF_AUDIT_SLOTS - 1) : 0;
}

/* Whether @value, a number, is what the node looks for. */
static __always_inline bool bpf_audit__ask_number(struct bpf_audit_node *node, __u64 value)
{
	if (node->test == BPF_AUDIT_HAS_ANY)
		return value & node->low;
	if (node->test == BPF_AUDIT_HAS_ALL)
		return (value & node->low) == node->low;
	return value - node->low <= node->span;
}

/* Bits of an address before its prefix ends; both in network order. */
static __always_inline __u64 bpf_audit__mask(__s32 prefix)
{
	return prefix <= 0 ? 0 : prefix >= 64 ? ~0ULL : bpf_cpu_to_be64(~0ULL << (64 - prefix));
}

/* Whether the 16 bytes at @address, of which IPv4 uses 4, are in the node's network. */
static __always_inline bool
bpf_audit__ask_address(struct bpf_audit_node *node, __u16 family, const __u8 *address)
{
	__u64 head = *(__u64 *)address, tail = *((__u64 *)address + 1);
	bool is_long = family == BPF_AUDIT__INET6, same;

	if (!(head | tail))
		return false;
	same = is_long == node->long_address && !((head ^ node->low) & bpf_audit__mask(node->arg)) &&
	       !((tail ^ node->span) & bpf_audit__mask((__s32)node->arg - 64));
	return same == (node->test == BPF_AUDIT_IS);
}

/* Ports and addresses that are 0 were not said, as in the record's text. Not inlined: it is long. */
static __attribute__((noinline, unused)) int
bpf_audit__ask_net(struct bpf_audit_node *node, __u32 field, const struct bpf_audit__object *object)
{
	const struct bpf_audit_net *net;
	__u64 off;
	__u16 family, port;
	const __u8 *place;

	if (!node || !object)
		return 0;
	off = object->net;
	if (!off)
		return 0;
	net = (void *)object->ev + bpf_audit__clamp(off, BPF_AUDIT_CHUNK - sizeof(*net));
	family = net->family;
	if (field == BPF_AUDIT_ON_SADDR_FAM) {
		if (!family)
			family = net->sk_family;
		return family && bpf_audit__ask_number(node, family);
	}
	if (field == BPF_AUDIT_ON_LPORT || field == BPF_AUDIT_ON_FPORT || field == BPF_AUDIT_ON_LADDR ||
	    field == BPF_AUDIT_ON_FADDR)
		family = net->sk_family;
	if (family != BPF_AUDIT__INET && family != BPF_AUDIT__INET6)
		return 0;
	if (field <= BPF_AUDIT_ON_FPORT) {
		port = field == BPF_AUDIT_ON_SPORT ? net->sport :
		       field == BPF_AUDIT_ON_DPORT ? net->dport :
		       field == BPF_AUDIT_ON_LPORT ? net->lport :
						     net->fport;
		return port && bpf_audit__ask_number(node, bpf_ntohs(port));
	}
	place = field == BPF_AUDIT_ON_SADDR ? net->saddr :
		field == BPF_AUDIT_ON_DADDR ? net->daddr :
		field == BPF_AUDIT_ON_LADDR ? net->laddr :
					      net->faddr;
	return bpf_audit__ask_address(node, family, place);
}

static __always_inline bool
bpf_audit__ask_object(struct bpf_audit_node *node, __u32 field, const struct bpf_audit__object *object)
{
	__u64 value;

	if (field >= BPF_AUDIT_ON_SADDR_FAM)
		return bpf_audit__ask_net(node, field, object);
	if (field == BPF_AUDIT_ON_VERDICT) {
		if (!(object->known & BPF_AUDIT__HAS_VERDICT))
			return false;
		value = (__s64)object->verdict;
	} else if (field == BPF_AUDIT_ON_CAPABILITY) {
		if (!(object->known & BPF_AUDIT__HAS_CAP))
			return false;
		value = (__s64)object->capability;
	} else {
		if (!(object->known & BPF_AUDIT__HAS_FILE))
			return false;
		value = field == BPF_AUDIT_ON_INODE    ? object->ino :
			field == BPF_AUDIT_ON_DEVMAJOR ? object->dev >> 20 :
							 object->dev & 0xfffff;
	}
	return bpf_audit__ask_number(node, value);
}

/* A walk through the rules. */
struct bpf_audit__way {
	struct bpf_audit_rules *rules;
	const struct bpf_audit__object *object; /* NULL before the record: a question about it is the end */
	struct task_struct *task;
	__u32 at;
};

/* The two numbers of a pair; not inlined, since each number is a dozen ways. */
static __attribute__((noinline, unused)) __u32 bpf_audit__number_of(struct bpf_audit__way *way, __u32 field)
{
	return way ? bpf_audit__subject_number(way->task, way->task->cred, field) : 0;
}

/* The questions about the subject that are more than a number in a range. */
static __always_inline bool
bpf_audit__ask_subject(struct bpf_audit__way *way, struct bpf_audit_node *node, __u32 field)
{
	__u64 one = 0, other = 0, pair[2];
	bool same;

	if (field == BPF_AUDIT_ON_EXE) {
		if (!bpf_audit__subject_exe(way, &one, &other))
			return false;
		same = one == node->low && other == node->span;
	} else if (field == BPF_AUDIT_ON_CGROUP) {
		same = bpf_audit__subject_ancestor(way, node->arg) == node->low;
	} else if (field == BPF_AUDIT_ON_CGROUP_ID) {
		same = bpf_audit__subject_cgroup(way) == node->low;
	} else if (field == BPF_AUDIT_ON_COMM) {
		bpf_audit__subject_comm(way, pair);
		same = pair[0] == node->low && pair[1] == node->span;
	} else {
		same = bpf_audit__number_of(way, node->arg) == bpf_audit__number_of(way, node->low);
	}
	return same == (node->test == BPF_AUDIT_IS);
}

/* A question that is not about a number of the subject. Returns 1, 0, or negative: it cannot be told. */
static __always_inline long bpf_audit__ask(struct bpf_audit__way *way, struct bpf_audit_node *node, __u32 field)
{
	const struct bpf_audit__object *object = way->object;
	long found;

	if (field < BPF_AUDIT_ON_VERDICT)
		return bpf_audit__ask_subject(way, node, field);
	if (!object || field == BPF_AUDIT_ON_ASK)
		return -1;
	if (field != BPF_AUDIT_ON_DIR)
		return bpf_audit__ask_object(node, field, object);
	found = bpf_audit__find_above(object->dentry, object->mnt, node->low, node->span);
	if (found == BPF_AUDIT__CUT_SHORT)
		return -1;
	return found != BPF_AUDIT__NO_PATH && found == (node->test == BPF_AUDIT_IS);
}

/* The compiler would rather add the offset, which is too long for an instruction, once for each member. */
static __always_inline struct bpf_audit_node *bpf_audit__node(struct bpf_audit_rules *rules, __u32 at)
{
	struct bpf_audit_node *node = &rules->nodes[at];

	asm volatile("" : "+r"(node));
	return node;
}

/* What a node begins with, in one word instead of three loads. */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "user space writes the rules for little-endian machines"
#endif
#define BPF_AUDIT__HEAD(node) (*(__u64 *)(node))
#define BPF_AUDIT__HEAD_FIELD(head) ((__u32)(head) & 0xff)
#define BPF_AUDIT__HEAD_YES(head) ((__u32)((head) >> 32) & 0xffff)
#define BPF_AUDIT__HEAD_NO(head) ((__u32)((head) >> 48))

/* Where a question about a number of the subject leads to. */
static __always_inline __u32
bpf_audit__by_number(struct bpf_audit_node *node, __u64 head, struct task_struct *task, const struct cred *cred)
{
	__u32 value = bpf_audit__subject_number(task, cred, BPF_AUDIT__HEAD_FIELD(head));
	__u64 range = node->low;

	return value - (__u32)range <= range >> 32 ? BPF_AUDIT__HEAD_YES(head) : BPF_AUDIT__HEAD_NO(head);
}

/*
 * Goes on from @at over questions about numbers, as far as they go or BPF_AUDIT__STEPS of them. This is where the time
 * goes: a number is read when it is asked for, and nothing is kept on the stack.
 */
static __always_inline __u32
bpf_audit__numbers(struct bpf_audit_rules *rules, struct task_struct *task, __u32 at)
{
	const struct cred *cred = task->cred;
	struct bpf_audit_node *node;
	__u64 head;
	__u32 i;

#pragma clang loop unroll(disable)
	for (i = 0; i < BPF_AUDIT__STEPS; i++) {
		if (at >= BPF_AUDIT_NODES)
			break;
		node = bpf_audit__node(rules, at);
		head = BPF_AUDIT__HEAD(node);
		if (BPF_AUDIT__HEAD_FIELD(head) > BPF_AUDIT_ON_SES)
			break;
		at = bpf_audit__by_number(node, head, task, cred);
	}
	return at;
}

/* One question, at way->at. Returns 1 at an outcome. */
static __attribute__((noinline, unused)) long bpf_audit__leg(__u32 leg, struct bpf_audit__way *way)
{
	struct bpf_audit_node *node;
	__u64 head;
	long yes;

	if (way->at >= BPF_AUDIT_NODES)
		return 1;
	node = bpf_audit__node(way->rules, way->at);
	head = BPF_AUDIT__HEAD(node);
	if (BPF_AUDIT__HEAD_FIELD(head) <= BPF_AUDIT_ON_SES) {
		way->at = bpf_audit__by_number(node, head, way->task, way->task->cred);
		return 0;
	}
	yes = bpf_audit__ask(way, node, BPF_AUDIT__HEAD_FIELD(head));
	way->at = yes < 0 ? BPF_AUDIT__GIVE_UP : yes ? BPF_AUDIT__HEAD_YES(head) : BPF_AUDIT__HEAD_NO(head);
	return 0;
}

/* Follows the rules from @at. Returns the target behind the last node: an outcome. */
static __always_inline __u32
bpf_audit__follow(struct bpf_audit_rules *rules, const struct bpf_audit__object *object, __u32 at)
{
	struct bpf_audit__way way = {
		.rules = rules,
		.object = object,
		.task = bpf_get_current_task_btf(),
		.at = at,
	};

	bpf_loop(BPF_AUDIT__LEGS, bpf_audit__leg, &way, 0);
	return way.at < BPF_AUDIT_NODES ? BPF_AUDIT__GIVE_UP : way.at;
}

#endif /* BPF_AUDIT_FILTER_BPF_H */
