// SPDX-License-Identifier: Apache-2.0
/* Triggers on files: open, ioctl, names, and the odd places a path can lead to. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "orc.h"

static int create(const char *path)
{
	return check(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644), path);
}

static void own_mounts(void)
{
	check(unshare(CLONE_NEWNS), "unshare(CLONE_NEWNS)");
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL); /* an initramfs is private already */
}

static void make_dirs(const char *const *dirs)
{
	for (; *dirs; dirs++)
		if (mkdir(*dirs, 0755) && errno != EEXIST)
			fail(*dirs);
}

static void run_open(char **args)
{
	struct stat st;

	check(stat(args[0], &st), args[0]);
	report_number("ino", st.st_ino);
	TRIGGER(open(args[0], O_RDONLY));
}

/* open-long LENGTH FILL: a file whose path has LENGTH bytes, in folders of 200 bytes filled with FILL. */
static void run_open_long(char **args)
{
	static const char base[] = "/tmp/deep";
	int length = atoi(args[0]), used = sizeof(base) - 1;
	char fill = args[1][0], name[256], folder = 'A';

	mkdir(base, 0755);
	check(chdir(base), base);
	for (; length - used > 202; used += 201, folder++) {
		memset(name, fill, 200);
		name[0] = folder;
		name[1] = '0';
		name[200] = 0;
		mkdir(name, 0755);
		check(chdir(name), "chdir");
	}
	memset(name, 'f', length - used - 1);
	if (args[2])
		memset(name + 1, args[2][0], length - used - 2);
	name[length - used - 1] = 0;
	int fd = create(name);
	report_inode(fd);
	report_number("length", length);
	TRIGGER(open(name, O_RDONLY));
}

static int open_or_create(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 && errno == ENOENT ? create(path) : check(fd, path);
}

/* ioctl-path PATH [CMD]: creates the file where it is missing. */
static void run_ioctl_path(char **args)
{
	unsigned long cmd = args[1] ? strtoul(args[1], NULL, 0) : TCGETS;
	int fd = open_or_create(args[0]);

	report_inode(fd);
	TRIGGER(ioctl(fd, cmd, NULL));
}

static int open_special(const char *kind)
{
	int fds[2];

	if (!strcmp(kind, "pipe"))
		return pipe2(fds, O_CLOEXEC) ? -1 : fds[0];
	if (!strcmp(kind, "socket"))
		return socket(AF_INET, SOCK_DGRAM, 0);
	if (!strcmp(kind, "eventfd"))
		return eventfd(0, 0);
	if (!strcmp(kind, "epoll"))
		return epoll_create1(0);
	if (!strcmp(kind, "timerfd"))
		return timerfd_create(CLOCK_MONOTONIC, 0);
	if (!strcmp(kind, "pidfd"))
		return syscall(SYS_pidfd_open, getpid(), 0);
	if (!strcmp(kind, "memfd"))
		return memfd_create("my memfd", 0);
	errno = EINVAL;
	return -1;
}

/* ioctl-special KIND [CMD] */
static void run_ioctl_special(char **args)
{
	unsigned long cmd = args[1] ? strtoul(args[1], NULL, 0) : TCGETS;
	int fd = check(open_special(args[0]), args[0]);

	report_inode(fd);
	TRIGGER(ioctl(fd, cmd, NULL));
}

static int place_deleted(void)
{
	int fd = create("/tmp/del.txt");

	check(unlink("/tmp/del.txt"), "unlink");
	return fd;
}

static int place_hardlink(void)
{
	int fd = create("/tmp/hl1");

	unlink("/tmp/hl2");
	check(link("/tmp/hl1", "/tmp/hl2"), "link");
	return fd;
}

static int place_renamed(void)
{
	int fd = create("/tmp/renamed-from");

	check(rename("/tmp/renamed-from", "/tmp/renamed-to"), "rename");
	return fd;
}

static int place_rmdirparent(void)
{
	make_dirs((const char *const[]){ "/tmp/gone", NULL });
	int fd = create("/tmp/gone/f");

	check(unlink("/tmp/gone/f"), "unlink");
	check(rmdir("/tmp/gone"), "rmdir");
	return fd;
}

static int place_lazyumount(void)
{
	own_mounts();
	make_dirs((const char *const[]){ "/tmp/lazy", NULL });
	check(mount("tmpfs", "/tmp/lazy", "tmpfs", 0, NULL), "mount");
	int fd = create("/tmp/lazy/inside");

	check(umount2("/tmp/lazy", MNT_DETACH), "umount2");
	return fd;
}

static int place_bindmount(void)
{
	own_mounts();
	make_dirs((const char *const[]){ "/tmp/b1", "/tmp/b2", NULL });
	close(create("/tmp/b1/f"));
	check(mount("/tmp/b1", "/tmp/b2", NULL, MS_BIND, NULL), "mount");
	return check(open("/tmp/b2/f", O_RDONLY), "open");
}

static int place_chroot_in(void)
{
	make_dirs((const char *const[]){ "/tmp/cr", NULL });
	close(create("/tmp/cr/inside"));
	check(chroot("/tmp/cr"), "chroot");
	check(chdir("/"), "chdir");
	return check(open("/inside", O_RDONLY), "open");
}

static int place_chroot_out(void)
{
	int fd = check(open("/dev/null", O_RDONLY), "open");

	make_dirs((const char *const[]){ "/tmp/cr", NULL });
	check(chroot("/tmp/cr"), "chroot");
	check(chdir("/"), "chdir");
	return fd;
}

static int place_overlay(void)
{
	own_mounts();
	make_dirs((const char *const[]){ "/tmp/o", "/tmp/o/l", "/tmp/o/u", "/tmp/o/w", "/tmp/o/m", NULL });
	close(create("/tmp/o/l/lower"));
	check(mount("overlay", "/tmp/o/m", "overlay", 0, "lowerdir=/tmp/o/l,upperdir=/tmp/o/u,workdir=/tmp/o/w"),
	      "mount overlay");
	return check(open("/tmp/o/m/lower", O_RDONLY), "open");
}

static const struct {
	const char *name;
	int (*open)(void);
} places[] = {
	{ "deleted", place_deleted },	      { "hardlink", place_hardlink },	{ "renamed", place_renamed },
	{ "rmdirparent", place_rmdirparent }, { "lazyumount", place_lazyumount }, { "bindmount", place_bindmount },
	{ "chroot-in", place_chroot_in },     { "chroot-out", place_chroot_out }, { "overlay", place_overlay },
};

/* ioctl-place PLACE */
static void run_ioctl_place(char **args)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (strcmp(places[i].name, args[0]))
			continue;
		int fd = places[i].open();
		report_inode(fd);
		TRIGGER(ioctl(fd, TCGETS, NULL));
		return;
	}
	errno = EINVAL;
	fail(args[0]);
}

static void run_readlink_exe(char **args)
{
	struct stat st;
	char target[256];

	(void)args;
	check(lstat("/proc/self/exe", &st), "lstat");
	report_number("ino", st.st_ino);
	TRIGGER(readlink("/proc/self/exe", target, sizeof(target)));
}

static void run_chmod(char **args)
{
	struct stat st;

	if (stat(args[0], &st))
		close(create(args[0]));
	check(stat(args[0], &st), args[0]);
	report_number("ino", st.st_ino);
	TRIGGER(chmod(args[0], 0755));
}

/* fchmod pipe|deleted */
static void run_fchmod(char **args)
{
	int fd;

	if (!strcmp(args[0], "pipe")) {
		fd = open_special("pipe");
	} else {
		fd = create("/tmp/dd");
		check(unlink("/tmp/dd"), "unlink");
	}
	report_inode(fd);
	TRIGGER(fchmod(fd, 0755));
}

static void run_create(char **args)
{
	struct stat st;

	(void)args;
	unlink("/tmp/newfile");
	check(stat("/tmp", &st), "stat");
	report_number("ino", st.st_ino); /* of the folder: the file has none yet */
	TRIGGER(open("/tmp/newfile", O_RDWR | O_CREAT | O_EXCL, 0600));
}

static void run_unlink(char **args)
{
	struct stat st;

	(void)args;
	close(create("/tmp/victim"));
	check(stat("/tmp/victim", &st), "stat");
	report_number("ino", st.st_ino);
	TRIGGER(unlink("/tmp/victim"));
}

/* uring-open PATH: IORING_OP_OPENAT on a worker thread of the kernel, which inherits the mark. */
static void run_uring_open(char **args)
{
	struct io_uring_params params = { 0 };
	struct stat st;
	int ring = check(syscall(SYS_io_uring_setup, 4, &params), "io_uring_setup");
	char *sq = mmap(NULL, params.sq_off.array + params.sq_entries * sizeof(__u32), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
	char *cq = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
			PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_CQ_RING);
	struct io_uring_sqe *sqe = mmap(NULL, params.sq_entries * sizeof(*sqe), PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);

	if (sq == MAP_FAILED || cq == MAP_FAILED || sqe == MAP_FAILED)
		fail("mmap");
	check(stat(args[0], &st), args[0]);
	report_number("ino", st.st_ino);
	sqe->opcode = IORING_OP_OPENAT;
	sqe->flags = IOSQE_ASYNC;
	sqe->fd = AT_FDCWD;
	sqe->addr = (unsigned long)args[0];
	*(unsigned *)(sq + params.sq_off.array) = 0;
	__atomic_store_n((unsigned *)(sq + params.sq_off.tail), 1, __ATOMIC_RELEASE);
	mark();
	int entered = syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0);
	unmark();
	check(entered, "io_uring_enter");
	int res = ((struct io_uring_cqe *)(cq + params.cq_off.cqes))->res;
	report_result(res < 0 ? -1 : res, -res);
}

const struct trigger file_triggers[] = {
	{ "open", run_open },
	{ "open-long", run_open_long },
	{ "ioctl-path", run_ioctl_path },
	{ "ioctl-special", run_ioctl_special },
	{ "ioctl-place", run_ioctl_place },
	{ "readlink-exe", run_readlink_exe },
	{ "chmod", run_chmod },
	{ "fchmod", run_fchmod },
	{ "create", run_create },
	{ "unlink", run_unlink },
	{ "uring-open", run_uring_open },
	{ NULL, NULL },
};
