// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One of ten: by an author who knows nothing of upgrades. */
#include "policy-mixed.bpf.h"

SEC("lsm/socket_create")
int BPF_PROG(plain_socket, int family, int type, int protocol, int kern, int ret)
{
	long call = own_call(protocol);

	if (ret)
		return ret;
	return call < 0 ? 0 : DECIDE(call, EACCES);
}

SEC("lsm/file_ioctl")
int BPF_PROG(plain_ioctl, struct file *file, unsigned int cmd, unsigned long arg, int ret)
{
	long call = own_call(cmd);

	if (ret)
		return ret;
	return call < 0 ? 0 : DECIDE(call, EACCES);
}
