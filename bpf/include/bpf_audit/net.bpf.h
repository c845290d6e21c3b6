/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bpf_audit_log_net_sock(), _net_sockaddr(): sockets and addresses.
 */
#ifndef BPF_AUDIT_NET_BPF_H
#define BPF_AUDIT_NET_BPF_H

#define BPF_AUDIT__AF_UNIX 1
#define BPF_AUDIT__AF_INET 2
#define BPF_AUDIT__AF_INET6 10
#define BPF_AUDIT__SIN6_LEN_RFC2133 24

/* net_device hash of a namespace: NETDEV_HASHENTRIES of include/linux/netdevice.h */
#define BPF_AUDIT__NETDEV_HASH 256
#define BPF_AUDIT__NETDEV_CHAIN 64

extern const void init_net __ksym __weak;

/* Name of an interface in the initial network namespace, which is the one that audit looks in. */
static __attribute__((noinline, unused)) int bpf_audit__netif(struct bpf_audit_net *net, __s32 netif)
{
	struct hlist_node *node;
	int i;

	if (!net || !&init_net)
		return 0;
	struct net *init = (void *)&init_net;
	struct hlist_head *heads = BPF_CORE_READ(init, dev_index_head);

	bpf_core_read(&node, sizeof(node), &heads[netif & (BPF_AUDIT__NETDEV_HASH - 1)].first);
	for (i = 0; i < BPF_AUDIT__NETDEV_CHAIN && node; i++) {
		struct net_device *dev = (void *)node - bpf_core_field_offset(struct net_device, index_hlist);

		if (BPF_CORE_READ(dev, ifindex) == netif) {
			bpf_core_read_str(net->netif_name, sizeof(net->netif_name), &dev->name);
			return 1;
		}
		node = BPF_CORE_READ(node, next);
	}
	return 0;
}

/* A net field without anything observed: every byte is set, nothing of an older record shows through. */
static __always_inline void bpf_audit__net_init(struct bpf_audit_net *net, __s32 netif)
{
	__builtin_memset(net, 0, sizeof(*net));
	net->netif = netif;
	if (netif > 0)
		bpf_audit__netif(net, netif);
}

/* Addresses of an IPv4 or IPv6 socket. */
static __always_inline void bpf_audit__net_inet(struct bpf_audit_net *net, struct sock *sk)
{
	struct inet_sock *inet = (struct inet_sock *)sk;

	net->lport = BPF_CORE_READ(inet, inet_sport);
	net->fport = BPF_CORE_READ(sk, __sk_common.skc_dport);
	if (net->sk_family == BPF_AUDIT__AF_INET) {
		*(__u32 *)net->laddr = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		*(__u32 *)net->faddr = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	} else {
		BPF_CORE_READ_INTO(&net->laddr, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&net->faddr, sk, __sk_common.skc_v6_daddr);
	}
}

/* The walk of an AF_UNIX socket's path, in the event or in a large chunk. Returns the length or -ENAMETOOLONG. */
static __always_inline long
bpf_audit__unix_path(void *base, __u64 off, struct bpf_audit_net *net, struct unix_sock *u, const __u64 size)
{
	long n;

	n = bpf_audit__walk(base, off, BPF_CORE_READ(u, path.mnt), BPF_CORE_READ(u, path.dentry), size);
	if (n < 0)
		return n;
	net->unix_form = BPF_AUDIT__FORM(n);
	net->unix_flags = BPF_AUDIT__FLAGS(n);
	return bpf_audit__clamp(BPF_AUDIT__LENGTH(n), size);
}

/* The address of an AF_UNIX socket that is not bound to a path; up to 108 bytes, all of them data. */
static __always_inline long bpf_audit__unix_address(void *dst, struct bpf_audit_net *net, struct unix_address *addr)
{
	const void *path = (const void *)addr + bpf_core_field_offset(struct unix_address, name) +
			   bpf_core_field_offset(struct sockaddr_un, sun_path);
	__s64 len = BPF_CORE_READ(addr, len);

	len -= sizeof(short);
	if (len <= 0)
		return 0;
	len = bpf_audit__clamp(len, 108);
	bpf_probe_read_kernel(dst, len, path);
	net->unix_len = len;
	return len;
}

/*
 * The socket's half of a net field, which lies in the chunk @base of @size bytes and ends at @off. Returns
 * the bytes that follow the field's structure, negative if they did not fit.
 */
static __always_inline long
bpf_audit__net_fill(void *base, __u64 off, struct bpf_audit_net *net, struct sock *sk, const __u64 size)
{
	struct unix_sock *u = (struct unix_sock *)sk;
	struct unix_address *addr;

	net->sk_family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (net->sk_family == BPF_AUDIT__AF_INET || net->sk_family == BPF_AUDIT__AF_INET6) {
		bpf_audit__net_inet(net, sk);
		return 0;
	}
	if (net->sk_family != BPF_AUDIT__AF_UNIX)
		return 0;
	addr = BPF_CORE_READ(u, addr);
	if (!addr)
		return 0;
	if (BPF_CORE_READ(u, path.dentry))
		return bpf_audit__unix_path(base, off, net, u, size);
	return bpf_audit__unix_address(base + off, net, addr);
}

/* A socket whose path is long, in a large chunk. Returns 0, or -ENOBUFS, or 1: too long for that too. */
static __attribute__((noinline, unused)) int
bpf_audit__long_sock(__u64 promise, __u64 tag, struct sock *sk, __s32 netif)
{
	const __u64 off = sizeof(struct bpf_audit_chunk) + sizeof(struct bpf_audit_field) +
			  sizeof(struct bpf_audit_net);
	struct bpf_audit_chunk *chunk;
	struct bpf_audit_net *net;
	long n;

	chunk = bpf_ringbuf_reserve(&bpf_audit_ring, BPF_AUDIT_CHUNK_LARGE, 0);
	if (!chunk)
		return -ENOBUFS;
	net = (void *)(bpf_audit__tagged(chunk, promise, tag) + 1);
	bpf_audit__net_init(net, netif);
	n = bpf_audit__net_fill(chunk, off, net, sk, BPF_AUDIT_CHUNK_LARGE);
	if (n < 0)
		net->unix_form = BPF_AUDIT_TOO_LONG;
	bpf_audit__send(chunk, (void *)(chunk + 1), sizeof(*net) + (n >= 0 ? n : 0));
	return n < 0;
}

/**
 * bpf_audit_log_net_sock() - which socket: laddr= lport= faddr= fport=, or path=, then netif=
 * @ac: context
 * @netif: index of an interface, 0 or less: none
 * @sock: as it came with the hook
 *
 * Return: 0; -EINVAL when called again or after bpf_audit_log_net_sockaddr(); -ENOBUFS if the record was lost.
 */
static __always_inline int
bpf_audit_log_net_sock(struct bpf_audit_context *ac, int netif, const struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct bpf_audit__slot slot;
	struct bpf_audit_field *field;
	struct bpf_audit_net *net;
	__u64 off;
	long n = 0;

	if (!bpf_audit__once(ac, 1ULL << BPF_AUDIT_NET))
		return -EINVAL;
	if (!ac->live)
		return ac->dead;
	field = bpf_audit__open(ac, &slot, BPF_AUDIT_NET, sizeof(*net) + BPF_AUDIT_STRING);
	if (!field)
		return -ENOBUFS;
	net = (void *)(field + 1);
	bpf_audit__net_init(net, netif);
	off = slot.off + sizeof(*field) + sizeof(*net);
	if (sk)
		n = bpf_audit__net_fill(bpf_audit__base(ac, &slot), off, net, sk, BPF_AUDIT_CHUNK);
	if (n >= 0)
		return bpf_audit__close(ac, &slot, field, sizeof(*net) + n);
	bpf_audit__drop(&slot);
	n = bpf_audit__long_sock(ac->ev->chunk.promise, BPF_AUDIT__TAG(BPF_AUDIT_NET, ac->ev->chunk.flags, 0), sk, netif);
	ac->ev->chunk.flags++;
	if (n < 0)
		return bpf_audit__miss(ac, BPF_AUDIT_NET, BPF_AUDIT_LOST_FIELD);
	ac->ev->chunks++;
	if (n > 0)
		bpf_audit__miss(ac, BPF_AUDIT_NET, BPF_AUDIT_LOST_CUT);
	return 0;
}

/* An address into a net field; what is not there stays 0. */
static __always_inline void
bpf_audit__address(__u16 family, __u8 *addr, __u16 *port, const struct sockaddr *sockaddr)
{
	if (!sockaddr)
		return;
	if (family == BPF_AUDIT__AF_INET) {
		struct sockaddr_in in = {};

		bpf_probe_read_kernel(&in, sizeof(in), sockaddr);
		*port = in.sin_port;
		*(__u32 *)addr = in.sin_addr.s_addr;
	} else {
		struct sockaddr_in6 in6 = {};

		bpf_probe_read_kernel(&in6, BPF_AUDIT__SIN6_LEN_RFC2133, sockaddr);
		*port = in6.sin6_port;
		__builtin_memcpy(addr, &in6.sin6_addr, sizeof(in6.sin6_addr));
	}
}

/* Checks of the series, in its order. Returns the family or a negative errno. */
static __always_inline int
bpf_audit__family(const struct sockaddr *saddr, const struct sockaddr *daddr, int addrlen)
{
	__u16 family;

	if (!saddr && !daddr)
		return -EINVAL;
	if (saddr && daddr && saddr->sa_family != daddr->sa_family)
		return -EINVAL;
	family = saddr ? saddr->sa_family : daddr->sa_family;
	if (family == BPF_AUDIT__AF_INET6)
		return addrlen < BPF_AUDIT__SIN6_LEN_RFC2133 ? -EINVAL : family;
	if (family == BPF_AUDIT__AF_INET)
		/* the series compares with a size_t, so a negative length passes */
		return (__u64)addrlen < sizeof(struct sockaddr_in) ? -EINVAL : family;
	return -EAFNOSUPPORT;
}

/**
 * bpf_audit_log_net_sockaddr() - which addresses: saddr= src= daddr= dest=, then netif=
 * @ac: context
 * @netif: index of an interface, 0 or less: none
 * @saddr: source, may be NULL
 * @daddr: destination, may be NULL
 * @addrlen: length of both
 *
 * Return: 0; -EINVAL without any address, for families that differ, for a length that is too short, when
 * called again or after bpf_audit_log_net_sock(); -EAFNOSUPPORT for families other than AF_INET and AF_INET6;
 * -ENOBUFS if the record was lost. A call that failed can be repeated.
 */
static __always_inline int
bpf_audit_log_net_sockaddr(struct bpf_audit_context *ac, int netif, const struct sockaddr *saddr,
			   const struct sockaddr *daddr, int addrlen)
{
	int family = bpf_audit__family(saddr, daddr, addrlen);
	struct bpf_audit__slot slot;
	struct bpf_audit_field *field;
	struct bpf_audit_net *net;

	if (family < 0)
		return family;
	if (!bpf_audit__once(ac, 1ULL << BPF_AUDIT_NET))
		return -EINVAL;
	if (!ac->live)
		return ac->dead;
	field = bpf_audit__open(ac, &slot, BPF_AUDIT_NET, sizeof(*net));
	if (!field)
		return -ENOBUFS;
	net = (void *)(field + 1);
	bpf_audit__net_init(net, netif);
	net->family = family;
	bpf_audit__address(family, net->saddr, &net->sport, saddr);
	bpf_audit__address(family, net->daddr, &net->dport, daddr);
	return bpf_audit__close(ac, &slot, field, sizeof(*net));
}

#endif /* BPF_AUDIT_NET_BPF_H */
