// SPDX-License-Identifier: Apache-2.0
/*
 * stress: what the scenarios need done fast or with bytes that no shell passes on. Prints one line of JSON.
 *
 *   stress storm PROCESSES CALLS PROTOCOL [PAUSE_US]  sockets of a protocol, from several processes
 *   stress hostile DIR                                a file per line of hex on stdin, opened marked under that name
 *   stress open PROCESSES CALLS PATH                  marked opens, from several processes
 *   stress turns ROUNDS PROTOCOL                      sockets of a protocol by two processes in turn, each on its CPU
 *   stress deep LEVELS LENGTH                         opens a file below LEVELS folders with names of LENGTH bytes
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The same number stands in programs/stress.bpf.h. */
#define STRESS_MARK 1427001427UL
#define ERRNOS 134

static void die(const char *what)
{
	fprintf(stderr, "stress: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void mark(void)
{
	prctl(PR_SET_TIMERSLACK, STRESS_MARK, 0, 0, 0);
}

static void unmark(void)
{
	prctl(PR_SET_TIMERSLACK, 0UL, 0, 0, 0);
}

/* How often each errno came, 0 for success; shared by all processes. */
static unsigned long *results(void)
{
	void *memory = mmap(NULL, ERRNOS * sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	return memory;
}

static void count(unsigned long *counts, int result)
{
	int error = result < 0 ? errno : 0;

	__sync_fetch_and_add(&counts[error < ERRNOS ? error : ERRNOS - 1], 1);
	if (result >= 0)
		close(result);
}

static void print(const unsigned long *counts)
{
	const char *between = "";

	printf("{");
	for (int i = 0; i < ERRNOS; i++) {
		if (!counts[i])
			continue;
		printf("%s\"%s\":%lu", between, i ? strerrorname_np(i) : "OK", counts[i]);
		between = ",";
	}
	printf("}\n");
}

static void storm(char **args)
{
	int processes = atoi(args[0]), calls = atoi(args[1]), protocol = atoi(args[2]);
	int pause = args[3] ? atoi(args[3]) : 0;
	unsigned long *counts = results();

	for (int p = 0; p < processes; p++) {
		if (fork())
			continue;
		for (int i = 0; i < calls; i++) {
			count(counts, socket(AF_UNIX, SOCK_DGRAM, protocol));
			if (pause)
				usleep(pause);
		}
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	print(counts);
}

/* One is waited for by the other: what they do has an order, though they do it on two CPUs. */
static void turns(char **args)
{
	int rounds = atoi(args[0]), protocol = atoi(args[1]), pipes[2][2];
	unsigned long *counts = results();
	char token = 0;

	if (pipe(pipes[0]) || pipe(pipes[1]))
		die("pipe");
	for (int p = 0; p < 2; p++) {
		cpu_set_t cpus;

		if (fork())
			continue;
		CPU_ZERO(&cpus);
		CPU_SET(p, &cpus);
		if (sched_setaffinity(0, sizeof(cpus), &cpus))
			die("sched_setaffinity");
		for (int i = 0; i < rounds; i++) {
			if (read(pipes[p][0], &token, 1) != 1)
				die("read");
			count(counts, socket(AF_UNIX, SOCK_DGRAM, protocol));
			if (write(pipes[!p][1], &token, 1) != 1)
				die("write");
		}
		_exit(0);
	}
	if (write(pipes[0][1], &token, 1) != 1)
		die("write");
	while (wait(NULL) > 0)
		;
	print(counts);
}

static size_t unhex(const char *hex, char *bytes, size_t room)
{
	size_t n = 0;
	unsigned int byte;

	for (; sscanf(hex, "%2x", &byte) == 1 && n < room - 1; hex += 2)
		bytes[n++] = byte;
	bytes[n] = 0;
	return n;
}

static void hostile(char **args)
{
	unsigned long *counts = results();
	char line[1024], name[512];

	if (chdir(args[0]))
		die(args[0]);
	while (fgets(line, sizeof(line), stdin)) {
		int fd;

		unhex(line, name, sizeof(name));
		fd = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
		if (fd < 0)
			die("create");
		close(fd);
		prctl(PR_SET_NAME, name);
		mark();
		fd = open(name, O_RDONLY | O_CLOEXEC);
		unmark();
		count(counts, fd);
		unlink(name);
	}
	print(counts);
}

static void open_many(char **args)
{
	int processes = atoi(args[0]), calls = atoi(args[1]);
	unsigned long *counts = results();

	for (int p = 0; p < processes; p++) {
		if (fork())
			continue;
		for (int i = 0; i < calls; i++) {
			int fd;

			mark();
			fd = open(args[2], O_RDONLY | O_CLOEXEC);
			unmark();
			count(counts, fd);
		}
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	print(counts);
}

static void deep(char **args)
{
	int levels = atoi(args[0]), length = atoi(args[1]), fd;
	unsigned long *counts = results();
	char name[256];

	memset(name, 'd', length);
	name[length] = 0;
	if (chdir("/tmp"))
		die("/tmp");
	for (int i = 0; i < levels; i++) {
		mkdir(name, 0755);
		if (chdir(name))
			die("chdir");
	}
	fd = open("leaf", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		die("create");
	close(fd);
	mark();
	fd = open("leaf", O_RDONLY | O_CLOEXEC);
	unmark();
	count(counts, fd);
	print(counts);
}

int main(int argc, char **argv)
{
	if (argc >= 5 && !strcmp(argv[1], "storm"))
		storm(argv + 2);
	else if (argc == 3 && !strcmp(argv[1], "hostile"))
		hostile(argv + 2);
	else if (argc == 5 && !strcmp(argv[1], "open"))
		open_many(argv + 2);
	else if (argc == 4 && !strcmp(argv[1], "turns"))
		turns(argv + 2);
	else if (argc == 4 && !strcmp(argv[1], "deep"))
		deep(argv + 2);
	else {
		fprintf(stderr, "usage: stress storm|hostile|open|turns|deep ARG...\n");
		return 2;
	}
	return 0;
}
