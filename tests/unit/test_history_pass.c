/* Passes over saved logs for the history of their alerts: what is kept, whatever the form, the
 * order of the files and the number of workers; what is read again, and what is not. */
#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/pipeline.h"
#include "core/store/history.h"
#include "tests/support/gzip.h"

#define NEW_KEY "AKIANEW0000000000001"
#define HOP_1 "ASIAHOP0000000000001"
#define HOP_2 "ASIAHOP0000000000002"
#define HOP_3 "ASIAHOP0000000000003"
#define ADMIN_KEY "AKIAADMIN00000000001"

enum { SLICE = 1500 };

struct fixture {
	char *folder;
	struct store *store;
	struct rule *rule;
	unsigned jobs;
	bool plain_run; /* without history */
	uint64_t slice;
	struct pipeline_progress progress;
	int64_t run;
	struct buf found; /* see collect */
	struct buf problems;
};

static int
setup(void **state)
{
	struct fixture *f = MEM_NEW(struct fixture);
	char path[300];
	struct error err;

	f->folder = test_folder();
	snprintf(path, sizeof(path), "%s/logs", f->folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/store/k.db", f->folder);
	assert_ok(store_open(&f->store, path, &err), &err);
	f->rule = rule_builtin();
	f->jobs = 2;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	rule_free(f->rule);
	test_rmtree(f->folder);
	buf_fini(&f->found);
	buf_fini(&f->problems);
	free(f);
	return 0;
}

/* ---- records ---- */

/* Told from others by what tests need. */
struct call {
	const char *id, *name, *service, *key, *ip;
	int minute;	      /* of 2026-01-02 */
	const char *elements; /* more members */
};

static void
put_call(struct buf *out, const struct call *c)
{
	buf_printf(out,
		"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"IAMUser\",\"arn\":"
		"\"arn:aws:iam::111122223333:user/%s\",\"accountId\":\"111122223333\","
		"\"accessKeyId\":\"%s\",\"userName\":\"%s\"},\"eventTime\":"
		"\"2026-01-02T%02d:%02d:00Z\",\"eventSource\":\"%s\",\"eventName\":\"%s\","
		"\"sourceIPAddress\":\"%s\",\"eventID\":\"%s\",\"recipientAccountId\":"
		"\"111122223333\"%s}",
		c->key, c->key, c->key, c->minute / 60, c->minute % 60,
		c->service ? c->service : "s3.amazonaws.com", c->name, c->ip ? c->ip : "10.0.0.1",
		c->id, c->elements ? c->elements : "");
}

#define MADE(key)                                                                                  \
	",\"requestParameters\":{\"userName\":\"svc\"},\"responseElements\":{\"accessKey\":{"      \
	"\"accessKeyId\":\"" key "\",\"userName\":\"svc\",\"status\":\"Active\"}}"
#define OBTAINED(key) ",\"responseElements\":{\"credentials\":{\"accessKeyId\":\"" key "\"}}"

static const struct call creation = {.id = "creation",
	.name = "CreateAccessKey",
	.service = "iam.amazonaws.com",
	.key = ADMIN_KEY,
	.ip = "203.0.113.9",
	.minute = 600,
	.elements = MADE(NEW_KEY)};

static struct call
use(const char *id, const char *key, int minute)
{
	return (struct call){.id = id, .name = "ListBuckets", .key = key, .minute = minute};
}

static struct call
hop(const char *id, const char *key, int minute, const char *obtained)
{
	return (struct call){.id = id,
		.name = "AssumeRole",
		.service = "sts.amazonaws.com",
		.key = key,
		.minute = minute,
		.elements = obtained};
}

static void
put_lines(struct buf *out, const struct call *calls, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		put_call(out, &calls[i]);
		buf_putc(out, '\n');
	}
}

/* Of others, so that there is something to be passed over. */
static void
put_noise(struct buf *out, int first, int count)
{
	for (int i = first; i < first + count; i++) {
		char id[32], key[32];
		struct call c;

		snprintf(id, sizeof(id), "noise-%d", i);
		snprintf(key, sizeof(key), "AKIANOISE%011d", i);
		c = use(id, key, i % 1440);
		put_lines(out, &c, 1);
	}
}

/* ---- files ---- */

static void
put_file(struct fixture *f, const char *name, struct str text)
{
	char path[300];

	snprintf(path, sizeof(path), "logs/%s", name);
	free(test_file(f->folder, path, text.data, text.len));
}

static void
put_calls(struct fixture *f, const char *name, const struct call *calls, size_t count)
{
	struct buf text = {0};

	put_lines(&text, calls, count);
	put_file(f, name, buf_view(&text));
	buf_fini(&text);
}

static void
put_gzip(struct fixture *f, const char *name, const struct call *calls, size_t count)
{
	struct buf text = {0}, zipped = {0};

	put_lines(&text, calls, count);
	test_gzip(&zipped, buf_view(&text));
	put_file(f, name, buf_view(&zipped));
	buf_fini(&text);
	buf_fini(&zipped);
}

/* ---- what a run makes of it ---- */

struct noting {
	struct fixture *fixture;
	struct buf *out;
};

static bool
note_trace(void *context, const struct trace *trace)
{
	struct buf *out = context;

	buf_printf(out, " %.*s", STR_ARG(trace->text[TRACE_EVENT_ID]));
	assert_int_equal(trace->sha256.len, 64);
	return true;
}

static bool
note_term(void *context, const struct store_term *term)
{
	const struct noting *n = context;
	bool cut;
	struct error err;
	size_t before = n->out->len, begun;

	buf_printf(n->out, "%s %.*s:", term_kind_names[term->term.kind], STR_ARG(term->term.value));
	begun = n->out->len;
	assert_ok(store_traces(n->fixture->store, term->n, INT64_MIN, INT64_MAX, SIZE_MAX / 2,
			  note_trace, n->out, &cut, &err),
		&err);
	assert_false(cut);
	buf_putc(n->out, '\n');
	if (n->out->len == begun + 1)
		n->out->len = before; /* nothing of it */
	return true;
}

static bool
note_problem(void *context, const struct problem *problem)
{
	buf_printf(context, "%s: %.*s\n", strrchr(problem->path.data, '/') + 1,
		STR_ARG(problem->reason));
	return true;
}

/* A line a term of which there are traces, in the order in which they were added. */
static void
collect(struct fixture *f)
{
	struct noting noting = {f, &f->found};
	struct error err;

	buf_clear(&f->found);
	buf_clear(&f->problems);
	assert_ok(store_terms(f->store, 0, note_term, &noting, &err), &err);
	assert_ok(store_problems(f->store, f->run, note_problem, &f->problems, &err), &err);
}

static struct pipeline *
start(struct fixture *f)
{
	char path[300];
	const char *paths[] = {path};
	const struct pipeline_options options = {.paths = paths,
		.path_count = 1,
		.rules = &f->rule,
		.rule_count = 1,
		.jobs = f->jobs,
		.slice = f->slice,
		.remember = true,
		.history = !f->plain_run};
	struct pipeline *pipeline;
	struct error err;

	snprintf(path, sizeof(path), "%s/logs", f->folder);
	assert_ok(pipeline_start(&pipeline, &options, f->store, &err), &err);
	f->run = pipeline_run(pipeline);
	/* The detector lists the paths, which are borrowed from here. */
	do
		pipeline_get_progress(pipeline, &f->progress);
	while (f->progress.listing && !f->progress.finished && poll(NULL, 0, 1) == 0);
	return pipeline;
}

static void
run(struct fixture *f)
{
	struct pipeline *pipeline = start(f);

	pipeline_wait(pipeline);
	pipeline_get_progress(pipeline, &f->progress);
	assert_int_equal(pipeline_scope(pipeline).run, f->run);
	assert_int_equal(pipeline_scope(pipeline).state, f->progress.history.state);
	pipeline_free(pipeline);
	if (f->progress.failed)
		print_error("%s\n", f->progress.error.text);
	assert_false(f->progress.failed);
	collect(f);
}

static void
assert_has(const struct fixture *f, const char *line)
{
	if (!strstr(buf_cstr(&f->found), line))
		fail_msg("no %s in\n%s", line, buf_cstr(&f->found));
}

static void
assert_looked(const struct fixture *f)
{
	assert_int_equal(f->progress.history.state, HISTORY_LOOKED);
	assert_int_equal(f->progress.history.bytes_done, f->progress.history.bytes_total);
	assert_int_equal(f->progress.history.files_done, f->progress.history.files_total);
}

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

/* ---- the same outcome ---- */

static void
put_big(struct fixture *f)
{
	struct buf text = {0};
	const struct call calls[] = {use("u1", NEW_KEY, 601), creation,
		hop("first", NEW_KEY, 610, OBTAINED(HOP_1)), use("h1", HOP_1, 620)};

	for (size_t i = 0; i < 4; i++) {
		put_noise(&text, (int)i * 100, 100);
		put_lines(&text, &calls[i], 1);
	}
	put_file(f, "big.json", buf_view(&text));
	buf_clear(&text);
	buf_puts(&text, "{\"Records\":[");
	for (int i = 0; i < 60; i++) {
		char id[32];
		const struct call c = {.id = id, .name = "X", .key = HOP_1, .minute = 700 + i};

		snprintf(id, sizeof(id), "l%d", i);
		buf_puts(&text, i ? "," : "");
		put_call(&text, &c);
	}
	buf_puts(&text, "]}");
	put_file(f, "list.json", buf_view(&text));
	buf_fini(&text);
}

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

/* ---- what is remembered ---- */

static void
what_was_looked_through_is_not_read_again(void **state)
{
	struct fixture *f = *state;
	const struct call used = use("used", NEW_KEY, 601);
	struct buf first = {0};

	put_calls(f, "a.json", &used, 1);
	put_calls(f, "b.json", &creation, 1);
	run(f);
	buf_str(&first, buf_view(&f->found));
	run(f);
	assert_int_equal(f->progress.files_remembered, 2);
	assert_int_equal(f->progress.history.state, HISTORY_LOOKED);
	assert_int_equal(f->progress.history.bytes_done, 0);
	assert_int_equal(f->progress.history.pass, 0);
	assert_string_equal(buf_cstr(&f->found), buf_cstr(&first));
	buf_fini(&first);
}

/* The alert's file is new, and what was done with its key stands in an older one. */
static void
a_new_alert_is_looked_for_in_older_files(void **state)
{
	struct fixture *f = *state;
	const struct call used = use("used", NEW_KEY, 601);

	put_calls(f, "a.json", &used, 1);
	run(f);
	assert_looked(f);
	assert_string_equal(buf_cstr(&f->found), "");
	put_calls(f, "b.json", &creation, 1);
	run(f);
	assert_looked(f);
	assert_has(f, "key " NEW_KEY ": creation used\n");
	assert_int_equal(f->progress.history.files_total, 2);
}

static void
a_file_that_grew_is_looked_through_for_all(void **state)
{
	struct fixture *f = *state;
	const struct call calls[] = {use("before", NEW_KEY, 601), use("after", NEW_KEY, 605)};

	put_calls(f, "a.json", calls, 1);
	put_calls(f, "b.json", &creation, 1);
	run(f);
	put_calls(f, "a.json", calls, 2);
	run(f);
	assert_looked(f);
	assert_has(f, "key " NEW_KEY ": creation before after\n");
	assert_int_equal(f->progress.history.files_total, 1);
}

/* ---- how complete it is ---- */

static struct store_coverage
coverage_of(struct fixture *f, struct arena *arena)
{
	const struct term key = {TERM_KEY, STR(NEW_KEY)};
	struct store_coverage coverage;
	struct error err;
	int64_t n;

	assert_ok(store_term_find(f->store, &key, &n, &err), &err);
	assert_true(n > 0);
	assert_ok(store_coverage(f->store, f->run, n, arena, &coverage, &err), &err);
	return coverage;
}

static void
times_and_what_is_unread_are_remembered(void **state)
{
	struct fixture *f = *state;
	const struct call calls[] = {use("early", "AKIAX", 5), use("late", "AKIAX", 1430)};
	struct store_coverage coverage;
	struct arena arena = {0};

	put_calls(f, "a.json", calls, 2);
	put_calls(f, "b.json", &creation, 1);
	run(f);
	coverage = coverage_of(f, &arena);
	assert_int_equal(coverage.inputs, 2);
	assert_int_equal(coverage.unread, 0);
	assert_int_equal(coverage.missing, 0);
	assert_int_equal(coverage.span_count, 1);
	assert_true(coverage.spans[0].to - coverage.spans[0].from == 1425 * TICKS_PER_MINUTE);
	put_file(f, "broken.json", STR("{\"eventVersion\":\"1.09\", broken\n"));
	run(f);
	assert_string_equal(buf_cstr(&f->problems),
		"broken.json: not JSON: expected a name at byte 24\n"); /* and that once */
	coverage = coverage_of(f, &arena);
	assert_int_equal(coverage.inputs, 3);
	assert_int_equal(coverage.unread, 1);
	arena_fini(&arena);
}

/* ---- the stop ---- */

static void
a_stop_keeps_what_was_found_and_the_next_start_goes_on(void **state)
{
	struct fixture *f = *state;
	struct pipeline *pipeline;
	struct buf expected = {0};
	char path[300];
	struct error err;

	put_big(f);
	run(f);
	buf_str(&expected, buf_view(&f->found));
	store_close(f->store);
	snprintf(path, sizeof(path), "%s/store/stop.db", f->folder);
	assert_ok(store_open(&f->store, path, &err), &err);
	pipeline = start(f);
	do
		pipeline_get_progress(pipeline, &f->progress);
	while (f->progress.history.state == HISTORY_NOT_LOOKED && poll(NULL, 0, 0) == 0);
	pipeline_stop(pipeline);
	pipeline_wait(pipeline);
	pipeline_get_progress(pipeline, &f->progress);
	pipeline_free(pipeline);
	assert_true(f->progress.history.state == HISTORY_PART ||
		    f->progress.history.state == HISTORY_LOOKED);
	run(f);
	assert_looked(f);
	assert_string_equal(buf_cstr(&f->found), buf_cstr(&expected));
	buf_fini(&expected);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_was_done_with_a_new_key_is_found_in_any_file),
		TEST(it_is_not_looked_for_unless_asked),
		TEST(every_form_is_looked_through),
		TEST(a_record_in_two_files_is_one_trace),
		TEST(keys_are_followed_hop_by_hop),
		TEST(a_denied_hop_leads_nowhere),
		TEST(of_an_address_the_first_call_of_each_actor_is_kept),
		TEST(slices_and_workers_change_nothing),
		TEST(what_was_looked_through_is_not_read_again),
		TEST(a_new_alert_is_looked_for_in_older_files),
		TEST(a_file_that_grew_is_looked_through_for_all),
		TEST(times_and_what_is_unread_are_remembered),
		TEST(a_stop_keeps_what_was_found_and_the_next_start_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
