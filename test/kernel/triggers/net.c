// SPDX-License-Identifier: Apache-2.0
/* Triggers on sockets. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "orc.h"

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
};

/* KIND ADDRESS PORT, with KIND tcp, udp, tcp6 or udp6. */
static int inet_socket(char **args, union address *address, socklen_t *length)
{
	bool v6 = args[0][strlen(args[0]) - 1] == '6';
	int on = 1;
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int fd = check(socket(v6 ? AF_INET6 : AF_INET, args[0][0] == 't' ? SOCK_STREAM : SOCK_DGRAM, 0), "socket");

	memset(address, 0, sizeof(*address));
	address->any.sa_family = v6 ? AF_INET6 : AF_INET;
	*length = v6 ? sizeof(address->v6) : sizeof(address->v4);
	if (inet_pton(address->any.sa_family, args[1], v6 ? (void *)&address->v6.sin6_addr : &address->v4.sin_addr) != 1)
		fail(args[1]);
	address->v4.sin_port = htons(atoi(args[2])); /* at the same place in both */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (args[0][0] == 't') /* no TIME_WAIT, which would stop the next self connection */
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	return fd;
}

static void run_bind(char **args)
{
	union address address;
	socklen_t length;
	int fd = inet_socket(args, &address, &length);

	TRIGGER(bind(fd, &address.any, length));
}

static void run_connect(char **args)
{
	union address address;
	socklen_t length;
	int fd = inet_socket(args, &address, &length);

	TRIGGER(connect(fd, &address.any, length));
}

/* connect-self KIND ADDRESS PORT: bound to the address it connects to. */
static void run_connect_self(char **args)
{
	union address address;
	socklen_t length;
	int fd = inet_socket(args, &address, &length);

	check(bind(fd, &address.any, length), "bind");
	TRIGGER(connect(fd, &address.any, length));
}

static void run_connect_unspec(char **args)
{
	struct sockaddr_in address = { .sin_family = AF_UNSPEC };
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	(void)args;
	TRIGGER(connect(fd, (struct sockaddr *)&address, sizeof(address)));
}

static void lo_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	check(ioctl(fd, SIOCSIFFLAGS, &request), "lo up");
	close(fd);
}

static struct rtattr *add_attribute(struct nlmsghdr *message, int type, const void *data, int length)
{
	struct rtattr *attribute = (void *)((char *)message + NLMSG_ALIGN(message->nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = RTA_LENGTH(length);
	if (length)
		memcpy(RTA_DATA(attribute), data, length);
	message->nlmsg_len = NLMSG_ALIGN(message->nlmsg_len) + RTA_ALIGN(attribute->rta_len);
	return attribute;
}

/* A dummy interface of the given name and index, as `ip link add NAME index INDEX type dummy`. */
static void add_dummy(const char *name, int index)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
		char attributes[128];
	} request = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)), .nlmsg_type = RTM_NEWLINK,
				  .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK },
		      .info = { .ifi_index = index } };
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[256];
	} reply;
	int fd = check(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), "socket");
	struct rtattr *kind;

	add_attribute(&request.header, IFLA_IFNAME, name, strlen(name) + 1);
	kind = add_attribute(&request.header, IFLA_LINKINFO, NULL, 0);
	add_attribute(&request.header, IFLA_INFO_KIND, "dummy", 5);
	kind->rta_len = (char *)&request + request.header.nlmsg_len - (char *)kind;
	check(send(fd, &request, request.header.nlmsg_len, 0), "RTM_NEWLINK");
	check(recv(fd, &reply, sizeof(reply), 0), "RTM_NEWLINK");
	if (reply.error.error) {
		errno = -reply.error.error;
		fail("add a dummy interface");
	}
	close(fd);
}

/* connect-interface NAME KIND ADDRESS PORT: audit looks for interfaces in the initial namespace, so there. */
static void run_connect_interface(char **args)
{
	char name[IF_NAMESIZE];

	if (!if_indextoname(2, name))
		add_dummy(args[0], 2);
	else if (strcmp(name, args[0]))
		errno = EEXIST, fail(name);
	run_connect(args + 1);
}

/* netns-connect KIND ADDRESS PORT: in a new network namespace. */
static void run_netns_connect(char **args)
{
	check(unshare(CLONE_NEWNET), "unshare(CLONE_NEWNET)");
	lo_up();
	run_connect(args);
}

static int unix_socket(const char *path, socklen_t length)
{
	union address address = { .un.sun_family = AF_UNIX };
	int fd = check(socket(AF_UNIX, SOCK_STREAM, 0), "socket");

	strcpy(address.un.sun_path, path);
	unlink(path);
	check(bind(fd, &address.any, length ? length : offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1), path);
	return fd;
}

static int abstract_socket(const void *name, size_t size, socklen_t length)
{
	union address address = { .un.sun_family = AF_UNIX };
	int fd = check(socket(AF_UNIX, SOCK_STREAM, 0), "socket");

	memcpy(address.un.sun_path, name, size);
	check(bind(fd, &address.any, length), "bind");
	return fd;
}

static void run_bind_unix(char **args)
{
	union address address = { .un.sun_family = AF_UNIX };
	int fd = check(socket(AF_UNIX, SOCK_STREAM, 0), "socket");

	strcpy(address.un.sun_path, args[0]);
	unlink(args[0]);
	TRIGGER(bind(fd, &address.any, sizeof(address.un)));
}

static void report_autobound(int fd)
{
	struct sockaddr_un name;
	socklen_t length = sizeof(name);

	check(getsockname(fd, (struct sockaddr *)&name, &length), "getsockname");
	name.sun_path[length - offsetof(struct sockaddr_un, sun_path)] = 0;
	report_text("autobound", name.sun_path + 1);
}

static int unix_in_state(const char *state)
{
	int fds[2], fd;

	if (!strcmp(state, "path"))
		return unix_socket("/tmp/u.sock", 0);
	if (!strcmp(state, "path-full"))
		return unix_socket("/tmp/bpf_audit_test.sock", sizeof(struct sockaddr_un));
	if (!strcmp(state, "relative")) {
		check(chdir("/tmp"), "chdir");
		return unix_socket("rel.sock", 0);
	}
	if (!strcmp(state, "abstract-full"))
		return abstract_socket("\0abs", 4, sizeof(struct sockaddr_un));
	if (!strcmp(state, "abstract-odd"))
		return abstract_socket("\0ab\0cd \"\xff", 9, offsetof(struct sockaddr_un, sun_path) + 9);
	if (!strcmp(state, "autobound")) {
		fd = abstract_socket("", 0, sizeof(sa_family_t));
		report_autobound(fd);
		return fd;
	}
	if (!strcmp(state, "unnamed"))
		return check(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), "socketpair");
	return fds[0];
}

static void trigger_getsockopt(int fd)
{
	int value;
	socklen_t length = sizeof(value);

	TRIGGER(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, &length));
}

/* getsockopt-unix STATE */
static void run_getsockopt_unix(char **args)
{
	trigger_getsockopt(unix_in_state(args[0]));
}

/* getsockopt-inet KIND ADDRESS PORT [bind] [connect] */
static void run_getsockopt_inet(char **args)
{
	union address address;
	socklen_t length;
	int fd = inet_socket(args, &address, &length);

	for (char **step = args + 3; *step; step++)
		check(**step == 'b' ? bind(fd, &address.any, length) : connect(fd, &address.any, length), *step);
	check(getsockname(fd, &address.any, &length), "getsockname");
	report_number("lport", ntohs(address.v4.sin_port));
	trigger_getsockopt(fd);
}

static void run_getsockopt_packet(char **args)
{
	(void)args;
	trigger_getsockopt(check(socket(AF_PACKET, SOCK_RAW, 0), "socket"));
}

const struct trigger net_triggers[] = {
	{ "bind", run_bind },
	{ "bind-unix", run_bind_unix },
	{ "connect", run_connect },
	{ "connect-interface", run_connect_interface },
	{ "connect-self", run_connect_self },
	{ "connect-unspec", run_connect_unspec },
	{ "netns-connect", run_netns_connect },
	{ "getsockopt-inet", run_getsockopt_inet },
	{ "getsockopt-packet", run_getsockopt_packet },
	{ "getsockopt-unix", run_getsockopt_unix },
	{ NULL, NULL },
};
