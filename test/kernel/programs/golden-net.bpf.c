// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The golden programs on sockets: addresses, lengths, interfaces, socket state, and the pair sock/sockaddr. */
#include "golden.bpf.h"

#define BIND(name, body)                                                                          \
	SEC("lsm/socket_bind")                                                                    \
	int BPF_PROG(name, struct socket *sock, struct sockaddr *address, int addrlen) GOLDEN_BODY(0, body)
#define CONNECT(name, body)                                                                       \
	SEC("lsm/socket_connect")                                                                 \
	int BPF_PROG(name, struct socket *sock, struct sockaddr *address, int addrlen) GOLDEN_BODY(0, body)
#define GETSOCKOPT(name, body)                                                                    \
	SEC("lsm/socket_getsockopt")                                                              \
	int BPF_PROG(name, struct socket *sock, int level, int optname) GOLDEN_BODY(0, body)

BIND(s_sockaddr_src,
     switch (address->sa_family) {
     case AF_INET:
	     R(0, bpf_audit_log_cause(ac, "bind4"));
	     break;
     case AF_INET6:
	     R(0, bpf_audit_log_cause(ac, "bind6"));
	     break;
     }
     R(1, bpf_audit_log_net_sockaddr(ac, 1, address, NULL, addrlen));)
BIND(s_both_null,
     R(0, bpf_audit_log_cause(ac, "sockaddr_both_null"));
     R(1, bpf_audit_log_net_sockaddr(ac, 1, NULL, NULL, addrlen));)
BIND(s_small_addrlen,
     R(0, bpf_audit_log_cause(ac, "sockaddr_small_addrlen"));
     R(1, bpf_audit_log_net_sockaddr(ac, 1, address, NULL, 1));)
BIND(x_src,
     R(0, bpf_audit_log_cause(ac, "src"));
     R(1, bpf_audit_log_net_sockaddr(ac, 0, address, NULL, addrlen));)

CONNECT(s_sockaddr_dest,
     switch (address->sa_family) {
     case AF_INET:
	     R(0, bpf_audit_log_cause(ac, "connect4"));
	     break;
     case AF_INET6:
	     R(0, bpf_audit_log_cause(ac, "connect6"));
	     break;
     }
     R(1, bpf_audit_log_net_sockaddr(ac, 1, NULL, address, addrlen));)
CONNECT(x_sock_then_addr,
     R(0, bpf_audit_log_net_sock(ac, 1, sock));
     R(1, bpf_audit_log_net_sockaddr(ac, 1, NULL, address, addrlen));)
CONNECT(x_addr_then_sock,
     R(0, bpf_audit_log_net_sockaddr(ac, 1, NULL, address, addrlen));
     R(1, bpf_audit_log_net_sock(ac, 1, sock));)
CONNECT(x_both,
     R(0, bpf_audit_log_cause(ac, "both"));
     R(1, bpf_audit_log_net_sockaddr(ac, 1, address, address, addrlen));)
CONNECT(x_dst_ifneg,
     R(0, bpf_audit_log_cause(ac, "ifneg"));
     R(1, bpf_audit_log_net_sockaddr(ac, -1, NULL, address, addrlen));)
CONNECT(x_dst_if2,
     R(0, bpf_audit_log_cause(ac, "if2"));
     R(1, bpf_audit_log_net_sockaddr(ac, 2, NULL, address, addrlen));)
CONNECT(x_dst,
     R(0, bpf_audit_log_cause(ac, "dst"));
     R(1, bpf_audit_log_net_sockaddr(ac, 0, NULL, address, addrlen));)
CONNECT(x_v6len24, R(0, bpf_audit_log_net_sockaddr(ac, 0, NULL, address, 24));)
CONNECT(x_v4len15, R(0, bpf_audit_log_net_sockaddr(ac, 0, NULL, address, 15));)
CONNECT(x_v4len16, R(0, bpf_audit_log_net_sockaddr(ac, 0, NULL, address, 16));)
CONNECT(x_lenneg, R(0, bpf_audit_log_net_sockaddr(ac, 0, NULL, address, -1));)
CONNECT(x_sock_conn,
     R(0, bpf_audit_log_cause(ac, "preconnect"));
     R(1, bpf_audit_log_net_sock(ac, 1, sock));)

GETSOCKOPT(s_sock,
     struct sock *sk = sock->sk;
     if (sk) {
	     switch (sk->__sk_common.skc_family) {
	     case AF_INET:
		     R(0, bpf_audit_log_cause(ac, "sock4"));
		     break;
	     case AF_INET6:
		     R(0, bpf_audit_log_cause(ac, "sock6"));
		     break;
	     }
     }
     R(1, bpf_audit_log_net_sock(ac, 1, sock));)
GETSOCKOPT(s_sock_unix,
     R(0, bpf_audit_log_cause(ac, "sock_unix"));
     R(1, bpf_audit_log_net_sock(ac, 0, sock));)
GETSOCKOPT(x_sock2,
     R(0, bpf_audit_log_net_sock(ac, 1, sock));
     R(1, bpf_audit_log_net_sock(ac, 1, sock));)
GETSOCKOPT(x_sock_if0,
     R(0, bpf_audit_log_cause(ac, "sock"));
     R(1, bpf_audit_log_net_sock(ac, 0, sock));)
GETSOCKOPT(x_sock_if1,
     R(0, bpf_audit_log_cause(ac, "sock"));
     R(1, bpf_audit_log_net_sock(ac, 1, sock));)
