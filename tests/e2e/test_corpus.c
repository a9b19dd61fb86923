/* What the benches scan: small, but with every spelling, so that what they measure is right. */
#include "core/base/json.h"
#include "tests/bench/support/corpus.h"
#include "tests/bench/support/corpus_check.h"
#include "tests/bench/support/trail.h"
#include "tests/support/stage.h"

static struct corpus
make(const struct stage *stage, enum corpus_kind kind, uint64_t seed)
{
	const struct corpus_options options = {stage->home, seed, 0.0004, 2};
	struct corpus corpus;

	corpus_make(&corpus, kind, &options);
	return corpus;
}

static void
expect_hits(
	const struct stage *stage, const struct corpus *corpus, const char *rule, const char *said)
{
	struct run run = {0};
	struct buf why = {0};

	stage_run(stage, &run, "scan", "--format", "jsonl", "--rule", rule, corpus->path);
	assert_str(buf_view(&run.err), said);
	assert_int_equal(run.status, 0);
	corpus_check(corpus, buf_view(&run.out), &why);
	assert_str(buf_view(&why), "");
	buf_fini(&why);
	run_fini(&run);
}

static void
a_scan_finds_exactly_the_hits_of_each_corpus(void **state)
{
	for (int kind = 0; kind < CORPUS_KINDS; kind++) {
		struct corpus corpus = make(*state, (enum corpus_kind)kind, 1);

		assert_true(corpus.made);
		expect_hits(*state, &corpus, "builtin", "");
		if (kind == CORPUS_PARSE)
			expect_hits(*state, &corpus, corpus.rule,
				"keywatch: rule New access keys, found without a literal: no "
				"comparison "
				"of EventName bounds it: every record is read whole, which is "
				"slower\n");
	}
}

static void
a_hit_that_is_missing_is_told_and_so_is_one_too_many(void **state)
{
	static const char other[] = "{\"eventId\":\"x\",\"source\":{\"path\":\"\",\"offset\":7}}\n";
	struct corpus corpus = make(*state, CORPUS_SMALL, 1);
	struct buf why = {0};

	assert_false(corpus_check(&corpus, STR(other), &why));
	assert_non_null(strstr(buf_cstr(&why), "1 of 1 hits are missing"));
	assert_non_null(strstr(buf_cstr(&why), "1 are no hits (x\t.\t7)"));
	buf_fini(&why);
}

static void
the_seed_makes_the_corpus(void **state)
{
	struct corpus one = make(*state, CORPUS_SMALL, 1), two = make(*state, CORPUS_SMALL, 2);
	struct corpus again = make(*state, CORPUS_SMALL, 1);

	assert_string_not_equal(one.path, two.path);
	assert_int_not_equal(one.bytes, two.bytes);
	assert_false(again.made);
	assert_string_equal(again.path, one.path);
	assert_int_equal(again.bytes, one.bytes);
}

static bool
has_a_key_twice(struct str record)
{
	struct json_lexer lexer = {.text = record};
	struct json_member members[64];
	size_t count = 0;

	assert_true(json_check(record, NULL));
	assert_true(json_enter_object(&lexer));
	while (json_next_member(&lexer, &members[count])) {
		for (size_t i = 0; i < count; i++)
			if (str_equal_ascii_nocase(members[i].key, members[count].key))
				return true;
		assert_true(++count < 64);
	}
	return false;
}

/* Of records that are hits in turn. */
static size_t
count_twice(bool lines)
{
	struct trail trail;
	struct buf record = {0};
	size_t count = 0;

	trail_begin(&trail, 1, 1, 0);
	trail.lines = lines;
	for (unsigned i = 0; i < 8000; i++) {
		buf_clear(&record);
		if (i % 20)
			trail_put(&trail, &record);
		else
			trail_put_hit(&trail, &record, i / 20);
		assert_true(!lines || !memchr(record.data, '\n', record.len));
		count += has_a_key_twice(buf_view(&record));
	}
	trail_fini(&trail);
	buf_fini(&record);
	return count;
}

static void
records_are_json_and_have_a_key_twice_only_on_lines(void **state)
{
	(void)state;
	assert_int_equal(count_twice(false), 0);
	assert_int_not_equal(count_twice(true), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_scan_finds_exactly_the_hits_of_each_corpus),
		stage_test(a_hit_that_is_missing_is_told_and_so_is_one_too_many),
		stage_test(the_seed_makes_the_corpus),
		cmocka_unit_test(records_are_json_and_have_a_key_twice_only_on_lines),
	};

	return cmocka_run_group_tests_name("test_corpus", tests, NULL, NULL);
}
