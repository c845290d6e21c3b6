// SPDX-License-Identifier: Apache-2.0
/* getpid CALLS: makes so many system calls that do next to nothing, prints nanoseconds per call. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 100000;
	double start;

	for (long i = 0; i < calls / 10; i++)
		syscall(SYS_getpid);
	start = now_ns();
	for (long i = 0; i < calls; i++)
		syscall(SYS_getpid);
	printf("%.1f\n", (now_ns() - start) / calls);
	return 0;
}
