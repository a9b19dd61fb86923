/* skim.h with the instructions of AVX-512: a block is one register. */
#ifdef __x86_64__

#include <immintrin.h>
#include <stdint.h>

#define SKIM_TARGET                                                                                \
	__attribute__((                                                                            \
		target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,pclmul,bmi,bmi2,lzcnt,popcnt")))
#define SKIM_LOOP skim_avx512
#define CLASSIFY static inline __attribute__((always_inline)) SKIM_TARGET

#include "core/scan/skim_bits.inc"
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
	__m512i braced = _mm512_or_si512(v, _mm512_set1_epi8(BRACE_BIT));

	return (struct strings){
		.quote = is(v, '"'),
		.backslash = is(v, '\\'),
		.open = is(braced, '{'),
		.close = is(braced, '}'),
		.control = word(_mm512_cmplt_epu8_mask(v, _mm512_set1_epi8(' '))),
		.n = is(v, 'N') | is(v, 'E') | is(v, 'K') | is(v, 'P') | is(v, 'T') | is(v, 'A'),
		.t = is(v, 't') | is(v, 'l') | is(v, 's') | is(v, 'I'),
	};
}

CLASSIFY __m512i
table(const unsigned char *at)
{
	return _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)(const void *)at));
}

/* Bitwise, since comparing makes masks, which is slower. */
CLASSIFY uint64_t
names(__m512i v, __m512i before, __m512i second, __m512i first)
{
	enum { XOR_OR = 0xf6 }; /* a | (b ^ c) */
	__m512i other = _mm512_xor_si512(v, _mm512_shuffle_epi8(second, v));

	other = _mm512_ternarylogic_epi64(other, before, _mm512_shuffle_epi8(first, v), XOR_OR);
	return _mm512_testn_epi8_mask(other, other);
}

CLASSIFY uint64_t
equal(const char *block, char c)
{
	return is(_mm512_loadu_si512(block), c);
}

/* Of a table of 128. */
CLASSIFY __m512i
look_up(const unsigned char *of, __m512i v)
{
	return _mm512_permutex2var_epi8(_mm512_load_si512(of), v, _mm512_load_si512(of + 64));
}

#include "core/scan/skim_run.h"
#include "core/scan/skim_pass.inc"

/* Seldom more than half a block: that much crosses fewer lines of the cache. */
CLASSIFY void
put_bones(unsigned char *to, __m512i bones, int count)
{
	if (__builtin_expect(count <= BLOCK / 2, 1))
		_mm256_storeu_si256((__m256i *)(void *)to, _mm512_castsi512_si256(bones));
	else
		_mm512_storeu_si512(to, bones);
}

SKIM_INLINE uint64_t
thin(struct bones *b, const struct skim_pairs *pairs, const char *p, size_t blocks, uint64_t string)
{
	/* By the low half of a byte: the one that is odd in a string (0 is), or another. */
	const __m512i odd_is = _mm512_broadcast_i32x4(
		_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, '\\', 0, 0, 0));
	const __m512i second = table(pairs->second), first = table(pairs->first);
	__m512i quotes = _mm512_set1_epi8('"');
	unsigned char *out = b->bytes + AHEAD;
	size_t i;

	for (i = 0; i < blocks; i++, p += BLOCK) {
		__m512i v = _mm512_loadu_si512(p);
		uint64_t in = parity(word(_mm512_cmpeq_epi8_mask(v, quotes))) ^ string;
		uint64_t odd = word(_mm512_cmpeq_epi8_mask(v, _mm512_shuffle_epi8(odd_is, v)));

		/* Outside of strings the pairs have none of those. Asked there, rather than with
		 * `in` as a mask, which costs a tenth of all. */
		if (odd & in)
			break;
		string = (uint64_t)((int64_t)in >> 63);
		b->first[i] = (uint16_t)(out - b->bytes - AHEAD);
		b->out[i] = ~in;
		b->names[i] = names(v, _mm512_loadu_si512(p - 1), second, first);
		put_bones(out, _mm512_maskz_compress_epi8(~in, v), __builtin_popcountll(~in));
		out += __builtin_popcountll(~in);
	}
	b->blocks = i;
	b->count = (size_t)(out - b->bytes - AHEAD);
	return string;
}

/* Behind each byte, the sum of the bytes up to it. */
CLASSIFY __m512i
sums(__m512i v)
{
	const __m512i none = _mm512_setzero_si512();
	const __m512i first = _mm512_set_epi64(0x0808080808080808, 0, 0x0808080808080808, 0,
		0x0808080808080808, 0, 0x0808080808080808, 0);
	__m512i words;

	v = _mm512_add_epi8(v, _mm512_slli_epi64(v, 8));
	v = _mm512_add_epi8(v, _mm512_slli_epi64(v, 16));
	v = _mm512_add_epi8(v, _mm512_slli_epi64(v, 32));
	/* The words of 8 before each. */
	words = _mm512_alignr_epi64(_mm512_srli_epi64(v, 56), none, 7);
	words = _mm512_add_epi8(words, _mm512_alignr_epi64(words, none, 7));
	words = _mm512_add_epi8(words, _mm512_alignr_epi64(words, none, 6));
	words = _mm512_add_epi8(words, _mm512_alignr_epi64(words, none, 4));
	return _mm512_add_epi8(v, _mm512_shuffle_epi8(words, first));
}

SKIM_INLINE struct joint
look(const unsigned char *at, int depth)
{
	__m512i v = _mm512_loadu_si512(at), before = _mm512_loadu_si512(at - 1);
	__m512i ones = _mm512_set1_epi8(1), bit = _mm512_set1_epi8(BRACE_BIT);
	__m512i braced = _mm512_or_si512(v, bit), depths;
	__mmask64 open = _mm512_cmpeq_epi8_mask(braced, _mm512_set1_epi8('{'));
	__mmask64 close = _mm512_cmpeq_epi8_mask(braced, _mm512_set1_epi8('}'));
	__mmask64 wrong = _mm512_movepi8_mask(v);

	wrong |= _mm512_testn_epi8_mask(look_up(skim_pair_is, v), look_up(skim_pair_after, before));
	wrong |= _mm512_testn_epi8_mask(
		look_up(skim_letter_is, v), look_up(skim_letter_after, before));
	depths = _mm512_maskz_mov_epi8(open, ones);
	depths = sums(_mm512_mask_sub_epi8(depths, close, depths, ones));
	depths = _mm512_add_epi8(depths, _mm512_set1_epi8((char)depth));
	return (struct joint){
		.wrong = word(wrong),
		.open = word(open),
		.close = word(close),
		.square = word(_mm512_testn_epi8_mask(v, bit)),
		.line = is(v, '\n'),
		.comma = is(v, ','),
		.colon = is(v, ':'),
		.quote = is(v, '"'),
		.ground = is(depths, 0),
		.first = is(depths, 1),
		.under = word(_mm512_movepi8_mask(depths)),
	};
}

/* Those after the last block are of before. */
SKIM_INLINE uint64_t
named_blocks(const struct bones *b)
{
	uint64_t named = 0;

	for (int i = 0; i < PASS_MAX; i += 8) {
		__m512i names = _mm512_load_si512(b->names + i);

		named |= (uint64_t)_mm512_test_epi64_mask(names, names) << i;
	}
	return named;
}

SKIM_INLINE size_t
block_of(const struct bones *b, size_t bone)
{
	__m512i wanted = _mm512_set1_epi16((short)bone);
	uint64_t low = _mm512_cmple_epu16_mask(_mm512_load_si512(b->first), wanted);
	uint64_t high = _mm512_cmple_epu16_mask(_mm512_load_si512(b->first + 32), wanted);
	uint64_t begun = (low | high << 32) & (UINT64_MAX >> (PASS_MAX - b->blocks));

	return (size_t)__builtin_popcountll(begun) - 1;
}

#define SKIM_PASSES
#include "core/scan/skim_loop.inc"

#endif
