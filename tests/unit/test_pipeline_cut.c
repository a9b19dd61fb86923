/* A big file that many workers read in slices gives what one reader finds: alerts, problems with
 * their offsets, counts. Slices are small here. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/mem.h"
#include "core/pipeline/private.h"
#include "tests/support/member.h"

enum { SLICE = 700, NEVER = 1 << 30 };

static struct chance chance;

static unsigned
pick(unsigned count)
{
	return chance_below(&chance, count);
}

/* ---- what a run finds, as text ---- */

static bool
note_row(void *context, const struct store_row *row)
{
	buf_printf(context, "%.*s\n", STR_ARG(row->event_id));
	return true;
}

static bool
note_problem(void *context, const struct problem *problem)
{
	buf_printf(context, "%d %lld %.*s\n", problem->severity, (long long)problem->offset,
		STR_ARG(problem->reason));
	return true;
}

/* By name, or by every record. */
static struct rule *
new_rule(bool every)
{
	static const char yaml[] =
		"id: 11111111-2222-3333-4444-555555555555\n"
		"name: r\nseverity: Low\ntriggerOperator: gt\ntriggerThreshold: 0\n"
		"queryFrequency: 1h\nqueryPeriod: 1h\nkind: Scheduled\nquery: |\n"
		"  AWSCloudTrail\n  | where strcat(EventName, '/') == 'CreateAccessKey/'\n";
	struct rule *rule;
	struct error err;

	if (!every)
		return rule_builtin();
	assert_ok(rule_load_text(&rule, str_from(yaml), "r.yaml", &err), &err);
	return rule;
}

/* All that the time left is told by was done, and no more. */
static void
assert_all_was_done(const struct pipeline *p)
{
	const struct work *work = &p->work[ESTIMATE_PLAIN];

	assert_int_equal(work->bytes, work->bytes_total);
	assert_int_equal(work->files, 1);
	assert_int_equal(work->files_total, 1);
	for (size_t i = 0; i < p->running_count; i++)
		assert_true(!p->running[i].working && !p->running[i].left);
}

static void
run(const char *path, unsigned jobs, uint64_t slice, bool every, struct buf *found)
{
	char *folder = test_folder(), db[300];
	struct rule *rule = new_rule(every);
	struct pipeline_options options = {.paths = &path,
		.path_count = 1,
		.rules = &rule,
		.rule_count = 1,
		.jobs = jobs,
		.slice = slice};
	struct store_query query = {0};
	struct pipeline_progress progress;
	struct pipeline *pipeline;
	struct store *store;
	struct error err;

	snprintf(db, sizeof(db), "%s/k.db", folder);
	assert_ok(store_open(&store, db, &err), &err);
	assert_ok(pipeline_start(&pipeline, &options, store, &err), &err);
	pipeline_wait(pipeline);
	pipeline_get_progress(pipeline, &progress);
	query.run = pipeline_run(pipeline);
	assert_all_was_done(pipeline);
	pipeline_free(pipeline);
	assert_false(progress.failed);
	buf_clear(found);
	assert_ok(store_rows(store, &query, note_row, found, &err), &err);
	assert_ok(store_problems(store, query.run, note_problem, found, &err), &err);
	buf_printf(found, "%llu of %llu bytes, %llu given, %llu files, %llu records",
		(unsigned long long)progress.bytes_done, (unsigned long long)progress.bytes_total,
		(unsigned long long)progress.bytes_out, (unsigned long long)progress.files_done,
		(unsigned long long)progress.records);
	store_close(store);
	rule_free(rule);
	test_rmtree(folder);
}

static void
assert_cuts_change_nothing(struct str text)
{
	static const char *const names[] = {"big.json", "misnamed.json.gz"};
	char *folder = test_folder();
	struct buf whole = {0}, cut = {0};

	for (int every = 0; every < 2; every++) {
		char *path = test_file(folder, names[every], text.data, text.len);

		run(path, 1, NEVER, every, &whole);
		for (unsigned jobs = 1; jobs <= 3; jobs += 2) {
			run(path, jobs, SLICE, every, &cut);
			assert_string_equal(buf_cstr(&cut), buf_cstr(&whole));
		}
		free(path);
	}
	buf_fini(&whole);
	buf_fini(&cut);
	test_rmtree(folder);
}

/* ---- inputs ---- */

static void
put_record(struct buf *out, int n)
{
	buf_printf(out,
		"{\"eventVersion\":\"1.09\",\"eventTime\":\"2026-01-02T03:%02d:%02dZ\",\"eventID\":"
		"\"e-%04d\",\"eventName\":\"%s\",\"requestParameters\":{\"userName\":\"u%d\"}}",
		n / 60 % 60, n % 60, n, n % 3 ? "ListUsers" : "CreateAccessKey", n);
}

static void
put_records(struct buf *out, int count, const char *between)
{
	for (int i = 0; i < count; i++) {
		buf_puts(out, i ? between : "");
		put_record(out, i);
	}
}

static void
lines_are_read_by_all(void **state)
{
	struct buf text = {0};

	(void)state;
	put_records(&text, 200, "\n");
	assert_cuts_change_nothing(buf_view(&text)); /* without a line end at the end */
	buf_putc(&text, '\n');
	assert_cuts_change_nothing(buf_view(&text));
	buf_puts(&text, "{\"eventName\":\"CreateAcc");
	assert_cuts_change_nothing(buf_view(&text));
	buf_fini(&text);
}

static void
elements_of_a_list_are_read_by_all(void **state)
{
	static const char *const forms[][3] = {{"{\"Records\":[", ",", "]}"},
		{" { \"Records\" : [\n", "\n,\n", "\n],\"x\":[{\"eventVersion\":1}]}\n{\"y\":1}"},
		{"[", ",", "]\n[]"}, {"{\"Records\":[", ",", ""}, {"[", "", "]"},
		{"{\"Records\":[", ",\"x\",", "]}{\"Records\":[{}]}"}};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct buf text = {0};

		buf_puts(&text, forms[i][0]);
		put_records(&text, 150, forms[i][1]);
		buf_puts(&text, forms[i][2]);
		assert_cuts_change_nothing(buf_view(&text));
		buf_fini(&text);
	}
}

/* What seems to begin an element does not. */
static void
elements_within_records_mislead_nobody(void **state)
{
	struct buf text = {0};

	(void)state;
	buf_puts(&text, "{\"Records\":[");
	for (int i = 0; i < 60; i++) {
		put_record(&text, i);
		buf_puts(&text,
			",{\"eventName\":\"CreateAccessKey\",\"eventID\":\"x\",\"resources\":[{},{"
			"\"eventVersion\":\"1\"}],\"y\":\",{\\\"eventVersion\\\":\"},");
	}
	put_record(&text, 60);
	buf_puts(&text, "]}");
	assert_cuts_change_nothing(buf_view(&text));
	buf_fini(&text);
}

static void
other_forms_are_read_by_one(void **state)
{
	static const char *const between[] = {",\n", "\r\n", "\n\n\n", "", " ", "\n,\n", "\n7\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
		struct buf text = {0};

		put_records(&text, 60, between[i]);
		assert_cuts_change_nothing(buf_view(&text));
		buf_fini(&text);
		buf_puts(&text, "{\"Records\":[");
		put_records(&text, 60, between[i]);
		buf_puts(&text, "]}\n");
		put_records(&text, 60, "\n");
		assert_cuts_change_nothing(buf_view(&text));
		buf_fini(&text);
	}
}

static void
a_line_longer_than_slices_is_read(void **state)
{
	struct buf text = {0};

	(void)state;
	put_records(&text, 20, "\n");
	buf_puts(&text, "\n{\"eventName\":\"CreateAccessKey\",\"eventID\":\"long\",\"x\":\"");
	for (int i = 0; i < 3000; i++)
		buf_puts(&text, "yes ");
	buf_puts(&text, "\"}\n");
	put_records(&text, 40, "\n");
	assert_cuts_change_nothing(buf_view(&text));
	buf_fini(&text);
}

static void
damage_anywhere_is_told_as_by_one(void **state)
{
	static const char bytes[] = "\"\\{}[],: \n\n\n0x";

	(void)state;
	for (uint64_t round = 0; round < 30; round++) {
		struct buf text = {0};

		chance.state = round + 1;
		buf_puts(&text, round % 2 ? "{\"Records\":[" : "");
		put_records(&text, 100, round % 2 ? "," : "\n");
		for (unsigned n = 1 + pick(3); n; n--) {
			size_t at = pick((unsigned)text.len), len = pick(300);

			len = len < text.len - at ? len : text.len - at;
			if (pick(3) == 0)
				memset(text.data + at, 0, len);
			else if (pick(2))
				text.data[at] = bytes[pick(sizeof(bytes) - 1)];
			else
				memmove(text.data + at, text.data + at + len,
					(text.len -= len) - at);
		}
		assert_cuts_change_nothing(buf_view(&text));
		buf_fini(&text);
	}
}

static void
a_stop_in_the_middle_ends_all_workers(void **state)
{
	char *folder = test_folder(), *path, db[300];
	struct rule *rule = rule_builtin();
	struct pipeline *pipeline;
	struct store *store;
	struct error err;
	struct buf text = {0};

	(void)state;
	put_records(&text, 3000, "\n");
	path = test_file(folder, "big.json", text.data, text.len);
	snprintf(db, sizeof(db), "%s/k.db", folder);
	assert_ok(store_open(&store, db, &err), &err);
	for (int i = 0; i < 10; i++) {
		struct pipeline_options options = {.paths = (const char *const *)&path,
			.path_count = 1,
			.rules = &rule,
			.rule_count = 1,
			.jobs = 3,
			.slice = SLICE};
		struct pipeline_progress progress = {0};

		assert_ok(pipeline_start(&pipeline, &options, store, &err), &err);
		while (!progress.finished && progress.bytes_done < (uint64_t)i * 1000)
			pipeline_get_progress(pipeline, &progress);
		pipeline_stop(pipeline);
		pipeline_wait(pipeline);
		pipeline_get_progress(pipeline, &progress);
		assert_true(progress.finished);
		assert_false(progress.failed);
		pipeline_free(pipeline);
	}
	store_close(store);
	rule_free(rule);
	buf_fini(&text);
	free(path);
	test_rmtree(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_by_all),
		cmocka_unit_test(elements_of_a_list_are_read_by_all),
		cmocka_unit_test(elements_within_records_mislead_nobody),
		cmocka_unit_test(other_forms_are_read_by_one),
		cmocka_unit_test(a_line_longer_than_slices_is_read),
		cmocka_unit_test(damage_anywhere_is_told_as_by_one),
		cmocka_unit_test(a_stop_in_the_middle_ends_all_workers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
