/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The maps. All but bpf_audit_self are pinned by name, so whoever loads a policy with libbpf joins them: the
 * first loader makes them, in /sys/fs/bpf unless it says otherwise.
 */
#ifndef BPF_AUDIT_MAPS_BPF_H
#define BPF_AUDIT_MAPS_BPF_H

#ifndef EINVAL
#define EINVAL 22
#endif
#ifndef ENOBUFS
#define ENOBUFS 105
#endif
#ifndef EAFNOSUPPORT
#define EAFNOSUPPORT 97
#endif
#ifndef ENAMETOOLONG
#define ENAMETOOLONG 36
#endif

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, BPF_AUDIT_RING_SIZE);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} bpf_audit_ring SEC(".maps") __attribute__((weak));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct bpf_audit_state);
} bpf_audit_state SEC(".maps") __attribute__((weak));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BPF_AUDIT_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct bpf_audit_prog);
} bpf_audit_progs SEC(".maps") __attribute__((weak));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct bpf_audit_foreign_key);
	__type(value, struct bpf_audit_prog);
} bpf_audit_foreign SEC(".maps") __attribute__((weak));

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, int);
	__type(value, struct bpf_audit_pending);
} bpf_audit_pending SEC(".maps") __attribute__((weak));

/* The list bpf: see struct bpf_audit_rules. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct bpf_audit_rules);
} bpf_audit_rules SEC(".maps") __attribute__((weak));

/* Rate limits: who is over which, see struct bpf_audit_bucket. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct bpf_audit_bucket_key);
	__type(value, struct bpf_audit_bucket);
} bpf_audit_buckets SEC(".maps") __attribute__((weak));

/* Whose turn it is: see policy.bpf.h. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BPF_AUDIT_POLICIES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct bpf_audit_policy);
} bpf_audit_policies SEC(".maps") __attribute__((weak));

/* Not one that makes room by itself: a note that found none is counted, one that was thrown out is not. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct bpf_audit_note_key);
	__type(value, __u32);
} bpf_audit_notes SEC(".maps") __attribute__((weak));

/* One per object: its id tells the objects apart. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpf_audit_layout);
} bpf_audit_self SEC(".maps") __attribute__((weak));

/* How paths are rendered; the loader may write it before the load. */
enum bpf_audit_path_via {
	BPF_AUDIT_VIA_AUTO = 0,   /* bpf_path_d_path() where the kernel has it, else the walk */
	BPF_AUDIT_VIA_HELPER = 1, /* bpf_d_path() where there is no kfunc: every hook must allow it */
	BPF_AUDIT_VIA_WALK = 2,   /* the walk */
};

/* Alone in its section: the loader writes the whole of it. */
const volatile struct bpf_audit_setup bpf_audit_setup SEC(".rodata.bpf_audit") __attribute__((weak)) = {
	.path_via = BPF_AUDIT_VIA_AUTO,
};

/* Keeps @x in [0, @max] and lets the verifier see it, whatever the compiler knows already. */
static __always_inline __u64 bpf_audit__clamp(__u64 x, __u64 max)
{
	asm volatile("if %[x] <= %[max] goto +1\n\t"
		     "%[x] = %[max]"
		     : [x] "+r"(x)
		     : [max] "i"(max));
	return x;
}

/*
 * A constant that the compiler cannot see through, but the verifier can: 6.1 does not know that memory of the
 * ring is never at address 0, so ev must not be tested twice.
 */
static __always_inline __u64 bpf_audit__opaque(__u64 x)
{
	asm volatile("" : "+r"(x));
	return x;
}

/* 8 bytes of a kernel structure at @from, of which the compiler would rather make 8 loads of a char. */
static __always_inline __u64 bpf_audit__load8(const void *from, const __u64 off)
{
	__u64 word;

	asm volatile("%[word] = *(u64 *)(%[from] + %[off])"
		     : [word] "=r"(word)
		     : [from] "r"(from), [off] "i"(off));
	return word;
}

static __always_inline bool bpf_audit__has_nul(__u64 word)
{
	return (word - 0x0101010101010101ULL) & ~word & 0x8080808080808080ULL;
}

/*
 * Copies an array of char of 16 bytes out of a kernel structure, or a string of up to 31 bytes up to the 8
 * bytes with its NUL; what follows the NUL means nothing. The helpers that copy strings need a hundred
 * instructions and more, a load one to ten.
 */
static __always_inline void bpf_audit__copy16(void *to, const char *from)
{
	((__u64 *)to)[0] = bpf_audit__load8(from, 0);
	((__u64 *)to)[1] = bpf_audit__load8(from, 8);
}

static __always_inline void bpf_audit__copy32(void *to, const char *from)
{
	__u64 word = bpf_audit__load8(from, 0);

	((__u64 *)to)[0] = word;
	if (bpf_audit__has_nul(word))
		return;
	((__u64 *)to)[1] = word = bpf_audit__load8(from, 8);
	if (bpf_audit__has_nul(word))
		return;
	((__u64 *)to)[2] = bpf_audit__load8(from, 16);
	((__u64 *)to)[3] = bpf_audit__load8(from, 24);
}

static __always_inline __u64 bpf_audit__round8(__u64 x)
{
	return (x + 7) & ~7ULL;
}

static __always_inline struct bpf_audit_state *bpf_audit__state(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&bpf_audit_state, &zero);
}

/*
 * A number that no other event since boot has. The counters of the CPUs are apart, so nobody waits for a
 * cache line; the addition is atomic since a program can be preempted and the slots of two CPUs can coincide.
 */
static __always_inline __u64 bpf_audit__promise(struct bpf_audit_state *state)
{
	__u64 cpu = bpf_get_smp_processor_id() & (BPF_AUDIT_CPUS - 1);

	return (cpu << 48) | (__sync_fetch_and_add(&state->cpu[cpu].next, 1) + 1);
}

#endif /* BPF_AUDIT_MAPS_BPF_H */
