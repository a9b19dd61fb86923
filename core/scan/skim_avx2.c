/* skim.h with the instructions of AVX2: a block is two registers. */
#ifdef __x86_64__

#include <immintrin.h>
#include <stdint.h>

#define SKIM_TARGET __attribute__((target("avx2,pclmul,bmi,lzcnt,popcnt")))
#define SKIM_LOOP skim_avx2
#define CLASSIFY static inline __attribute__((always_inline)) SKIM_TARGET

#include "core/scan/skim_mask.h"

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
	/* A bracket and a brace differ in this bit alone. */
	__m256i bit = _mm256_set1_epi8(0x20);
	__m256i braced_low = _mm256_or_si256(low, bit), braced_high = _mm256_or_si256(high, bit);

	return (struct strings){
		.quote = is(low, high, '"'),
		.backslash = is(low, high, '\\'),
		.open = is(braced_low, braced_high, '{'),
		.close = is(braced_low, braced_high, '}'),
		.control = join(below(low), below(high)),
		.n = is(low, high, 'N') | is(low, high, 'E'),
		.t = is(low, high, 't') | is(low, high, 'l'),
	};
}

CLASSIFY uint64_t
equal(const char *block, char c)
{
	return is(load(block), load(block + 32), c);
}

/* Bit i: the parity of the bits up to i. */
CLASSIFY uint64_t
parity(uint64_t bits)
{
	__m128i x = _mm_set_epi64x(0, (long long)bits);

	return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(x, _mm_set1_epi8(-1), 0));
}

#include "core/scan/skim_run.h"
#include "core/scan/skim_loop.inc"

#endif
