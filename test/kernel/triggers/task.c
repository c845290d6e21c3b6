// SPDX-License-Identifier: Apache-2.0
/* Triggers about tasks: threads, namespaces, signals, exec, and being the audit daemon. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "orc.h"

static void report_path_inode(const char *path)
{
	struct stat st;

	check(stat(path, &st), path);
	report_number("ino", st.st_ino);
}

static void *open_as_worker(void *path)
{
	prctl(PR_SET_NAME, "worker");
	report_number("tid", gettid());
	TRIGGER(open(path, O_RDONLY));
	return NULL;
}

/* thread-open PATH: by a thread called worker of a process called leader. */
static void run_thread_open(char **args)
{
	pthread_t thread;

	report_path_inode(args[0]);
	prctl(PR_SET_NAME, "leader");
	pthread_create(&thread, NULL, open_as_worker, args[0]);
	pthread_join(thread, NULL);
}

static void *sleep_as_named_thread(void *pipe_end)
{
	pid_t tid = gettid();

	prctl(PR_SET_NAME, "my thread");
	if (write(*(int *)pipe_end, &tid, sizeof(tid)) != sizeof(tid))
		fail("write");
	pause();
	return NULL;
}

static void run_getpgid_thread(char **args)
{
	pthread_t thread;
	int fds[2];
	pid_t tid;

	(void)args;
	check(pipe(fds), "pipe");
	pthread_create(&thread, NULL, sleep_as_named_thread, &fds[1]);
	if (read(fds[0], &tid, sizeof(tid)) != sizeof(tid))
		fail("read");
	TRIGGER(getpgid(tid));
}

/* The pid of the first task whose name starts so, or 0. */
static pid_t find_task(const char *name)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	while (proc && !found && (entry = readdir(proc))) {
		char path[300], comm[64] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (!atoi(entry->d_name) || !(file = fopen(path, "r")))
			continue;
		if (fgets(comm, sizeof(comm), file) && !strncmp(comm, name, strlen(name)))
			found = atoi(entry->d_name);
		fclose(file);
	}
	closedir(proc);
	return found;
}

/* getpgid-task NAME...: of the first of the names that is there. */
static void run_getpgid_task(char **args)
{
	pid_t pid = 0;

	for (; *args && !pid; args++) {
		pid = find_task(*args);
		if (pid)
			report_text("ocomm", *args);
	}
	if (!pid)
		fail("no such task");
	report_number("opid", pid);
	TRIGGER(getpgid(pid));
}

static void run_getpgid_self(char **args)
{
	(void)args;
	TRIGGER(getpgid(getpid()));
}

static void run_getpgid_init(char **args)
{
	char comm[17] = "";
	FILE *file = fopen("/proc/1/comm", "r");

	(void)args;
	if (!file || !fgets(comm, sizeof(comm), file))
		fail("/proc/1/comm");
	comm[strcspn(comm, "\n")] = 0;
	report_text("ocomm", comm);
	TRIGGER(getpgid(1));
}

static void run_kill(char **args)
{
	int fds[2];
	char ready;
	pid_t kid;

	(void)args;
	check(pipe(fds), "pipe");
	kid = check(fork(), "fork");
	if (kid == 0) {
		prctl(PR_SET_NAME, "kid");
		if (write(fds[1], "k", 1) != 1)
			_exit(1);
		pause();
	}
	if (read(fds[0], &ready, 1) != 1)
		fail("read");
	report_number("opid", kid);
	TRIGGER(kill(kid, 0));
	kill(kid, SIGKILL);
	waitpid(kid, NULL, 0);
}

static void run_fork(char **args)
{
	pid_t kid;

	(void)args;
	mark();
	kid = fork();
	if (kid == 0)
		_exit(0);
	unmark();
	report_result(kid, errno);
	waitpid(kid, NULL, 0);
}

/* A program of a known path on the root file system: this one, which ends at once when it is called true. */
static void make_true(const char *path)
{
	char buffer[65536];
	ssize_t n;
	int from = check(open("/proc/self/exe", O_RDONLY), "/proc/self/exe");
	int to = check(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755), path);

	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, n) != n)
			fail("write");
	close(from);
	close(to);
}

/* exec PATH */
static void run_exec(char **args)
{
	char *const arguments[] = { "true", "a b", NULL };
	char *const none[] = { NULL };

	make_true(args[0]);
	report_path_inode(args[0]);
	report_text("exe", args[0]);
	mark();
	execve(args[0], arguments, none);
	fail("execve");
}

/* pidns TRIGGER...: as process 1 of a new pid namespace. Its pid is the one the outer namespace knows. */
static void run_pidns(char **args)
{
	pid_t kid;
	int status;

	check(unshare(CLONE_NEWPID), "unshare(CLONE_NEWPID)");
	kid = check(fork(), "fork");
	if (kid == 0) {
		prctl(PR_SET_NAME, "in pidns");
		report_number("nspid", getpid());
		if (args[0][0] == 'o') {
			report_path_inode(args[1]);
			TRIGGER(open(args[1], O_RDONLY));
		} else {
			TRIGGER(getpgid(getpid()));
		}
		_exit(0);
	}
	waitpid(kid, &status, 0);
	report_number("pid", kid);
}

static void set_audit_pid(int fd, pid_t pid)
{
	struct {
		struct nlmsghdr header;
		struct audit_status status;
	} request = { .header = { .nlmsg_len = sizeof(request), .nlmsg_type = AUDIT_SET,
				  .nlmsg_flags = NLM_F_REQUEST },
		      .status = { .mask = AUDIT_STATUS_PID, .pid = pid } };

	check(send(fd, &request, sizeof(request), 0), "AUDIT_SET pid");
}

/* auditd-open PATH: by the process that is registered as audit daemon. */
static void run_auditd_open(char **args)
{
	int fd = check(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT), "socket");

	report_path_inode(args[0]);
	set_audit_pid(fd, getpid());
	TRIGGER(open(args[0], O_RDONLY));
	set_audit_pid(fd, 0);
}

const struct trigger task_triggers[] = {
	{ "thread-open", run_thread_open },
	{ "getpgid-self", run_getpgid_self },
	{ "getpgid-init", run_getpgid_init },
	{ "getpgid-task", run_getpgid_task },
	{ "getpgid-thread", run_getpgid_thread },
	{ "kill", run_kill },
	{ "fork", run_fork },
	{ "exec", run_exec },
	{ "pidns", run_pidns },
	{ "auditd-open", run_auditd_open },
	{ NULL, NULL },
};
