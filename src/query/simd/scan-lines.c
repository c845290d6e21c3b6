// Turns lines into events. It reads the heads of lines as auditd writes them, and asks JavaScript for all others.

#include "bytes.h"

#define MAX_LINE_BYTES (1 << 20)
#define HEAD_BYTES 80
#define TYPE_BYTES 5
#define STAMP_KEY_BYTES 11
#define MIN_STAMP_BYTES 7
#define EOE 1320

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
	int place_count, next_place;
};

struct scan scan;

export("scan") struct scan *scan_at(void) { return &scan; }

// Where the byte strings stand that are looked for, in rising order: see end_event().
#define PLACES 1024
static u32 places[PLACES];

export("places") u32 *places_at(void) { return places; }

#define TYPES 64

struct known_type {
	u64 low, high;
	u32 length;
	int type;
};

static struct known_type types[TYPES];

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

// The text of the event that is being put together: from its first record to its last.
static u32 event_start, event_end;

static void add_record(double *meta, u32 start, u32 end)
{
	event_end = end;
	double *record = meta + scan.used;
	record[0] = scan.line_type >> 1;
	record[1] = start;
	record[2] = end;
	record[3] = scan.line_body;
	meta[scan.event + 5] += 1;
	scan.used += RECORD_WIDTH;
}

// Takes the last event back if none of the places lies in it. Events come in the order of the text.
static void end_event(void)
{
	if (scan.place_count < 0 || scan.used == scan.event)
		return;
	while (scan.next_place < scan.place_count && places[scan.next_place] < event_start)
		scan.next_place++;
	if (scan.next_place < scan.place_count && places[scan.next_place] < event_end)
		return;
	scan.used = scan.event;
	scan.count--;
}

static void begin_event(double *meta, u32 start)
{
	end_event();
	event_start = start;
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
	begin_event(meta, start);
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
// Those without a place are left out, unless their number is below 0.
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
	end_event();
	return 1;
}
