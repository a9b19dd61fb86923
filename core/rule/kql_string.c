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

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_FUNCTION("strlen", "u", 'l', eval_strlen, NULL, "number of characters"),
	KQL_FUNCTION("substring", "xl|l", 's', eval_substring, NULL, "from a position on; a negative one counts from the end"),
	KQL_FUNCTION("indexof", "xx|lli", 'l', eval_indexof, NULL, "position of a text, -1 without"),
	KQL_FUNCTION("split", "xs|l", 'A', eval_split, NULL, "array of the parts between a delimiter"),
	KQL_NULLABLE("strcat", "a+", 's', eval_strcat, NULL, "all arguments joined"),
	KQL_FUNCTION("tolower", "x", 's', eval_tolower, NULL, "in lower case"),
	KQL_FUNCTION("toupper", "x", 's', eval_toupper, NULL, "in upper case"),
	KQL_FUNCTION("replace_string", "sss", 's', eval_replace_string, NULL, "every occurrence of a text replaced"),
};
/* clang-format on */

KQL_TABLE(kql_string_functions);
