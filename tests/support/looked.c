#include "tests/support/looked.h"

#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/support/gzip.h"
#include "tests/support/test.h"

int
looked_setup(void **state)
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

int
looked_teardown(void **state)
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

void
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

const struct call creation = {.id = "creation",
	.name = "CreateAccessKey",
	.service = "iam.amazonaws.com",
	.key = ADMIN_KEY,
	.ip = "203.0.113.9",
	.minute = 600,
	.elements = MADE(NEW_KEY)};

struct call
use(const char *id, const char *key, int minute)
{
	return (struct call){.id = id, .name = "ListBuckets", .key = key, .minute = minute};
}

struct call
hop(const char *id, const char *key, int minute, const char *obtained)
{
	return (struct call){.id = id,
		.name = "AssumeRole",
		.service = "sts.amazonaws.com",
		.key = key,
		.minute = minute,
		.elements = obtained};
}

void
put_lines(struct buf *out, const struct call *calls, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		put_call(out, &calls[i]);
		buf_putc(out, '\n');
	}
}

/* Of others, so that there is something to be passed over. */
void
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

void
put_file(struct fixture *f, const char *name, struct str text)
{
	char path[300];

	snprintf(path, sizeof(path), "logs/%s", name);
	free(test_file(f->folder, path, text.data, text.len));
}

void
put_calls(struct fixture *f, const char *name, const struct call *calls, size_t count)
{
	struct buf text = {0};

	put_lines(&text, calls, count);
	put_file(f, name, buf_view(&text));
	buf_fini(&text);
}

void
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

struct pipeline *
start(struct fixture *f)
{
	char path[300];
	const char *paths[] = {path, f->pipe};
	const struct pipeline_options options = {.paths = paths,
		.path_count = f->pipe ? 2 : 1,
		.rules = &f->rule,
		.rule_count = 1,
		.jobs = f->jobs,
		.slice = f->slice,
		.remember = true,
		.history = !f->plain_run,
		.unlisted = f->unlisted};
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

void
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

void
assert_has(const struct fixture *f, const char *line)
{
	if (!strstr(buf_cstr(&f->found), line))
		fail_msg("no %s in\n%s", line, buf_cstr(&f->found));
}

void
assert_looked(const struct fixture *f)
{
	assert_int_equal(f->progress.history.state, HISTORY_LOOKED);
	assert_int_equal(f->progress.history.bytes_done, f->progress.history.bytes_total);
	assert_int_equal(f->progress.history.files_done, f->progress.history.files_total);
}

void
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
