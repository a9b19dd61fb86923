/*
 * CloudTrail's own API, LookupEvents (sources.md §1.1): each round walks the pages of a window that
 * is frozen while it is walked, from the last round's end less an overlap, because events come
 * late. Once an hour the window is a day (settled.md 25): what came later than the overlap.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/source/aws_client.h"
#include "core/source/window.h"

enum {
	PAGE_EVENTS = 50,
	REGIONS_MAX = 2,
	WALKS_AGAIN = 2,
	LAPS_MAX = 3,
	TOLD_MAX = 64 << 10,
	ASK_PAGES = 20
};

static const int64_t first_fill_ms = INT64_C(24) * 3600 * 1000;
static const int64_t overlap_ms = INT64_C(30) * 60 * 1000;
static const int64_t history_ms = INT64_C(90) * 24 * 3600 * 1000; /* CloudTrail keeps no more */

/* One region's events; positions are named after it. */
struct trail_region {
	const char *name;
	struct window window;
};

struct cloudtrail {
	struct source source;
	struct aws_client client;
	struct scanner *scanner;
	struct trail_region regions[REGIONS_MAX];
	size_t region_count;
	char path[64]; /* where records of the region stand */
	uint64_t records;
	bool stopped;
	struct buf told; /* problems that were told: the overlap brings them again */
	bool filling;	 /* the first fill is under way */
	uint64_t pages;	 /* of this round */
};

/* A walk over the pages of one window. */
struct walk {
	struct trail_region *region;
	struct str attribute, value; /* absent: all events */
	int64_t from, to;	     /* ticks */
	struct buf token;	     /* of the next page; empty: the first */
	struct buf mark;	     /* a token of before, to be met again in a circle */
	int laps;		     /* how often it was met */
	uint64_t most;		     /* pages; 0: all */
	bool cut;		     /* there were more */
};

static int64_t
now_of(const struct cloudtrail *c)
{
	return clock_now(c->source.options.clock);
}

static int64_t
span_of(const struct cloudtrail *c, enum source_key key, int64_t otherwise_ms)
{
	int64_t configured = c->source.options.config->span_ms[key];

	return (configured ? configured : otherwise_ms) * TICKS_PER_MS;
}

/* ---- positions ---- */

static int64_t
read_position(const struct cloudtrail *c, const char *what, const char *region)
{
	const struct source_options *o = &c->source.options;
	int64_t ticks = TIME_NONE;
	char name[80];
	struct str value;

	snprintf(name, sizeof(name), "%s/%s", what, region);
	value = o->position(o->position_context, str_from(name));
	if (value.data && !time_parse(value, &ticks))
		return TIME_NONE;
	return ticks;
}

static bool
keep_position(const struct cloudtrail *c, const char *what, const char *region, int64_t ticks)
{
	const struct source_sink *sink = c->source.options.sink;
	char name[80], value[TIME_TEXT];

	snprintf(name, sizeof(name), "%s/%s", what, region);
	time_format_iso(ticks, value);
	return sink->position(sink->context, str_from(name), str_from(value));
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

/* One page; *more: there is another. */
static enum source_result
fetch_page(struct cloudtrail *c, struct walk *walk, bool *more, struct aws_error *failed,
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
static enum source_result
walk_pages(
	struct cloudtrail *c, struct walk *walk, struct source_failure *failure, struct error *err)
{
	enum source_result result = SOURCE_OK;
	struct aws_error failed = {0};
	bool more = true;

	for (uint64_t again = 0, page = 1; more; page++) {
		result = fetch_page(c, walk, &more, &failed, failure, err);
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

/* ---- rounds ---- */

/* CloudTrail refuses to be asked for more than it keeps. */
static int64_t
not_too_old(int64_t from, int64_t now)
{
	int64_t oldest = now - history_ms * TICKS_PER_MS;

	return from > oldest ? from : oldest;
}

static enum source_result
walk_window(struct cloudtrail *c, struct trail_region *region, int64_t from, int64_t to,
	struct source_failure *failure, struct error *err)
{
	const struct scan_options *scan = c->source.options.scan;
	size_t count = scan->literal_count ? scan->literal_count : 1;
	enum source_result result = SOURCE_OK;

	for (size_t i = 0; i < count && result == SOURCE_OK; i++) {
		struct walk walk = {.region = region, .from = from, .to = to};

		if (scan->literal_count) {
			walk.attribute = STR("EventName");
			walk.value = scan->literals[i];
		}
		result = walk_pages(c, &walk, failure, err);
	}
	return result;
}

static enum source_result
poll_region(struct cloudtrail *c, struct trail_region *region, struct source_failure *failure,
	struct error *err)
{
	int64_t now = now_of(c);
	struct window_round round = window_next(&region->window, now);
	enum source_result result;

	aws_client_set_region(&c->client, region->name);
	snprintf(c->path, sizeof(c->path), "cloudtrail:%s", region->name);
	c->filling = round.fills;
	result = walk_window(c, region, not_too_old(round.from, now), now, failure, err);
	if (result != SOURCE_OK)
		return result;
	if (!keep_position(c, "until", region->name, now))
		return SOURCE_STOPPED;
	if (round.sweeps && !keep_position(c, "swept", region->name, now))
		return SOURCE_STOPPED;
	if (round.sweeps)
		region->window.swept = now;
	region->window.until = now;
	c->filling = false;
	return SOURCE_OK;
}

static enum source_result
cloudtrail_poll(
	struct source *source, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	struct cloudtrail *c = (struct cloudtrail *)source;

	(void)next_ms;
	c->pages = 0;
	for (size_t i = 0; i < c->region_count; i++) {
		enum source_result result = poll_region(c, &c->regions[i], failure, err);

		if (result != SOURCE_OK)
			return result;
	}
	return SOURCE_OK;
}

/* ---- history ---- */

/* Calls made with it, and calls about it. */
static const char *const key_attributes[] = {"AccessKeyId", "ResourceName"};

static enum source_result
cloudtrail_ask(struct source *source, struct source_ask *ask, struct source_failure *failure,
	struct error *err)
{
	struct cloudtrail *c = (struct cloudtrail *)source;
	enum source_result result = SOURCE_OK;

	ask->from = not_too_old(ask->from, now_of(c));
	ask->place[0] = '\0';
	for (size_t i = 0; i < c->region_count; i++) {
		const char *region = c->regions[i].name;
		size_t len = strlen(ask->place);

		snprintf(ask->place + len, sizeof(ask->place) - len, "%s%s", i ? " and " : "",
			region);
		aws_client_set_region(&c->client, region);
		snprintf(c->path, sizeof(c->path), "cloudtrail:%s", region);
		for (size_t n = 0; n < 2 && result == SOURCE_OK; n++) {
			struct walk walk = {.region = &c->regions[i],
				.attribute = str_from(key_attributes[n]),
				.value = ask->key,
				.from = ask->from,
				.to = ask->to,
				.most = ASK_PAGES};

			result = walk_pages(c, &walk, failure, err);
			ask->part |= walk.cut;
		}
	}
	return result;
}

/* ---- regions (settled.md 22) ---- */

static void
add_region(struct cloudtrail *c, const char *name)
{
	struct trail_region *region = &c->regions[c->region_count++];

	region->name = name;
	region->window = (struct window){.until = read_position(c, "until", name),
		.swept = read_position(c, "swept", name),
		.first_fill = span_of(c, SOURCE_KEY_FIRST_FILL, first_fill_ms),
		.overlap = span_of(c, SOURCE_KEY_OVERLAP, overlap_ms)};
}

/* AWS_REGION and the profile choose the partition, whose IAM events are in its home region. */
static void
choose_regions(struct cloudtrail *c)
{
	const char *configured = aws_client_configured_region(&c->client);
	const struct aws_partition *partition;

	if (configured) {
		add_region(c, configured);
		return;
	}
	partition = aws_partition_of(aws_chain_region(c->client.chain));
	add_region(c, partition->iam_region);
	if (partition->second_region)
		add_region(c, partition->second_region);
}

/* ---- the ops ---- */

static void
cloudtrail_close(struct source *source)
{
	struct cloudtrail *c = (struct cloudtrail *)source;

	aws_client_fini(&c->client);
	scanner_free(c->scanner);
	buf_fini(&c->told);
	free(c);
}

static bool
cloudtrail_open(struct source **out, const struct source_options *options, struct error *err)
{
	struct cloudtrail *c = MEM_NEW(struct cloudtrail);

	(void)err;
	c->source = (struct source){&source_cloudtrail, *options};
	aws_client_init(&c->client, &c->source.options, "cloudtrail");
	c->scanner = scanner_new(options->scan);
	choose_regions(c);
	*out = &c->source;
	return true;
}

static void
cloudtrail_report(const struct source *source, struct source_report *report)
{
	const struct cloudtrail *c = (const struct cloudtrail *)source;

	*report = (struct source_report){.requests = c->client.requests,
		.bytes = c->client.bytes,
		.records = c->records,
		.position = c->regions[0].window.until,
		.skew_ms = c->client.skew_ms};
	for (size_t i = 1; i < c->region_count; i++)
		if (c->regions[i].window.until < report->position)
			report->position = c->regions[i].window.until;
	if (c->filling)
		snprintf(report->note, sizeof(report->note), "first fill: page %llu",
			(unsigned long long)c->pages);
}

static enum source_result
cloudtrail_probe(struct source *source, struct source_asked *asked, struct source_failure *failure,
	struct error *err)
{
	struct cloudtrail *c = (struct cloudtrail *)source;
	struct walk walk = {.region = &c->regions[0],
		.attribute = STR("EventName"),
		.value = STR("CreateAccessKey")};
	struct aws_error failed;
	enum source_result result;
	bool more;

	walk.to = now_of(c);
	walk.from = walk.to - TICKS_PER_MINUTE;
	aws_client_set_region(&c->client, walk.region->name);
	result = fetch_page(c, &walk, &more, &failed, failure, err);
	buf_fini(&walk.token);
	aws_client_asked(&c->client, "LookupEvents", asked);
	return result;
}

static const char *const keys[] = {
	"profile", "region", "endpoint_url", "ca_bundle", "first_fill", "overlap", NULL};

const struct source_ops source_cloudtrail = {
	.type = "cloudtrail",
	.keys = keys,
	.poll_interval_ms = 10000,
	.open = cloudtrail_open,
	.poll = cloudtrail_poll,
	.report = cloudtrail_report,
	.probe = cloudtrail_probe,
	.ask = cloudtrail_ask,
	.close = cloudtrail_close,
};
