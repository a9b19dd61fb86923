/* The answers that need other records, and what they come to: tests/data/history.cases.
 * KEYWATCH_TEST_UPDATE=1 prints all that is not as it says there. */
#include "tests/support/test.h"

#include "tests/support/tale.h"

#define AROUND (30 * TICKS_PER_MINUTE)

static void
put_looked(struct buf *out, const struct fact *fact)
{
	char from[TIME_TEXT], to[TIME_TEXT];

	if (!fact->looked.any) {
		buf_puts(out, fact->looked.complete ? "nothing, complete" : "nothing");
		return;
	}
	time_format_iso(fact->looked.from, from);
	time_format_iso(fact->looked.to, to);
	buf_printf(out, "%s %s %s", from, to, fact->looked.complete ? "complete" : "incomplete");
}

/* The ids of the records that show it. */
static void
put_traces(struct buf *out, const struct fact *fact)
{
	for (size_t i = 0; i < fact->trace_count; i++) {
		buf_puts(out, i ? " " : "");
		buf_str(out, fact->traces[i]->text[TRACE_EVENT_ID]);
	}
	if (!fact->trace_count)
		buf_putc(out, '-');
}

static const char *const kinds[] = {
	[ASSESSED_NONE] = "none",
	[ASSESSED_HOSTILE] = "hostile",
	[ASSESSED_SUSPICIOUS] = "suspicious",
	[ASSESSED_OPEN] = "open",
	[ASSESSED_EXPECTED] = "expected",
	[ASSESSED_HARMLESS] = "harmless",
};

static void
put_assessment(struct buf *out, const struct tale *tale, const struct fact *facts)
{
	struct arena arena = {0};
	struct assessment a;

	assess(&a, &arena, &tale->alert, facts, &tale->history);
	buf_printf(out, "%s %s: %.*s", kinds[a.kind], a.rule, STR_ARG(a.says));
	for (size_t i = 0; i < ASSESSMENT_RESTS_MAX && a.rests[i]; i++)
		buf_printf(out, "%s%d", i ? " " : " | ", a.rests[i]);
	arena_fini(&arena);
}

static void
put_answer_row(struct buf *out, const struct tale *tale, const struct fact *facts)
{
	static const char *const yes[] = {"?", "no", "yes"};
	struct arena arena = {0};
	struct answer a = answer_of(&arena, &tale->alert, facts, &tale->history);
	char first[TIME_TEXT] = "-";

	if (a.first_seen_actor != TIME_NONE)
		time_format_iso(a.first_seen_actor, first);
	buf_printf(out, "%s used %s %lld elsewhere %s rotation %d children %lld seen %s",
		kinds[a.assessed], yes[a.used], (long long)a.used_after, yes[a.used_elsewhere],
		(int)a.rotation, (long long)a.children, first);
	arena_fini(&arena);
}

static void
put_fact(struct buf *out, const struct fact *fact, char aspect)
{
	switch (aspect) {
	case 'j':
		buf_str(out, fact->json.data ? fact->json : STR("-"));
		break;
	case 'e':
		put_traces(out, fact);
		break;
	case 'l':
		put_looked(out, fact);
		break;
	case '!':
		buf_puts(out, fact->alarming ? "yes" : "no");
		break;
	default:
		buf_puts(out, fact->known ? "" : "unknown: ");
		buf_str(out, fact->value);
	}
}

static void
check(struct tale *tale, struct str key, struct str value)
{
	struct fact facts[FACT_COUNT];
	struct arena arena = {0};
	struct buf got = {0};

	tale_judge(tale, &arena, facts);
	if (str_is(key, "line"))
		put_assessment(&got, tale, facts);
	else if (str_is(key, "row"))
		put_answer_row(&got, tale, facts);
	else
		put_fact(&got, &facts[strtol(key.data, NULL, 10) - 1], key.data[key.len - 1]);
	if (!str_equal(buf_view(&got), value))
		print_error("%.*s: %.*s is\n%s\nnot\n%.*s\n", STR_ARG(tale->name), STR_ARG(key),
			buf_cstr(&got), STR_ARG(value));
	assert_true(getenv("KEYWATCH_TEST_UPDATE") || str_equal(buf_view(&got), value));
	buf_fini(&got);
	arena_fini(&arena);
}

static void
every_question_is_answered_as_the_tale_says(void **state)
{
	(void)state;
	assert_true(tales_run("history.cases", check) > 100);
}

/* ---- evidence withheld ---- */

/* The tale without what happened from..to, and without having looked there. */
static void
withhold(struct tale *part, const struct tale *whole, int64_t from, int64_t to)
{
	const struct history *h = &whole->history;
	struct span spans[2] = {{h->spans[0].from, from - 1}, {to + 1, h->spans[0].to}};

	*part = *whole;
	part->spans_given = true;
	part->trace_count = 0;
	part->history.span_count = 0;
	for (size_t i = 0; i < h->trace_count; i++)
		if (h->traces[i].time < from || h->traces[i].time > to)
			part->traces[part->trace_count++] = h->traces[i];
	for (size_t i = 0; i < 2; i++)
		if (spans[i].from <= spans[i].to)
			part->spans[part->history.span_count++] = spans[i];
	tale_settle(part);
}

/* A value that says that something is not there, or which was the first. */
static bool
is_claim(const struct fact *fact)
{
	static const char *const claims[] = {"false", "[]", "\"count\":0", "\"shape\":\"none",
		"\"shape\":\"second-key", "\"shape\":\"incomplete", "\"keys\":0"};

	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
		if (str_find(fact->json, str_from(claims[i]), 0) != (size_t)-1)
			return fact->number != 14 || str_is(fact->json, "false");
	return fact->number == 15;
}

/* Unknown, the same, some of it and said so, or about other times than what is withheld. */
static bool
is_honest(const struct fact *part, const struct fact *whole, int64_t from, int64_t to)
{
	if (!part->known || str_equal(part->json, whole->json))
		return true;
	if (!part->looked.complete)
		return !is_claim(part);
	return part->looked.to < from || part->looked.from > to;
}

static bool
reassures_more(const struct tale *part, const struct fact *facts, const struct tale *whole,
	const struct fact *all, int64_t to)
{
	struct assessment a, b;
	struct arena arena = {0};

	assess(&a, &arena, &part->alert, facts, &part->history);
	assess(&b, &arena, &whole->alert, all, &whole->history);
	arena_fini(&arena);
	return to >= whole->alert.time - AROUND && a.kind == ASSESSED_EXPECTED &&
	       b.kind != ASSESSED_EXPECTED;
}

static void
compare_without(const struct tale *whole, const struct fact *all, int64_t from, int64_t to)
{
	struct tale *part = MEM_NEW(struct tale);
	struct fact facts[FACT_COUNT];
	struct arena arena = {0};

	withhold(part, whole, from, to);
	tale_judge(part, &arena, facts);
	for (size_t i = 12; i < 22; i++)
		if (!is_honest(&facts[i], &all[i], from, to)) {
			print_error("%.*s: without %lld to %lld seconds after the call %d is\n"
				    "%.*s\nnot\n%.*s\n",
				STR_ARG(whole->name),
				(long long)((from - whole->alert.time) / TICKS_PER_SECOND),
				(long long)((to - whole->alert.time) / TICKS_PER_SECOND),
				facts[i].number, STR_ARG(facts[i].json), STR_ARG(all[i].json));
			fail();
		}
	assert_false(reassures_more(part, facts, whole, all, to));
	arena_fini(&arena);
	free(part);
}

/* Around each record, all before it and all behind it. */
static void
withhold_each(struct tale *tale, struct str key, struct str value)
{
	const struct history *h = &tale->history;
	struct fact all[FACT_COUNT];
	struct arena arena = {0};

	(void)key;
	(void)value;
	if (h->span_count != 1 || h->state != HISTORY_LOOKED || tale->alert.time == TIME_NONE)
		return;
	tale_judge(tale, &arena, all);
	for (size_t i = 0; i < h->trace_count; i++) {
		int64_t at = h->traces[i].time;

		if (at == TIME_NONE || at < h->spans[0].from || at > h->spans[0].to)
			continue;
		compare_without(tale, all, at - 1, at + 1);
		compare_without(tale, all, h->spans[0].from, at);
		compare_without(tale, all, at, h->spans[0].to);
	}
	arena_fini(&arena);
}

static void
evidence_that_is_withheld_never_makes_an_answer_wrong(void **state)
{
	(void)state;
	assert_true(tales_run("history.cases", withhold_each) > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_question_is_answered_as_the_tale_says),
		cmocka_unit_test(evidence_that_is_withheld_never_makes_an_answer_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
