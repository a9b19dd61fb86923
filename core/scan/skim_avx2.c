/* skim.h with the instructions of AVX2: a block is two registers. */
#ifdef __x86_64__

#include <immintrin.h>
#include <stdint.h>

#define SKIM_TARGET __attribute__((target("avx2,pclmul,bmi,bmi2,lzcnt,popcnt")))
#define SKIM_LOOP skim_avx2
#define CLASSIFY static inline __attribute__((always_inline)) SKIM_TARGET

#include "core/scan/skim_bits.inc"
#include "core/scan/skim_mask.h"
#include "core/scan/skim_pair.h"

CLASSIFY uint64_t
join(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
							     << 32;
}

CLASSIFY uint64_t
is(__m256i low, __m256i high, char c)
{
	__m256i wanted = _mm256_set1_epi8(c);

	return join(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
}

CLASSIFY __m256i
load(const char *at)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

/* Bytes below a space. */
CLASSIFY __m256i
below(__m256i v)
{
	__m256i most = _mm256_set1_epi8(' ' - 1);

	return _mm256_cmpeq_epi8(_mm256_max_epu8(v, most), most);
}

CLASSIFY struct strings
classify(const char *block)
{
	__m256i low = load(block), high = load(block + 32);
	__m256i bit = _mm256_set1_epi8(BRACE_BIT);
	__m256i braced_low = _mm256_or_si256(low, bit), braced_high = _mm256_or_si256(high, bit);

	return (struct strings){
		.quote = is(low, high, '"'),
		.backslash = is(low, high, '\\'),
		.open = is(braced_low, braced_high, '{'),
		.close = is(braced_low, braced_high, '}'),
		.control = join(below(low), below(high)),
		.n = is(low, high, 'N') | is(low, high, 'E') | is(low, high, 'K') |
		     is(low, high, 'P') | is(low, high, 'T') | is(low, high, 'A'),
		.t = is(low, high, 't') | is(low, high, 'l') | is(low, high, 's') |
		     is(low, high, 'I'),
	};
}

CLASSIFY uint64_t
equal(const char *block, char c)
{
	return is(load(block), load(block + 32), c);
}

CLASSIFY __m256i
table(const unsigned char *at)
{
	return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(const void *)at));
}

/* Second letters of pairs. */
CLASSIFY __m256i
ends_pair(const char *at, __m256i second, __m256i first)
{
	__m256i v = load(at), before = load(at - 1);

	return _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(second, v), v),
		_mm256_cmpeq_epi8(_mm256_shuffle_epi8(first, v), before));
}

#include "core/scan/skim_run.h"
#include "core/scan/skim_pass.inc"

/* Writes up to 7 bytes more. */
CLASSIFY unsigned char *
put_bones(unsigned char *to, const char *p, uint64_t out)
{
	unsigned char *end = to + __builtin_popcountll(out);

	for (; to < end; to += 8)
		for (int i = 0; i < 8; i++, out &= out - 1)
			to[i] = (unsigned char)p[_tzcnt_u64(out) & (BLOCK - 1)];
	return end;
}

SKIM_INLINE uint64_t
thin(struct bones *b, const struct skim_pairs *pairs, const char *p, size_t blocks, uint64_t string)
{
	const __m256i second = table(pairs->second), first = table(pairs->first);
	unsigned char *out = b->bytes + AHEAD;
	size_t i;

	for (i = 0; i < blocks; i++, p += BLOCK) {
		__m256i low = load(p), high = load(p + 32);
		uint64_t in = parity(is(low, high, '"')) ^ string;

		if ((join(below(low), below(high)) & in) | is(low, high, '\\'))
			break;
		string = (uint64_t)((int64_t)in >> 63);
		b->first[i] = (uint16_t)(out - b->bytes - AHEAD);
		b->out[i] = ~in;
		b->names[i] = join(ends_pair(p, second, first), ends_pair(p + 32, second, first));
		out = put_bones(out, p, ~in);
	}
	b->blocks = i;
	b->count = (size_t)(out - b->bytes - AHEAD);
	return string;
}

/* Of two tables of 128; 0 of other bytes. */
CLASSIFY void
look_up(const unsigned char *of, const unsigned char *other, __m256i v, __m256i found[2])
{
	found[0] = found[1] = _mm256_setzero_si256();
	for (int row = 0; row < 8; row++) {
		/* The top bit, which makes a 0, of all that is not in the row. */
		__m256i at =
			_mm256_adds_epu8(_mm256_sub_epi8(v, _mm256_set1_epi8((char)(row * 16))),
				_mm256_set1_epi8(0x70));
		__m256i one = table(of + row * 16), two = table(other + row * 16);

		found[0] = _mm256_or_si256(found[0], _mm256_shuffle_epi8(one, at));
		found[1] = _mm256_or_si256(found[1], _mm256_shuffle_epi8(two, at));
	}
}

/* Bytes that may not stand behind the one before. */
CLASSIFY __m256i
unfit(const char *at)
{
	__m256i is_v[2], after[2], none = _mm256_setzero_si256();

	look_up(skim_pair_is, skim_letter_is, load(at), is_v);
	look_up(skim_pair_after, skim_letter_after, load(at - 1), after);
	return _mm256_or_si256(_mm256_cmpeq_epi8(_mm256_and_si256(is_v[0], after[0]), none),
		_mm256_cmpeq_epi8(_mm256_and_si256(is_v[1], after[1]), none));
}

/* The words one higher, and a 0. */
CLASSIFY __m256i
raise(__m256i words)
{
	return _mm256_blend_epi32(_mm256_permute4x64_epi64(words, 0x90), _mm256_setzero_si256(), 3);
}

/* Behind each byte, the sum of the bytes up to it, and of `before`. */
CLASSIFY __m256i
sums(__m256i v, int before)
{
	const __m256i first = _mm256_set_epi64x(0x0808080808080808, 0, 0x0808080808080808, 0);
	__m256i one, two, three;

	v = _mm256_add_epi8(v, _mm256_slli_epi64(v, 8));
	v = _mm256_add_epi8(v, _mm256_slli_epi64(v, 16));
	v = _mm256_add_epi8(v, _mm256_slli_epi64(v, 32));
	one = raise(_mm256_srli_epi64(v, 56));
	two = raise(one);
	three = raise(two);
	one = _mm256_add_epi8(one, _mm256_add_epi8(two, three));
	v = _mm256_add_epi8(v, _mm256_set1_epi8((char)before));
	return _mm256_add_epi8(v, _mm256_shuffle_epi8(one, first));
}

/* What each byte adds to the depth. */
CLASSIFY __m256i
steps(__m256i v)
{
	__m256i braced = _mm256_or_si256(v, _mm256_set1_epi8(BRACE_BIT));

	return _mm256_sub_epi8(_mm256_cmpeq_epi8(braced, _mm256_set1_epi8('}')),
		_mm256_cmpeq_epi8(braced, _mm256_set1_epi8('{')));
}

SKIM_INLINE struct joint
look(const unsigned char *bones, int depth)
{
	const char *at = (const char *)bones;
	__m256i low = load(at), high = load(at + 32), one = _mm256_set1_epi8(1);
	__m256i up = steps(low), down = steps(high), ends = _mm256_set1_epi8(-1);
	__m256i bit = _mm256_set1_epi8(BRACE_BIT), none = _mm256_setzero_si256();
	struct joint j = {
		.wrong = join(unfit(at), unfit(at + 32)),
		.open = join(_mm256_cmpeq_epi8(up, one), _mm256_cmpeq_epi8(down, one)),
		.close = join(_mm256_cmpeq_epi8(up, ends), _mm256_cmpeq_epi8(down, ends)),
		.square = join(_mm256_cmpeq_epi8(_mm256_and_si256(low, bit), none),
			_mm256_cmpeq_epi8(_mm256_and_si256(high, bit), none)),
		.line = is(low, high, '\n'),
		.comma = is(low, high, ','),
		.colon = is(low, high, ':'),
		.quote = is(low, high, '"'),
	};

	up = sums(up, depth);
	down = sums(down, (signed char)_mm256_extract_epi8(up, 31));
	j.ground = is(up, down, 0);
	j.first = is(up, down, 1);
	j.under = join(up, down);
	return j;
}

SKIM_INLINE uint64_t
named_blocks(const struct bones *b)
{
	uint64_t named = 0;

	for (size_t i = 0; i < b->blocks; i++)
		named |= (uint64_t)(b->names[i] != 0) << i;
	return named;
}

SKIM_INLINE size_t
block_of(const struct bones *b, size_t bone)
{
	size_t at = 0;

	for (size_t step = PASS_MAX / 2; step; step /= 2)
		at += at + step < b->blocks && b->first[at + step] <= bone ? step : 0;
	return at;
}

#define SKIM_PASSES
#include "core/scan/skim_loop.inc"

#endif
