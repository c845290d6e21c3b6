// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include "orc.h"

static int report_fd = -1;

void mark(void)
{
	prctl(PR_SET_TIMERSLACK, GOLDEN_MARK, 0, 0, 0);
}

void unmark(void)
{
	prctl(PR_SET_TIMERSLACK, 0UL, 0, 0, 0); /* 0: back to the default */
}

void report_number(const char *name, unsigned long long value)
{
	dprintf(report_fd, ",\"%s\":%llu", name, value);
}

void report_text(const char *name, const char *value)
{
	char text[1024];
	size_t used = 0;

	for (const unsigned char *c = (const unsigned char *)value; *c && used < sizeof(text) - 8; c++) {
		if (*c < 0x20 || *c > 0x7e || *c == '"' || *c == '\\')
			used += snprintf(text + used, 8, "\\u%04x", *c);
		else
			text[used++] = *c;
	}
	text[used] = 0;
	dprintf(report_fd, ",\"%s\":\"%s\"", name, text);
}

void report_result(long result, int error)
{
	dprintf(report_fd, ",\"result\":%ld", result);
	if (result < 0)
		report_text("errno", strerrorname_np(error));
}

void report_inode(int fd)
{
	struct stat st;

	check(fstat(fd, &st), "fstat");
	report_number("ino", st.st_ino);
}

void fail(const char *what)
{
	char text[512];

	snprintf(text, sizeof(text), "%s: %s", what, strerror(errno));
	report_text("error", text);
	_exit(1);
}

int check(int result, const char *what)
{
	if (result < 0)
		fail(what);
	return result;
}

static const struct trigger *find(const char *name)
{
	const struct trigger *const tables[] = { file_triggers, net_triggers, task_triggers };

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct trigger *t = tables[i]; t->name; t++)
			if (!strcmp(t->name, name))
				return t;
	return NULL;
}

/* The triggers mount, chmod / and write to it: right in a throw-away guest, wrong anywhere else. */
static bool in_throw_away_guest(void)
{
	struct statfs fs;

	return statfs("/", &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

static int usage(const char *why)
{
	fprintf(stderr, "orc: %s\nusage: orc [--comm NAME] TRIGGER [ARG...]\n", why);
	return 2;
}

int main(int argc, char **argv)
{
	const struct trigger *trigger;
	const char *comm = "orc";
	int fds[2], status;
	char reported[4096];
	size_t used = 0;
	ssize_t n;
	pid_t child;

	if (!strcmp(basename(argv[0]), "true"))
		return 0;
	if (argc > 2 && !strcmp(argv[1], "--comm")) {
		comm = argv[2];
		argv += 2;
	}
	if (!argv[1] || !(trigger = find(argv[1])))
		return usage("no such trigger");
	if (!in_throw_away_guest())
		return usage("the root file system is no initramfs; this program is for the guest");
	if (pipe2(fds, O_CLOEXEC))
		return usage("pipe2");
	child = fork();
	if (child == 0) {
		report_fd = fds[1];
		prctl(PR_SET_NAME, comm);
		trigger->run(argv + 2);
		_exit(0);
	}
	close(fds[1]);
	while (used < sizeof(reported) - 1 && (n = read(fds[0], reported + used, sizeof(reported) - 1 - used)) > 0)
		used += n;
	reported[used] = 0;
	waitpid(child, &status, 0);
	printf("{\"trigger\":\"%s\",\"child\":%d,\"status\":%d%s}\n", argv[1], child, status, reported);
	return status ? 1 : 0;
}
