#include "core/history/sweep.h"

#include "core/alert/address.h"
#include "core/base/json.h"

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

		if (at < end && str_is_blank(*at))
			at++;
		else if (escaped > at && escaped < end &&
			 (*escaped == 'n' || *escaped == 'r' || *escaped == 't'))
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
	at = from + json_plain_length((struct str){from, (size_t)(end - from)});
	while (at < end && *at != '"' && *at != '\\')
		at++;
	*odd = !behind_quote(at, end);
	return (struct str){from, (size_t)(at - from)};
}

static bool
is_wanted_key(struct sweep *s, struct str value)
{
	uint64_t hash = want_hash(TERM_KEY, value);

	if (s->keys.words)
		keyset_add(&s->keys, hash);
	return want_find_hash(s->want, hash, TERM_KEY, value) > s->after;
}

static bool
is_wanted_user(const struct sweep *s, struct str name, bool odd)
{
	return name.data && (odd || want_user(s->want, name) > s->after);
}

/* Who calls with a lasting key may be a user who is looked for. */
struct callers {
	size_t count;	 /* of such keys */
	const char *key; /* the last */
	bool wanted;
	bool unnamed; /* not right behind it, where CloudTrail writes it */
};

/* The name behind the value of an `accessKeyId` belongs to the same object. */
static void
note_caller(const struct sweep *s, struct callers *callers, struct str key, const char *end)
{
	static const char between[] = "\",\"userName";
	const char *at = key.data + key.len;
	struct str name = STR_ABSENT;
	bool odd = false;

	if (!str_starts_with(key, TRACE_LASTING))
		return;
	callers->count++;
	callers->key = key.data;
	if ((size_t)(end - at) > sizeof(between) &&
		memcmp(at, between, sizeof(between) - 1) == 0)
		name = value_behind(at + sizeof(between) - 1, end, &odd);
	callers->unnamed |= !name.data;
	callers->wanted |= is_wanted_user(s, name, odd);
}

/* Root has no name. */
static bool
may_be_users(const struct sweep *s, const struct callers *callers, struct str unit)
{
	const char *end = unit.data + unit.len;
	size_t at = 0;

	if (callers->count && want_user(s->want, STR("")) > s->after &&
		str_find(unit, STR("Root"), 0) != (size_t)-1)
		return true;
	while (callers->unnamed && (at = str_find(unit, STR("userName"), at)) != (size_t)-1) {
		bool odd = false;
		struct str name = value_behind(unit.data + (at += 8), end, &odd);

		if (is_wanted_user(s, name, odd))
			return true;
	}
	return false;
}

/* Where no IPv6 address is wanted, an IPv4 address can be spelled as one: it begins with zeros. */
static bool
may_be_wanted(const struct sweep *s, struct str value)
{
	return want_has_ipv6(s->want) || value.data[0] == ':' || value.data[0] == '0';
}

static bool
is_wanted_address(const struct sweep *s, struct str value)
{
	char buffer[ADDRESS_TEXT];

	if (address_has_spellings(value) && may_be_wanted(s, value))
		value = address_spell(value, buffer);
	return want_find(s->want, TERM_ADDRESS, value) > s->after;
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

/* Most stand in the trail of one account. */
static uint64_t
number_of(struct sweep *s, struct str account)
{
	if (account.len != sizeof(s->account))
		return spans_account(account);
	if (memcmp(s->account, account.data, account.len) != 0) {
		memcpy(s->account, account.data, account.len);
		s->number = spans_account(account);
	}
	return s->number;
}

void
sweep_note(struct sweep *s, const struct sweep_found *found, int64_t time)
{
	spans_add(&s->spans, number_of(s, found->account), time);
}

static void
note_time(struct sweep *s, struct str unit, const struct sweep_found *found, struct str time,
	size_t times)
{
	if (times > 1)
		time = own_time(unit);
	if (time.len)
		spans_add_text(&s->spans, number_of(s, found->account), time);
}

enum sweep_answer
sweep_wants(struct sweep *s, struct str unit, const struct fields *fields,
	struct sweep_found *found)
{
	const char *end = unit.data + unit.len;
	struct str time = STR_ABSENT;
	struct callers callers = {0};
	size_t times = 0, addresses = 0;

	*found = (struct sweep_found){NULL, NULL, STR_ABSENT};
	if (want_is_odd(s->want) || fields->more)
		return SWEEP_YES;
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->list[i];
		bool odd = false;
		struct str value = value_behind(field->behind, end, &odd);

		if (!value.data)
			continue;
		if (field->name == FIELD_TIME) {
			time = value;
			times++;
		} else if (field->name == FIELD_ACCOUNT) {
			found->account = odd ? STR_ABSENT : value;
		} else if (field->name == FIELD_ADDRESS) {
			if (!odd && !is_wanted_address(s, value))
				continue;
			found->address = value.data;
			addresses++;
		} else if (odd || is_wanted_key(s, value)) {
			return SWEEP_YES;
		} else {
			note_caller(s, &callers, value, end);
		}
	}
	if (callers.wanted || may_be_users(s, &callers, unit))
		found->key = callers.key;
	if (addresses > 1 || (found->key && callers.count > 1))
		return SWEEP_YES;
	if (found->address || found->key)
		return SWEEP_FIRST;
	note_time(s, unit, found, time, times);
	return SWEEP_NO;
}
