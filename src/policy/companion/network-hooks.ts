import type { HookRow } from './hook-syscalls.ts';
import { SYSCALLS as S } from './syscall-groups.ts';

const PACKET = 'looked at when a packet arrives, in no system call of whoever is refused';
const GET_OPTION = 'getsockopt socketcall';

/** Hooks about sockets and packets. On i386 older programs come through socketcall. Functions are those of Linux 6.12. */
export const NETWORK_HOOKS: Readonly<Record<string, HookRow>> = {
  socket_create: ['socket socketpair accept accept4 socketcall', '__sock_create(), net/socket.c'],
  socket_post_create: ['socket socketpair socketcall', '__sock_create(), net/socket.c'],
  socket_socketpair: ['socketpair socketcall', '__sys_socketpair(), net/socket.c'],
  socket_bind: ['bind socketcall', '__sys_bind(), net/socket.c'],
  socket_connect: ['connect socketcall', '__sys_connect_file(), net/socket.c'],
  socket_listen: ['listen socketcall', '__sys_listen(), net/socket.c'],
  socket_accept: ['accept accept4 socketcall', 'do_accept(), net/socket.c'],
  socket_sendmsg: [S.send, 'sock_sendmsg(), net/socket.c; write() on a socket'],
  socket_recvmsg: [S.receive, 'sock_recvmsg(), net/socket.c; read() on a socket'],
  socket_getsockname: ['getsockname socketcall', '__sys_getsockname(), net/socket.c'],
  socket_getpeername: ['getpeername socketcall', '__sys_getpeername(), net/socket.c'],
  socket_getsockopt: [GET_OPTION, 'do_sock_getsockopt(), net/socket.c'],
  socket_setsockopt: ['setsockopt socketcall', 'do_sock_setsockopt(), net/socket.c'],
  socket_shutdown: ['shutdown socketcall', '__sys_shutdown_sock(), net/socket.c'],
  socket_getpeersec_stream: [GET_OPTION, 'sk_getsockopt(), net/core/sock.c'],
  socket_getpeersec_dgram: ['', 'unix_get_secdata(): what it returns is not looked at'],
  unix_stream_connect: ['connect socketcall', 'unix_stream_connect(), net/unix/af_unix.c'],
  unix_may_send: [`connect ${S.send}`, 'unix_dgram_connect(), unix_dgram_sendmsg(), net/unix/af_unix.c'],
  unix_find: [`connect ${S.send}`, 'unix_find_bsd(), net/unix/af_unix.c of Linux 7.2'],
  netlink_send: [S.send, 'netlink_sendmsg(), net/netlink/af_netlink.c'],
  sk_alloc_security: ['', 'sk_prot_alloc(), net/core/sock.c: the caller makes ENOBUFS or ENOMEM of it'],
  socket_sock_rcv_skb: ['', PACKET],
  inet_conn_request: ['', PACKET],
  sctp_assoc_request: ['', PACKET],
  sctp_assoc_established: ['', PACKET],
  sctp_bind_connect: [`connect bind setsockopt ${S.send}`, 'sctp_connect(), net/sctp/socket.c'],
  mptcp_add_subflow: ['', 'mptcp_subflow_create_socket(): the connection goes on without the subflow'],
  tun_dev_create: [S.ioctl, 'tun_set_iff(), drivers/net/tun.c'],
  tun_dev_attach: [S.ioctl, 'tun_attach(), drivers/net/tun.c'],
  tun_dev_attach_queue: [S.ioctl, 'tun_set_queue(), drivers/net/tun.c'],
  tun_dev_open: [S.ioctl, 'tun_set_iff(), drivers/net/tun.c'],
  secmark_relabel_packet: ['setsockopt sendmsg sendto socketcall', 'checkentry of xt_SECMARK'],
  xfrm_policy_alloc_security: [`setsockopt ${S.send}`, 'xfrm_user and pfkey'],
  xfrm_policy_delete_security: [S.send, 'xfrm_user and pfkey'],
  xfrm_state_alloc: [S.send, 'xfrm_user and pfkey'],
  xfrm_state_delete_security: [S.send, 'xfrm_user and pfkey'],
  xfrm_policy_lookup: ['', PACKET],
  ib_pkey_access: [`${S.write} ioctl`, 'ib_security_modify_qp(), drivers/infiniband/core/security.c'],
  ib_endport_manage_subnet: [`${S.write} ioctl`, 'ib_mad_agent_security_setup(), drivers/infiniband'],
};
