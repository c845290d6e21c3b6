// SPDX-License-Identifier: Apache-2.0
/*
 * Measures in the guest what a record costs its hook that rules reject.
 *
 *	measure RUNS OPENS OBJECT IMAGE...
 *
 * As bench/hook/measure.c, with the programs bench_empty and bench_record alone, the latter once without rules and
 * once with each image: the bytes of a struct bpf_audit_rules whose rules reject every record. Prints a line a turn:
 * what, ns of the program per run, ns per open() and close(), runs; and "reserved", bytes that the ring took.
 */
#define main measure_hooks
#include "../hook/measure.c"
#undef main
#include <sys/mman.h>

static struct bpf_audit_state *state;
static char *rules;
static const volatile unsigned long *produced;

static void *map_of(struct bpf_object *object, const char *name, size_t length, off_t offset, int protection)
{
	int fd = bpf_object__find_map_fd_by_name(object, name);
	void *memory = mmap(NULL, (length + 4095) & ~4095UL, protection, MAP_SHARED, fd, offset);

	if (memory == MAP_FAILED)
		die(name);
	return memory;
}

static void put(const char *image)
{
	FILE *file = fopen(image, "r");
	__u64 epoch = 1;

	if (!file || fread(rules, 1, sizeof(struct bpf_audit_rules), file) != sizeof(struct bpf_audit_rules))
		die(image);
	fclose(file);
	memcpy(rules, &epoch, sizeof(epoch));
	state->rules = 1;
}

static const struct candidate *named(const char *name)
{
	for (int i = 0; i < found; i++)
		if (!strcmp(candidates[i].name, name))
			return &candidates[i];
	die(name);
	return NULL;
}

static void rejected(const struct candidate *record, const char *image, int opens)
{
	struct candidate one = *record;
	unsigned long before = *produced;

	one.name = strrchr(image, '/') ? strrchr(image, '/') + 1 : image;
	put(image);
	turn(&one, opens);
	printf("reserved %s %lu\n", one.name, *produced - before);
	state->rules = 0;
}

int main(int argc, char **argv)
{
	const struct candidate *empty, *record;
	struct ring_buffer *ring;
	int runs, opens;

	if (argc < 5)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	runs = atoi(argv[1]);
	opens = atoi(argv[2]);
	load(argv[3]);
	empty = named("bench_empty");
	record = named("bench_record");
	state = map_of(record->object, "bpf_audit_state", sizeof(*state), 0, PROT_READ | PROT_WRITE);
	rules = map_of(record->object, "bpf_audit_rules", sizeof(struct bpf_audit_rules), 0, PROT_READ | PROT_WRITE);
	produced = map_of(record->object, "bpf_audit_ring", 4096, 4096, PROT_READ);
	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(record->object, "bpf_audit_ring"), discard, NULL, NULL);
	if (bpf_enable_stats(BPF_STATS_RUN_TIME) < 0)
		die("enable statistics");
	for (int run = 0; run < runs; run++) {
		turn(empty, opens);
		turn(record, opens);
		ring_buffer__consume(ring);
		for (int i = 4; i < argc; i++)
			rejected(record, argv[i], opens);
	}
	return 0;
}
