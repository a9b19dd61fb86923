/* How far a scan is: what is told by all workers together, and in words. */
#include "tests/support/test.h"

#include <stdio.h>
#include <unistd.h>

#include "core/pipeline/private.h"
#include "tests/support/gzip.h"

static void
put(const char *folder, const char *name, const char *text, bool packed)
{
	struct buf gzip = {0};

	if (packed)
		test_gzip(&gzip, str_from(text));
	else
		buf_puts(&gzip, text);
	free(test_file(folder, name, gzip.data, gzip.len));
	buf_fini(&gzip);
}

static void
read_all(const char *folder, void (*check)(const struct pipeline *))
{
	struct rule *rule = rule_builtin();
	const struct pipeline_options options = {
		.paths = &folder, .path_count = 1, .rules = &rule, .rule_count = 1, .jobs = 2};
	struct pipeline *pipeline;
	struct store *store;
	struct error err;

	assert_ok(store_open(&store, NULL, &err), &err);
	assert_ok(pipeline_start(&pipeline, &options, store, &err), &err);
	pipeline_wait(pipeline);
	check(pipeline);
	pipeline_free(pipeline);
	store_close(store);
	rule_free(rule);
}

static void
check_kinds(const struct pipeline *p)
{
	const struct work *plain = &p->work[ESTIMATE_PLAIN], *packed = &p->work[ESTIMATE_PACKED];

	assert_int_equal(plain->files, 3);
	assert_int_equal(plain->files_total, 3);
	assert_int_equal(plain->bytes, 7);
	assert_int_equal(plain->bytes_total, 7);
	assert_int_equal(packed->files, 2);
	assert_int_equal(packed->files_total, 2);
	assert_int_equal(packed->bytes, packed->bytes_total);
	assert_int_equal(p->progress.bytes_out, 7 + 2 + 5);
	assert_int_equal(p->progress.bytes_done, p->progress.bytes_total);
}

/* Names tell before anything is read, the bytes when it is. */
static void
a_kind_is_what_a_file_holds(void **state)
{
	char *folder = test_folder();

	(void)state;
	put(folder, "a.json", "[]\n", false);
	put(folder, "b.json.gz", "[ ]\n", false);
	put(folder, "c.json.gz", "", false);
	put(folder, "d.json.gz", "[]", true);
	put(folder, "e.json", "[   ]", true);
	read_all(folder, check_kinds);
	test_rmtree(folder);
}

/* ---- in words ---- */

static const struct {
	struct pipeline_progress progress;
	bool narrow;
	const char *words;
} told[] = {
	{{.left_ms = -1}, false, "0 B, 0 of 0 files"},
	{{.bytes_done = 1200, .files_done = 3, .files_total = 9, .listing = true, .left_ms = -1},
		false, "1.2 kB, 3 of 9+ files"},
	{{.bytes_done = 52428800,
		 .bytes_total = 2000000000,
		 .files_done = 1,
		 .files_total = 2,
		 .pace = 1.43e9,
		 .left_ms = 1499},
		false, "52.4 MB of 2.0 GB, 1 of 2 files, 1.4 GB/s, 1 s left"},
	{{.bytes_done = 1, .bytes_total = 2, .files_total = 1, .pace = 5, .left_ms = 99700}, true,
		"1 B/2 B, 0/1 files, 5 B/s, 1 min 40 s left"},
	{{.bytes_done = 1, .bytes_total = 2, .files_total = 1, .left_ms = 600000}, true,
		"1 B/2 B, 0/1 files, 10 min left"},
	{{.bytes_done = 1, .bytes_total = 2, .files_total = 1, .left_ms = 3 * 3600 * 1000}, true,
		"1 B/2 B, 0/1 files, 3 h 0 min left"},
};

static void
progress_is_told_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct buf text = {0};

		pipeline_progress_text(&text, &told[i].progress, told[i].narrow);
		assert_string_equal(buf_cstr(&text), told[i].words);
		buf_fini(&text);
	}
}

static void
the_pass_for_history_is_told_in_words(void **state)
{
	struct pipeline_progress p = {
		.history = {.bytes_done = 5000, .bytes_total = 90000, .pass = 1}, .left_ms = 61000};
	struct buf text = {0};

	(void)state;
	pipeline_history_text(&text, &p, false);
	assert_string_equal(
		buf_cstr(&text), "looking for related records: 5.0 kB of 90.0 kB, 1 min 1 s left");
	buf_clear(&text);
	p.history.pass = 2;
	pipeline_history_text(&text, &p, true);
	assert_string_equal(buf_cstr(&text), "related: 5.0 kB/90.0 kB, pass 2, 1 min 1 s left");
	buf_fini(&text);
}

static void
the_answers_behind_it_are_told_in_words(void **state)
{
	struct pipeline_progress p = {.history = {.answers_done = 1200, .answers_total = 3641}};
	struct buf text = {0};

	(void)state;
	pipeline_answers_text(&text, &p, false);
	assert_string_equal(buf_cstr(&text), "answers: 1,200 of 3,641 alerts");
	buf_clear(&text);
	p.history.answers_done = 0;
	p.history.answers_total = 1;
	pipeline_answers_text(&text, &p, false);
	assert_string_equal(buf_cstr(&text), "answers: 0 of 1 alert");
	buf_clear(&text);
	pipeline_answers_text(&text, &p, true);
	assert_string_equal(buf_cstr(&text), "answers: 0 of 1");
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kind_is_what_a_file_holds),
		cmocka_unit_test(progress_is_told_in_words),
		cmocka_unit_test(the_pass_for_history_is_told_in_words),
		cmocka_unit_test(the_answers_behind_it_are_told_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
