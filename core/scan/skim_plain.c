/* skim.h in C alone: for machines that have no other way, and as what the others must agree with.
 */
#include <stdint.h>

#define SKIM_TARGET
#define SKIM_LOOP skim_plain

#include "core/scan/skim_mask.h"

/* Classes of bytes, a bit each. */
enum {
	QUOTE = 1,
	BACKSLASH = 2,
	OPEN = 4,
	CLOSE = 8,
	COMMA = 16,
	COLON = 32,
	SPACE = 64,
	CONTROL = 128,
	LETTER_N = 256,
	LETTER_T = 512,
};

static const uint16_t classes[256] = {
	[0 ... 31] = CONTROL,
	['"'] = QUOTE,
	['\\'] = BACKSLASH,
	['{'] = OPEN,
	['['] = OPEN,
	['}'] = CLOSE,
	[']'] = CLOSE,
	[','] = COMMA,
	[':'] = COLON,
	[' '] = SPACE,
	['N'] = LETTER_N,
	['E'] = LETTER_N,
	['K'] = LETTER_N,
	['P'] = LETTER_N,
	['T'] = LETTER_N,
	['A'] = LETTER_N,
	['t'] = LETTER_T,
	['l'] = LETTER_T,
	['s'] = LETTER_T,
	['I'] = LETTER_T,
};

static inline struct strings
classify(const char *block)
{
	struct strings m = {0};

	for (int i = 0; i < 64; i++) {
		unsigned class = classes[(unsigned char)block[i]];
		uint64_t bit = UINT64_C(1) << i;

		if (!class)
			continue;
		m.quote |= class & QUOTE ? bit : 0;
		m.backslash |= class & BACKSLASH ? bit : 0;
		m.open |= class & OPEN ? bit : 0;
		m.close |= class & CLOSE ? bit : 0;
		m.control |= class & CONTROL ? bit : 0;
		m.n |= class & LETTER_N ? bit : 0;
		m.t |= class & LETTER_T ? bit : 0;
	}
	return m;
}

static inline uint64_t
equal(const char *block, char c)
{
	uint64_t bits = 0;

	for (int i = 0; i < 64; i++)
		bits |= (uint64_t)(block[i] == c) << i;
	return bits;
}

/* Bit i: the parity of the bits up to i. */
static inline uint64_t
parity(uint64_t bits)
{
	for (int by = 1; by < 64; by *= 2)
		bits ^= bits << by;
	return bits;
}

static inline uint64_t
gather(uint64_t bits, uint64_t where)
{
	uint64_t together = 0;

	for (int i = 0; where; i++, where &= where - 1)
		together |= (uint64_t)((bits & where & -where) != 0) << i;
	return together;
}

static inline uint64_t
scatter(uint64_t bits, uint64_t where)
{
	uint64_t apart = 0;

	for (; where; bits >>= 1, where &= where - 1)
		apart |= bits & 1 ? where & -where : 0;
	return apart;
}

#include "core/scan/skim_run.h"
#include "core/scan/skim_loop.inc"
