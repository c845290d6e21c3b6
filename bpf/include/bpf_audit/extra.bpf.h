/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kinds of audit data that the kernel series left out. The text is that of security/lsm_audit.c.
 */
#ifndef BPF_AUDIT_EXTRA_BPF_H
#define BPF_AUDIT_EXTRA_BPF_H

/* A number, then a string of up to BPF_AUDIT_STRING bytes if there is one. */
static __always_inline int
bpf_audit__number_and_string(struct bpf_audit_context *ac, __u32 type, __s32 number, const char *string)
{
	struct bpf_audit__slot slot;
	struct bpf_audit_field *field;
	long n = 0;

	if (!bpf_audit__once(ac, 1ULL << type))
		return -EINVAL;
	if (!ac->live)
		return ac->dead;
	field = bpf_audit__open(ac, &slot, type, 8 + BPF_AUDIT_STRING);
	if (!field)
		return -ENOBUFS;
	*(__s32 *)(field + 1) = number;
	if (string) {
		field->value = 1;
		n = bpf_probe_read_kernel_str((void *)(field + 1) + 4, BPF_AUDIT_STRING, string);
		if (n == BPF_AUDIT_STRING)
			bpf_audit__miss(ac, type, BPF_AUDIT_LOST_CUT);
		n = bpf_audit__clamp(n > 0 ? n - 1 : 0, BPF_AUDIT_STRING);
	}
	return bpf_audit__close(ac, &slot, field, 4 + n);
}

/**
 * bpf_audit_log_key() - which key: key_serial= key_desc=
 * @ac: context
 * @serial: key_serial_t
 * @desc: description, may be NULL; more than 255 bytes are cut and flagged
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_key(struct bpf_audit_context *ac, int serial, const char *desc)
{
	return bpf_audit__number_and_string(ac, BPF_AUDIT_KEY, serial, desc);
}

/**
 * bpf_audit_log_ipc() - which System V IPC object: ipc_key=
 * @ac: context
 * @ipc_id: kern_ipc_perm.key
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_ipc(struct bpf_audit_context *ac, int ipc_id)
{
	return bpf_audit__number(ac, BPF_AUDIT_IPC, ipc_id);
}

static __always_inline int
bpf_audit__once_string(struct bpf_audit_context *ac, __u32 type, const char *string, const long known)
{
	if (!bpf_audit__once(ac, 1ULL << type))
		return -EINVAL;
	return bpf_audit__string(ac, type, string, known);
}

/**
 * bpf_audit_log_kmod() - which kernel module: kmod=
 * @ac: context
 * @name: kernel memory
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
#define bpf_audit_log_kmod(ac, name)                                                                        \
	bpf_audit__once_string((ac), BPF_AUDIT_KMOD, (name), BPF_AUDIT__KNOWN(name))

/**
 * bpf_audit_log_anonclass() - class of an anonymous inode: anonclass=
 * @ac: context
 * @name: kernel memory
 *
 * The kernel prints this one without quotes; if it is not a plain word it is printed as an untrusted string.
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
#define bpf_audit_log_anonclass(ac, name)                                                                   \
	bpf_audit__once_string((ac), BPF_AUDIT_ANONINODE, (name), BPF_AUDIT__KNOWN(name))

extern const void lockdown_reasons __ksym __weak;

/**
 * bpf_audit_log_lockdown() - reason of a lockdown: lockdown_reason="..."
 * @ac: context
 * @reason: enum lockdown_reason; the text is this kernel's own
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_lockdown(struct bpf_audit_context *ac, int reason)
{
	const char *text = NULL;

	if (&lockdown_reasons && reason >= 0 && reason <= LOCKDOWN_CONFIDENTIALITY_MAX)
		bpf_probe_read_kernel(&text, sizeof(text),
				      (const void *)&lockdown_reasons + reason * sizeof(const char *));
	return bpf_audit__number_and_string(ac, BPF_AUDIT_LOCKDOWN, reason, text);
}

/**
 * bpf_audit_log_nlmsgtype() - type of a netlink message: nl-msgtype=
 * @ac: context
 * @type: nlmsghdr.nlmsg_type
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
static __always_inline int bpf_audit_log_nlmsgtype(struct bpf_audit_context *ac, __u16 type)
{
	return bpf_audit__number(ac, BPF_AUDIT_NLMSGTYPE, type);
}

/* An InfiniBand field, with the device name if there is one. */
static __always_inline int
bpf_audit__ib(struct bpf_audit_context *ac, __u32 type, __u64 subnet_prefix, __u32 pkey, __u32 port,
	      const char *device)
{
	struct bpf_audit__slot slot;
	struct bpf_audit_field *field;
	struct bpf_audit_ib *ib;
	long n = 0;

	if (!bpf_audit__once(ac, 1ULL << type))
		return -EINVAL;
	if (!ac->live)
		return ac->dead;
	field = bpf_audit__open(ac, &slot, type, sizeof(*ib) + 64);
	if (!field)
		return -ENOBUFS;
	ib = (void *)(field + 1);
	ib->subnet_prefix = subnet_prefix;
	ib->pkey = pkey;
	ib->port = port;
	if (device) {
		n = bpf_probe_read_kernel_str(ib + 1, 64, device);
		n = bpf_audit__clamp(n > 0 ? n - 1 : 0, 64);
	}
	return bpf_audit__close(ac, &slot, field, sizeof(*ib) + n);
}

/**
 * bpf_audit_log_ibpkey() - which InfiniBand partition key: pkey= subnet_prefix=
 * @ac: context
 * @subnet_prefix: as in memory, network order
 * @pkey: partition key
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
static __always_inline int
bpf_audit_log_ibpkey(struct bpf_audit_context *ac, __u64 subnet_prefix, __u16 pkey)
{
	return bpf_audit__ib(ac, BPF_AUDIT_IBPKEY, subnet_prefix, pkey, 0, NULL);
}

/**
 * bpf_audit_log_ibendport() - which InfiniBand end port: device= port_num=
 * @ac: context
 * @dev_name: name of the device
 * @port: number of the port
 *
 * Return: 0; -EINVAL when called again; -ENOBUFS if the record was lost.
 */
static __always_inline int
bpf_audit_log_ibendport(struct bpf_audit_context *ac, const char *dev_name, __u8 port)
{
	return bpf_audit__ib(ac, BPF_AUDIT_IBENDPORT, 0, 0, port, dev_name);
}

#endif /* BPF_AUDIT_EXTRA_BPF_H */
