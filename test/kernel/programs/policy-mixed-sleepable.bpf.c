// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One of ten: with programs that may sleep. */
#include "policy-mixed.bpf.h"

SEC("lsm.s/socket_create")
int BPF_AUDIT_POLICY(sleeping_socket, int family, int type, int protocol, int kern)
{
	long call = own_call(protocol);

	return call < 0 ? 0 : DECIDE(call, EPERM);
}

SEC("lsm.s/file_ioctl")
int BPF_AUDIT_POLICY(sleeping_ioctl, struct file *file, unsigned int cmd, unsigned long arg)
{
	long call = own_call(cmd);

	return call < 0 ? 0 : DECIDE(call, EPERM);
}
