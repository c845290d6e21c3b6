// Remembers parts of records that JavaScript has met before, by their bytes.
#pragma once

#include "bytes.h"

#define SLOTS 32768
#define PROBES 8
#define MAX_KEY_BYTES 496
#define KEY_BYTES (3 << 20)
#define PIDS (1 << 22)

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
