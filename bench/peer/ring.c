// SPDX-License-Identifier: Apache-2.0
/*
 * The peer of bench:ring: what a C programmer would write with libbpf for the same job as bpfaudit's reader.
 * It consumes the ring, checks every chunk, keeps track of losses per program, gives serials to events that
 * have none, and formats the line of audit.log into a buffer that it hands to a sink. Fields other than
 * cause, path and file do not occur in the bench and are refused.
 *
 *	ring OBJECT WARM-UP-ROUNDS ROUNDS REPEAT [FILE]
 *
 * A round fills the ring with REPEAT records and then consumes them; only consuming is timed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "bpf_audit_abi.h"

#define FLUSH_BYTES (256 * 1024)
#define LONGEST_LINE 4096
#define PROGRAMS 256 /* slots of the table of programs, a power of two */

struct program {
	uint32_t id;
	uint64_t lost;
	uint64_t last;
};

static struct {
	uint64_t events, malformed, lost, bytes;
	struct program programs[PROGRAMS];
	uint32_t last_serial, half;
	volatile struct bpf_audit_state *state;
	char out[FLUSH_BYTES + LONGEST_LINE];
	char *at;
	int file;
} reader = { .half = 0x80000000, .file = -1 };

static void flush(void)
{
	size_t length = reader.at - reader.out;

	reader.bytes += length;
	if (reader.file >= 0 && write(reader.file, reader.out, length) != (ssize_t)length)
		abort();
	reader.at = reader.out;
}

#define LITERAL(at, text) (memcpy(at, text, sizeof(text) - 1), (at) + sizeof(text) - 1)

static const char PAIRS[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
			    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
			    "8081828384858687888990919293949596979899";

static char *decimal(char *at, uint64_t value)
{
	char digits[20];
	char *begin = digits + sizeof(digits);

	while (value >= 100) {
		begin -= 2;
		memcpy(begin, PAIRS + value % 100 * 2, 2);
		value /= 100;
	}
	if (value >= 10) {
		begin -= 2;
		memcpy(begin, PAIRS + value * 2, 2);
	} else {
		*--begin = '0' + value;
	}
	memcpy(at, begin, digits + sizeof(digits) - begin);
	return at + (digits + sizeof(digits) - begin);
}

static char *number(char *at, int32_t value)
{
	if (value >= 0)
		return decimal(at, value);
	*at++ = '-';
	return decimal(at, -(int64_t)value);
}

static bool needs_hex(const unsigned char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] == '"' || text[i] < 0x21 || text[i] > 0x7e)
			return true;
	return false;
}

static char *untrusted(char *at, const void *text, size_t length)
{
	const unsigned char *bytes = text;

	if (!needs_hex(bytes, length)) {
		*at++ = '"';
		memcpy(at, bytes, length);
		at += length;
		*at++ = '"';
		return at;
	}
	for (size_t i = 0; i < length; i++) {
		*at++ = "0123456789ABCDEF"[bytes[i] >> 4];
		*at++ = "0123456789ABCDEF"[bytes[i] & 15];
	}
	return at;
}

static uint32_t next_serial(void)
{
	uint32_t low = (reader.last_serial + 1) & 0x7fffffff;

	reader.last_serial = reader.half + (low ? low : 1);
	reader.state->own_serial = reader.last_serial;
	return reader.last_serial;
}

static char *event_id(char *at, uint64_t seconds, uint32_t milliseconds, uint32_t serial)
{
	at = LITERAL(at, "audit(");
	at = decimal(at, seconds);
	*at++ = '.';
	*at++ = '0' + milliseconds / 100;
	memcpy(at, PAIRS + milliseconds % 100 * 2, 2);
	at += 2;
	*at++ = ':';
	at = decimal(at, serial);
	return LITERAL(at, "): ");
}

/* The loss as a record of its own, as bpfaudit writes it. */
static void gap(const struct program *program, uint64_t lost, uint64_t before)
{
	struct timespec now;
	char *at = reader.at;

	reader.lost += lost;
	clock_gettime(CLOCK_REALTIME, &now);
	at = LITERAL(at, "type=DAEMON_ERR msg=");
	at = event_id(at, now.tv_sec, now.tv_nsec / 1000000, next_serial());
	at = LITERAL(at, "op=bpf-records-lost prog-id=");
	at = decimal(at, program->id);
	at = LITERAL(at, " lost=");
	at = decimal(at, lost);
	at = LITERAL(at, " after-seq=");
	at = decimal(at, program->last);
	at = LITERAL(at, " before-seq=");
	at = decimal(at, before);
	reader.at = LITERAL(at, " res=failed\n");
}

static void track_loss(const struct bpf_audit_event *event)
{
	uint32_t slot = event->prog_id & (PROGRAMS - 1);
	struct program *program;

	while (reader.programs[slot].id && reader.programs[slot].id != event->prog_id)
		slot = (slot + 1) & (PROGRAMS - 1);
	program = &reader.programs[slot];
	if (!program->id) {
		program->id = event->prog_id;
		program->lost = event->lost;
	} else if (event->lost > program->lost) {
		gap(program, event->lost - program->lost, event->seq);
		program->lost = event->lost;
	}
	if (event->seq > program->last)
		program->last = event->seq;
}

static char *object_field(char *at, const struct bpf_audit_object *object, size_t length)
{
	if (object->form != BPF_AUDIT_PLAIN)
		abort();
	at = LITERAL(at, " path=");
	at = untrusted(at, object + 1, length - sizeof(*object));
	if (!(object->flags & BPF_AUDIT_OBJ_INODE))
		return at;
	at = LITERAL(at, " dev=");
	at = untrusted(at, object->sid, strnlen(object->sid, sizeof(object->sid)));
	at = LITERAL(at, " ino=");
	return decimal(at, object->ino);
}

static char *fields(char *at, const struct bpf_audit_event *event)
{
	const char *next = (const char *)(event + 1), *end = (const char *)event + event->chunk.len;

	while (next + sizeof(struct bpf_audit_field) <= end) {
		const struct bpf_audit_field *field = (const void *)next;
		const char *payload = (const char *)(field + 1);

		if (field->len > (size_t)(end - payload))
			break;
		switch (field->type) {
		case BPF_AUDIT_CAUSE:
			at = LITERAL(at, " cause=");
			at = untrusted(at, payload, field->len);
			break;
		case BPF_AUDIT_PATH:
		case BPF_AUDIT_FILE:
			if (field->len >= sizeof(struct bpf_audit_object))
				at = object_field(at, (const void *)payload, field->len);
			break;
		default:
			abort();
		}
		next = payload + ((field->len + 7) & ~7u);
	}
	return at;
}

static void line(const struct bpf_audit_event *event)
{
	uint32_t serial = event->serial;
	char *at;

	track_loss(event);
	if (serial)
		reader.half = serial >= 0x80000000 ? 0 : 0x80000000;
	else
		serial = next_serial();
	at = LITERAL(reader.at, "type=UNKNOWN[1427] msg=");
	at = event_id(at, event->ctime_sec, event->ctime_nsec / 1000000, serial);
	at = LITERAL(at, "prog-id=");
	at = decimal(at, event->prog_id);
	at = LITERAL(at, " pid=");
	at = decimal(at, event->tgid);
	at = LITERAL(at, " comm=");
	at = untrusted(at, event->comm, strnlen(event->comm, sizeof(event->comm)));
	at = fields(at, event);
	if (event->context & BPF_AUDIT_CTX_VERDICT) {
		at = LITERAL(at, " verdict=");
		at = number(at, event->verdict);
	}
	*at++ = '\n';
	reader.at = at;
}

static int chunk(void *ctx, void *data, size_t size)
{
	const struct bpf_audit_event *event = data;

	if (size < sizeof(event->chunk) || event->chunk.abi != BPF_AUDIT_ABI || event->chunk.len > size ||
	    event->chunk.kind != BPF_AUDIT_EVENT || event->chunk.len < sizeof(*event) || event->chunks ||
	    event->missing || !(event->context & BPF_AUDIT_CTX_PRESENT) || !event->prog_id) {
		reader.malformed++;
		return 0;
	}
	reader.events++;
	line(event);
	if (reader.at - reader.out > FLUSH_BYTES)
		flush();
	return 0;
}

static double now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

/* What consuming took, in nanoseconds: on the clock and on the CPU. */
static struct {
	double clock, cpu;
} spent;

static void round_trip(int program, struct ring_buffer *ring, int repeat)
{
	char packet[64] = {};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = repeat);
	double begin, cpu;

	if (bpf_prog_test_run_opts(program, &options)) {
		perror("run generate");
		exit(1);
	}
	cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	begin = now(CLOCK_MONOTONIC);
	ring_buffer__consume(ring);
	flush();
	spent.clock += now(CLOCK_MONOTONIC) - begin;
	spent.cpu += now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	struct ring_buffer *ring;
	struct bpf_map *map;
	uint64_t before;
	int program;

	if (argc < 5)
		return 2;
	object = bpf_object__open(argv[1]);
	if (!object)
		return 1;
	bpf_object__for_each_map(map, object)
		bpf_map__set_pin_path(map, NULL);
	if (bpf_object__load(object)) {
		perror("load");
		return 1;
	}
	if (argc > 5)
		reader.file = open(argv[5], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	reader.at = reader.out;
	reader.state = mmap(NULL, sizeof(struct bpf_audit_state), PROT_READ | PROT_WRITE, MAP_SHARED,
			    bpf_object__find_map_fd_by_name(object, "bpf_audit_state"), 0);
	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "bpf_audit_ring"), chunk, NULL, NULL);
	program = bpf_program__fd(bpf_object__find_program_by_name(object, "generate"));
	if (reader.state == MAP_FAILED || !ring || (argc > 5 && reader.file < 0)) {
		perror("set up");
		return 1;
	}
	for (int i = 0; i < atoi(argv[2]); i++)
		round_trip(program, ring, atoi(argv[4]));
	before = reader.events;
	spent.clock = spent.cpu = 0;
	for (int i = 0; i < atoi(argv[3]); i++)
		round_trip(program, ring, atoi(argv[4]));
	printf("{\"records\":%llu,\"ns\":%.0f,\"cpu\":%.0f,\"bytes\":%llu,\"lost\":%llu,\"malformed\":%llu}\n",
	       (unsigned long long)(reader.events - before), spent.clock, spent.cpu, (unsigned long long)reader.bytes,
	       (unsigned long long)reader.lost, (unsigned long long)reader.malformed);
	return 0;
}
