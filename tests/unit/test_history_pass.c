/* Passes over saved logs for the history of their alerts: what is kept, whatever the form, the
 * order of the files and the number of workers. */
#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>

#include "tests/support/gzip.h"
#include "tests/support/looked.h"

/* ---- tests ---- */

static void
what_was_done_with_a_new_key_is_found_in_any_file(void **state)
{
	struct fixture *f = *state;
	const struct call uses[] = {
		use("u1", NEW_KEY, 601), use("other", "AKIAOTHER", 602), use("u2", NEW_KEY, 603)};

	put_gzip(f, "a-earlier.json.gz", uses, 3);
	put_calls(f, "b.json", &creation, 1);
	run(f);
	assert_looked(f);
	assert_int_equal(f->progress.history.pass, 1);
	assert_int_equal(f->progress.history.traces, 3);
	assert_has(f, "key " NEW_KEY ": creation u1 u2\n");
	assert_has(f, "user 111122223333/svc: creation\n");
	assert_has(f, "actor arn:aws:iam::111122223333:user/" ADMIN_KEY ": creation\n");
	assert_has(f, "address 203.0.113.9: creation\n");
}

static void
it_is_not_looked_for_unless_asked(void **state)
{
	struct fixture *f = *state;

	put_calls(f, "b.json", &creation, 1);
	f->plain_run = true;
	run(f);
	assert_string_equal(buf_cstr(&f->found), "");
	assert_int_equal(f->progress.history.state, HISTORY_NOT_LOOKED);
	f->plain_run = false;
	run(f); /* of a file that is remembered */
	assert_int_equal(f->progress.files_remembered, 1);
	assert_looked(f);
	assert_has(f, "key " NEW_KEY ": creation\n");
}

/* The records of all forms that inputs have. */
static void
every_form_is_looked_through(void **state)
{
	struct fixture *f = *state;
	const struct call used = use("used", NEW_KEY, 601);
	struct buf text = {0}, record = {0};

	put_calls(f, "b.json", &creation, 1);
	buf_puts(&text, "{\"Records\":[");
	put_call(&text, &(struct call){.id = "in-list", .name = "X", .key = NEW_KEY, .minute = 1});
	buf_puts(&text, ",\n ");
	put_call(&text, &used);
	buf_puts(&text, "]}");
	put_file(f, "list.json", buf_view(&text));
	buf_clear(&text);
	put_call(&record,
		&(struct call){.id = "in-string", .name = "X", .key = NEW_KEY, .minute = 2});
	buf_puts(&text, "{\"Events\":[{\"EventName\":\"X\",\"CloudTrailEvent\":");
	json_write_string(&text, buf_view(&record));
	buf_puts(&text, "}]}");
	put_file(f, "lookup.json", buf_view(&text));
	buf_clear(&text);
	buf_puts(&text, "{\"Type\":\"Notification\",\"Message\":");
	buf_clear(&record);
	put_call(&record,
		&(struct call){.id = "in-message", .name = "X", .key = NEW_KEY, .minute = 3});
	json_write_string(&text, buf_view(&record));
	buf_puts(&text, "}\n");
	put_file(f, "sns.json", buf_view(&text));
	put_file(f, "rows.csv",
		STR("TimeGenerated [UTC],AwsEventId,EventName,EventSource,SourceIpAddress,"
		    "UserIdentityAccessKeyId,UserIdentityArn\n"
		    "\"1/2/2026, 10:05:00.000 "
		    "AM\",row,ListBuckets,s3.amazonaws.com,10.0.0.1," NEW_KEY
		    ",arn:aws:iam::1:user/u\n"
		    "\"1/2/2026, 10:06:00.000 AM\",row-2,ListBuckets,s3.amazonaws.com,10.0.0.1,"
		    "AKIAOTHER,arn:aws:iam::1:user/u\n"));
	put_file(f, "answer.json",
		STR("{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":["
		    "{\"name\":\"TimeGenerated\",\"type\":\"datetime\"},"
		    "{\"name\":\"AwsEventId\",\"type\":\"string\"},"
		    "{\"name\":\"EventName\",\"type\":\"string\"},"
		    "{\"name\":\"UserIdentityAccessKeyId\",\"type\":\"string\"}],\"rows\":["
		    "[\"2026-01-02T10:07:00Z\",\"cells\",\"ListBuckets\",\"" NEW_KEY "\"]]}]}"));
	run(f);
	assert_looked(f);
	assert_has(f, "key " NEW_KEY ": in-list in-string in-message creation used row cells\n");
	buf_fini(&text);
	buf_fini(&record);
}

static void
a_record_in_two_files_is_one_trace(void **state)
{
	struct fixture *f = *state;
	const struct call used = use("used", NEW_KEY, 601);

	put_calls(f, "a.json", &used, 1);
	put_calls(f, "b.json", &creation, 1);
	put_gzip(f, "c.json.gz", &used, 1);
	run(f);
	assert_has(f, "key " NEW_KEY ": creation used\n");
}

/* Each in a file before the one that tells of it. */
static void
keys_are_followed_hop_by_hop(void **state)
{
	struct fixture *f = *state;
	const struct call calls[] = {use("end", HOP_3, 640),
		hop("third", HOP_2, 630, OBTAINED(HOP_3)),
		hop("second", HOP_1, 620, OBTAINED(HOP_2)),
		hop("first", NEW_KEY, 610, OBTAINED(HOP_1))};
	struct buf noise = {0};

	for (int i = 0; i < 4; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%d.json", i);
		put_calls(f, name, &calls[i], 1);
	}
	put_calls(f, "9.json", &creation, 1);
	put_noise(&noise, 0, 50);
	put_file(f, "noise.json", buf_view(&noise));
	run(f);
	assert_looked(f);
	assert_has(f, "key " NEW_KEY ": creation first\n");
	assert_has(f, "key " HOP_1 ": first second\n");
	assert_has(f, "key " HOP_2 ": second third\n");
	assert_has(f, "key " HOP_3 ": third end\n");
	assert_int_equal(f->progress.history.pass, 4);
	/* What holds none of them is not read again: the last pass had two files to read. */
	assert_in_range(f->progress.history.files_total, 2, 3);
	buf_fini(&noise);
	run(f); /* nor at the next start */
	assert_int_equal(f->progress.history.files_total, 0);
	assert_int_equal(f->progress.history.pass, 0);
}

static void
a_denied_hop_leads_nowhere(void **state)
{
	struct fixture *f = *state;
	const struct call calls[] = {creation, use("end", HOP_1, 640),
		hop("denied", NEW_KEY, 610, ",\"errorCode\":\"AccessDenied\"" OBTAINED(HOP_1))};

	put_calls(f, "a.json", calls, 3);
	run(f);
	assert_has(f, "key " NEW_KEY ": creation denied\n");
	assert_null(strstr(buf_cstr(&f->found), HOP_1 ":"));
}

/* Of those who come from there only the first call counts, and what weighs. */
static void
of_an_address_the_first_call_of_each_actor_is_kept(void **state)
{
	struct fixture *f = *state;
	struct call calls[] = {use("b2", "AKIAB", 620), use("b1", "AKIAB", 610), creation,
		use("a1", "AKIAA", 605), use("b3", "AKIAB", 630),
		{.id = "user",
			.name = "CreateUser",
			.service = "iam.amazonaws.com",
			.key = "AKIAB",
			.minute = 640}};

	for (size_t i = 0; i < 6; i++)
		calls[i].ip = creation.ip;
	put_calls(f, "a.json", calls, 3);
	put_calls(f, "b.json", calls + 3, 3);
	run(f);
	assert_has(f, "address 203.0.113.9: creation a1 b1 user\n");
}

/* By those that came first in a file, whichever that is: what was told hides nothing that was before
 * it, nor what another one did. */
static void
of_a_busy_address_nothing_is_missed(void **state)
{
	struct fixture *f = *state;
	struct call calls[100];
	char ids[100][8];

	for (int i = 0; i < 100; i++) {
		snprintf(ids[i], sizeof(ids[i]), "e%d", i);
		calls[i] = use(ids[i], i % 2 ? "AKIAA" : "AKIAB", i < 50 ? 650 + i : 700 - i);
		calls[i].ip = creation.ip;
	}
	put_calls(f, "a.json", calls, 100);
	put_calls(f, "b.json", &creation, 1);
	run(f);
	/* The earliest of each: minute 601 and 602. */
	assert_has(f, "address 203.0.113.9: creation e99 e98\n");
}

/* ---- the same outcome ---- */

static void
slices_and_workers_change_nothing(void **state)
{
	struct fixture *f = *state;
	struct buf expected = {0};

	put_big(f);
	f->jobs = 1;
	run(f);
	assert_looked(f);
	assert_has(f, "key " NEW_KEY ": creation u1 first\n");
	buf_str(&expected, buf_view(&f->found));
	for (unsigned jobs = 1; jobs <= 3; jobs++) {
		char path[300];
		struct error err;

		store_close(f->store);
		snprintf(path, sizeof(path), "%s/store/%u.db", f->folder, jobs);
		assert_ok(store_open(&f->store, path, &err), &err);
		f->jobs = jobs;
		f->slice = SLICE;
		run(f);
		assert_looked(f);
		assert_string_equal(buf_cstr(&f->found), buf_cstr(&expected));
	}
	buf_fini(&expected);
}

/* ---- the answers that lists show ---- */

enum { MANY = 300 };

static void
put_many(struct fixture *f)
{
	struct buf text = {0};
	char id[32];
	struct call c = creation;

	c.id = id;
	for (c.minute = 0; c.minute < MANY; c.minute++) {
		snprintf(id, sizeof(id), "made-%d", c.minute);
		put_lines(&text, &c, 1);
	}
	put_file(f, "many.json", buf_view(&text));
	buf_fini(&text);
}

static bool
count_answered(void *context, const struct store_row *row)
{
	*(uint64_t *)context += row->answer.assessed != ASSESSED_NONE;
	return true;
}

static uint64_t
answered(const struct fixture *f)
{
	const struct store_query query = {0};
	uint64_t count = 0;
	struct error err;

	assert_ok(store_rows(f->store, &query, count_answered, &count, &err), &err);
	return count;
}

static bool
count_until_unanswered(void *context, const struct store_row *row)
{
	bool there = row->answer.assessed != ASSESSED_NONE;

	*(uint64_t *)context += there;
	return there;
}

/* Those at the top of a list come first, wherever it is stopped. */
static void
answers_are_made_from_the_newest_on(void **state)
{
	struct fixture *f = *state;
	const struct store_query newest = {.order = STORE_BY_TIME, .descending = true};
	struct pipeline *pipeline;
	uint64_t count = 0;
	struct error err;

	put_many(f);
	pipeline = start(f);
	do
		pipeline_get_progress(pipeline, &f->progress);
	while (!f->progress.history.answers_done &&
		(f->progress.history.state != HISTORY_LOOKED || f->progress.history.answers_total));
	pipeline_stop(pipeline);
	pipeline_wait(pipeline);
	pipeline_free(pipeline);
	assert_ok(store_rows(f->store, &newest, count_until_unanswered, &count, &err), &err);
	assert_true(count > 0);
	assert_int_equal(count, answered(f));
}

/* What is told was committed, and no more is told when the last one is. */
static void
answers_are_counted_until_all_are_there(void **state)
{
	struct fixture *f = *state;
	const struct pipeline_history *h = &f->progress.history;
	struct pipeline *pipeline;
	bool told = false;

	put_many(f);
	pipeline = start(f);
	do {
		pipeline_get_progress(pipeline, &f->progress);
		assert_true(h->answers_done <= h->answers_total);
		if (h->answers_total) {
			assert_int_equal(h->answers_total, MANY);
			assert_true(answered(f) >= h->answers_done);
			told = true;
		}
	} while (h->state != HISTORY_LOOKED || h->answers_total);
	assert_true(told);
	assert_int_equal(answered(f), MANY);
	pipeline_free(pipeline);
}

/* One transaction follows the other: without a gap the decision would be refused, or come last. */
static void
a_decision_gets_in_between_while_answers_are_made(void **state)
{
	struct fixture *f = *state;
	const struct pipeline_history *h = &f->progress.history;
	struct pipeline *pipeline;
	char id[ALERT_ID_SIZE];
	struct store *other;
	int64_t seq;
	struct error err;

	put_many(f);
	assert_ok(store_open_again(&other, f->store, &err), &err);
	pipeline = start(f);
	do
		pipeline_get_progress(pipeline, &f->progress);
	while (!h->answers_done && (h->state != HISTORY_LOOKED || h->answers_total));
	assert_ok(store_find(other, STR("made-0"), id, &err), &err);
	assert_ok(store_decide(other,
			  &(struct store_decision){.id = id,
				  .if_seq = -1,
				  .action = DECIDE_TAKE,
				  .actor = STR("alice"),
				  .reason = STR_ABSENT,
				  .now = 1},
			  &seq, &err),
		&err);
	pipeline_get_progress(pipeline, &f->progress);
	assert_int_equal(h->answers_total, MANY);
	pipeline_wait(pipeline);
	pipeline_free(pipeline);
	store_close(other);
	assert_int_equal(answered(f), MANY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_done_with_a_new_key_is_found_in_any_file),
		TEST(it_is_not_looked_for_unless_asked),
		TEST(every_form_is_looked_through),
		TEST(a_record_in_two_files_is_one_trace),
		TEST(keys_are_followed_hop_by_hop),
		TEST(a_denied_hop_leads_nowhere),
		TEST(of_an_address_the_first_call_of_each_actor_is_kept),
		TEST(of_a_busy_address_nothing_is_missed),
		TEST(slices_and_workers_change_nothing),
		TEST(answers_are_counted_until_all_are_there),
		TEST(answers_are_made_from_the_newest_on),
		TEST(a_decision_gets_in_between_while_answers_are_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
