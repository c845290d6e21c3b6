// SPDX-License-Identifier: Apache-2.0
/*
 * orc TRIGGER [ARG...]: makes exactly one system call on a marked thread, and says as one line of JSON what
 * it did and which numbers (inode, port, ...) the record about it must hold.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Nanoseconds of timer slack; the same number stands in programs/golden.bpf.h. */
#define GOLDEN_MARK 1427001427UL

/* Marks the calling thread: from here on the golden programs see what it does. */
void mark(void);
void unmark(void);

/* Runs one call on a marked thread, keeps its result and errno, and reports both. */
#define TRIGGER(call)                        \
	do {                                 \
		mark();                      \
		long result_ = (long)(call); \
		int error_ = errno;          \
		unmark();                    \
		report_result(result_, error_); \
	} while (0)

/* One more field for the line of JSON. Written at once, so that a forked child can report as well. */
void report_number(const char *name, unsigned long long value);
void report_text(const char *name, const char *value);
void report_result(long result, int error);
/* Reports the inode number of an open file. */
void report_inode(int fd);

/* Ends the trigger: what was needed for it did not work. */
void fail(const char *what) __attribute__((noreturn));
int check(int result, const char *what);

struct trigger {
	const char *name;
	void (*run)(char **args);
};

extern const struct trigger file_triggers[];
extern const struct trigger net_triggers[];
extern const struct trigger task_triggers[];
