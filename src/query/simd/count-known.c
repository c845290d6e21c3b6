// Counts events for the main summary whose parts JavaScript has all met before: they need no second look.

#include "bytes.h"

#define SLOTS 32768
#define PROBES 8
#define MAX_KEY_BYTES 496
#define KEY_BYTES (3 << 20)
#define PIDS (1 << 22)

#define SYSCALL 1300
#define PATH 1302
#define CWD 1307
#define EXECVE 1309
#define PROCTITLE 1327
#define MAX_FRONT_BYTES 160
#define SEPARATOR 0x1d

enum kind { NOTHING, FRONT, TAIL, NAME, DIRECTORY };

struct slot {
	u32 hash;
	unsigned short length;
	u8 kind, value;
	u32 key;
};

// The keys lie one behind the other, so that those in use fit into the processor's cache.
static u8 keys[KEY_BYTES];
static u32 keys_used;
static struct slot slots[SLOTS];
static u8 pids[PIDS / 8];

// Two halves that do not wait for each other.
static u32 hash_of(const u8 *key, u32 length, u32 kind)
{
	u64 even = kind + length * 0x9e3779b97f4a7c15ull, odd = ~even;
	u32 at = 0;
	for (; at + 16 <= length; at += 16) {
		even = (even ^ word_at(key + at)) * 0xff51afd7ed558ccdull;
		odd = (odd ^ word_at(key + at + 8)) * 0xc4ceb9fe1a85ec53ull;
		even ^= even >> 32;
		odd ^= odd >> 32;
	}
	for (; at < length; at++)
		even = (even ^ key[at]) * 0x100000001b3ull;
	even = (even ^ (odd >> 7) ^ (odd << 25)) * 0xff51afd7ed558ccdull;
	return even >> 32;
}

static int is_key(const struct slot *slot, const u8 *key, u32 length)
{
	const u8 *own = keys + slot->key;
	if (length < 16)
		return is_same(own, key, length);
	v128_t other = wasm_i8x16_splat(0);
	for (u32 at = 0; at + 16 <= length; at += 16)
		other = wasm_v128_or(other, wasm_v128_xor(wasm_v128_load(own + at), wasm_v128_load(key + at)));
	u32 rest = length - 16;
	other = wasm_v128_or(other, wasm_v128_xor(wasm_v128_load(own + rest), wasm_v128_load(key + rest)));
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

// Notes text[start, end) and what it stands for. A full neighbourhood loses an entry, full memory all of them; long
// parts are not noted.
export("learn") void learn(const u8 *text, u32 start, u32 end, enum kind kind, u32 value)
{
	u32 length = end - start;
	if (length > MAX_KEY_BYTES || known(text + start, length, kind))
		return;
	if (keys_used + length > KEY_BYTES) {
		__builtin_memset(slots, 0, sizeof slots);
		keys_used = 0;
	}
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
	slot->key = keys_used;
	__builtin_memcpy(keys + keys_used, text + start, length);
	keys_used += length;
}

export("learnPid") void learn_pid(u32 pid)
{
	if (pid < PIDS)
		pids[pid / 8] |= 1 << (pid % 8);
}

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
	for (at = value + 1; at < end && text[at] != stop; at++)
		if (text[at] == SEPARATOR)
			return 0;
	if (at >= end || text[value] == SEPARATOR || (quoted && text[value + 1] == '.'))
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
