/* What the benches scan: small, but with every spelling, so that what they measure is right. */
#include <stdio.h>

#include "tests/bench/support/corpus.h"
#include "tests/bench/support/corpus_check.h"
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
expect_hits(const struct stage *stage, const struct corpus *corpus, const char *rule)
{
	struct run run = {0};
	struct buf why = {0};

	stage_run(stage, &run, "scan", "--format", "jsonl", "--rule", rule, corpus->path);
	assert_str(buf_view(&run.err), "");
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
		expect_hits(*state, &corpus, "builtin");
		if (kind == CORPUS_PARSE)
			expect_hits(*state, &corpus, corpus.rule);
	}
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_scan_finds_exactly_the_hits_of_each_corpus),
		stage_test(the_seed_makes_the_corpus),
	};

	return cmocka_run_group_tests_name("test_corpus", tests, NULL, NULL);
}
