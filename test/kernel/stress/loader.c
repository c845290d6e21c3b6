// SPDX-License-Identifier: Apache-2.0
/*
 * loader [--stats | --pin DIR] OBJECT: what somebody else's loader does: plain libbpf, no attach cookie. Prints
 * one line of JSON with the ids of the programs, and keeps them attached until its input ends.
 *
 * --pin pins the links in a folder on a bpffs and ends.
 * --stats prints for every program how many instructions the verifier looked at, and attaches none.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_PROGRAMS 64

static char logs[MAX_PROGRAMS][1 << 16];

static int print_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

static unsigned int id_of(const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);

	return bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length) ? 0 : info.id;
}

static int attach(const struct bpf_program *program, const char *pins)
{
	struct bpf_link *link = bpf_program__attach(program);
	char path[512];

	if (!link || !pins)
		return !link;
	snprintf(path, sizeof(path), "%s/%s", pins, bpf_program__name(program));
	return bpf_link__pin(link, path);
}

int main(int argc, char **argv)
{
	const char *pins = argc == 4 && !strcmp(argv[1], "--pin") ? argv[2] : NULL;
	int stats = argc == 3 && !strcmp(argv[1], "--stats"), n = 0;
	const char *path = argv[argc - 1];
	const char *between = "";
	struct bpf_program *program;
	struct bpf_object *object;
	char byte;

	if (argc != 2 + stats && !pins) {
		fprintf(stderr, "usage: loader [--stats | --pin DIR] OBJECT\n");
		return 2;
	}
	libbpf_set_print(print_nothing);
	object = bpf_object__open_file(path, NULL);
	if (!object)
		return 1;
	if (stats)
		bpf_object__for_each_program(program, object) {
			if (n == MAX_PROGRAMS)
				break;
			bpf_program__set_log_level(program, 4);
			bpf_program__set_log_buf(program, logs[n++], sizeof(logs[0]));
		}
	if (bpf_object__load(object))
		return 1;
	n = 0;
	printf("{");
	bpf_object__for_each_program(program, object) {
		unsigned int processed = 0;
		const char *line = stats ? strstr(logs[n++], "processed ") : NULL;

		if (line)
			sscanf(line, "processed %u", &processed);
		if (!stats && attach(program, pins))
			return 1;
		printf("%s\"%s\":%u", between, bpf_program__name(program), stats ? processed : id_of(program));
		between = ",";
	}
	printf("}\n");
	fflush(stdout);
	while (!stats && !pins && read(0, &byte, 1) > 0)
		;
	return 0;
}
