// What costs most of a search, sixteen bytes at a time: the search for byte strings, and the heads of lines.
// Compiled to WebAssembly by scripts/generate-bytes-module.ts; bytes-module.ts is its other side.

#include <wasm_simd128.h>

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define MAX_NEEDLES 16
#define MAX_LINE_BYTES (1 << 20)
#define HEAD_BYTES 80
#define TYPE_BYTES 5
#define STAMP_KEY_BYTES 11
#define MIN_STAMP_BYTES 7
#define EVENT_WIDTH 6
#define RECORD_WIDTH 4
#define EOE 1320

#define export(name) __attribute__((export_name(name)))
#define import(name) __attribute__((import_module("js"), import_name(name)))

// A byte string, and the places of the two of its bytes that are looked for first.
struct needle {
	u32 first, second, length, bytes;
};

struct needle needles[MAX_NEEDLES];
u8 needle_bytes[MAX_NEEDLES * 256];

export("needles") struct needle *needles_at(void) { return needles; }
export("needleBytes") u8 *needle_bytes_at(void) { return needle_bytes; }

static int is_same(const u8 *a, const u8 *b, u32 length)
{
	for (u32 i = 0; i < length; i++)
		if (a[i] != b[i])
			return 0;
	return 1;
}

static inline __attribute__((always_inline)) int find_some(const u8 *text, u32 start, u32 end, const u32 count)
{
	v128_t first[MAX_NEEDLES], second[MAX_NEEDLES];
	for (u32 k = 0; k < count; k++) {
		const u8 *bytes = (const u8 *)needles[k].bytes;
		first[k] = wasm_i8x16_splat(bytes[needles[k].first]);
		second[k] = wasm_i8x16_splat(bytes[needles[k].second]);
	}
	for (u32 i = start; i < end; i += 16) {
		v128_t any = wasm_i8x16_splat(0);
		for (u32 k = 0; k < count; k++) {
			v128_t a = wasm_i8x16_eq(wasm_v128_load(text + i + needles[k].first), first[k]);
			v128_t b = wasm_i8x16_eq(wasm_v128_load(text + i + needles[k].second), second[k]);
			any = wasm_v128_or(any, wasm_v128_and(a, b));
		}
		if (!wasm_v128_any_true(any))
			continue;
		for (u32 bits = wasm_i8x16_bitmask(any); bits; bits &= bits - 1) {
			u32 at = i + __builtin_ctz(bits);
			for (u32 k = 0; k < count; k++) {
				u32 length = needles[k].length;
				if (at + length <= end && is_same(text + at, (const u8 *)needles[k].bytes, length))
					return at;
			}
		}
	}
	return -1;
}

// Where the first of the needles stands in text[start, end), or -1. May look at 256 bytes behind the end.
export("find") int find(const u8 *text, u32 start, u32 end, u32 count)
{
	switch (count) {
	case 1:
		return find_some(text, start, end, 1);
	case 2:
		return find_some(text, start, end, 2);
	case 3:
		return find_some(text, start, end, 3);
	default:
		return find_some(text, start, end, count);
	}
}

// A line that is not as auditd writes it: JavaScript reads its head into the members line_*. 0 if it is no record.
import("oddLine") int odd_line(u32 start, u32 end);
// The number of the type whose word stands there, doubled; plus one if its records are always alone.
import("typeAt") int type_at(u32 start, u32 end);

// Shared with JavaScript: bytes-module.ts has the same members, in this order.
struct scan {
	double index, start_sec, end_sec;
	double sec, milli, serial;
	double first_sec, first_milli, first_serial;
	double lowest_sec, lowest_milli, lowest_serial;
	double line_sec, line_milli, line_serial;
	int line_type, line_node, line_body;
	int node, is_open;
	int used, count, event, bad;
};

struct scan scan;

export("scan") struct scan *scan_at(void) { return &scan; }

#define TYPES 64

struct known_type {
	u64 low, high;
	u32 length;
	int type;
};

static struct known_type types[TYPES];

static u64 word_at(const u8 *at)
{
	u64 word;
	__builtin_memcpy(&word, at, sizeof word);
	return word;
}

static u32 half_at(const u8 *at)
{
	u32 half;
	__builtin_memcpy(&half, at, sizeof half);
	return half;
}

// The word of a type is one of a few: JavaScript is asked for each once.
static int type_of(const u8 *text, u32 start, u32 end)
{
	u32 length = end - start;
	if (length > 16)
		return type_at(start, end);
	u64 low = word_at(text + start), high = word_at(text + start + 8);
	if (length < 8) {
		low &= (1ull << (length * 8)) - 1;
		high = 0;
	} else if (length < 16) {
		high &= (1ull << ((length - 8) * 8)) - 1;
	}
	u64 mixed = (low ^ (high * 0x9e3779b97f4a7c15ull) ^ length) * 0xff51afd7ed558ccdull;
	struct known_type *known = types + (mixed >> 58);
	if (known->length != length || known->low != low || known->high != high) {
		known->type = type_at(start, end);
		known->low = low;
		known->high = high;
		known->length = length;
	}
	return known->type;
}

static u32 digits(const u8 *text, u32 at, u32 limit, double *value)
{
	double found = 0;
	for (; at < limit; at++) {
		u32 digit = text[at] - '0';
		if (digit > 9)
			break;
		found = found * 10 + digit;
	}
	*value = found;
	return at;
}

static int has_stamp_key(const u8 *at)
{
	return half_at(at) == 0x67736d20 && half_at(at + 4) == 0x6475613d && at[8] == 'i' && at[9] == 't' && at[10] == '(';
}

// The stamp of the line before, with its `)`: the records of an event share it.
struct stamp {
	u32 at, length;
};

static int is_same_stamp(const u8 *a, const u8 *b, u32 length)
{
	if (length < 16 || length > 32)
		return is_same(a, b, length);
	// The two halves overlap.
	v128_t front = wasm_v128_xor(wasm_v128_load(a), wasm_v128_load(b));
	v128_t rear = wasm_v128_xor(wasm_v128_load(a + length - 16), wasm_v128_load(b + length - 16));
	return !wasm_v128_any_true(wasm_v128_or(front, rear));
}

// The head of a line as auditd writes it: no node, single spaces, nothing missing.
static int usual_head(const u8 *text, u32 start, u32 end, struct stamp *last)
{
	u32 limit = end < start + HEAD_BYTES ? end : start + HEAD_BYTES;
	u32 type = start + TYPE_BYTES, at = type;
	if (type > end || half_at(text + start) != 0x65707974 || text[start + 4] != '=')
		return 0;
	while (at < limit && text[at] != ' ')
		at++;
	u32 stamp = at + STAMP_KEY_BYTES;
	if (at == type || stamp > limit || !has_stamp_key(text + at))
		return 0;
	if (last->length == 0 || stamp + last->length > limit || !is_same_stamp(text + stamp, text + last->at, last->length)) {
		last->length = 0;
		u32 pos = digits(text, stamp, limit, &scan.line_sec);
		if (text[pos] != '.')
			return 0;
		pos = digits(text, pos + 1, limit, &scan.line_milli);
		if (text[pos] != ':')
			return 0;
		pos = digits(text, pos + 1, limit, &scan.line_serial);
		if (text[pos] != ')' || pos >= limit || scan.line_milli > 999 || pos - stamp < MIN_STAMP_BYTES)
			return 0;
		last->at = stamp;
		last->length = pos + 1 - stamp;
	}
	scan.line_type = type_of(text, type, at);
	scan.line_node = -1;
	scan.line_body = stamp + last->length;
	return 1;
}

static int is_younger(void)
{
	if (scan.line_sec != scan.sec)
		return scan.line_sec > scan.sec;
	if (scan.line_milli != scan.milli)
		return scan.line_milli > scan.milli;
	return scan.line_serial > scan.serial;
}

static void add_record(double *meta, u32 start, u32 end)
{
	double *record = meta + scan.used;
	record[0] = scan.line_type >> 1;
	record[1] = start;
	record[2] = end;
	record[3] = scan.line_body;
	meta[scan.event + 5] += 1;
	scan.used += RECORD_WIDTH;
}

static void begin_event(double *meta)
{
	double *event = meta + scan.used;
	event[0] = scan.line_sec;
	event[1] = scan.line_milli;
	event[2] = scan.line_serial;
	event[3] = scan.line_node;
	event[4] = scan.index * 4294967296.0 + scan.count;
	event[5] = 0;
	scan.event = scan.used;
	scan.used += EVENT_WIDTH;
	scan.count++;
}

// Takes the record whose head was read. 0 if it does not stand where it should.
static int take_line(double *meta, u32 start, u32 end)
{
	if (scan.first_sec < 0 && scan.line_sec != 0) {
		scan.first_sec = scan.line_sec;
		scan.first_milli = scan.line_milli;
		scan.first_serial = scan.line_serial;
	}
	if (scan.line_sec < scan.start_sec || scan.line_sec > scan.end_sec)
		return 1;
	int same = scan.line_serial == scan.serial && scan.line_milli == scan.milli && scan.line_sec == scan.sec;
	if (same && scan.is_open && scan.line_node == scan.node) {
		add_record(meta, start, end);
		return 1;
	}
	if (same ? scan.line_node != scan.node : !is_younger())
		return 0;
	if (scan.sec < 0) {
		scan.lowest_sec = scan.line_sec;
		scan.lowest_milli = scan.line_milli;
		scan.lowest_serial = scan.line_serial;
	}
	scan.sec = scan.line_sec;
	scan.milli = scan.line_milli;
	scan.serial = scan.line_serial;
	scan.node = scan.line_node;
	int type = scan.line_type >> 1;
	scan.is_open = type != EOE && !(scan.line_type & 1);
	if (type == EOE)
		return 1;
	begin_event(meta);
	add_record(meta, start, end);
	return 1;
}

static u32 line_end(const u8 *text, u32 at, u32 size)
{
	v128_t newline = wasm_i8x16_splat('\n');
	for (; at < size; at += 16) {
		u32 bits = wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(text + at), newline));
		if (bits) {
			at += __builtin_ctz(bits);
			return at < size ? at : size;
		}
	}
	return size;
}

// Turns lines into events, as SegmentScan does where they stand in order.
// 0 if they do not: what was found is then of no use. May look at 16 bytes behind the end.
export("scanLines") int scan_lines(const u8 *text, u32 size, double *meta)
{
	struct stamp last = {0, 0};
	for (u32 start = 0; start < size;) {
		u32 end = line_end(text, start, size);
		if (end > start) {
			int is_record = 0;
			if (end - start <= MAX_LINE_BYTES) {
				is_record = usual_head(text, start, end, &last);
				if (!is_record) {
					last.length = 0;
					is_record = odd_line(start, end);
				}
			}
			if (!is_record)
				scan.bad++;
			else if (!take_line(meta, start, end))
				return 0;
		}
		start = end + 1;
	}
	return 1;
}

// Parts of records that JavaScript has met: what stands for the same again needs no second look.
#define SLOTS 8192
#define PROBES 4
#define KEY_BYTES 496
#define PIDS (1 << 22)

enum kind { NOTHING, FRONT, TAIL, NAME, DIRECTORY };

struct slot {
	u32 hash;
	unsigned short length;
	u8 kind, value;
	u8 unused[8];
	u8 key[KEY_BYTES];
};

static struct slot slots[SLOTS];
static u8 pids[PIDS / 8];

static u32 hash_of(const u8 *key, u32 length, u32 kind)
{
	u64 hash = kind + length * 0x9e3779b97f4a7c15ull;
	u32 at = 0;
	for (; at + 8 <= length; at += 8) {
		hash = (hash ^ word_at(key + at)) * 0xff51afd7ed558ccdull;
		hash ^= hash >> 32;
	}
	for (; at < length; at++)
		hash = (hash ^ key[at]) * 0x100000001b3ull;
	return hash ^ (hash >> 29);
}

static int is_key(const struct slot *slot, const u8 *key, u32 length)
{
	if (length < 16)
		return is_same(slot->key, key, length);
	v128_t other = wasm_i8x16_splat(0);
	for (u32 at = 0; at + 16 <= length; at += 16)
		other = wasm_v128_or(other, wasm_v128_xor(wasm_v128_load(slot->key + at), wasm_v128_load(key + at)));
	u32 rest = length - 16;
	other = wasm_v128_or(other, wasm_v128_xor(wasm_v128_load(slot->key + rest), wasm_v128_load(key + rest)));
	return !wasm_v128_any_true(other);
}

static const struct slot *known(const u8 *key, u32 length, enum kind kind)
{
	u32 hash = hash_of(key, length, kind);
	for (u32 i = 0; i < PROBES; i++) {
		const struct slot *slot = slots + ((hash + i) & (SLOTS - 1));
		if (slot->kind == NOTHING)
			return 0;
		if (slot->hash == hash && slot->kind == kind && slot->length == length && is_key(slot, key, length))
			return slot;
	}
	return 0;
}

// Notes text[start, end) and what it stands for. A full neighbourhood loses an entry; long parts are not noted.
export("learn") void learn(const u8 *text, u32 start, u32 end, enum kind kind, u32 value)
{
	u32 length = end - start;
	if (length > KEY_BYTES || known(text + start, length, kind))
		return;
	u32 hash = hash_of(text + start, length, kind);
	u32 place = hash & (SLOTS - 1);
	for (u32 i = 0; i < PROBES; i++) {
		if (slots[(hash + i) & (SLOTS - 1)].kind != NOTHING)
			continue;
		place = (hash + i) & (SLOTS - 1);
		break;
	}
	struct slot *slot = slots + place;
	slot->hash = hash;
	slot->length = length;
	slot->kind = kind;
	slot->value = value;
	__builtin_memcpy(slot->key, text + start, length);
}

export("learnPid") void learn_pid(u32 pid)
{
	if (pid < PIDS)
		pids[pid / 8] |= 1 << (pid % 8);
}

#define SYSCALL 1300
#define PATH 1302
#define CWD 1307
#define EXECVE 1309
#define PROCTITLE 1327
#define MAX_FRONT_BYTES 160
#define SEPARATOR 0x1d

static int has_at(const u8 *text, u32 at, u32 end, const char *key, u32 length)
{
	return at + length <= end && is_same(text + at, (const u8 *)key, length);
}

// Behind the blank after a key and a number of at most nine digits; 0 if that does not stand there.
static u32 after_number(const u8 *text, u32 at, u32 end, const char *key, u32 length, u32 *number)
{
	if (!has_at(text, at, end, key, length))
		return 0;
	u32 from = at + length, value = 0;
	for (at = from; at < end && at - from < 10 && text[at] - '0' <= 9u; at++)
		value = value * 10 + (text[at] - '0');
	*number = value;
	return at > from && at - from <= 9 && at < end && text[at] == ' ' ? at + 1 : 0;
}

static u32 after_arguments(const u8 *text, u32 at, u32 end)
{
	for (u32 i = 0; i < 4; i++) {
		if (at + 3 > end || text[at] != 'a' || text[at + 1] != '0' + i || text[at + 2] != '=')
			return 0;
		u32 from = at += 3;
		while (at < end && (text[at] - '0' <= 9u || text[at] - 'a' <= 5u))
			at++;
		if (at == from || at - from > 16 || at >= end || text[at] != ' ')
			return 0;
		at++;
	}
	return at;
}

// 1 if the call failed, 0 if it did not, -1 if the record is not known.
static int known_syscall(const u8 *text, u32 start, u32 end)
{
	u32 limit = (end < start + MAX_FRONT_BYTES ? end : start + MAX_FRONT_BYTES), front = start, number;
	while (front + 4 < limit && half_at(text + front) != 0x3d306120)
		front++;
	if (front + 4 >= limit)
		return -1;
	front++;
	u32 at = after_arguments(text, front, end);
	if (at && (at = after_number(text, at, end, "items=", 6, &number)) &&
	    (at = after_number(text, at, end, "ppid=", 5, &number)) && (at = after_number(text, at, end, "pid=", 4, &number)) &&
	    has_at(text, at, end, "auid=", 5)) {
		if (number >= PIDS || !(pids[number / 8] & (1 << (number % 8))))
			return -1;
		const struct slot *found = known(text + start, front - start, FRONT);
		return found && known(text + at, end - at, TAIL) ? found->value : -1;
	}
	return -1;
}

static int known_path(const u8 *text, u32 start, u32 end)
{
	u32 number, at = after_number(text, start, end, ": item=", 7, &number);
	if (!at || !has_at(text, at, end, "name=", 5))
		return 0;
	u32 value = at + 5;
	int quoted = value < end && text[value] == '"';
	u8 stop = quoted ? '"' : ' ';
	for (at = value + 1; at < end && text[at] != stop; at++)
		if (text[at] == SEPARATOR)
			return 0;
	if (at >= end || text[value] == SEPARATOR || (quoted && text[value + 1] == '.'))
		return 0;
	return known(text + value, at - value, NAME) != 0;
}

// Counted by countKnown: events, and those whose call failed.
static int counted, failed;

export("counted") int counted_events(void) { return counted; }
export("failed") int failed_events(void) { return failed; }

// 1 if the call of a wholly known event failed, 0 if not, -1 if something of it is not known.
static int known_event(const u8 *text, const double *meta, u32 at)
{
	u32 end = at + EVENT_WIDTH + (u32)meta[at + 5] * RECORD_WIDTH;
	int outcome = -1;
	for (u32 record = at + EVENT_WIDTH; record < end; record += RECORD_WIDTH) {
		int type = meta[record];
		u32 line_stop = meta[record + 2], body = meta[record + 3];
		if (type == PROCTITLE || type == EXECVE)
			continue;
		if (body == 0)
			return -1;
		if (type == SYSCALL) {
			if (outcome >= 0 || (outcome = known_syscall(text, body, line_stop)) < 0)
				return -1;
		} else if (type == PATH) {
			if (!known_path(text, body, line_stop))
				return -1;
		} else if (type != CWD || !known(text + body, line_stop - body, DIRECTORY)) {
			return -1;
		}
	}
	return outcome;
}

// Counts events of the main summary from meta[at] on, up to one that JavaScript must look at, or the end.
// Where it stopped.
export("countKnown") u32 count_known(const u8 *text, const double *meta, u32 at, u32 used)
{
	counted = failed = 0;
	while (at < used) {
		int outcome = known_event(text, meta, at);
		if (outcome < 0)
			break;
		counted++;
		failed += outcome;
		at += EVENT_WIDTH + (u32)meta[at + 5] * RECORD_WIDTH;
	}
	return at;
}
