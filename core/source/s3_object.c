/* An object through the scanner. Its problems are held until it is known whole: what a cut answer
 * broke is no damage of the log. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "core/base/mem.h"
#include "core/source/http_private.h"
#include "core/source/s3_private.h"
#include "core/source/walk.h"

enum { TRIES = 3, PAUSE_MS = 1000, PROBLEMS_MAX = 1000 };

struct held_problem {
	enum problem_severity severity;
	uint64_t offset;
	char *reason; /* owns */
};

struct reading {
	struct s3_client *client;
	struct s3_object *object;
	struct buf path;
	struct held_problem *problems; /* owns */
	size_t count, capacity, left_out;
	bool stopped; /* the sink said so */
	bool enough;  /* nothing behind this can matter */
};

static struct source_place
place_of(const struct reading *r, uint64_t offset)
{
	return (struct source_place){.path = buf_view(&r->path),
		.offset = offset,
		.arrived = r->object->arrived,
		.exact = r->object->exact,
		.unwatched = r->object->unwatched};
}

/* ---- what the scanner finds ---- */

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct reading *r = context;
	const struct source_sink *sink = s3_options(r->client)->sink;
	const struct source_place place = place_of(r, offset);

	r->object->records++;
	r->stopped = !sink->record(sink->context, &place, raw, flags);
	return !r->stopped;
}

static void
hold_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct reading *r = context;

	if (r->count == PROBLEMS_MAX) {
		r->left_out++;
		return;
	}
	MEM_GROW(r->problems, r->count, r->capacity);
	r->problems[r->count++] = (struct held_problem){severity, offset, mem_strdup(reason)};
}

static void
forget_problems(struct reading *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->problems[i].reason);
	r->count = r->left_out = 0;
}

/* settled.md 12: an object is judged as a file that was found in a folder. */
static void
judge_form(struct reading *r, const struct scan_summary *summary)
{
	if (summary->shows_form || summary->empty || summary->foreign)
		return;
	forget_problems(r);
	if (r->object->given || walk_is_log_name(r->object->key))
		hold_problem(r, PROBLEM_ERROR, 0, "shows no form of CloudTrail log");
	else
		hold_problem(r, PROBLEM_NOTE, PROBLEM_NO_OFFSET, "not a log");
}

static void
tell(struct reading *r, enum problem_severity severity, uint64_t offset, const char *reason)
{
	const struct source_sink *sink = s3_options(r->client)->sink;
	const struct source_place place = place_of(r, offset);

	if (!r->stopped)
		r->stopped = !sink->problem(sink->context, &place, severity, reason, STR_ABSENT);
}

static void
tell_problems(struct reading *r)
{
	char more[96];

	for (size_t i = 0; i < r->count; i++)
		tell(r, r->problems[i].severity, r->problems[i].offset, r->problems[i].reason);
	snprintf(more, sizeof(more), "and %zu more problems in this object", r->left_out);
	if (r->left_out)
		tell(r, PROBLEM_ERROR, PROBLEM_NO_OFFSET, more);
}

/* ---- is it the object? ---- */

static struct str
without_quotes(struct str etag)
{
	etag = str_trim(etag);
	if (etag.len >= 2 && etag.data[0] == '"' && etag.data[etag.len - 1] == '"')
		etag = str_slice(etag, 1, etag.len - 1);
	return etag;
}

/* As long as it was listed, unless it is another by now. */
static bool
is_as_listed(const struct reading *r, struct str etag)
{
	struct str listed = without_quotes(r->object->etag);

	return r->object->bytes == r->object->size ||
	       (etag.len && !str_equal(without_quotes(etag), listed));
}

static bool
is_damaged(const struct reading *r, const struct scan_summary *summary)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->problems[i].severity == PROBLEM_ERROR)
			return true;
	return !summary->shows_form;
}

/* What reads as a log is one. What does not may be a proxy's page, or a part of the object where
 * nothing says how long it is: the listing tells, or that S3 names an object's ETag and length. */
static bool
is_object(const struct reading *r, const struct http_response *response,
	const struct scan_summary *summary)
{
	struct str etag = http_header(response, "etag");
	bool bounded = http_header(response, "content-length").data ||
		       http_header(response, "transfer-encoding").data;

	if (!is_damaged(r, summary))
		return true;
	return r->object->etag.len ? is_as_listed(r, etag) : etag.len && bounded;
}

static enum source_result
refuse_answer(const struct reading *r, struct source_failure *failure, struct error *err)
{
	failure->cause = CAUSE_ANSWER;
	snprintf(failure->advice, sizeof(failure->advice),
		"is the endpoint S3's, and no proxy in between?");
	error_set(err, ERROR_INPUT, "the answer of %llu bytes is not the object",
		(unsigned long long)r->object->bytes);
	return SOURCE_FAILED;
}

/* ---- bytes ---- */

static bool
is_too_long(const struct s3_object *object)
{
	return object->most && object->bytes > object->most;
}

static bool
take_bytes(void *context, const void *data, size_t len)
{
	struct reading *r = context;

	r->object->bytes += len;
	if (is_too_long(r->object))
		return false;
	r->enough = !scan_bytes(s3_scanner(r->client), data, len);
	return !r->enough;
}

/* What no try will read: another key's, or in an archive. */
static bool
is_unreadable(const struct s3_call *call)
{
	return call->answered &&
	       (strcmp(call->failed.code, "InvalidObjectState") == 0 ||
		       strstr(call->failed.message, "form of Server Side Encryption. The correct "
						    "parameters must be provided"));
}

static enum source_result
tell_unreadable(struct reading *r, const struct s3_call *call, struct source_failure *failure)
{
	struct buf reason = {0};

	buf_printf(&reason, "cannot be read: %s: %s%s", call->failed.code, call->failed.message,
		strcmp(call->failed.code, "InvalidObjectState") == 0 ? "; restore it first" : "");
	tell(r, PROBLEM_ERROR, PROBLEM_NO_OFFSET, buf_cstr(&reason));
	buf_fini(&reason);
	*failure = (struct source_failure){0};
	return SOURCE_OK;
}

static enum source_result
read_once(struct reading *r, struct source_failure *failure, struct error *err)
{
	const struct scan_sink sink = {r, take_record, hold_problem};
	struct http_response response = {0};
	struct scan_summary summary;
	struct s3_call call = {.method = "GET",
		.bucket = r->object->bucket,
		.key = r->object->key,
		.region = r->object->region,
		.action = "s3:GetObject",
		.sink = take_bytes,
		.context = r};
	enum source_result result;

	r->object->records = r->object->bytes = 0;
	r->enough = false;
	forget_problems(r);
	scan_begin(s3_scanner(r->client), &sink);
	result = s3_send(r->client, &call, &response, failure, err);
	scan_end(s3_scanner(r->client), &summary);
	r->stopped |= summary.stopped;
	if (result == SOURCE_FAILED && r->enough)
		result = SOURCE_OK; /* it was we who hung up */
	else if (result == SOURCE_FAILED && is_too_long(r->object))
		error_set(err, ERROR_INPUT, "the object has more than %llu bytes",
			(unsigned long long)r->object->most);
	else if (result == SOURCE_OK && !r->stopped && !is_object(r, &response, &summary))
		result = refuse_answer(r, failure, err);
	r->object->missing = call.answered && call.failed.status == 404 &&
			     strcmp(call.failed.code, "NoSuchBucket") != 0;
	if (result == SOURCE_OK)
		judge_form(r, &summary);
	else if (result == SOURCE_FAILED && is_unreadable(&call))
		result = tell_unreadable(r, &call, failure);
	else
		forget_problems(r);
	s3_count_bytes(r->client, r->object->bytes);
	http_response_fini(&response);
	return r->stopped ? SOURCE_STOPPED : result;
}

/* ---- tries ---- */

/* Full jitter, as http_try; false: stopping. */
static bool
pause_before_another(const struct reading *r)
{
	uint32_t chance = PAUSE_MS;

	if (getrandom(&chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		chance = PAUSE_MS;
	return http_wait(s3_options(r->client)->http, chance % (PAUSE_MS + 1)) == HTTP_ANSWERED;
}

static void
say_cut(const struct reading *r, const struct error *err)
{
	const struct source_options *o = s3_options(r->client);
	struct buf what = {0};

	if (!o->failed_try)
		return;
	buf_printf(&what, "%s: cut after %llu bytes: %s", buf_cstr(&r->path),
		(unsigned long long)r->object->bytes, err->text);
	o->failed_try(o->say_context, buf_cstr(&what));
	buf_fini(&what);
}

enum source_result
s3_read_object(struct s3_client *client, struct s3_object *object, struct source_failure *failure,
	struct error *err)
{
	struct reading r = {.client = client, .object = object};
	enum source_result result;

	buf_printf(&r.path, "s3://%.*s/", STR_ARG(object->bucket));
	buf_str(&r.path, object->key);
	for (int try = 1;; try++) {
		result = read_once(&r, failure, err);
		if (result != SOURCE_FAILED || !object->bytes || is_too_long(object) ||
			try == TRIES)
			break;
		say_cut(&r, err);
		*failure = (struct source_failure){0};
		if (!pause_before_another(&r)) {
			result = SOURCE_STOPPED;
			break;
		}
	}
	if (result == SOURCE_OK)
		tell_problems(&r);
	else if (result == SOURCE_FAILED)
		error_prefix(err, "%s", buf_cstr(&r.path));
	forget_problems(&r);
	free(r.problems);
	buf_fini(&r.path);
	return r.stopped ? SOURCE_STOPPED : result;
}
