#include "core/history/sweep.h"

#include "core/base/json.h"

/* ---- the names, by a pair of letters that little else has ---- */

enum name_is { IS_KEY, IS_ADDRESS, IS_TIME, NAMES };

static const struct {
	size_t len, at; /* of the name; where the second letter of the pair stands in it */
} names[NAMES] = {[IS_KEY] = {11, 6}, [IS_ADDRESS] = {15, 7}, [IS_TIME] = {9, 5}};

static bool
is_pair(const char *at)
{
	return (at[0] == 'K' && at[-1] == 's') || (at[0] == 'P' && at[-1] == 'I') ||
	       (at[0] == 'T' && at[-1] == 't');
}

#define INLINE static inline __attribute__((always_inline))

INLINE bool
find_plain_with(struct str bytes, sweep_visit *visit, void *context)
{
	for (size_t i = 1; i < bytes.len; i++)
		if (is_pair(bytes.data + i) && visit(context, bytes.data + i))
			return true;
	return false;
}

#ifdef __x86_64__
enum { BLOCK = 32 };
#define AVX2 __attribute__((target("avx2,bmi")))
typedef char block __attribute__((vector_size(BLOCK)));

static bool
has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
}

INLINE AVX2 block
load(const void *at)
{
	block bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

/* By the low half of a byte, twice: the one second letter of a pair that has it, and its first. No
 * byte is equal to what stands elsewhere. */
#define BY_HALF(p, t, k, none)                                                                     \
	{                                                                                          \
		p, none, none, none, t, none, none, none, none, none, none, k, none, none, none,   \
			0, p, none, none, none, t, none, none, none, none, none, none, k, none,    \
			none, none, 0                                                              \
	}
static const char second[BLOCK] = BY_HALF('P', 'T', 'K', 15);
static const char first[BLOCK] = BY_HALF('I', 't', 's', 0);

INLINE AVX2 uint32_t
pairs(const char *at)
{
	block bytes = load(at), before = load(at - 1);
	block is_second = (block)(__builtin_ia32_pshufb256(load(second), bytes) == bytes);
	block is_first = (block)(__builtin_ia32_pshufb256(load(first), bytes) == before);

	return (uint32_t)__builtin_ia32_pmovmskb256(is_second & is_first);
}

/* The last block overlaps the one before it. */
INLINE AVX2 bool
find_avx2_with(struct str bytes, sweep_visit *visit, void *context)
{
	const char *at = bytes.data + 1, *end = bytes.data + bytes.len;
	uint32_t fresh = ~UINT32_C(0);

	if (bytes.len < BLOCK + 1)
		return find_plain_with(bytes, visit, context);
	for (; at < end; at += BLOCK) {
		if (end - at < BLOCK) {
			fresh <<= BLOCK - (end - at);
			at = end - BLOCK;
		}
		for (uint32_t found = pairs(at) & fresh; found; found &= found - 1)
			if (visit(context, at + __builtin_ctz(found)))
				return true;
	}
	return false;
}
#endif

/* ---- values ---- */

struct looking {
	struct sweep *sweep;
	struct str unit;
	struct str time;
	unsigned times; /* that were met */
};

static const char *
skip_backslashes(const char *at, const char *end)
{
	while (at < end && *at == '\\')
		at++;
	return at;
}

/* White space, which a string inside a string holds escaped. */
static const char *
skip_blanks(const char *at, const char *end)
{
	for (;;) {
		const char *escaped = skip_backslashes(at, end);

		if (at < end && strchr(" \t\r\n", *at) && *at)
			at++;
		else if (escaped > at && escaped < end && strchr("nrt", *escaped) && *escaped)
			at = escaped + 1;
		else
			return at;
	}
}

/* A quotation mark, however often it was escaped; NULL: there is another byte. */
static const char *
behind_quote(const char *at, const char *end)
{
	at = skip_backslashes(at, end);
	return at < end && *at == '"' ? at + 1 : NULL;
}

/* at: behind a name. Where the text of its value begins; NULL: it is no string. */
static const char *
value_from(const char *at, const char *end)
{
	if (end - at > 3 && memcmp(at, "\":\"", 3) == 0)
		return at + 3;
	at = behind_quote(at, end);
	at = at ? skip_blanks(at, end) : NULL;
	if (!at || at == end || *at != ':')
		return NULL;
	return behind_quote(skip_blanks(at + 1, end), end);
}

/* at: behind a name. The string that is its value; absent: it has none. *odd: an escape stands in
 * it. */
static struct str
value_behind(const char *at, const char *end, bool *odd)
{
	const char *from = value_from(at, end);

	if (!from)
		return STR_ABSENT;
	for (at = from; at < end && *at != '"' && *at != '\\'; at++)
		;
	*odd = !behind_quote(at, end);
	return (struct str){from, (size_t)(at - from)};
}

static bool
is_wanted(struct sweep *s, enum term_kind kind, struct str value)
{
	uint64_t hash = want_hash(kind, value);

	if (kind == TERM_KEY && s->keys.words)
		keyset_add(&s->keys, hash);
	return want_find_hash(s->want, hash, kind, value) > s->after;
}

/* Constant lengths: compared without a call. */
static bool
is_name(const char *at, enum name_is name)
{
	switch (name) {
	case IS_KEY:
		return memcmp(at, "accessKeyId", 11) == 0;
	case IS_ADDRESS:
		return memcmp(at, "sourceIPAddress", 15) == 0;
	default:
		return memcmp(at, "eventTime", 9) == 0;
	}
}

static bool
stands_at(struct str unit, const char *at, enum name_is name)
{
	size_t before = (size_t)(at - unit.data), most = unit.len - before;

	return before >= names[name].at && most >= names[name].len - names[name].at &&
	       is_name(at - names[name].at, name);
}

INLINE bool
take_pair(void *context, const char *at)
{
	struct looking *l = context;
	enum name_is name = *at == 'K' ? IS_KEY : *at == 'P' ? IS_ADDRESS : IS_TIME;
	bool odd = false;
	struct str value;

	if (!stands_at(l->unit, at, name))
		return false;
	value = value_behind(
		at - names[name].at + names[name].len, l->unit.data + l->unit.len, &odd);
	if (!value.data)
		return false;
	if (name != IS_TIME)
		return odd || is_wanted(l->sweep, name == IS_KEY ? TERM_KEY : TERM_ADDRESS, value);
	l->time = value;
	l->times++;
	return false;
}

/* Where several stand, that of the record itself counts, not one that it holds. */
static struct str
own_time(struct str unit)
{
	struct json_lexer lexer = {unit, 0};
	struct json_member member;
	bool plain;

	if (!json_enter_object(&lexer))
		return STR_ABSENT;
	while (json_next_member(&lexer, &member))
		if (json_spells(member.key, STR("eventTime")))
			return json_string_length(member.value, &plain) && plain
				       ? str_slice(member.value, 1, member.value.len - 2)
				       : STR_ABSENT;
	return STR_ABSENT;
}

/* ---- the ways ---- */

static bool
always(void)
{
	return true;
}

static bool
find_plain(struct str bytes, sweep_visit *visit, void *context)
{
	return find_plain_with(bytes, visit, context);
}

static bool
look_plain(struct looking *l)
{
	return find_plain_with(l->unit, take_pair, l);
}

#ifdef __x86_64__
static AVX2 bool
find_avx2(struct str bytes, sweep_visit *visit, void *context)
{
	return find_avx2_with(bytes, visit, context);
}

static AVX2 bool
look_avx2(struct looking *l)
{
	return find_avx2_with(l->unit, take_pair, l);
}
#endif

const struct sweep_engine sweep_engines[] = {
#ifdef __x86_64__
	{"AVX2", has_avx2, find_avx2, look_avx2},
#endif
	{"C", always, find_plain, look_plain},
	{NULL, NULL, NULL, NULL},
};

static const struct sweep_engine *
best(void)
{
	const struct sweep_engine *engine = sweep_engines;

	while (!engine->works())
		engine++;
	return engine;
}

bool
sweep_wants(struct sweep *s, struct str unit)
{
	struct looking looking = {.sweep = s, .unit = unit};

	if (want_is_odd(s->want) || best()->look(&looking))
		return true;
	if (looking.times > 1)
		looking.time = own_time(unit);
	if (looking.time.len)
		spans_add_text(&s->spans, looking.time);
	return false;
}
