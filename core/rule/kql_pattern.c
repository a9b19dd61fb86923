/*
 * Functions over regular expressions: a row each, and the function behind it. A match that reaches
 * PCRE2's limits is given up and counted: what it would have said is unknown.
 */
#include "core/base/text.h"
#include "core/rule/kql_function.h"

/* ---- patterns ---- */

bool
kql_pattern_open(struct kql_pattern *pattern, const struct kql_call *c, size_t arg)
{
	struct buf translated = {0};
	size_t column;
	const char *why;
	bool ok;

	*pattern = (struct kql_pattern){.own = !c->expr->regex};
	if (!pattern->own) {
		pattern->match = kql_regex(c, &pattern->regex);
		return true;
	}
	ok = kql_translate_regex(&translated, kql_text(c, arg), &column, &why) &&
	     regex_compile(&pattern->regex, buf_view(&translated), REGEX_UTF | REGEX_UNICODE, NULL);
	buf_fini(&translated);
	if (ok)
		pattern->match = regex_match_new(pattern->regex);
	return ok;
}

void
kql_pattern_close(struct kql_pattern *pattern)
{
	if (!pattern->own)
		return;
	regex_match_free(pattern->match);
	regex_free(pattern->regex);
}

enum regex_result
kql_find(const struct kql_call *c, struct regex *regex, struct regex_match *match,
	struct str subject, size_t from)
{
	enum regex_result result = regex_find(regex, match, subject, from);

	c->frame->gave_up += result == REGEX_LIMIT;
	return result;
}

static struct value
eval_matches(const struct kql_call *c)
{
	struct kql_pattern p;
	enum regex_result result;

	if (!kql_pattern_open(&p, c, 1))
		return value_null(KUSTO_BOOL);
	result = kql_find(c, p.regex, p.match, kql_text(c, 0), 0);
	kql_pattern_close(&p);
	/* A text that exhausts the limits is unknown, not "no". */
	return result == REGEX_LIMIT ? value_null(KUSTO_BOOL) : value_bool(result == REGEX_MATCH);
}

static struct value
eval_indexof_regex(const struct kql_call *c)
{
	struct regex *regex;
	struct regex_match *match = kql_regex(c, &regex);
	struct kql_span span;
	size_t at = 0;

	if (!kql_search_span(c, &span, false))
		return value_null(KUSTO_LONG);
	for (int64_t n = 1; span.occurrence > 0; n++) {
		size_t found;

		if (kql_find(c, regex, match, span.text, at) != REGEX_MATCH)
			break;
		found = regex_group_offset(match, 0);
		if (n == span.occurrence)
			return kql_position(&span, found);
		at = found + (regex_group(match, 0).len ? regex_group(match, 0).len : 1);
	}
	return value_long(-1);
}

/* ---- every match ---- */

struct matches {
	struct str text;
	size_t at, last; /* where the next may begin, where the last ended */
};

static struct matches
matches_in(struct str text)
{
	return (struct matches){text, 0, (size_t)-1};
}

/* As Rust counts them: an empty match right behind another is none. */
static bool
next_match(
	const struct kql_call *c, struct regex *regex, struct regex_match *match, struct matches *m)
{
	struct str s = m->text;

	while (m->at <= s.len && kql_find(c, regex, match, s, m->at) == REGEX_MATCH) {
		size_t from = regex_group_offset(match, 0), len = regex_group(match, 0).len;
		bool adjacent = from == m->last;

		m->at = m->last = from + len;
		if (!len)
			m->at += from < s.len ? text_offset(str_slice(s, from, s.len), 1) : 1;
		if (len || !adjacent)
			return true;
	}
	return false;
}

/* ---- replacing ---- */

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
	struct matches all = matches_in(kql_text(c, 0));
	struct buf out = {0};
	size_t done = 0;

	while (next_match(c, regex, match, &all)) {
		size_t at = regex_group_offset(match, 0);

		buf_append(&out, all.text.data + done, at - done);
		put_rewrite(&out, kql_text(c, 2), match);
		done = at + regex_group(match, 0).len;
	}
	buf_str(&out, str_slice(all.text, done, all.text.len));
	return kql_keep(c, &out);
}

/* The older name, with its arguments in the older order. */
static struct value
eval_replace(const struct kql_call *c)
{
	struct value args[3] = {c->args[2], c->args[0], c->args[1]};

	return eval_replace_regex(&(struct kql_call){c->frame, c->expr, args, 3});
}

/* ---- trim ---- */

/* Bytes that a match at the very start takes. */
static size_t
leading(const struct kql_call *c, struct str s)
{
	struct regex *regex;
	struct regex_match *match = kql_regex(c, &regex);

	if (kql_find(c, regex, match, s, 0) != REGEX_MATCH || regex_group_offset(match, 0) != 0)
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

	while (at < s.len && kql_find(c, regex, match, s, at) == REGEX_MATCH) {
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
bind_extract(struct kql_scope *scope, struct expr *e)
{
	e->type = KUSTO_STRING;
	return e->count < 4 || kql_bind_type(scope, e->args[3], &e->type);
}

static struct value
eval_extract(const struct kql_call *c)
{
	struct regex *regex;
	struct regex_match *match = kql_regex(c, &regex);
	int64_t group = c->args[1].i;

	if (group < 0 || group > UINT16_MAX ||
		kql_find(c, regex, match, kql_text(c, 2), 0) != REGEX_MATCH)
		return value_null(c->expr->type);
	return value_convert(
		&c->frame->arena, value_string(regex_group(match, (unsigned)group)), c->expr->type);
}

/* ---- extract_all ---- */

/* extract_all(regex, [groups,] text): the text stands last. */
static bool
bind_extract_all(struct kql_scope *scope, struct expr *e)
{
	struct expr **text = &e->args[e->count - 1];
	struct regex *regex = scope->regexes[e->regex - 1];

	if (!regex_group_count(regex))
		return kql_fail(scope->fault, e->args[0]->at,
			"%.*s() takes an expression with a group: ( )", STR_ARG(e->name));
	if (e->count > 2 && (e->args[1]->type != KUSTO_DYNAMIC || e->args[1]->shape == SHAPE_BAG))
		return kql_fail(scope->fault, e->args[1]->at,
			"%.*s() takes a dynamic array of groups here, not a %s", STR_ARG(e->name),
			kusto_type_name(e->args[1]->type));
	if ((*text)->type != KUSTO_STRING && (*text)->type != KUSTO_DYNAMIC)
		return kql_fail(scope->fault, (*text)->at,
			"%.*s() takes a string here, not a %s: tostring() makes a string",
			STR_ARG(e->name), kusto_type_name((*text)->type));
	if ((*text)->type == KUSTO_DYNAMIC)
		*text = kql_wrap(scope, *text, "(convert)", KUSTO_STRING);
	return true;
}

enum { MAX_GROUPS = 16 };

struct groups {
	unsigned numbers[MAX_GROUPS];
	size_t count;
};

/* The groups asked for, by number or name; those that the expression has not are left out. */
static struct groups
groups_of(const struct kql_call *c, const struct regex *regex)
{
	const struct dynamic *asked = c->count > 2 ? c->args[1].d : NULL;
	unsigned all = regex_group_count(regex);
	struct groups g = {.count = 0};

	for (unsigned i = 1; !asked && i <= all && g.count < MAX_GROUPS; i++)
		g.numbers[g.count++] = i;
	for (size_t i = 0; asked && asked->kind == DYNAMIC_ARRAY && i < asked->count; i++) {
		struct value v = dynamic_unwrap(value_dynamic(asked->items[i]));
		unsigned number = 0;

		if (!v.null && type_is_integer(v.type) && v.i > 0 && v.i <= all)
			number = (unsigned)v.i;
		else if (!v.null && v.type == KUSTO_STRING)
			number = regex_group_named(regex, v.s);
		if (number && g.count < MAX_GROUPS)
			g.numbers[g.count++] = number;
	}
	return g;
}

static const struct dynamic *
match_groups(struct arena *arena, const struct regex_match *match, const struct groups *g)
{
	struct dynamic *list;

	if (g->count == 1)
		return dynamic_of(arena, value_string(regex_group(match, g->numbers[0])));
	list = dynamic_make(arena, DYNAMIC_ARRAY, g->count);
	for (size_t i = 0; i < g->count; i++)
		list->items[i] = dynamic_of(arena, value_string(regex_group(match, g->numbers[i])));
	return list;
}

static struct value
eval_extract_all(const struct kql_call *c)
{
	struct arena *arena = &c->frame->arena;
	struct regex *regex;
	struct regex_match *match = kql_regex(c, &regex);
	struct matches found = matches_in(kql_text(c, c->count - 1));
	struct groups g = groups_of(c, regex);
	struct dynamic *all = dynamic_make(arena, DYNAMIC_ARRAY, 0);

	while (g.count && next_match(c, regex, match, &found))
		dynamic_append(arena, all, match_groups(arena, match, &g));
	return all->count ? value_dynamic(all) : value_null(KUSTO_DYNAMIC);
}

/* ---- countof ---- */

enum { COUNT_NORMAL, COUNT_REGEX };

static bool
bind_countof(struct kql_scope *scope, struct expr *e)
{
	static const char *const kinds[] = {"normal", "regex"};

	if (e->count > 2 && !kql_bind_word(scope, e, 2, kinds, 2))
		return false;
	if (e->count > 2 && e->args[2]->value.i == COUNT_REGEX && e->args[1]->kind == EXPR_LITERAL)
		return kql_bind_regex(scope, e, e->args[1]);
	return true;
}

/* Plain texts may overlap, by the documented example. */
static int64_t
count_text(struct str s, struct str needle)
{
	int64_t n = 0;

	if (!needle.len)
		return 0;
	for (size_t at = 0; (at = str_find(s, needle, at)) != (size_t)-1; at++)
		n++;
	return n;
}

static int64_t
count_matches(const struct kql_call *c, const struct kql_pattern *p)
{
	struct matches all = matches_in(kql_text(c, 0));
	int64_t n = 0;

	while (next_match(c, p->regex, p->match, &all))
		n++;
	return n;
}

static struct value
eval_countof(const struct kql_call *c)
{
	struct kql_pattern p;
	struct value count;

	if (c->count < 3 || c->args[2].i == COUNT_NORMAL)
		return value_long(count_text(kql_text(c, 0), kql_text(c, 1)));
	if (!kql_pattern_open(&p, c, 1))
		return value_null(KUSTO_LONG);
	count = value_long(count_matches(c, &p));
	kql_pattern_close(&p);
	return count;
}

static struct value
eval_regex_quote(const struct kql_call *c)
{
	struct str s = kql_text(c, 0);
	struct buf out = {0};

	for (size_t i = 0; i < s.len; i++) {
		if (strchr("\\.+*?()|[]{}^$#&-~", s.data[i]) && s.data[i])
			buf_putc(&out, '\\');
		buf_putc(&out, s.data[i]);
	}
	return kql_keep(c, &out);
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_INFIX("matches regex", "uq", 'b', false, eval_matches, NULL, "matches the regular expression somewhere"),
	KQL_FUNCTION("indexof_regex", "xr|lli", 'l', eval_indexof_regex, NULL, "position of a match, -1 without"),
	KQL_FUNCTION("replace_regex", "srk", 's', eval_replace_regex, NULL, "every match replaced; \\1 is the first group"),
	KQL_FUNCTION("trim", "rs", 's', eval_trim, NULL, "matches taken off both ends"),
	KQL_FUNCTION("trim_start", "rs", 's', eval_trim_start, NULL, "matches taken off the start"),
	KQL_FUNCTION("trim_end", "rs", 's', eval_trim_end, NULL, "matches taken off the end"),
	KQL_FUNCTION("extract", "rls|y", '*', eval_extract, bind_extract, "a group of the first match, as a type"),
	KQL_FUNCTION("extract_all", "ra|a", 'A', eval_extract_all, bind_extract_all, "the groups of every match; an array chooses which"),
	KQL_FUNCTION("extractall", "ra|a", 'A', eval_extract_all, bind_extract_all, "the same as extract_all"),
	KQL_FUNCTION("replace", "rks", 's', eval_replace, NULL, "every match in the last replaced; \\1 is the first group"),
	KQL_FUNCTION("countof", "ss|k", 'l', eval_countof, bind_countof, "how often a text, or with \"regex\" an expression, is in the first"),
	KQL_FUNCTION("regex_quote", "x", 's', eval_regex_quote, NULL, "with a \\ before what means something in an expression"),
};
/* clang-format on */

KQL_TABLE(kql_pattern_functions);
