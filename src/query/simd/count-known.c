// Counts events for the main summary whose parts JavaScript has all met before: they need no second look.

#include "known-parts.h"

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

// How many of the sixteen bytes are lower-case hexadecimal digits before one that is none.
static u32 hex_digits(const u8 *at)
{
	v128_t bytes = wasm_v128_load(at);
	v128_t digits = wasm_u8x16_le(wasm_i8x16_sub(bytes, wasm_i8x16_splat('0')), wasm_i8x16_splat(9));
	v128_t letters = wasm_u8x16_le(wasm_i8x16_sub(bytes, wasm_i8x16_splat('a')), wasm_i8x16_splat(5));
	return __builtin_ctz(~wasm_i8x16_bitmask(wasm_v128_or(digits, letters)));
}

static u32 after_arguments(const u8 *text, u32 at, u32 end)
{
	for (u32 i = 0; i < 4; i++) {
		if (at + 3 > end || text[at] != 'a' || text[at + 1] != '0' + i || text[at + 2] != '=')
			return 0;
		at += 3;
		u32 length = hex_digits(text + at);
		at += length;
		if (length == 0 || at >= end || text[at] != ' ')
			return 0;
		at++;
	}
	return at;
}

// Where " a0=" begins in text[start, limit), or limit.
static u32 first_argument(const u8 *text, u32 start, u32 limit)
{
	v128_t blank = wasm_i8x16_splat(' '), letter = wasm_i8x16_splat('a'), digit = wasm_i8x16_splat('0');
	for (u32 at = start; at < limit; at += 16) {
		v128_t found = wasm_i8x16_eq(wasm_v128_load(text + at), blank);
		found = wasm_v128_and(found, wasm_i8x16_eq(wasm_v128_load(text + at + 1), letter));
		found = wasm_v128_and(found, wasm_i8x16_eq(wasm_v128_load(text + at + 2), digit));
		found = wasm_v128_and(found, wasm_i8x16_eq(wasm_v128_load(text + at + 3), wasm_i8x16_splat('=')));
		u32 bits = wasm_i8x16_bitmask(found);
		if (bits)
			return at + __builtin_ctz(bits) < limit ? at + __builtin_ctz(bits) : limit;
	}
	return limit;
}

// Where the first of two bytes stands in text[start, end), or end.
static u32 first_of(const u8 *text, u32 start, u32 end, u8 one, u8 other)
{
	v128_t first = wasm_i8x16_splat(one), second = wasm_i8x16_splat(other);
	for (u32 at = start; at < end; at += 16) {
		v128_t bytes = wasm_v128_load(text + at);
		u32 bits = wasm_i8x16_bitmask(wasm_v128_or(wasm_i8x16_eq(bytes, first), wasm_i8x16_eq(bytes, second)));
		if (bits)
			return at + __builtin_ctz(bits) < end ? at + __builtin_ctz(bits) : end;
	}
	return end;
}

// 1 if the call failed, 0 if it did not, -1 if the record is not known.
static int known_syscall(const u8 *text, u32 start, u32 end)
{
	u32 limit = (end < start + MAX_FRONT_BYTES ? end : start + MAX_FRONT_BYTES), number;
	u32 front = limit < start + 4 ? limit : first_argument(text, start, limit - 4);
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

// The name that an event has to be known for, and that is not; start 0 if there is none.
static u32 missing_start, missing_end;

export("missingStart") u32 missing_name_start(void) { return missing_start; }
export("missingEnd") u32 missing_name_end(void) { return missing_end; }

// 0 if the record is not known; the name may be missing, if it is the only one of the event.
static int known_path(const u8 *text, u32 start, u32 end)
{
	u32 number, at = after_number(text, start, end, ": item=", 7, &number);
	if (!at || !has_at(text, at, end, "name=", 5))
		return 0;
	u32 value = at + 5;
	int quoted = value < end && text[value] == '"';
	u8 stop = quoted ? '"' : ' ';
	at = first_of(text, value + 1, end, stop, SEPARATOR);
	if (at >= end || text[at] != stop || text[value] == SEPARATOR || (quoted && text[value + 1] == '.'))
		return 0;
	if (known(text + value, at - value, NAME))
		return 1;
	if (missing_start || at - value > MAX_KEY_BYTES)
		return 0;
	missing_start = value;
	missing_end = at;
	return 1;
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
	missing_start = 0;
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
// Where it stopped. If it was for one name only, that is missing_start.
export("countKnown") u32 count_known(const u8 *text, const double *meta, u32 at, u32 used)
{
	counted = failed = 0;
	missing_start = 0;
	while (at < used) {
		int outcome = known_event(text, meta, at);
		if (outcome < 0) {
			missing_start = 0;
			break;
		}
		if (missing_start)
			break;
		counted++;
		failed += outcome;
		at += EVENT_WIDTH + (u32)meta[at + 5] * RECORD_WIDTH;
	}
	return at;
}
