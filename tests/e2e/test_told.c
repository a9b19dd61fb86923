/* Every question of every story, told whole and with evidence withheld (tests/data/story.cases). */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/json.h"
#include "tests/support/stage.h"
#include "tests/support/story.h"

/* One worker and several must say the same. */
static const char *jobs;

static struct json_doc *
alert_of(const struct run *run)
{
	struct str rest = buf_view(&run->out);

	while (rest.len) {
		size_t end = str_find(rest, STR("\n"), 0);
		struct json_doc *doc;

		assert_true(end != (size_t)-1);
		assert_true(json_parse(str_slice(rest, 0, end), &doc, NULL));
		if (str_is(json_string(json_get(json_root(doc), STR("eventId"))), "alert"))
			return doc;
		json_doc_free(doc);
		rest = str_slice(rest, end + 1, rest.len);
	}
	fail_msg("the alert is not there:\n%s", buf_cstr(&run->err));
	return NULL;
}

static void
put_answer(struct buf *out, const struct json *fact)
{
	const struct json *unknown = json_get(fact, STR("unknown"));

	if (json_type(unknown) == JSON_STRING) {
		buf_puts(out, "? ");
		buf_str(out, json_string(unknown));
	} else {
		json_write(out, json_get(fact, STR("value")));
	}
}

static bool
holds(struct str got, const struct story_expect *expect)
{
	if (!expect->unknown)
		return str_equal(got, expect->text);
	return str_starts_with(got, STR("? ")) &&
	       str_starts_with(str_slice(got, 2, got.len), expect->text);
}

/* Each piece of evidence is the record at that place. */
static void
check_evidence(const struct json *fact)
{
	const struct json *evidence = json_get(fact, STR("evidence"));

	for (const struct json *e = json_first(evidence); e; e = json_next(e)) {
		struct str path = json_string(json_get(e, STR("path")));
		double offset = json_number(json_get(e, STR("offset")));
		char name[4096];
		size_t len;
		char *bytes, *end, *id;

		snprintf(name, sizeof(name), "%.*s", STR_ARG(path));
		bytes = test_read(name, &len);
		assert_true(offset >= 0 && offset < (double)len);
		assert_int_equal(bytes[(size_t)offset], '{');
		end = strchr(bytes + (size_t)offset, '\n');
		assert_non_null(end);
		*end = '\0';
		id = strstr(bytes + (size_t)offset, "\"eventID\":\"");
		assert_non_null(id);
		assert_true(str_starts_with(str_from(id + strlen("\"eventID\":\"")),
			json_string(json_get(e, STR("eventId")))));
		free(bytes);
	}
}

static size_t wrong;

static void
check_expect(const struct story_telling *telling, const struct story_expect *expect,
	const struct json *facts)
{
	const struct json *fact = json_at(facts, (size_t)expect->question - 1);
	struct buf got = {0};

	put_answer(&got, fact);
	if (!holds(buf_view(&got), expect)) {
		print_error("%.*s; %.*s: %d is\n%s\nnot\n%s%.*s\n", STR_ARG(telling->story),
			STR_ARG(telling->variation), expect->question, buf_cstr(&got),
			expect->unknown ? "? " : "", STR_ARG(expect->text));
		wrong++;
	}
	check_evidence(fact);
	buf_fini(&got);
}

static void
check_telling(const struct story_telling *telling, const char *folder)
{
	struct stage stage = {0};
	struct run run = {0};
	struct json_doc *doc;

	stage_run(&stage, &run, "scan", "--facts", "--format", "jsonl", "--jobs", jobs, folder);
	doc = alert_of(&run);
	for (size_t i = 0; i < telling->expect_count; i++)
		check_expect(telling, &telling->expects[i], json_get(json_root(doc), STR("facts")));
	json_doc_free(doc);
	run_fini(&run);
}

static void
every_question_of_every_story_is_answered(void **state)
{
	(void)state;
	wrong = 0;
	jobs = "2";
	assert_true(story_tell(getenv("KEYWATCH_TEST_STORY"), check_telling) > 0);
	assert_int_equal(wrong, 0);
}

static void
one_worker_answers_the_same(void **state)
{
	(void)state;
	wrong = 0;
	jobs = "1";
	assert_true(story_tell("tree", check_telling) > 0);
	assert_int_equal(wrong, 0);
}

/* Without --facts; a store keeps what was answered for those that look later. */
static void
check_filtered(const struct story_telling *telling, const char *folder)
{
	static const char *const holds[] = {
		"Used and UsedAfter == 58s and UsedElsewhere and Assessed == 'hostile'",
		"Children == 1 and Rotated == 'none' and isnull(FirstSeenActor)",
		"not(isnull(Used)) and AwsEventId == 'alert'"};
	struct stage stage = {0};
	struct run run = {0};
	char store[PATH_MAX];

	if (telling->variation.len)
		return;
	snprintf(store, sizeof(store), "%s/../told-%ld.db", folder, (long)getpid());
	for (size_t i = 0; i < sizeof(holds) / sizeof(holds[0]); i++) {
		stage_run(&stage, &run, "scan", "--format", "jsonl", "--filter", holds[i], folder);
		json_doc_free(alert_of(&run));
	}
	stage_run(&stage, &run, "scan", "--filter", "isnull(Used)", "--store", store, folder);
	assert_null(strstr(buf_cstr(&run.out), "alert"));
	stage_run(&stage, &run, "export", "--format", "jsonl", "--filter", holds[0], "--store",
		store);
	json_doc_free(alert_of(&run));
	run_fini(&run);
	unlink(store);
}

static void
a_filter_asks_what_history_answers(void **state)
{
	(void)state;
	assert_true(story_tell("a backdoor", check_filtered) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_question_of_every_story_is_answered),
		cmocka_unit_test(a_filter_asks_what_history_answers),
		cmocka_unit_test(one_worker_answers_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
