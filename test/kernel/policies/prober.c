// SPDX-License-Identifier: Apache-2.0
/*
 * prober: makes numbered system calls that policies decide about, and counts what came of them.
 *
 *   prober THREADS PAUSE_US   until SIGTERM: calls that must be denied with EPERM and calls that must pass, in turn
 *   prober mixed CALLS        CALLS calls, sockets and ioctls in turn, numbered from 0
 *
 * Prints one line of JSON.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The same numbers stand in programs/policy-turn.bpf.c and policy-mixed.bpf.h. */
#define CALL_DENIED 0x40000000
#define CALL_PASSES 0x20000000
#define CALL_MIXED 0x10000000
#define THREAD_SHIFT 24

static volatile sig_atomic_t stopped;
static int pause_us;

struct thread {
	pthread_t id;
	int number;
	long denied, let_through, passed, kept_back;
};

static void stop(int signal)
{
	stopped = 1;
}

/* Nobody makes such a socket: without a policy it is EPROTONOSUPPORT. */
static int call(int protocol)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, protocol);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	return errno;
}

static void *probe(void *argument)
{
	struct thread *own = argument;
	int base = own->number << THREAD_SHIFT;

	for (int n = 0; !stopped && n < 1 << (THREAD_SHIFT - 1); n++) {
		if (call(CALL_DENIED | base | n * 2) == EPERM)
			own->denied++;
		else
			own->let_through++;
		if (call(CALL_PASSES | base | (n * 2 + 1)) == EPERM)
			own->kept_back++;
		else
			own->passed++;
		if (pause_us)
			usleep(pause_us);
	}
	return NULL;
}

static int mixed(long calls)
{
	long denied = 0, passed = 0;
	int null = open("/dev/null", O_RDONLY);

	for (long n = 0; n < calls; n++) {
		int error;

		/* the reader of an emulated machine needs its turn */
		if (n % 100 == 0)
			usleep(5000);
		if (n / 7 & 1)
			error = ioctl(null, CALL_MIXED | n, 0) ? errno : 0;
		else
			error = call(CALL_MIXED | n);
		if (error == EPERM || error == EACCES)
			denied++;
		else
			passed++;
	}
	printf("{\"denied\":%ld,\"passed\":%ld}\n", denied, passed);
	return 0;
}

int main(int argc, char **argv)
{
	struct thread threads[8] = { 0 }, sum = { 0 };
	int count;

	if (argc == 3 && !strcmp(argv[1], "mixed"))
		return mixed(atol(argv[2]));
	if (argc != 3)
		return 2;
	count = atoi(argv[1]);
	pause_us = atoi(argv[2]);
	signal(SIGTERM, stop);
	for (int i = 0; i < count && i < 8; i++) {
		threads[i].number = i;
		pthread_create(&threads[i].id, NULL, probe, &threads[i]);
	}
	for (int i = 0; i < count && i < 8; i++) {
		pthread_join(threads[i].id, NULL);
		sum.denied += threads[i].denied;
		sum.let_through += threads[i].let_through;
		sum.passed += threads[i].passed;
		sum.kept_back += threads[i].kept_back;
	}
	printf("{\"denied\":%ld,\"letThrough\":%ld,\"passed\":%ld,\"keptBack\":%ld}\n", sum.denied, sum.let_through,
	       sum.passed, sum.kept_back);
	return 0;
}
