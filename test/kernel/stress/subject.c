// SPDX-License-Identifier: Apache-2.0
/*
 * subject [-n TIMES] [NAME=VALUE...] CALL [ARG...]: becomes somebody, says from /proc who it is, and makes a call
 * that the policies of the scenarios look at, from its second thread.
 *
 *   NAME   uid euid suid fsuid gid egid sgid fsgid auid: ids; cgroup: a directory; comm: name of the thread
 *   CALL   socket PROTOCOL | connect ADDRESS PORT | chroot
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const names[] = { "uid", "euid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid", "auid", "cgroup", "comm" };
enum { UID, EUID, SUID, FSUID, GID, EGID, SGID, FSGID, AUID, CGROUP, COMM, NAMES };
static const char *values[NAMES];
static int times = 1;

static void die(const char *what)
{
	fprintf(stderr, "subject: %s: %s\n", what, strerror(errno));
	exit(1);
}

static unsigned int id(int name)
{
	return values[name] ? strtoul(values[name], NULL, 10) : -1U;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

static void show(const char *path, const char *name)
{
	char text[8192];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (length < 0)
		die(path);
	close(fd);
	text[length] = 0;
	printf(name ? "%s:\t%s\n" : "%s%s", name ? name : "", text);
}

static void call(char **args)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = {};
	int fd;

	if (!strcmp(args[0], "socket")) {
		close(socket(AF_UNIX, SOCK_DGRAM, atoi(args[1])));
	} else if (!strcmp(args[0], "chroot")) {
		if (chroot("/"))
			die("chroot");
	} else {
		int v6 = !!strchr(args[1], ':');

		address.any.sa_family = v6 ? AF_INET6 : AF_INET;
		inet_pton(address.any.sa_family, args[1], v6 ? (void *)&address.v6.sin6_addr : &address.v4.sin_addr);
		address.v4.sin_port = htons(atoi(args[2])); /* at the same place in both */
		fd = socket(address.any.sa_family, SOCK_DGRAM, 0);
		connect(fd, &address.any, v6 ? sizeof(address.v6) : sizeof(address.v4));
		close(fd);
	}
}

static void *become_and_call(void *args)
{
	/* of this thread alone, in the C library too */
	if (values[FSGID])
		setfsgid(id(FSGID));
	if (values[FSUID])
		setfsuid(id(FSUID));
	if (values[COMM])
		prctl(PR_SET_NAME, values[COMM]);
	show("/proc/thread-self/status", NULL);
	show("/proc/thread-self/loginuid", "Loginuid");
	show("/proc/thread-self/sessionid", "Sessionid");
	for (int i = 0; i < times; i++)
		call(args);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	char **arg = argv + 1;

	if (arg[0] && !strcmp(arg[0], "-n")) {
		times = atoi(arg[1]);
		arg += 2;
	}
	for (; *arg && strchr(*arg, '='); arg++) {
		for (int name = 0; name < NAMES; name++)
			if (!strncmp(*arg, names[name], strlen(names[name])) && (*arg)[strlen(names[name])] == '=')
				values[name] = strchr(*arg, '=') + 1;
	}
	if (!*arg) {
		fprintf(stderr, "usage: subject [-n TIMES] [NAME=VALUE...] CALL [ARG...]\n");
		return 2;
	}
	if (values[CGROUP]) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/cgroup.procs", values[CGROUP]);
		write_file(path, "0");
	}
	if (values[AUID])
		write_file("/proc/self/loginuid", values[AUID]);
	/* else the capabilities by which ids are changed go with the first id */
	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
		die("PR_SET_SECUREBITS");
	if (setresgid(id(GID), id(EGID), id(SGID)) || setresuid(id(UID), id(EUID), id(SUID)))
		die("ids");
	if (pthread_create(&thread, NULL, become_and_call, arg))
		die("pthread_create");
	pthread_join(thread, NULL);
	return 0;
}
