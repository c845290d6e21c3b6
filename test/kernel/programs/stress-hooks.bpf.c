// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Tells about addresses and capabilities on the hooks where they come up. Denies nothing. */
#include "stress.bpf.h"

#define CAP_SYS_CHROOT 18

SEC("lsm/socket_connect")
int BPF_PROG(tell_connect, struct socket *sock, struct sockaddr *address, int addrlen, int ret)
{
	struct bpf_audit_context *ac;

	if (ret || (address->sa_family != 2 && address->sa_family != 10))
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return 0;
	bpf_audit_log_cause(ac, "connect");
	bpf_audit_log_net_sockaddr(ac, 0, NULL, address, addrlen);
	bpf_audit_log_verdict(ac, 0);
	bpf_audit_log_end(ac);
	return 0;
}

SEC("lsm/capable")
int BPF_PROG(tell_capable, const struct cred *cred, struct user_namespace *ns, int cap, unsigned int opts, int ret)
{
	struct bpf_audit_context *ac;

	if (ret || cap != CAP_SYS_CHROOT)
		return ret;
	ac = bpf_audit_log_start();
	if (!ac)
		return 0;
	bpf_audit_log_cause(ac, "capable");
	bpf_audit_log_cap(ac, cap);
	bpf_audit_log_verdict(ac, 0);
	bpf_audit_log_end(ac);
	return 0;
}
