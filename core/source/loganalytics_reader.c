/* Answers of the query API into rows for the sink, and what is to be said of them. */
#include <stdio.h>

#include "core/source/loganalytics.h"

enum { ROWS_MAX = 500000, TOLD_MAX = 64 << 10 };

void
loganalytics_reader_init(struct loganalytics_reader *r, const struct source_options *options)
{
	static const struct scan_options every_row = {0}; /* Kusto has chosen */

	*r = (struct loganalytics_reader){.options = options};
	r->scanner = scanner_new(&every_row);
	snprintf(r->path, sizeof(r->path), "loganalytics:%s",
		options->config->value[SOURCE_KEY_WORKSPACE_ID]);
}

void
loganalytics_reader_fini(struct loganalytics_reader *r)
{
	scanner_free(r->scanner);
	buf_fini(&r->row);
	buf_fini(&r->told);
	buf_fini(&r->partial);
}

/* ---- telling ---- */

static void
tell(struct loganalytics_reader *r, enum problem_severity severity, const char *reason)
{
	const struct source_place place = {
		.path = str_from(r->path), .offset = PROBLEM_NO_OFFSET, .arrived = TIME_NONE};
	const struct source_sink *sink = r->options->sink;

	if (str_find(buf_view(&r->told), str_from(reason), 0) != (size_t)-1)
		return;
	if (r->told.len < TOLD_MAX)
		buf_printf(&r->told, "%s\n", reason);
	r->stopped |= !sink->problem(sink->context, &place, severity, reason, STR_ABSENT);
}

void
loganalytics_tell(struct loganalytics_reader *r, size_t rule, enum problem_severity severity,
	const char *what)
{
	struct buf text = {0};

	buf_printf(&text, "rule %.*s: %s", STR_ARG(r->options->rules[rule].name), what);
	tell(r, severity, buf_cstr(&text));
	buf_fini(&text);
}

/* ---- rows ---- */

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct loganalytics_reader *r = context;
	const struct source_sink *sink = r->options->sink;
	struct source_place place = {.path = str_from(r->path), .rule = r->rule + 1};

	(void)offset; /* of this answer, and another in the next */
	buf_clear(&r->row);
	loganalytics_read_row(&r->row, raw, &place.arrived);
	place.exact = place.arrived != TIME_NONE;
	r->records++;
	r->stopped |= !sink->record(sink->context, &place, buf_view(&r->row), flags);
	return !r->stopped;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct loganalytics_reader *r = context;

	(void)offset;
	if (severity != PROBLEM_ERROR)
		return; /* an answer without a row is the usual one */
	if (!str_starts_with(str_from(reason), STR("the answer is partial"))) {
		loganalytics_tell(r, r->rule, PROBLEM_ERROR, reason);
		return;
	}
	buf_clear(&r->partial);
	buf_puts(&r->partial, reason);
	r->limit |= loganalytics_is_limit(str_from(reason));
}

/* Gives the rows, whatever is said of others. */
static void
take_rows(struct loganalytics_reader *r, struct str body)
{
	const struct scan_sink sink = {r, take_record, take_problem};
	struct scan_summary summary;

	r->limit = false;
	buf_clear(&r->partial);
	scan_begin(r->scanner, &sink);
	scan_bytes(r->scanner, body.data, body.len);
	scan_end(r->scanner, &summary);
	r->limit |= summary.records >= ROWS_MAX;
}

/* ---- answers ---- */

static const struct {
	const char *why, *advice;
} refusals[] = {
	[LOGANALYTICS_EMPTY] = {"the answer is empty, which is not the same as no rows",
		"is something in between that takes the request's body away?"},
	[LOGANALYTICS_NO_EVENT] = {"the answer has no column AwsEventId to tell events by",
		"keep AwsEventId in the result of the rule's query"},
	[LOGANALYTICS_OTHER] = {"the answer is not one of a Log Analytics query",
		"is endpoint_url Log Analytics', and no proxy in between?"},
};

enum source_result
loganalytics_refuse(
	enum loganalytics_answer answer, struct source_failure *failure, struct error *err)
{
	if (answer == LOGANALYTICS_ROWS)
		return SOURCE_OK;
	failure->cause = CAUSE_ANSWER;
	snprintf(failure->advice, sizeof(failure->advice), "%s", refusals[answer].advice);
	error_set(err, ERROR_INPUT, "%s", refusals[answer].why);
	return SOURCE_FAILED;
}

enum source_result
loganalytics_read(struct loganalytics_reader *r, size_t rule, const struct http_response *response,
	struct source_failure *failure, struct error *err)
{
	struct str body = buf_view(&response->body);
	enum source_result result;

	r->rule = rule;
	r->limit = false;
	r->no_data = response->status == 204;
	if (r->no_data) {
		tell(r, PROBLEM_NOTE, "the workspace has no data (HTTP 204)");
		return r->stopped ? SOURCE_STOPPED : SOURCE_OK;
	}
	result = loganalytics_refuse(loganalytics_judge(body), failure, err);
	if (result != SOURCE_OK)
		return result;
	take_rows(r, body);
	if (r->stopped)
		return SOURCE_STOPPED;
	if (!r->partial.len || r->limit)
		return SOURCE_OK;
	loganalytics_tell(r, rule, PROBLEM_ERROR, buf_cstr(&r->partial));
	failure->cause = CAUSE_ANSWER;
	error_set(err, ERROR_INPUT, "%s", buf_cstr(&r->partial));
	return SOURCE_FAILED;
}
