#include "tests/support/tale.h"

#include <stdio.h>

#include "core/alert/term.h"
#include "core/rule/rule.h"
#include "tests/support/test.h"

enum { LETS = 64 };

struct teller {
	struct arena arena;
	struct {
		struct str name, text;
	} lets[LETS];
	size_t let_count;
	struct tale *tale;
	tale_visit *visit;
	size_t count;
};

static struct str
take_to(struct str *rest, const char *mark)
{
	size_t end = str_find(*rest, str_from(mark), 0);
	struct str taken = str_slice(*rest, 0, end == (size_t)-1 ? rest->len : end);

	*rest = str_slice(*rest, taken.len + 1, rest->len);
	return taken;
}

/* ---- words for texts ---- */

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static struct str
find_let(const struct teller *t, struct str name)
{
	for (size_t i = 0; i < t->let_count; i++)
		if (str_equal(t->lets[i].name, name))
			return t->lets[i].text;
	print_error("there is no $%.*s\n", STR_ARG(name));
	fail();
	return STR_ABSENT;
}

static struct str
expand(struct teller *t, struct str line)
{
	struct buf out = {0};
	struct str text;
	size_t i = 0, end;

	while (i < line.len) {
		if (line.data[i] != '$') {
			buf_putc(&out, line.data[i++]);
			continue;
		}
		for (end = ++i; end < line.len && is_word(line.data[end]);)
			end++;
		buf_str(&out, find_let(t, str_slice(line, i, end - i)));
		i = end;
	}
	text = arena_str(&t->arena, buf_view(&out));
	buf_fini(&out);
	return text;
}

static void
add_let(struct teller *t, struct str rest)
{
	struct str name = take_to(&rest, " ");

	assert_true(t->let_count < LETS);
	t->lets[t->let_count].name = arena_str(&t->arena, name);
	t->lets[t->let_count++].text = expand(t, str_trim(rest));
}

/* ---- a tale ---- */

static void
end_tale(struct teller *t)
{
	struct tale *tale = t->tale;

	if (tale->told) {
		event_fini(&tale->event);
		alert_fini(&tale->alert);
	}
	known_fini(&tale->known);
	arena_fini(&tale->arena);
	*tale = (struct tale){.history = {.state = HISTORY_LOOKED, .inputs = 1}};
}

static void
take_alert(struct tale *tale, struct str raw)
{
	struct rule *rule = rule_builtin();
	struct rule_run *run = rule_run_new(rule, 0);
	struct error err;

	raw = arena_str(&tale->arena, raw);
	assert_ok(event_parse(&tale->event, raw, &err), &err);
	assert_true(rule_match(run, &tale->event));
	alert_init(&tale->alert, &tale->event, rule, run);
	tale->told = true;
	rule_run_free(run);
	rule_free(rule);
}

static void
take_record(struct tale *tale, struct str raw)
{
	struct json_doc *doc;
	struct error err;

	assert_true(tale->trace_count < TALE_TRACES);
	assert_ok(json_parse(raw, &doc, &err), &err);
	json_doc_free(doc);
	assert_true(trace_read(
		&tale->traces[tale->trace_count++], arena_str(&tale->arena, raw), &tale->arena));
}

static void
take_spans(struct tale *tale, struct str rest)
{
	tale->spans_given = true;
	while (rest.len) {
		struct str span = str_trim(take_to(&rest, ","));
		struct span *s = &tale->spans[tale->history.span_count++];

		assert_true(tale->history.span_count <= TALE_SPANS);
		assert_true(time_parse(take_to(&span, " "), &s->from));
		assert_true(time_parse(str_trim(span), &s->to));
	}
}

static enum history_state
state_of(struct str word)
{
	if (str_is(word, "none"))
		return HISTORY_NOT_LOOKED;
	if (str_is(word, "looking"))
		return HISTORY_LOOKING;
	if (str_is(word, "stopped"))
		return HISTORY_STOPPED;
	return str_is(word, "part") ? HISTORY_PART : HISTORY_LOOKED;
}

static unsigned
kind_of(struct str word)
{
	for (enum term_kind k = 0; k < TERM_KINDS; k++)
		if (str_is(word, term_kind_names[k]))
			return 1u << k;
	fail();
	return 0;
}

/* ---- the history ---- */

static int
compare_times(const void *a, const void *b)
{
	const struct trace *x = a, *y = b;
	uint64_t s = x->time == TIME_NONE ? UINT64_MAX : (uint64_t)x->time;
	uint64_t t = y->time == TIME_NONE ? UINT64_MAX : (uint64_t)y->time;

	return (s > t) - (s < t);
}

static bool
has_key(const struct history *h, struct str id)
{
	for (size_t i = 0; i < h->key_count; i++)
		if (str_equal(h->keys[i].id, id))
			return true;
	return false;
}

static void
add_made_with(struct tale *tale, size_t parent)
{
	struct history *h = &tale->history;
	struct str with = h->keys[parent].id;

	for (size_t i = 0; i < h->trace_count; i++) {
		const struct trace *t = &h->traces[i];
		struct str id = t->text[TRACE_SUBJECT];
		bool issued = trace_weight(t) & TRACE_ISSUES;

		if (!str_equal(t->text[TRACE_KEY], with) || !trace_succeeded(t) || !id.len ||
			has_key(h, id) ||
			(!issued && !str_is(t->text[TRACE_NAME], "CreateAccessKey")))
			continue;
		assert_true(h->key_count < TALE_KEYS);
		tale->keys[h->key_count++] =
			(struct history_key){id, parent, h->keys[parent].depth + 1, issued, i};
	}
}

static void
follow_keys(struct tale *tale)
{
	struct history *h = &tale->history;
	struct str id = tale->alert.text[ALERT_KEY_ID];

	h->keys = tale->keys;
	h->key_count = 0;
	if (!id.len)
		return;
	tale->keys[h->key_count++] = (struct history_key){.id = id, .made = HISTORY_NONE};
	for (size_t i = 0; i < h->key_count; i++)
		add_made_with(tale, i);
}

/* All of the day around what there is. */
static void
span_all(struct tale *tale)
{
	int64_t from = tale->alert.time, to = from;

	for (size_t i = 0; i < tale->trace_count; i++) {
		int64_t time = tale->traces[i].time;

		if (time == TIME_NONE)
			continue;
		from = time < from ? time : from;
		to = time > to ? time : to;
	}
	tale->spans[0] = (struct span){from - TICKS_PER_DAY, to + TICKS_PER_DAY};
	tale->history.span_count = 1;
}

void
tale_settle(struct tale *tale)
{
	struct history *h = &tale->history;

	qsort(tale->traces, tale->trace_count, sizeof(tale->traces[0]), compare_times);
	h->traces = tale->traces;
	h->trace_count = tale->trace_count;
	h->spans = tale->spans;
	if (!tale->spans_given && tale->alert.time != TIME_NONE)
		span_all(tale);
	follow_keys(tale);
}

void
tale_judge(const struct tale *tale, struct arena *arena, struct fact facts[FACT_COUNT])
{
	const struct fact_ledger ledger = {.from = TIME_NONE,
		.to = TIME_NONE,
		.since = TIME_NONE,
		.history = &tale->history,
		.known = &tale->known};

	facts_of_alert(facts, arena, &tale->alert, &tale->event, &ledger);
}

/* ---- a file ---- */

static void
expect(struct teller *t, struct str key, struct str value)
{
	tale_settle(t->tale);
	t->visit(t->tale, key, value);
	t->count++;
}

static void
take_line(struct teller *t, struct str line)
{
	struct str value = line, key = take_to(&value, " ");
	struct tale *tale = t->tale;
	struct error err;

	value = expand(t, str_trim(value));
	if (str_is(key, "alert"))
		take_alert(tale, value);
	else if (str_is(key, "+"))
		take_record(tale, value);
	else if (str_is(key, "spans"))
		take_spans(tale, value);
	else if (str_is(key, "state"))
		tale->history.state = state_of(value);
	else if (str_is(key, "unread"))
		tale->history.unread = strtoull(arena_cstr(&tale->arena, value), NULL, 10);
	else if (str_is(key, "cut"))
		tale->history.cut |= kind_of(value);
	else if (str_is(key, "light")) /* of calls without a weight */
		tale->history.cut |= HISTORY_CUT_LIGHT(kind_of(value));
	else if (str_is(key, "lacking"))
		tale->history.lacking = arena_str(&tale->arena, value);
	else if (str_is(key, "known"))
		assert_ok(known_take(&tale->known, "c.ini", take_to(&value, " "), value, 1, &err),
			&err);
	else
		expect(t, key, value);
}

static void
begin_tale(struct teller *t, struct str name)
{
	end_tale(t);
	t->tale->name = arena_str(&t->arena, str_trim(name));
	print_message("%.*s\n", STR_ARG(t->tale->name));
}

size_t
tales_run(const char *file, tale_visit *visit)
{
	const char *source = getenv("KEYWATCH_TEST_SOURCE");
	struct teller t = {.tale = MEM_NEW(struct tale), .visit = visit};
	struct buf path = {0};
	struct str rest;
	char *text;
	size_t len;

	buf_printf(&path, "%s/tests/data/%s", source ? source : ".", file);
	text = test_read(buf_cstr(&path), &len);
	rest = (struct str){text, len};
	while (rest.len) {
		struct str line = take_to(&rest, "\n");

		if (!line.len || line.data[0] == '#')
			continue;
		if (str_starts_with(line, STR("let ")))
			add_let(&t, str_slice(line, 4, line.len));
		else if (line.data[0] == '=')
			begin_tale(&t, str_slice(line, 1, line.len));
		else
			take_line(&t, line);
	}
	end_tale(&t);
	free(t.tale);
	arena_fini(&t.arena);
	free(text);
	buf_fini(&path);
	return t.count;
}
