/* skim.h with the instructions of AVX-512: a block is one register. */
#ifdef __x86_64__

#include <immintrin.h>
#include <stdint.h>

#define SKIM_TARGET                                                                                \
	__attribute__((target("avx512f,avx512bw,avx512vbmi,pclmul,bmi,bmi2,lzcnt,popcnt")))
#define SKIM_LOOP skim_avx512
#define CLASSIFY static inline __attribute__((always_inline)) SKIM_TARGET

#include "core/scan/skim_mask.h"
#include "core/scan/skim_pair.h"

/* Out of the mask registers, where compilers would go on computing, slowly. */
CLASSIFY uint64_t
word(__mmask64 mask)
{
	uint64_t bits = (uint64_t)mask;

	__asm__("" : "+r"(bits));
	return bits;
}

CLASSIFY uint64_t
is(__m512i v, char c)
{
	return word(_mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c)));
}

CLASSIFY struct strings
classify(const char *block)
{
	__m512i v = _mm512_loadu_si512(block);
	/* A bracket and a brace differ in this bit alone. */
	__m512i braced = _mm512_or_si512(v, _mm512_set1_epi8(0x20));

	return (struct strings){
		.quote = is(v, '"'),
		.backslash = is(v, '\\'),
		.open = is(braced, '{'),
		.close = is(braced, '}'),
		.control = word(_mm512_cmplt_epu8_mask(v, _mm512_set1_epi8(' '))),
		.n = is(v, 'N') | is(v, 'E'),
		.t = is(v, 't') | is(v, 'l'),
	};
}

CLASSIFY uint64_t
equal(const char *block, char c)
{
	return is(_mm512_loadu_si512(block), c);
}

/* Bit i: the parity of the bits up to i. */
CLASSIFY uint64_t
parity(uint64_t bits)
{
	__m128i x = _mm_set_epi64x(0, (long long)bits);

	return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(x, _mm_set1_epi8(-1), 0));
}

/* Of a table of 128. */
CLASSIFY __m512i
look_up(const unsigned char *table, __m512i v)
{
	return _mm512_permutex2var_epi8(_mm512_load_si512(table), v, _mm512_load_si512(table + 64));
}

enum { QUOTES, OPENING, CLOSING, SPACES, NAMES, CLASSES };

CLASSIFY __m512i
many(int which)
{
	return _mm512_load_si512(skim_bytes[which]);
}

#include "core/scan/skim_run.h"

/* Over blocks inside of a unit that by their pairs of bytes are as they should be, and of which
 * no more is to be said than a name: no blank, no array, no escape. */
SKIM_INLINE const char *
pass(struct run *r, struct skim_unit *unit, const char *p, const char *end)
{
	uint64_t string = r->string;
	const char *from = p;
	int depth = r->depth;

	for (; end - p >= BLOCK; p += BLOCK) {
		__m512i v = _mm512_loadu_si512(p), before = _mm512_loadu_si512(p - 1);
		__m512i is_v = look_up(skim_pair_is, v);
		__m512i braced = _mm512_or_si512(v, many(SPACES));
		__m512i pair = _mm512_and_si512(is_v, look_up(skim_pair_after, before));
		__mmask64 odd = _mm512_testn_epi8_mask(pair, many(CLASSES)) |
				_mm512_testn_epi8_mask(look_up(skim_letter_is, v),
					look_up(skim_letter_after, before));
		uint64_t quote = word(_mm512_cmpeq_epi8_mask(v, many(QUOTES)));
		uint64_t in = parity(quote) ^ string;
		uint64_t open = word(_mm512_cmpeq_epi8_mask(braced, many(OPENING))) & ~in;
		uint64_t close = word(_mm512_cmpeq_epi8_mask(braced, many(CLOSING))) & ~in;
		uint64_t names = word(_mm512_test_epi8_mask(pair, many(NAMES)));
		uint64_t stop = word(_mm512_movepi8_mask(_mm512_or_si512(is_v, v)));
		int closed = __builtin_popcountll(close);

		/* Hidden from the pairs: the inside of strings, and closing quotes. */
		stop |= word(odd) & ~(in ^ quote);
		if (stop || depth <= closed)
			break;
		if (names)
			skim_names(unit, p, names);
		depth += __builtin_popcountll(open) - closed;
		string = (uint64_t)((int64_t)in >> 63);
	}
	if (p == from)
		return p;
	r->passed = true;
	r->string = string;
	r->t = p[-1] == 't' || p[-1] == 'l';
	r->depth = depth;
	return p;
}

#include "core/scan/skim_loop.inc"

#endif
