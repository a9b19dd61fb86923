#include "core/scan/skim.h"

#include "core/scan/skim_note.h"
#include "core/scan/skim_pair.h"

static bool
always(void)
{
	return true;
}

#ifdef __x86_64__
static bool
has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") &&
	       __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

static bool
has_avx512(void)
{
	return has_avx2() && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
}
#endif

const struct skim_engine skim_engines[] = {
#ifdef __x86_64__
	{"AVX-512", has_avx512, skim_avx512},
	{"AVX2", has_avx2, skim_avx2},
#endif
	{"C", always, skim_plain},
	{NULL, NULL, NULL},
};

enum skim_end
skim(struct skim *s, struct str bytes)
{
	const struct skim_engine *engine = skim_engines;

	while (!engine->works())
		engine++;
	return engine->skim(s, bytes);
}

/* ---- what is seldom met ---- */

static bool
fits(unsigned char before, unsigned char c)
{
	return c < 128 && before < 128 && skim_pair_is[c] & skim_pair_after[before] &&
	       skim_letter_is[c] & skim_letter_after[before];
}

static bool
may_begin(unsigned char c)
{
	return c < 128 && skim_pair_is[c] & SKIM_PAIR_SCALAR &&
	       skim_letter_is[c] & (SKIM_LETTER_FIRST | SKIM_LETTER_OTHER);
}

static bool
may_end(unsigned char c)
{
	return c < 128 && skim_pair_after[c] & SKIM_PAIR_COMMA &&
	       skim_letter_after[c] & SKIM_LETTER_OTHER;
}

uint64_t
skim_scalars(const char *block, uint64_t scalar, uint64_t ended, bool begun)
{
	const unsigned char *bytes = (const unsigned char *)block;
	uint64_t before = scalar << 1 | begun, bad = 0;

	for (; scalar; scalar &= scalar - 1) {
		uint64_t bit = scalar & -scalar;
		const unsigned char *at = bytes + __builtin_ctzll(bit);

		if (!(before & bit ? fits(at[-1], at[0]) : may_begin(at[0])))
			bad |= bit;
	}
	for (; ended; ended &= ended - 1)
		if (!may_end(bytes[__builtin_ctzll(ended) - 1]))
			bad |= ended & -ended;
	return bad;
}

bool
skim_knows_markup(const struct skim *s)
{
	bool any = false;

	for (size_t i = 0; i < s->literal_count; i++)
		for (size_t k = 0; k < s->literals[i].len; k++) {
			char c = s->literals[i].data[k];

			any |= (c == '<') | (c == '>') | (c == '&');
		}
	return !any;
}

/* \u003c, \u003e, \u0026: many writers escape < > & so. at: the u. */
static bool
is_markup(const char *at, const char *end)
{
	static const char *const digits[] = {"003c", "003e", "0026", "003C", "003E"};

	for (size_t i = 0; end - at > 4 && i < sizeof(digits) / sizeof(digits[0]); i++)
		if (memcmp(at + 1, digits[i], 4) == 0)
			return true;
	return false;
}

/* Tables, since these are asked of every escape. */
static const bool is_escape[256] = {['"'] = true, ['\\'] = true, ['/'] = true, ['b'] = true,
	['f'] = true, ['n'] = true, ['r'] = true, ['t'] = true, ['u'] = true};
static const bool is_hex[256] = {
	['0' ... '9'] = true, ['a' ... 'f'] = true, ['A' ... 'F'] = true};

uint64_t
skim_escapes(const char *block, uint64_t escaped, const char *end, bool markup, uint64_t *bad)
{
	uint64_t hex = 0;

	for (; escaped; escaped &= escaped - 1) {
		const char *at = block + __builtin_ctzll(escaped);
		uint64_t bit = escaped & -escaped;

		if (!is_escape[(unsigned char)*at])
			*bad |= bit;
		/* An escaped backslash before a u is an escape in a string inside this one. */
		if (*at == 'u')
			hex |= markup && is_markup(at, end) ? 0 : bit;
		else if (*at == '\\' && at + 1 < end && at[1] == 'u')
			hex |= markup && is_markup(at + 1, end) ? 0 : bit;
		if (*at != 'u')
			continue;
		for (int i = 1; i <= 4 && at + i < end; i++)
			if (!is_hex[(unsigned char)at[i]])
				*bad |= bit;
	}
	return hex;
}

/* ---- units ---- */

/* Between a name and its value, however often they were quoted. */
static bool
is_between(const char *at)
{
	return *at == '\\' || *at == '"' || *at == ':' || str_is_blank(*at) ||
	       (at[-1] == '\\' && (*at == 'n' || *at == 'r' || *at == 't'));
}

/* One of 64, by what a literal begins with. */
static uint64_t
head_bit(uint32_t head)
{
	return UINT64_C(1) << (head * UINT32_C(0x9E3779B1) >> 26);
}

void
skim_open(struct skim_unit *u, struct skim *s, struct str bytes)
{
	*u = (struct skim_unit){.skim = s, .bytes = bytes, .headed = s->literal_count <= SKIM_HEADS};
	for (size_t i = 0; u->headed && i < s->literal_count; i++) {
		if (s->literals[i].len < sizeof(u->heads[i])) {
			u->headed = false;
			break;
		}
		memcpy(&u->heads[i], s->literals[i].data, sizeof(u->heads[i]));
		u->head_bits |= head_bit(u->heads[i]);
	}
}

/* clang-format off */
const struct skim_pairs *
skim_pairs_of(const struct skim *s)
{
	static const struct skim_pairs of_names = {
		.second = {[0] = 1, ['N' & 15] = 'N', ['E' & 15] = 'E'},
		.first = {['N' & 15] = 't', ['E' & 15] = 'l'},
	};
	static const struct skim_pairs of_fields = {
		.second = {['N' & 15] = 'N', ['E' & 15] = 'E', ['K' & 15] = 'K', ['P' & 15] = 'P',
			['T' & 15] = 'T', ['A' & 15] = 'A'},
		.first = {['N' & 15] = 't', ['E' & 15] = 'l', ['K' & 15] = 's', ['P' & 15] = 'I',
			['T' & 15] = 't', ['A' & 15] = 't'},
	};

	return s->wants ? &of_fields : &of_names;
}
/* clang-format on */

/* Many literals begin alike, and most values like none of them. */
static bool
begins_as_one(const struct skim_unit *u, struct str rest)
{
	uint32_t head;

	if (rest.len < sizeof(head))
		return false;
	memcpy(&head, rest.data, sizeof(head));
	if (!(u->head_bits & head_bit(head)))
		return false;
	for (size_t i = 0; i < u->skim->literal_count; i++)
		if (u->heads[i] == head && str_starts_with(rest, u->skim->literals[i]))
			return true;
	return false;
}

static bool
begins_wanted(const struct skim_unit *u, const char *at)
{
	struct str rest = {at, (size_t)(u->bytes.data + u->bytes.len - at)};

	if (u->headed)
		return begins_as_one(u, rest);
	for (size_t i = 0; i < u->skim->literal_count; i++)
		if (str_starts_with(rest, u->skim->literals[i]))
			return true;
	return false;
}

/* Does a name begin where the value does? At the end of the bytes the unit is not whole. */
static bool
may_be_wanted(const struct skim_unit *u, const char *at)
{
	const char *end = u->bytes.data + u->bytes.len;

	if (end - at > 3 && at[0] == '"' && at[1] == ':' && at[2] == '"')
		return begins_wanted(u, at + 3);
	for (; at < end; at++) {
		if (begins_wanted(u, at))
			return true;
		if (!is_between(at))
			return false;
	}
	return false;
}

/* at: the second letter of a pair. What CloudTrailEvent holds is for others to read. */
void
skim_name(struct skim_unit *u, const char *at)
{
	const char *end = u->bytes.data + u->bytes.len;

	if (!u->start)
		return;
	if (*at == 'E') {
		u->matters |= at - u->start > 10 && end - at > 5 && at[-2] == 'i' &&
			      memcmp(at - 10, "CloudTrailEvent", 15) == 0;
	} else if (*at != 'N') {
		if (u->skim->wants)
			field_note(&u->fields, at, u->start, end);
	} else if (at - u->start > 5 && end - at > 4 && memcmp(at - 5, "eventNam", 8) == 0 &&
		   at[3] == 'e') {
		u->named |= at[4] == '"' && at[-6] == '"';
		u->matters |= may_be_wanted(u, at + 4);
	}
}

/* Constant lengths: compared without a call. */
#define ENDS(at, room, word)                                                                       \
	((room) >= sizeof(word) - 1 &&                                                             \
		memcmp((at) - (sizeof(word) - 1), word, sizeof(word) - 1) == 0)

/* Behind a name, and a colon. */
static bool
names_list(const struct skim_unit *u, const char *at)
{
	size_t room;

	while (at > u->start && (at[-1] == ':' || str_is_blank(at[-1])))
		at--;
	room = (size_t)(at - u->start);
	return ENDS(at, room, "ords\"") ? ENDS(at, room, "\"Records\"")
	       : ENDS(at, room, "nts\"")
		       ? ENDS(at, room, "\"Events\"")
		       : ENDS(at, room, "\"tables\"") || ENDS(at, room, "\"partialTables\"");
}

static bool
is_odd(const struct skim_unit *u, size_t len)
{
	return len > u->skim->max_unit || (u->skim->may_hold && u->hex && u->arrays);
}

static bool
is_only_counted(const struct skim_unit *u, struct str raw)
{
	const struct skim *s = u->skim;

	if (!s->literal_count || !u->named || u->hex)
		return false;
	return s->wants ? !s->wants(s->wants_context, raw, u->matters, &u->fields) : !u->matters;
}

bool
skim_end_unit(struct skim_unit *u, const char *at, enum skim_end *stop)
{
	struct skim *s = u->skim;
	struct str raw = {u->start, (size_t)(at - u->start)};
	enum skim_answer answer;

	if (is_odd(u, raw.len)) {
		*stop = SKIM_ODD;
		return false;
	}
	answer = SKIM_TAKEN;
	if (is_only_counted(u, raw))
		s->records++;
	else
		answer = s->give(s->context, raw);
	if (answer != SKIM_LEFT)
		s->used = (size_t)(at - u->bytes.data);
	*stop = answer == SKIM_LEFT ? SKIM_ODD : SKIM_STOPPED;
	return answer == SKIM_TAKEN;
}

bool
skim_array(struct skim_unit *u, const char *at, enum skim_end *stop)
{
	u->arrays = true;
	/* At once: its elements do not wait for its end. */
	if (!u->skim->may_hold || !names_list(u, at))
		return true;
	*stop = SKIM_ODD;
	return false;
}

bool
skim_take(struct skim_unit *u, const char *block, const struct skim_marks *m, uint64_t fine,
	enum skim_end *stop)
{
	uint64_t left = (m->starts | m->ends | m->names | m->hex | m->arrays) & fine;

	for (; left; left &= left - 1) {
		const char *at = block + __builtin_ctzll(left);
		uint64_t bit = left & -left;

		if (m->starts & bit)
			skim_begin(u, at);
		if (m->names & bit)
			skim_name(u, at);
		if (m->hex & bit)
			u->hex = true;
		if (m->arrays & bit && !skim_array(u, at, stop))
			return false;
		if (m->ends & bit && !skim_end_unit(u, at + 1, stop))
			return false;
	}
	return true;
}
