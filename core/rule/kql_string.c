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

/* ---- indexof, indexof_regex ---- */

/* The part of the source that is searched, and where it begins. */
struct span {
	struct str text;
	int64_t start; /* code points before it */
	int64_t occurrence;
};

/* False: the arguments are out of their range, the answer is null. A negative start counts from the
 * end for indexof(), by its documented example, and is out of range for indexof_regex(). */
static bool
search_span(const struct kql_call *c, struct span *span, bool from_end)
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

static struct value
position(const struct span *span, size_t byte)
{
	return value_long(span->start + (int64_t)text_length(str_slice(span->text, 0, byte)));
}

/* The length counts anew behind each occurrence: the documented example asks for it. */
static struct value
eval_indexof(const struct kql_call *c)
{
	struct str needle = kql_text(c, 1);
	int64_t length = c->count > 3 ? c->args[3].i : -1;
	struct span span;
	size_t at = 0;

	if (!search_span(c, &span, true))
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
			return position(&span, at);
		at++;
	}
	return value_long(-1);
}

static struct value
eval_indexof_regex(const struct kql_call *c)
{
	struct regex *regex;
	struct regex_match *match = kql_regex(c, &regex);
	struct span span;
	size_t at = 0;

	if (!search_span(c, &span, false))
		return value_null(KUSTO_LONG);
	for (int64_t n = 1; span.occurrence > 0; n++) {
		size_t found;

		if (regex_find(regex, match, span.text, at) != REGEX_MATCH)
			break;
		found = regex_group_offset(match, 0);
		if (n == span.occurrence)
			return position(&span, found);
		at = found + (regex_group(match, 0).len ? regex_group(match, 0).len : 1);
	}
	return value_long(-1);
}

/* ---- split ---- */

static void
add_part(struct arena *arena, struct dynamic *list, struct str part)
{
	struct dynamic *item = arena_alloc(arena, sizeof(*item));

	item->scalar = value_string(part);
	if ((list->count & (list->count - 1)) == 0) {
		size_t capacity = list->count ? list->count * 2 : 1;
		const struct dynamic **items =
			arena_alloc(arena, capacity * sizeof(struct dynamic *));

		if (list->count)
			memcpy(items, list->items, list->count * sizeof(struct dynamic *));
		list->items = items;
	}
	list->items[list->count++] = item;
}

/* Empty parts are kept; an empty delimiter splits nothing. */
static struct value
eval_split(const struct kql_call *c)
{
	struct arena *arena = &c->frame->arena;
	struct str s = kql_text(c, 0), delimiter = kql_text(c, 1);
	struct dynamic *list = arena_alloc(arena, sizeof(*list)), *one;
	size_t from = 0, at;

	list->kind = DYNAMIC_ARRAY;
	while (delimiter.len && (at = str_find(s, delimiter, from)) != (size_t)-1) {
		add_part(arena, list, str_slice(s, from, at - from));
		from = at + delimiter.len;
	}
	add_part(arena, list, str_slice(s, from, s.len));
	if (c->count < 3)
		return value_dynamic(list);
	one = arena_alloc(arena, sizeof(*one));
	one->kind = DYNAMIC_ARRAY;
	if (c->args[2].i >= 0 && (uint64_t)c->args[2].i < list->count)
		add_part(arena, one, list->items[c->args[2].i]->scalar.s);
	return value_dynamic(one);
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

/* \0 to \9 stand for the groups. */
static void
put_rewrite(struct buf *out, struct str rewrite, const struct regex_match *match)
{
	for (size_t i = 0; i < rewrite.len; i++) {
		bool escape = rewrite.data[i] == '\\' && i + 1 < rewrite.len;

		if (escape && rewrite.data[i + 1] >= '0' && rewrite.data[i + 1] <= '9') {
			buf_str(out, regex_group(match, (unsigned)(rewrite.data[++i] - '0')));
		} else {
			i += escape && rewrite.data[i + 1] == '\\';
			buf_putc(out, rewrite.data[i]);
		}
	}
}

static struct value
eval_replace_regex(const struct kql_call *c)
{
	struct regex *regex;
	struct regex_match *match = kql_regex(c, &regex);
	struct str s = kql_text(c, 0);
	struct buf out = {0};
	size_t done = 0;

	while (done <= s.len && regex_find(regex, match, s, done) == REGEX_MATCH) {
		size_t at = regex_group_offset(match, 0), len = regex_group(match, 0).len;

		buf_append(&out, s.data + done, at - done);
		put_rewrite(&out, kql_text(c, 2), match);
		done = at + len;
		if (len == 0) {
			size_t step = text_offset(str_slice(s, done, s.len), 1);

			buf_str(&out, str_slice(s, done, step));
			done += step ? step : 1;
		}
	}
	buf_str(&out, str_slice(s, done, s.len));
	return kql_keep(c, &out);
}

/* ---- trim ---- */

/* Bytes that a match at the very start takes. */
static size_t
leading(const struct kql_call *c, struct str s)
{
	struct regex *regex;
	struct regex_match *match = kql_regex(c, &regex);

	if (regex_find(regex, match, s, 0) != REGEX_MATCH || regex_group_offset(match, 0) != 0)
		return 0;
	return regex_group(match, 0).len;
}

/* Bytes of the matches that stand side by side at the very end. One pass: a match a step would take
 * a text of nothing but matches its length squared. */
static size_t
trailing(const struct kql_call *c, struct str s)
{
	struct regex *regex;
	struct regex_match *match = kql_regex(c, &regex);
	size_t at = 0, first = 0, end = 0;

	while (at < s.len && regex_find(regex, match, s, at) == REGEX_MATCH) {
		size_t from = regex_group_offset(match, 0), len = regex_group(match, 0).len;

		if (from != end)
			first = from;
		end = from + len;
		at = end + (len ? 0 : text_offset(str_slice(s, end, s.len), 1));
	}
	return end == s.len ? s.len - first : 0;
}

static struct value
trim_ends(const struct kql_call *c, bool start, bool end)
{
	struct str s = kql_text(c, 1);
	size_t cut;

	while (start && (cut = leading(c, s)))
		s = str_slice(s, cut, s.len);
	if (end)
		s = str_slice(s, 0, s.len - trailing(c, s));
	return value_string(s);
}

static struct value
eval_trim(const struct kql_call *c)
{
	return trim_ends(c, true, true);
}

static struct value
eval_trim_start(const struct kql_call *c)
{
	return trim_ends(c, true, false);
}

static struct value
eval_trim_end(const struct kql_call *c)
{
	return trim_ends(c, false, true);
}

/* ---- extract ---- */

static bool
type_named(struct str name, enum kusto_type *type)
{
	static const struct {
		const char *name;
		enum kusto_type type;
	} aliases[] = {{"double", KUSTO_REAL}, {"boolean", KUSTO_BOOL}, {"date", KUSTO_DATETIME},
		{"time", KUSTO_TIMESPAN}};

	for (enum kusto_type t = KUSTO_BOOL; t <= KUSTO_DYNAMIC; t++) {
		if (!str_is(name, kusto_type_name(t)))
			continue;
		*type = t;
		return true;
	}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (!str_is(name, aliases[i].name))
			continue;
		*type = aliases[i].type;
		return true;
	}
	return false;
}

static bool
bind_extract(struct kql_scope *scope, struct expr *e)
{
	e->type = KUSTO_STRING;
	if (e->count < 4)
		return true;
	return type_named(e->args[3]->name, &e->type) ||
	       kql_fail(scope->fault, e->args[3]->at, "`%.*s` is no type",
		       STR_ARG(e->args[3]->name));
}

static struct value
eval_extract(const struct kql_call *c)
{
	struct regex *regex;
	struct regex_match *match = kql_regex(c, &regex);
	int64_t group = c->args[1].i;

	if (group < 0 || group > UINT16_MAX ||
		regex_find(regex, match, kql_text(c, 2), 0) != REGEX_MATCH)
		return value_null(c->expr->type);
	return value_convert(
		&c->frame->arena, value_string(regex_group(match, (unsigned)group)), c->expr->type);
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_FUNCTION("strlen", "u", 'l', eval_strlen, NULL, "number of characters"),
	KQL_FUNCTION("substring", "xl|l", 's', eval_substring, NULL, "from a position on; a negative one counts from the end"),
	KQL_FUNCTION("indexof", "xx|lli", 'l', eval_indexof, NULL, "position of a text, -1 without"),
	KQL_FUNCTION("indexof_regex", "xr|lli", 'l', eval_indexof_regex, NULL, "position of a match, -1 without"),
	KQL_FUNCTION("split", "xs|l", 'A', eval_split, NULL, "array of the parts between a delimiter"),
	KQL_NULLABLE("strcat", "a+", 's', eval_strcat, NULL, "all arguments joined"),
	KQL_FUNCTION("tolower", "x", 's', eval_tolower, NULL, "in lower case"),
	KQL_FUNCTION("toupper", "x", 's', eval_toupper, NULL, "in upper case"),
	KQL_FUNCTION("replace_string", "sss", 's', eval_replace_string, NULL, "every occurrence of a text replaced"),
	KQL_FUNCTION("replace_regex", "srk", 's', eval_replace_regex, NULL, "every match replaced; \\1 is the first group"),
	KQL_FUNCTION("trim", "rs", 's', eval_trim, NULL, "matches taken off both ends"),
	KQL_FUNCTION("trim_start", "rs", 's', eval_trim_start, NULL, "matches taken off the start"),
	KQL_FUNCTION("trim_end", "rs", 's', eval_trim_end, NULL, "matches taken off the end"),
	KQL_FUNCTION("extract", "rls|y", '*', eval_extract, bind_extract, "a group of the first match, as a type"),
};
/* clang-format on */

KQL_TABLE(kql_string_functions);
