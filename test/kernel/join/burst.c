// SPDX-License-Identifier: Apache-2.0
/*
 * burst DIR PROCESSES COUNT [FIRST [PAUSE_US]]: PROCESSES children make COUNT attempts each to open a file that
 * the policy denies, all at the same time. Attempt number n, counted from FIRST, opens DIR/deny-n with n as its
 * fourth argument, which open() does not look at, so every record about it can be told from all others.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long attempt(const char *dir, long n)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/deny-%ld", dir, n);
	return syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, n) < 0 ? errno : 0;
}

static void make_files(const char *dir, long first, long count)
{
	char path[256];

	mkdir(dir, 0755);
	for (long n = first; n < first + count; n++) {
		snprintf(path, sizeof(path), "%s/deny-%ld", dir, n);
		if (mknod(path, S_IFREG | 0644, 0) && errno != EEXIST)
			exit(3);
	}
}

int main(int argc, char **argv)
{
	long processes = argc > 3 ? atol(argv[2]) : 0, count = argc > 3 ? atol(argv[3]) : 0;
	long first = argc > 4 ? atol(argv[4]) : 0, pause_us = argc > 5 ? atol(argv[5]) : 0;
	int gate[2], status, denied = 0;

	if (processes < 1 || count < 1 || pipe(gate)) {
		fprintf(stderr, "usage: burst DIR PROCESSES COUNT [FIRST [PAUSE_US]]\n");
		return 2;
	}
	make_files(argv[1], first, processes * count);
	for (long p = 0; p < processes; p++) {
		if (fork() == 0) {
			char c;

			close(gate[1]);
			if (read(gate[0], &c, 1) != 0) /* all start when the parent closes it */
				_exit(1);
			for (long i = 0; i < count; i++) {
				if (attempt(argv[1], first + p * count + i) != EPERM)
					_exit(1);
				if (pause_us)
					usleep(pause_us);
			}
			_exit(0);
		}
	}
	close(gate[0]);
	close(gate[1]);
	while (wait(&status) > 0)
		denied += status == 0;
	printf("%d of %ld processes were denied %ld times each\n", denied, processes, count);
	return denied == processes ? 0 : 1;
}
