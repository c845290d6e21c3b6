// The search for byte strings, sixteen places at a time.

#include "bytes.h"

#define MAX_NEEDLES 16
#define MAX_NEEDLE_BYTES 256

// A byte string, and the places of the two of its bytes that are looked for first.
struct needle {
	u32 first, second, length, bytes;
};

struct needle needles[MAX_NEEDLES];
u8 needle_bytes[MAX_NEEDLES * MAX_NEEDLE_BYTES];

export("needles") struct needle *needles_at(void) { return needles; }
export("needleBytes") u8 *needle_bytes_at(void) { return needle_bytes; }

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
