/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bpf_audit_log_u64(), _s64(), _hex(), _str(): typed fields with a name of the policy's own.
 *
 * The typed answer to audit_log_format(), which reviewers of the series did not want to expose: a policy can
 * add what it knows, but it can neither forge a field that means something to audit nor break the record.
 */
#ifndef BPF_AUDIT_CUSTOM_BPF_H
#define BPF_AUDIT_CUSTOM_BPF_H

#include "reserved.bpf.h"

void bpf_audit_field_name_is_reserved(void)
	__attribute__((error("bpf_audit: this field name belongs to audit; choose another (docs/fields.md)")));
void bpf_audit_field_name_is_no_literal(void)
	__attribute__((error("bpf_audit: a field name is a literal of 1 to 31 of the characters a-z 0-9 _ -, "
			     "the first one a letter")));

static __always_inline bool bpf_audit__is_name(const char *name, const long len)
{
	long i;

	if (len < 1 || len > 31 || name[0] < 'a' || name[0] > 'z')
		return false;
#pragma clang loop unroll(full)
	for (i = 1; i < 31; i++) {
		const char c = i < len ? name[i] : 'a';

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
			return false;
	}
	return true;
}

/* Refuses bad names when the policy is compiled; the reader refuses them again. */
static __always_inline void bpf_audit__check_name(const char *name, const bool literal, const long len)
{
	if (!literal || !bpf_audit__is_name(name, len))
		bpf_audit_field_name_is_no_literal();
	if (bpf_audit__reserved(name))
		bpf_audit_field_name_is_reserved();
}

static __always_inline int
bpf_audit__custom(struct bpf_audit_context *ac, __u32 type, const char *name, const long len, __u64 value)
{
	struct bpf_audit__slot slot;
	struct bpf_audit_field *field;
	struct bpf_audit_custom *custom;

	if (!ac->live)
		return ac->dead;
	field = bpf_audit__open(ac, &slot, type, sizeof(*custom));
	if (!field)
		return -ENOBUFS;
	custom = (void *)(field + 1);
	__builtin_memset(custom->name, 0, sizeof(custom->name));
	__builtin_memcpy(custom->name, name, len & 31);
	custom->value = value;
	return bpf_audit__close(ac, &slot, field, sizeof(*custom));
}

static __always_inline int
bpf_audit__custom_str(struct bpf_audit_context *ac, const char *name, const long len, const char *string)
{
	struct bpf_audit__slot slot;
	struct bpf_audit_field *field;
	struct bpf_audit_custom *custom;
	long n;

	if (!ac->live)
		return ac->dead;
	field = bpf_audit__open(ac, &slot, BPF_AUDIT_STR, sizeof(*custom) + BPF_AUDIT_STRING);
	if (!field)
		return -ENOBUFS;
	custom = (void *)(field + 1);
	__builtin_memset(custom->name, 0, sizeof(custom->name));
	__builtin_memcpy(custom->name, name, len & 31);
	n = bpf_probe_read_kernel_str(custom + 1, BPF_AUDIT_STRING, string);
	if (n == BPF_AUDIT_STRING)
		bpf_audit__miss(ac, BPF_AUDIT_STR, BPF_AUDIT_LOST_CUT);
	n = bpf_audit__clamp(n > 0 ? n - 1 : 0, BPF_AUDIT_STRING);
	custom->value = n;
	return bpf_audit__close(ac, &slot, field, sizeof(*custom) + n);
}

#define BPF_AUDIT__NAMED(name)                                                                              \
	bpf_audit__check_name(name, __builtin_constant_p(__builtin_strlen(name)), __builtin_strlen(name))

/**
 * bpf_audit_log_u64() - a number of the policy's own: NAME=123
 * @ac: context
 * @name: literal of at most 31 characters a-z 0-9 _ -; names that audit uses are refused by the compiler
 * @value: printed in decimal
 *
 * May be called with different names; of two fields with one name the reader keeps the first.
 *
 * Return: 0; -ENOBUFS if the record was lost.
 */
#define bpf_audit_log_u64(ac, name, value)                                                                  \
	({                                                                                                  \
		BPF_AUDIT__NAMED(name);                                                                     \
		bpf_audit__custom((ac), BPF_AUDIT_U64, name, __builtin_strlen(name), (__u64)(value));       \
	})

/** bpf_audit_log_s64() - a signed number of the policy's own: NAME=-123; else as bpf_audit_log_u64() */
#define bpf_audit_log_s64(ac, name, value)                                                                  \
	({                                                                                                  \
		BPF_AUDIT__NAMED(name);                                                                     \
		bpf_audit__custom((ac), BPF_AUDIT_S64, name, __builtin_strlen(name), (__u64)(__s64)(value)); \
	})

/** bpf_audit_log_hex() - a number of the policy's own: NAME=0x7b; else as bpf_audit_log_u64() */
#define bpf_audit_log_hex(ac, name, value)                                                                  \
	({                                                                                                  \
		BPF_AUDIT__NAMED(name);                                                                     \
		bpf_audit__custom((ac), BPF_AUDIT_HEX, name, __builtin_strlen(name), (__u64)(value));       \
	})

/**
 * bpf_audit_log_str() - a string of the policy's own: NAME="..."
 * @ac: context
 * @name: as for bpf_audit_log_u64()
 * @string: kernel memory; printed as an untrusted string; more than 255 bytes are cut and flagged
 *
 * Return: 0; -ENOBUFS if the record was lost.
 */
#define bpf_audit_log_str(ac, name, string)                                                                 \
	({                                                                                                  \
		BPF_AUDIT__NAMED(name);                                                                     \
		bpf_audit__custom_str((ac), name, __builtin_strlen(name), (string));                        \
	})

#endif /* BPF_AUDIT_CUSTOM_BPF_H */
