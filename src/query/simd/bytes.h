// What the parts of the module share: numbers, words of text, and how events lie in memory.
#pragma once

#include <wasm_simd128.h>

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

// Numbers of an event: time, milliseconds, serial, node, order, count of records; and of each of its records behind
// them: type, start, end, start of the body. EventBatch has the same.
#define EVENT_WIDTH 6
#define RECORD_WIDTH 4

#define export(name) __attribute__((export_name(name)))
#define import(name) __attribute__((import_module("js"), import_name(name)))

static inline u64 word_at(const u8 *at)
{
	u64 word;
	__builtin_memcpy(&word, at, sizeof word);
	return word;
}

static inline u32 half_at(const u8 *at)
{
	u32 half;
	__builtin_memcpy(&half, at, sizeof half);
	return half;
}

static inline int is_same(const u8 *a, const u8 *b, u32 length)
{
	for (u32 i = 0; i < length; i++)
		if (a[i] != b[i])
			return 0;
	return 1;
}
