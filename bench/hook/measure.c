// SPDX-License-Identifier: Apache-2.0
/*
 * Measures in the guest what one run of a hook costs.
 *
 *	measure RUNS OPENS OBJECT...
 *
 * Every program of the objects is attached in turn to file_open, alone, while /dev/null is opened OPENS times,
 * and that RUNS times over. Nobody reads the ring meanwhile; it is emptied between the turns. Prints a line a
 * turn: program, ns of the program per run (kernel.bpf_stats), ns per open() and close(), runs.
 * Before the turns a first line "insns PROGRAM COUNT LOOKED-AT" per program: instructions after the
 * verifier, and how many it looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "bpf_audit_abi.h"

#define PROGRAMS 32
#define SLOT 1

/* enum bpf_audit_path_via */
#define VIA_HELPER 1

struct candidate {
	const char *name;
	struct bpf_object *object;
	int fd;
	__u32 id;
};

static struct candidate candidates[PROGRAMS];
static int found;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int discard(void *ctx, void *data, size_t size)
{
	return 0;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static struct bpf_prog_info info_of(int fd)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		die("program info");
	return info;
}

/* The policy that programs with a gate belong to. */
#define POLICY 1
#define GENERATION 1

/* bpf_path_d_path() where the kernel has it, else bpf_d_path(): as bpfaudit would choose for file_open. */
static void choose_path(struct bpf_object *object)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	struct bpf_audit_setup setup = { .policy = POLICY, .generation = GENERATION };
	struct bpf_map *map;

	if (btf__find_by_name_kind(kernel, "bpf_path_d_path", BTF_KIND_FUNC) <= 0)
		setup.path_via = VIA_HELPER;
	bpf_object__for_each_map(map, object)
		if (!strncmp(bpf_map__name(map), ".rodata.bpf_aud", 15))
			bpf_map__set_initial_value(map, &setup, sizeof(setup));
	btf__free(kernel);
}

/* It is the turn of our generation. */
static void open_gate(struct bpf_object *object)
{
	struct bpf_audit_policy policy = { .turn = GENERATION << 1 };
	int map = bpf_object__find_map_fd_by_name(object, "bpf_audit_policies");
	__u32 index = POLICY;

	if (map >= 0 && bpf_map_update_elem(map, &index, &policy, BPF_ANY))
		die("open the gate");
}

/* Writes our process id into the variable "target" of the object. */
static void set_target(struct bpf_object *object)
{
	const struct btf *btf = bpf_object__btf(object);
	const struct btf_type *section = btf__type_by_id(btf, btf__find_by_name_kind(btf, ".bss", BTF_KIND_DATASEC));
	const struct btf_var_secinfo *variable = btf_var_secinfos(section);
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		size_t size = 0;
		char *value = (char *)bpf_map__initial_value(map, &size);

		if (!value || !strstr(bpf_map__name(map), ".bss"))
			continue;
		for (int i = 0; i < btf_vlen(section); i++) {
			const struct btf_type *type = btf__type_by_id(btf, variable[i].type);

			if (!strcmp(btf__name_by_offset(btf, type->name_off), "target"))
				*(__u32 *)(value + variable[i].offset) = getpid();
		}
	}
}

static void load(const char *path)
{
	struct bpf_object *object = bpf_object__open(path);
	struct bpf_program *program;
	struct bpf_map *map;

	if (!object)
		die(path);
	bpf_object__for_each_map(map, object)
		bpf_map__set_pin_path(map, NULL);
	choose_path(object);
	set_target(object);
	if (bpf_object__load(object))
		die(path);
	open_gate(object);
	bpf_object__for_each_program(program, object) {
		struct candidate *one = &candidates[found++];
		struct bpf_prog_info info;

		one->name = bpf_program__name(program);
		one->object = object;
		one->fd = bpf_program__fd(program);
		info = info_of(one->fd);
		one->id = info.id;
		printf("insns %s %u %u\n", one->name, (unsigned)(info.xlated_prog_len / 8), info.verified_insns);
	}
}

/* As bpfaudit attaches it: the cookie tells the program its slot and id. */
static int attach(const struct candidate *one)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .tracing.cookie = BPF_AUDIT_COOKIE(SLOT, one->id));
	int link = bpf_link_create(one->fd, 0, BPF_LSM_MAC, &options);

	if (link < 0)
		die(one->name);
	return link;
}

static void turn(const struct candidate *one, int opens)
{
	struct bpf_prog_info before, after;
	double begin, spent;
	int link;

	link = attach(one);
	/* the first runs pay for what the emulator and the caches have not seen yet */
	for (int i = 0; i < opens / 10; i++)
		close(open("/dev/null", O_RDONLY));
	before = info_of(one->fd);
	begin = now();
	for (int i = 0; i < opens; i++)
		close(open("/dev/null", O_RDONLY));
	spent = now() - begin;
	after = info_of(one->fd);
	close(link);
	printf("turn %s %.1f %.1f %llu\n", one->name,
	       (double)(after.run_time_ns - before.run_time_ns) / (after.run_cnt - before.run_cnt), spent / opens,
	       (unsigned long long)(after.run_cnt - before.run_cnt));
}

int main(int argc, char **argv)
{
	struct ring_buffer *ring = NULL;

	if (argc < 4)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 3; i < argc; i++)
		load(argv[i]);
	for (int i = 0; i < found && !ring; i++) {
		int map = bpf_object__find_map_fd_by_name(candidates[i].object, "bpf_audit_ring");

		if (map >= 0)
			ring = ring_buffer__new(map, discard, NULL, NULL);
	}
	if (bpf_enable_stats(BPF_STATS_RUN_TIME) < 0)
		die("enable statistics");
	for (int run = 0; run < atoi(argv[1]); run++)
		for (int i = 0; i < found; i++) {
			turn(&candidates[i], atoi(argv[2]));
			if (ring)
				ring_buffer__consume(ring);
		}
	return 0;
}
