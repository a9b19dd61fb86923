/* Functions over strings: a row each, and the function behind it. Positions and lengths count
 * code points. */
#include "core/base/text.h"
#include "core/rule/kql_function.h"

static struct value
eval_strlen(const struct kql_call *c)
{
	return value_long((int64_t)text_length(kql_text(c, 0)));
}

/* A negative start counts from the end; beyond the end gives "" (settled.md 17). */
static struct value
eval_substring(const struct kql_call *c)
{
	struct str s = kql_text(c, 0);
	int64_t length = (int64_t)text_length(s), start = c->args[1].i;
	int64_t count = c->count > 2 ? c->args[2].i : length;
	size_t from, to;

	if (start < 0)
		start = start + length < 0 ? 0 : start + length;
	if (start >= length || count <= 0)
		return value_string(STR(""));
	if (count > length - start)
		count = length - start;
	from = text_offset(s, (size_t)start);
	s = str_slice(s, from, s.len);
	to = text_offset(s, (size_t)count);
	return value_string(str_slice(s, 0, to));
}

/* ---- indexof ---- */

/* False: the arguments are out of their range, the answer is null. A negative start counts from the
 * end for indexof(), by its documented example, and is out of range for indexof_regex(). */
bool
kql_search_span(const struct kql_call *c, struct kql_span *span, bool from_end)
{
	struct str s = kql_text(c, 0);
	int64_t length = c->count > 3 ? c->args[3].i : -1;

	span->start = c->count > 2 ? c->args[2].i : 0;
	span->occurrence = c->count > 4 ? c->args[4].i : 1;
	if (span->start < 0 && from_end) {
		span->start += (int64_t)text_length(s);
		if (span->start < 0)
			span->start = 0;
	}
	if (span->start < 0 || span->occurrence < 0 || length < -1)
		return false;
	s = str_slice(s, text_offset(s, (size_t)span->start), s.len);
	if (length >= 0)
		s = str_slice(s, 0, text_offset(s, (size_t)length));
	span->text = s;
	return true;
}

struct value
kql_position(const struct kql_span *span, size_t byte)
{
	return value_long(span->start + (int64_t)text_length(str_slice(span->text, 0, byte)));
}

/* The length counts anew behind each occurrence: the documented example asks for it. */
static struct value
eval_indexof(const struct kql_call *c)
{
	struct str needle = kql_text(c, 1);
	int64_t length = c->count > 3 ? c->args[3].i : -1;
	struct kql_span span;
	size_t at = 0;

	if (!kql_search_span(c, &span, true))
		return value_null(KUSTO_LONG);
	span.text = str_slice(kql_text(c, 0), text_offset(kql_text(c, 0), (size_t)span.start),
		kql_text(c, 0).len);
	for (int64_t n = 1; span.occurrence > 0; n++) {
		size_t from = at, end;

		at = str_find(span.text, needle, from);
		if (at == (size_t)-1)
			break;
		end = at + needle.len;
		if (length >= 0 &&
			(int64_t)text_length(str_slice(span.text, from, end - from)) > length)
			break;
		if (n == span.occurrence)
			return kql_position(&span, at);
		at++;
	}
	return value_long(-1);
}

/* ---- split ---- */

static size_t
count_parts(struct str s, struct str delimiter)
{
	size_t count = 1;

	for (size_t at = 0; delimiter.len && (at = str_find(s, delimiter, at)) != (size_t)-1;
		at += delimiter.len)
		count++;
	return count;
}

/* Takes the next part off; the last is the rest. */
static struct str
next_part(struct str *rest, struct str delimiter)
{
	size_t at = delimiter.len ? str_find(*rest, delimiter, 0) : (size_t)-1;
	struct str part = *rest;

	if (at == (size_t)-1)
		return part;
	part.len = at;
	*rest = str_slice(*rest, at + delimiter.len, rest->len);
	return part;
}

/* The part alone that was asked for: the others are not made. */
static struct value
one_part(struct arena *arena, struct str s, struct str delimiter, int64_t wanted)
{
	bool there = wanted >= 0 && (uint64_t)wanted < count_parts(s, delimiter);
	struct dynamic *list = dynamic_make(arena, DYNAMIC_ARRAY, there);
	struct str part = s;

	for (int64_t i = 0; there && i <= wanted; i++)
		part = next_part(&s, delimiter);
	if (there)
		list->items[0] = dynamic_of(arena, value_string(part));
	return value_dynamic(list);
}

/* Empty parts are kept; an empty delimiter splits nothing. The parts stand in one allocation: a
 * text of nothing but delimiters has millions. */
static struct value
eval_split(const struct kql_call *c)
{
	struct arena *arena = &c->frame->arena;
	struct str s = kql_text(c, 0), delimiter = kql_text(c, 1);
	struct dynamic *list, *parts;

	if (c->count > 2)
		return one_part(arena, s, delimiter, c->args[2].i);
	list = dynamic_make(arena, DYNAMIC_ARRAY, count_parts(s, delimiter));
	parts = arena_alloc(arena, list->count * sizeof(*parts));
	for (size_t i = 0; i < list->count; i++) {
		parts[i].kind = DYNAMIC_SCALAR;
		parts[i].scalar = value_string(next_part(&s, delimiter));
		list->items[i] = &parts[i];
	}
	return value_dynamic(list);
}

/* ---- making strings ---- */

static struct value
eval_strcat(const struct kql_call *c)
{
	struct buf out = {0};

	for (size_t i = 0; i < c->count; i++)
		buf_str(&out, value_text(&c->frame->arena, c->args[i]));
	return kql_keep(c, &out);
}

static struct value
eval_strcat_delim(const struct kql_call *c)
{
	struct buf out = {0};

	for (size_t i = 1; i < c->count; i++) {
		if (i > 1)
			buf_str(&out, kql_text(c, 0));
		buf_str(&out, value_text(&c->frame->arena, c->args[i]));
	}
	return kql_keep(c, &out);
}

enum { MAX_REPEAT = 1024, MAX_REPEATED = 4 << 20 };

/* At most 1024 times, by its documentation; and here at most 4 MiB. */
static struct value
eval_strrep(const struct kql_call *c)
{
	struct str s = kql_text(c, 0), delimiter = c->count > 2 ? kql_text(c, 2) : STR("");
	int64_t times = c->args[1].i > MAX_REPEAT ? MAX_REPEAT : c->args[1].i;
	struct buf out = {0};

	for (int64_t i = 0; i < times && out.len < MAX_REPEATED; i++) {
		if (i)
			buf_str(&out, delimiter);
		buf_str(&out, s);
	}
	return kql_keep(c, &out);
}

/* By characters; bytes that are none stay together. */
static struct value
eval_reverse(const struct kql_call *c)
{
	struct str s = kql_text(c, 0);
	char *reversed = arena_alloc(&c->frame->arena, s.len + 1);
	size_t n;

	for (size_t i = 0; i < s.len; i += n) {
		n = text_offset(str_slice(s, i, s.len), 1);
		memcpy(reversed + s.len - i - n, s.data + i, n);
	}
	return value_string((struct str){reversed, s.len});
}

static struct value
eval_tolower(const struct kql_call *c)
{
	return value_string(fold_text(&c->frame->arena, kql_text(c, 0)));
}

static struct value
eval_toupper(const struct kql_call *c)
{
	struct str s = kql_text(c, 0);
	struct buf out = {0};
	uint32_t cp;

	for (size_t i = 0; i < s.len;) {
		size_t n = text_decode(str_slice(s, i, s.len), &cp);

		if (cp == TEXT_INVALID || (cp >= 0xd800 && cp <= 0xdfff))
			buf_append(&out, s.data + i, n);
		else
			text_encode(&out, text_upper(cp));
		i += n;
	}
	return kql_keep(c, &out);
}

static struct value
eval_replace_string(const struct kql_call *c)
{
	struct str s = kql_text(c, 0), from = kql_text(c, 1), to = kql_text(c, 2);
	struct buf out = {0};
	size_t done = 0, at;

	while (from.len && (at = str_find(s, from, done)) != (size_t)-1) {
		buf_append(&out, s.data + done, at - done);
		buf_str(&out, to);
		done = at + from.len;
	}
	buf_str(&out, str_slice(s, done, s.len));
	return kql_keep(c, &out);
}

static struct str
item_text(const struct kql_call *c, const struct dynamic *list, size_t i)
{
	return value_text(&c->frame->arena, value_dynamic(list->items[i]));
}

enum { MAX_LOOKUPS = 1000 }; /* each is searched for in the whole text */

/* Marks where the lookup stands and nothing before it was found; owner is 1 + its number. */
static void
mark_lookup(struct str s, struct str lookup, uint32_t *owner, uint32_t number)
{
	for (size_t at = 0; (at = str_find(s, lookup, at)) != (size_t)-1; at++) {
		size_t i = 0;

		while (i < lookup.len && !owner[at + i])
			i++;
		if (i < lookup.len)
			continue;
		for (i = 0; i < lookup.len; i++)
			owner[at + i] = number;
		at += lookup.len - 1;
	}
}

/* Of two that overlap the one that is named first; what has no counterpart stays. */
static struct value
eval_replace_strings(const struct kql_call *c)
{
	const struct dynamic *from = kql_array_arg(c, 1), *to = kql_array_arg(c, 2);
	size_t count = from && to ? (from->count < to->count ? from->count : to->count) : 0;
	struct str s = kql_text(c, 0);
	uint32_t *owner = arena_alloc(&c->frame->arena, (s.len + 1) * sizeof(*owner));
	struct buf out = {0};

	for (size_t k = 0; k < count && k < MAX_LOOKUPS; k++)
		if (item_text(c, from, k).len)
			mark_lookup(s, item_text(c, from, k), owner, (uint32_t)k + 1);
	for (size_t i = 0, n; i < s.len; i += n) {
		n = owner[i] ? item_text(c, from, owner[i] - 1).len : 1;
		if (owner[i])
			buf_str(&out, item_text(c, to, owner[i] - 1));
		else
			buf_putc(&out, s.data[i]);
	}
	return kql_keep(c, &out);
}

/* The character at the same place of the replacements, or the last of them; without any it goes. */
static void
put_translated(struct buf *out, struct str one, struct str search, struct str replacements)
{
	size_t at = str_find(search, one, 0), from, length = text_length(replacements);

	if (at == (size_t)-1) {
		buf_str(out, one);
		return;
	}
	at = text_length(str_slice(search, 0, at));
	if (!length)
		return;
	from = text_offset(replacements, at < length ? at : length - 1);
	replacements = str_slice(replacements, from, replacements.len);
	buf_str(out, str_slice(replacements, 0, text_offset(replacements, 1)));
}

static struct value
eval_translate(const struct kql_call *c)
{
	struct str s = kql_text(c, 2);
	struct buf out = {0};

	for (size_t i = 0, n; i < s.len; i += n) {
		n = text_offset(str_slice(s, i, s.len), 1);
		put_translated(&out, str_slice(s, i, n), kql_text(c, 0), kql_text(c, 1));
	}
	return kql_keep(c, &out);
}

static struct value
eval_strcmp(const struct kql_call *c)
{
	int order = str_compare(kql_text(c, 0), kql_text(c, 1));

	return value_long((order > 0) - (order < 0));
}

static struct value
eval_string_size(const struct kql_call *c)
{
	return value_long((int64_t)kql_text(c, 0).len);
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_FUNCTION("strlen", "u", 'l', eval_strlen, NULL, "number of characters"),
	KQL_FUNCTION("substring", "xl|l", 's', eval_substring, NULL, "from a position on; a negative one counts from the end"),
	KQL_FUNCTION("indexof", "xx|lli", 'l', eval_indexof, NULL, "position of a text, -1 without"),
	KQL_FUNCTION("split", "xs|l", 'A', eval_split, NULL, "array of the parts between a delimiter"),
	KQL_NULLABLE("strcat", "a+", 's', eval_strcat, NULL, "all arguments joined"),
	KQL_NULLABLE("strcat_delim", "xaa+", 's', eval_strcat_delim, NULL, "all others joined, with the first between"),
	KQL_FUNCTION("strrep", "xl|x", 's', eval_strrep, NULL, "so many times, with a text between"),
	KQL_FUNCTION("reverse", "x", 's', eval_reverse, NULL, "the last character first"),
	KQL_FUNCTION("strcmp", "xx", 'l', eval_strcmp, NULL, "-1, 0 or 1 as the first is before, the same or behind"),
	KQL_FUNCTION("string_size", "u", 'l', eval_string_size, NULL, "number of bytes"),
	KQL_FUNCTION("tolower", "x", 's', eval_tolower, NULL, "in lower case"),
	KQL_FUNCTION("toupper", "x", 's', eval_toupper, NULL, "in upper case"),
	KQL_FUNCTION("replace_string", "sss", 's', eval_replace_string, NULL, "every occurrence of a text replaced"),
	KQL_FUNCTION("replace_strings", "sdd", 's', eval_replace_strings, NULL, "every text of an array, of which 1000 are looked at, replaced by that of another"),
	KQL_FUNCTION("translate", "sss", 's', eval_translate, NULL, "every character of the first replaced by that of the second, in the third"),
};
/* clang-format on */

KQL_TABLE(kql_string_functions);
