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

/* A block in which units begin or end. False: it is looked at more closely. */
SKIM_INLINE bool
pass_edge(struct run *r, const struct skim *s, const char *p, uint64_t in, uint64_t open,
	uint64_t close, uint64_t stop, struct edges *edges)
{
	uint64_t line = equal(p, '\n') & ~in, between;
	struct run before = *r;

	/* A line end is none of the pairs; only `}\n{` is passed. */
	if (stop & ~(line | line << 1 | (p[-1] == '\n' && !r->string)))
		return false;
	*edges = walk(r, p, open, close);
	between = s->list ? equal(p, ',') : line;
	if (!edges->wrong && !(edges->base & ~(edges->starts | between)) && !(line & ~edges->base))
		return true;
	*r = before;
	return false;
}

/* The same of the edge that nearly every unit has: closing braces, what parts two units, the next
 * brace. False: it is another. */
SKIM_INLINE bool
pass_common_edge(struct run *r, bool list, const char *p, uint64_t open, uint64_t close,
	uint64_t stop, struct edges *edges)
{
	uint64_t end = _pdep_u64(UINT64_C(1) << (r->depth - 1), close), start = end << 2;
	uint64_t before = end - 1, behind = start ? -start ^ start : 0;
	uint64_t line = list ? 0 : end << 1, bracket = equal(p, '[') | equal(p, ']');
	const char *at = p + __builtin_ctzll(end);

	if (!(start & open) || open & before || close & behind || stop & ~(line | line << 1) ||
		r->depth > BLOCK || at[0] != '}' || at[1] != (list ? ',' : '\n') || at[2] != '{' ||
		r->brackets != __builtin_popcountll(close & before & bracket))
		return false;
	*edges = (struct edges){.starts = start, .ends = end};
	r->brackets = __builtin_popcountll(open & behind & bracket);
	r->depth = 1 + __builtin_popcountll(open & behind);
	return true;
}

/* Over blocks that by their pairs of bytes are as they should be, and hold no blank and no escape.
 * False: `give` or an odd unit ended it. */
SKIM_INLINE bool
pass(struct run *r, struct skim_unit *unit, const char **at, const char *end,
	enum skim_end *stopped)
{
	const char *p = *at;
	uint64_t holders = unit->skim->may_hold ? ~UINT64_C(0) : 0;

	for (; end - p >= BLOCK; p += BLOCK) {
		__m512i v = _mm512_loadu_si512(p), before = _mm512_loadu_si512(p - 1);
		__m512i is_v = look_up(skim_pair_is, v);
		__m512i braced = _mm512_or_si512(v, many(SPACES));
		__m512i pair = _mm512_and_si512(is_v, look_up(skim_pair_after, before));
		__mmask64 odd = _mm512_testn_epi8_mask(pair, many(CLASSES)) |
				_mm512_testn_epi8_mask(look_up(skim_letter_is, v),
					look_up(skim_letter_after, before));
		uint64_t quote = word(_mm512_cmpeq_epi8_mask(v, many(QUOTES)));
		uint64_t in = parity(quote) ^ r->string;
		uint64_t open = word(_mm512_cmpeq_epi8_mask(braced, many(OPENING))) & ~in;
		uint64_t close = word(_mm512_cmpeq_epi8_mask(braced, many(CLOSING))) & ~in;
		uint64_t bracket = word(_mm512_testn_epi8_mask(v, many(SPACES)));
		uint64_t stop = word(_mm512_movepi8_mask(_mm512_or_si512(is_v, v)));
		struct skim_marks marks = {
			.names = word(_mm512_test_epi8_mask(pair, many(NAMES))),
			.arrays = open & bracket & holders,
		};
		int closed = __builtin_popcountll(close);

		/* Hidden from the pairs: the inside of strings, and closing quotes. */
		stop |= word(odd) & ~(in ^ quote);
		if (stop | (r->depth <= closed)) {
			struct edges edges;

			if (!(r->depth && r->depth <= closed &&
				    pass_common_edge(
					    r, unit->skim->list, p, open, close, stop, &edges)) &&
				!pass_edge(r, unit->skim, p, in, open, close, stop, &edges))
				break;
			if (!marks.names && !marks.arrays &&
				skim_next(unit, p, edges.ends, edges.starts))
				edges = (struct edges){0};
			marks.starts = edges.starts;
			marks.ends = edges.ends;
		} else {
			r->depth += __builtin_popcountll(open) - closed;
			r->brackets += __builtin_popcountll(open & bracket) -
				       __builtin_popcountll(close & bracket);
			if (r->depth > DEPTH_MAX)
				break;
		}
		r->string = (uint64_t)((int64_t)in >> 63);
		r->passed = true;
		if ((marks.names | marks.starts | marks.ends | marks.arrays) &&
			!skim_take(unit, p, &marks, ~UINT64_C(0), stopped))
			return false;
	}
	*at = p;
	return true;
}

#define SKIM_PASSES
#include "core/scan/skim_loop.inc"

#endif
