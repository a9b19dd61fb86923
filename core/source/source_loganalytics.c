/*
 * Sentinel's own workspace (settled.md 24): each rule's query runs there, in Kusto, over the time
 * from the rule's position less an overlap to now. Once an hour it is the last day, for what was
 * ingested later than the overlap. Where an answer is larger than the service gives, the time is
 * halved; a position only moves over what was answered whole.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/source/loganalytics.h"
#include "core/source/window.h"

enum { KEY_LEN = 16 };

static const int64_t first_fill_ms = INT64_C(24) * 3600 * 1000;
static const int64_t overlap_ms = INT64_C(3600) * 1000;
static const int64_t span_min = TICKS_PER_SECOND;

/* A rule's query; positions are named after its text, so that another query begins anew. */
struct asked_rule {
	const struct source_rule *rule;
	size_t number;
	struct buf query; /* owns; wrapped */
	char key[KEY_LEN + 1];
	struct window window;
	int64_t span; /* ticks: what one request may ask for */
};

struct loganalytics {
	struct source source;
	struct loganalytics_client client;
	struct loganalytics_reader reader;
	struct asked_rule *rules; /* owns */
	size_t rule_count;
	int64_t filled; /* of a first fill: until here; TIME_NONE: none is under way */
};

static int64_t
span_of(const struct loganalytics *l, enum source_key key, int64_t otherwise_ms)
{
	int64_t configured = l->source.options.config->span_ms[key];

	return (configured ? configured : otherwise_ms) * TICKS_PER_MS;
}

/* ---- positions ---- */

static int64_t
read_position(const struct loganalytics *l, const char *what, const struct asked_rule *rule)
{
	const struct source_options *o = &l->source.options;
	int64_t ticks = TIME_NONE;
	char name[40];
	struct str value;

	snprintf(name, sizeof(name), "%s/%s", what, rule->key);
	value = o->position(o->position_context, str_from(name));
	if (value.data && !time_parse(value, &ticks))
		return TIME_NONE;
	return ticks;
}

static bool
keep_position(const struct loganalytics *l, const char *what, const struct asked_rule *rule,
	int64_t ticks)
{
	const struct source_sink *sink = l->source.options.sink;
	char name[40], value[TIME_TEXT];

	snprintf(name, sizeof(name), "%s/%s", what, rule->key);
	time_format_iso(ticks, value);
	return sink->position(sink->context, str_from(name), str_from(value));
}

static void
say(struct loganalytics *l)
{
	const struct source_options *o = &l->source.options;
	struct source_report report;

	if (!o->say)
		return;
	l->source.ops->report(&l->source, &report);
	o->say(o->say_context, &report);
}

/* ---- one request ---- */

enum span_end {
	SPAN_DONE,
	SPAN_TOO_LARGE, /* its rows, as far as they came, are given */
	SPAN_FAILED,	/* the result says how */
};

static bool
wait_turn(struct loganalytics *l)
{
	return l->source.options.turn(l->source.options.turn_context, l->reader.path);
}

/* The call may be looked at until it is fini'd by the caller. */
static enum source_result
ask(struct loganalytics *l, struct loganalytics_call *call, struct source_failure *failure,
	struct error *err)
{
	if (!wait_turn(l))
		return SOURCE_STOPPED;
	return loganalytics_ask(&l->client, call, failure, err);
}

static enum source_result
ask_window(struct loganalytics *l, struct asked_rule *rule, struct loganalytics_call *call,
	enum span_end *window, struct source_failure *failure, struct error *err)
{
	enum source_result result;

	call->query = buf_view(&rule->query);
	result = ask(l, call, failure, err);
	if (result == SOURCE_OK)
		result = loganalytics_read(&l->reader, rule->number, &call->response, failure, err);
	*window = result == SOURCE_OK ? SPAN_DONE : SPAN_FAILED;
	if ((result == SOURCE_OK && l->reader.limit) ||
		(result == SOURCE_FAILED && call->too_long)) {
		*window = SPAN_TOO_LARGE;
		result = SOURCE_OK;
	}
	http_response_fini(&call->response);
	say(l);
	return result;
}

/* ---- a rule's round ---- */

static void
say_halved(struct loganalytics *l, const struct asked_rule *rule)
{
	const struct source_options *o = &l->source.options;
	struct buf text = {0};

	buf_printf(&text,
		"rule %.*s: more rows than one answer may hold, half the time is asked for",
		STR_ARG(rule->rule->name));
	if (o->failed_try)
		o->failed_try(o->say_context, buf_cstr(&text));
	buf_fini(&text);
}

/* Nothing smaller can be asked for: what is missing is named, and stepped over. */
static void
tell_missing(
	struct loganalytics *l, const struct asked_rule *rule, const struct loganalytics_call *call)
{
	struct buf text = {0};
	char from[TIME_TEXT], to[TIME_TEXT];

	time_format_iso(call->from, from);
	time_format_iso(call->to, to);
	buf_printf(&text, "more rows between %s and %s than the service gives: some are missing",
		from, to);
	loganalytics_tell(&l->reader, rule->number, PROBLEM_ERROR, buf_cstr(&text));
	buf_fini(&text);
}

static bool
advance(struct loganalytics *l, struct asked_rule *rule, int64_t until)
{
	if (l->filled != TIME_NONE)
		l->filled = until;
	if (rule->window.until != TIME_NONE && until <= rule->window.until)
		return true;
	rule->window.until = until;
	return keep_position(l, "until", rule, until);
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static enum source_result
walk_time(struct loganalytics *l, struct asked_rule *rule, int64_t from, int64_t to,
	struct source_failure *failure, struct error *err)
{
	while (from < to && !l->reader.stopped) {
		struct loganalytics_call call = {.from = from};
		enum source_result result;
		enum span_end window;

		call.to = from + smaller(rule->span, to - from);
		result = ask_window(l, rule, &call, &window, failure, err);
		if (call.timed_out && call.to - from > TICKS_PER_MINUTE)
			rule->span = (call.to - from) / 2;
		if (result != SOURCE_OK || l->reader.no_data)
			return result;
		if (window == SPAN_TOO_LARGE && call.to - from > span_min) {
			say_halved(l, rule);
			rule->span = (call.to - from) / 2;
			continue;
		}
		if (window == SPAN_TOO_LARGE)
			tell_missing(l, rule, &call);
		if (!advance(l, rule, call.to))
			return SOURCE_STOPPED;
		from = call.to;
		if (rule->span < INT64_MAX / 2)
			rule->span *= 2;
	}
	return l->reader.stopped ? SOURCE_STOPPED : SOURCE_OK;
}

static enum source_result
poll_rule(struct loganalytics *l, struct asked_rule *rule, struct source_failure *failure,
	struct error *err)
{
	int64_t now = clock_now(l->source.options.clock);
	struct window_round round = window_next(&rule->window, now);
	enum source_result result;

	l->filled = round.fills ? round.from : TIME_NONE;
	result = walk_time(l, rule, round.from, now, failure, err);
	l->filled = TIME_NONE;
	if (result != SOURCE_OK || l->reader.no_data || !round.sweeps)
		return result;
	rule->window.swept = now;
	return keep_position(l, "swept", rule, now) ? SOURCE_OK : SOURCE_STOPPED;
}

/* ---- rounds ---- */

/* A query that is refused is said and does not hold up the others. */
static bool
holds_up(const struct source_failure *failure)
{
	return failure->cause != CAUSE_CONFIGURED;
}

static enum source_result
no_rule_runs(struct loganalytics *l, struct source_failure *failure, struct error *err)
{
	failure->cause = CAUSE_CONFIGURED;
	snprintf(failure->advice, sizeof(failure->advice),
		"keep AwsEventId in the result of the rule's query");
	error_set(err, ERROR_USAGE, "no rule can run here: the result of %.*s has no AwsEventId",
		STR_ARG(l->rules[0].rule->name));
	return SOURCE_FAILED;
}

static enum source_result
loganalytics_poll(
	struct source *source, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	struct loganalytics *l = (struct loganalytics *)source;
	enum source_result result = SOURCE_OK;
	size_t ran = 0;

	(void)next_ms;
	l->reader.stopped = false;
	for (size_t i = 0; i < l->rule_count; i++) {
		struct asked_rule *rule = &l->rules[i];

		if (!rule->rule->gives_event_id) {
			loganalytics_tell(&l->reader, rule->number, PROBLEM_NOTE,
				"cannot run here: the result of its query has no AwsEventId");
			continue;
		}
		result = poll_rule(l, rule, failure, err);
		if (result == SOURCE_STOPPED || (result == SOURCE_FAILED && holds_up(failure)))
			return result;
		if (result == SOURCE_OK)
			ran++;
		else if (l->rule_count > 1)
			loganalytics_tell(&l->reader, rule->number, PROBLEM_ERROR, err->text);
	}
	if (ran)
		return SOURCE_OK;
	return result == SOURCE_FAILED ? result : no_rule_runs(l, failure, err);
}

/* ---- the ops ---- */

static void
loganalytics_close(struct source *source)
{
	struct loganalytics *l = (struct loganalytics *)source;

	for (size_t i = 0; i < l->rule_count; i++)
		buf_fini(&l->rules[i].query);
	free(l->rules);
	loganalytics_client_fini(&l->client);
	loganalytics_reader_fini(&l->reader);
	free(l);
}

static void
init_rule(const struct loganalytics *l, struct asked_rule *asked, size_t i)
{
	char hex[HASH_HEX];

	*asked = (struct asked_rule){
		.rule = &l->source.options.rules[i], .number = i, .span = INT64_MAX};
	loganalytics_wrap(&asked->query, asked->rule->query);
	hash_hex(asked->rule->query, hex);
	memcpy(asked->key, hex, KEY_LEN);
	asked->window = (struct window){.until = read_position(l, "until", asked),
		.swept = read_position(l, "swept", asked),
		.first_fill = span_of(l, SOURCE_KEY_FIRST_FILL, first_fill_ms),
		.overlap = span_of(l, SOURCE_KEY_OVERLAP, overlap_ms)};
}

static bool
loganalytics_open(struct source **out, const struct source_options *options, struct error *err)
{
	struct loganalytics *l = MEM_NEW(struct loganalytics);

	(void)err;
	l->source = (struct source){&source_loganalytics, *options};
	loganalytics_client_init(&l->client, &l->source.options);
	loganalytics_reader_init(&l->reader, &l->source.options);
	l->filled = TIME_NONE;
	l->rules = mem_array(NULL, options->rule_count + 1, sizeof(*l->rules));
	for (; l->rule_count < options->rule_count; l->rule_count++)
		init_rule(l, &l->rules[l->rule_count], l->rule_count);
	*out = &l->source;
	return true;
}

static void
loganalytics_report(const struct source *source, struct source_report *report)
{
	const struct loganalytics *l = (const struct loganalytics *)source;
	char until[TIME_TEXT];

	*report = (struct source_report){.requests = l->client.requests,
		.bytes = l->client.bytes,
		.records = l->reader.records,
		.position = INT64_MAX,
		.skew_ms = l->client.skew_ms};
	for (size_t i = 0; i < l->rule_count; i++)
		if (l->rules[i].rule->gives_event_id)
			report->position = smaller(report->position, l->rules[i].window.until);
	if (report->position == INT64_MAX)
		report->position = TIME_NONE;
	if (l->reader.no_data) {
		snprintf(
			report->note, sizeof(report->note), "the workspace has no data (HTTP 204)");
	} else if (l->filled != TIME_NONE) {
		time_format_iso(l->filled, until);
		snprintf(report->note, sizeof(report->note), "first fill: until %s", until);
	}
}

/* One row of the table, of the last day. */
static enum source_result
loganalytics_probe(struct source *source, struct source_asked *asked,
	struct source_failure *failure, struct error *err)
{
	struct loganalytics *l = (struct loganalytics *)source;
	struct loganalytics_call call = {
		.query = STR("AWSCloudTrail | project TimeGenerated, AwsEventId | take 1")};
	enum source_result result;

	call.to = clock_now(l->source.options.clock);
	call.from = call.to - TICKS_PER_DAY;
	result = ask(l, &call, failure, err);
	snprintf(asked->request, sizeof(asked->request), "a query of one row");
	snprintf(asked->place, sizeof(asked->place), "%s", l->client.url);
	snprintf(asked->credentials, sizeof(asked->credentials), "%s",
		azure_login_kind(l->client.login));
	l->reader.no_data = result == SOURCE_OK && call.response.status == 204;
	if (result == SOURCE_OK && !l->reader.no_data)
		result = loganalytics_refuse(
			loganalytics_judge(buf_view(&call.response.body)), failure, err);
	http_response_fini(&call.response);
	return result;
}

static enum source_result
loganalytics_look_through(struct source *source, struct source_survey *survey,
	struct source_failure *failure, struct error *err)
{
	struct loganalytics *l = (struct loganalytics *)source;

	return loganalytics_survey(&l->client, l->reader.path, survey, failure, err);
}

static const char *const keys[] = {"workspace_id", "tenant_id", "client_id", "client_secret_file",
	"authority_host", "auth", "endpoint_url", "ca_bundle", "first_fill", "overlap", NULL};

const struct source_ops source_loganalytics = {
	.type = "loganalytics",
	.keys = keys,
	.poll_interval_ms = 60000,
	.open = loganalytics_open,
	.poll = loganalytics_poll,
	.report = loganalytics_report,
	.probe = loganalytics_probe,
	.survey = loganalytics_look_through,
	.survey_before = TICKS_PER_DAY,
	.survey_oldest = 90 * TICKS_PER_DAY,
	.survey_apace = true, /* 200 queries in 30 s, of which this is one */
	.close = loganalytics_close,
};
