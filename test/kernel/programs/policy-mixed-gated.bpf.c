// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One of ten: by an author who wants upgrades. */
#include "policy-mixed.bpf.h"

SEC("lsm/socket_create")
int BPF_AUDIT_POLICY(mixed_socket, int family, int type, int protocol, int kern)
{
	long call = own_call(protocol);

	return call < 0 ? 0 : DECIDE(call, EPERM);
}

SEC("lsm/file_ioctl")
int BPF_AUDIT_POLICY(mixed_ioctl, struct file *file, unsigned int cmd, unsigned long arg)
{
	long call = own_call(cmd);

	return call < 0 ? 0 : DECIDE(call, EPERM);
}
