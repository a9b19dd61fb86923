/* The pages of LookupEvents (sources.md §1.1): requests, answers, and the walk from token to token.
 */
#include <stdio.h>

#include "core/base/json.h"
#include "core/source/cloudtrail_private.h"

enum { PAGE_EVENTS = 50, WALKS_AGAIN = 2, LAPS_MAX = 3, TOLD_MAX = 64 << 10 };

static const int64_t history_ms = INT64_C(90) * 24 * 3600 * 1000; /* CloudTrail keeps no more */

int64_t
cloudtrail_not_too_old(int64_t from, int64_t now)
{
	int64_t oldest = now - history_ms * TICKS_PER_MS;

	return from > oldest ? from : oldest;
}

void
cloudtrail_enter(struct cloudtrail *c, const char *region)
{
	aws_client_set_region(&c->client, region);
	snprintf(c->path, sizeof(c->path), "cloudtrail:%s", region);
}

/* ---- the request ---- */

/* Whole seconds, so that the window holds what the ticks do: from down, to up. */
static int64_t
seconds(int64_t ticks, bool up)
{
	return (ticks + (up ? TICKS_PER_SECOND - 1 : 0)) / TICKS_PER_SECOND;
}

static void
write_request(struct buf *out, const struct walk *walk)
{
	struct json_writer w = {.out = out};

	json_begin_object(&w);
	if (walk->value.data) {
		json_put_key(&w, "LookupAttributes");
		json_begin_array(&w);
		json_begin_object(&w);
		json_member_string(&w, "AttributeKey", walk->attribute);
		json_member_string(&w, "AttributeValue", walk->value);
		json_end_object(&w);
		json_end_array(&w);
	}
	json_put_key(&w, "StartTime");
	json_put_long(&w, seconds(walk->from, false));
	json_put_key(&w, "EndTime");
	json_put_long(&w, seconds(walk->to, true));
	json_put_key(&w, "MaxResults");
	json_put_long(&w, PAGE_EVENTS);
	if (walk->token.len)
		json_member_string(&w, "NextToken", buf_view(&walk->token));
	json_end_object(&w);
}

/* ---- the answer ---- */

static bool
take_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct cloudtrail *c = context;
	/* The same event is at another offset in the next answer. */
	const struct source_place place = {
		.path = str_from(c->path), .offset = 0, .arrived = TIME_NONE};
	const struct source_sink *sink = c->source.options.sink;

	(void)offset;
	c->records++;
	c->stopped = !sink->record(sink->context, &place, raw, flags);
	return !c->stopped;
}

static void
take_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct cloudtrail *c = context;
	const struct source_place place = {
		.path = str_from(c->path), .offset = PROBLEM_NO_OFFSET, .arrived = TIME_NONE};
	const struct source_sink *sink = c->source.options.sink;

	(void)offset; /* of this answer, and another in the next */
	if (severity != PROBLEM_ERROR)
		return; /* an answer without an event is the usual one */
	if (str_find(buf_view(&c->told), str_from(reason), 0) != (size_t)-1)
		return;
	if (c->told.len < TOLD_MAX)
		buf_printf(&c->told, "%s\n", reason);
	c->stopped |= !sink->problem(sink->context, &place, severity, reason, STR_ABSENT);
}

/* Whole, also where nothing but its end could tell: what a cut takes away may be the next token. */
static bool
is_answer(struct str body)
{
	size_t offset, len;

	return json_check(body, NULL) && json_locate(body, "Events", &offset, &len) &&
	       body.data[offset] == '[' && len >= 2 && body.data[offset + len - 1] == ']';
}

static bool
take_token(struct buf *token, struct str body)
{
	struct json_doc *doc;
	size_t offset, len;

	buf_clear(token);
	if (!json_locate(body, "NextToken", &offset, &len) ||
		!json_parse(str_slice(body, offset, len), &doc, NULL))
		return false;
	if (json_type(json_root(doc)) == JSON_STRING)
		buf_str(token, json_string(json_root(doc)));
	json_doc_free(doc);
	return token->len > 0;
}

/* The newest come first: what follows is no younger. */
static void
take_oldest(struct walk *walk, struct str body)
{
	const struct json *events, *time;
	struct json_doc *doc;

	if (!json_parse(body, &doc, NULL))
		return;
	walk->oldest = walk->to;
	events = json_get(json_root(doc), STR("Events"));
	for (const struct json *event = json_first(events); event; event = json_next(event)) {
		time = json_get(event, STR("EventTime"));
		if (json_type(time) == JSON_NUMBER &&
			json_number(time) * TICKS_PER_SECOND < (double)walk->oldest)
			walk->oldest = (int64_t)(json_number(time) * TICKS_PER_SECOND);
	}
	json_doc_free(doc);
}

static enum source_result
refuse_answer(const char *why, struct source_failure *failure, struct error *err)
{
	failure->cause = CAUSE_ANSWER;
	snprintf(failure->advice, sizeof(failure->advice),
		"is the endpoint CloudTrail's, and no proxy in between?");
	error_set(err, ERROR_INPUT, "%s", why);
	return SOURCE_FAILED;
}

static enum source_result
take_page(struct cloudtrail *c, struct str body, struct source_failure *failure, struct error *err)
{
	const struct scan_sink sink = {c, take_record, take_problem};
	struct scan_summary summary;

	if (!is_answer(body))
		return refuse_answer("the answer is not one of LookupEvents", failure, err);
	scan_begin(c->scanner, &sink);
	scan_bytes(c->scanner, body.data, body.len);
	scan_end(c->scanner, &summary);
	return c->stopped ? SOURCE_STOPPED : SOURCE_OK;
}

/* ---- pages ---- */

static void
say(struct cloudtrail *c)
{
	const struct source_options *o = &c->source.options;
	struct source_report report;

	if (!o->say)
		return;
	c->source.ops->report(&c->source, &report);
	o->say(o->say_context, &report);
}

static bool
wait_turn(struct cloudtrail *c)
{
	const struct source_options *o = &c->source.options;
	struct buf key = {0};
	bool go;

	aws_client_endpoint(&c->client, &key);
	buf_printf(&key, " %s ", c->client.region);
	aws_client_account(&c->client, &key);
	go = o->turn(o->turn_context, buf_cstr(&key));
	buf_fini(&key);
	return go;
}

enum source_result
cloudtrail_page(struct cloudtrail *c, struct walk *walk, bool *more, struct aws_error *failed,
	struct source_failure *failure, struct error *err)
{
	struct http_response response = {0};
	struct buf body = {0};
	struct aws_json_call call = {.target = "com.amazonaws.cloudtrail.v20131101."
					       "CloudTrail_20131101.LookupEvents",
		.content_type = "application/x-amz-json-1.1",
		.action = "cloudtrail:LookupEvents"};
	enum source_result result;

	if (!wait_turn(c))
		return SOURCE_STOPPED;
	write_request(&body, walk);
	call.body = buf_view(&body);
	result = aws_client_json(&c->client, &call, &response, failure, err);
	if (result == SOURCE_OK)
		result = take_page(c, buf_view(&response.body), failure, err);
	if (result == SOURCE_OK)
		*more = take_token(&walk->token, buf_view(&response.body));
	if (result == SOURCE_OK && *more && walk->page == walk->most)
		take_oldest(walk, buf_view(&response.body));
	*failed = call.failed;
	c->pages++;
	http_response_fini(&response);
	buf_fini(&body);
	say(c);
	return result;
}

static void
set_mark(struct walk *walk)
{
	buf_clear(&walk->mark);
	buf_str(&walk->mark, buf_view(&walk->token));
}

/* Pages whose tokens lead back to a page of before have no end: the mark is moved on at every
 * power of two (Brent), so that a circle of any length is met. A page or two may come again. */
static bool
goes_in_circles(struct walk *walk, uint64_t page)
{
	bool met = walk->mark.len && str_equal(buf_view(&walk->token), buf_view(&walk->mark));

	walk->laps += met;
	if (!met && (page & (page - 1)) == 0)
		set_mark(walk);
	return walk->laps == LAPS_MAX;
}

/* A token that is not taken any more ends the walk, not the window: it is walked again. */
enum source_result
cloudtrail_walk(
	struct cloudtrail *c, struct walk *walk, struct source_failure *failure, struct error *err)
{
	enum source_result result = SOURCE_OK;
	struct aws_error failed = {0};
	bool more = true;

	for (uint64_t again = 0, page = 1; more; page++) {
		walk->page = page;
		result = cloudtrail_page(c, walk, &more, &failed, failure, err);
		walk->cut = result == SOURCE_OK && more && page == walk->most;
		if (walk->cut)
			break;
		if (result == SOURCE_OK && more && goes_in_circles(walk, page))
			result = refuse_answer("the pages go round in circles", failure, err);
		if (result == SOURCE_FAILED && walk->token.len && again < WALKS_AGAIN &&
			strstr(failed.code, "NextToken")) {
			again++;
			buf_clear(&walk->token);
			continue;
		}
		if (result != SOURCE_OK)
			break;
	}
	buf_fini(&walk->token);
	buf_fini(&walk->mark);
	return result;
}
