/*
 * A trail's bucket (sources.md §1.2). Each round lists the open days of every account and region,
 * from the mark less the overlap on, and reads what was not seen; yesterday stays open until 02:00
 * UTC. Accounts and regions are looked for at the start and once an hour. What was there before is
 * filled in backwards, day by day, between rounds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/source/s3_ask.h"
#include "core/source/s3_client.h"
#include "core/source/s3_day.h"
#include "core/source/s3_once.h"
#include "core/source/s3_survey.h"

enum {
	FILL_MS = 10000, /* of filling between two rounds */
};

static const int64_t first_fill_ms = INT64_C(24) * 3600 * 1000;
static const int64_t overlap_ms = INT64_C(2) * 3600 * 1000;
static const int64_t stays_open = 2 * TICKS_PER_HOUR; /* a day, behind its end; or the overlap */

struct s3 {
	struct source source;
	struct s3_client *client;
	struct s3_round round;
	struct s3_once once;
	struct s3_survey survey;
	bool found;	   /* accounts and regions, in this process */
	bool filling;	   /* something of the first fill is left */
	int64_t fill_date; /* the day it is at */
	int64_t until;	   /* ticks: when the last complete round began */
};

static int64_t
span_of(const struct s3 *s, enum source_key key, int64_t otherwise_ms)
{
	int64_t configured = s->source.options.config->span_ms[key];

	return (configured ? configured : otherwise_ms) * TICKS_PER_MS;
}

static struct str
value_of(const struct s3 *s, enum source_key key)
{
	const char *value = s->source.options.config->value[key];

	return value ? str_from(value) : STR("");
}

static void
say(void *context)
{
	struct s3 *s = context;
	const struct source_options *o = &s->source.options;
	struct source_report report;

	if (!o->say)
		return;
	s->source.ops->report(&s->source, &report);
	o->say(o->say_context, &report);
}

/* ---- open days ---- */

static bool
may_close(const struct s3 *s, int64_t date)
{
	int64_t overlap = s->round.overlap;

	return s->round.now >= date + TICKS_PER_DAY + (overlap > stays_open ? overlap : stays_open);
}

static enum source_result
poll_stream(
	struct s3 *s, struct s3_stream *stream, struct source_failure *failure, struct error *err)
{
	int64_t today = s3_date_of(s->round.now);

	for (int64_t date = stream->open; date <= today; date += TICKS_PER_DAY) {
		bool whole;
		enum source_result result =
			s3_read_day(&s->round, stream, date, stream->fresh, &whole, failure, err);

		if (result != SOURCE_OK)
			return result;
		stream->fresh &= date != today;
		if (!whole || date != stream->open || !may_close(s, date))
			continue;
		stream->open = date + TICKS_PER_DAY;
		if (!s3_day_close(&s->round.trail, stream, date) ||
			!s3_stream_keep(&s->round.trail, stream))
			return SOURCE_STOPPED;
	}
	return SOURCE_OK;
}

static enum source_result
poll_streams(struct s3 *s, struct source_failure *failure, struct error *err)
{
	enum source_result result = SOURCE_OK;

	for (size_t i = 0; i < s->round.trail.count && result == SOURCE_OK; i++)
		if (s3_trail_wants(&s->round.trail, str_from(s->round.trail.streams[i].folder)))
			result = poll_stream(s, &s->round.trail.streams[i], failure, err);
	return result;
}

/* ---- the first fill ---- */

/* Where a stream begins that was not known. One that appeared while we did not look has not begun
 * before the last look, but may have begun right behind it. */
static bool
begin_stream(struct s3 *s, struct s3_stream *stream, int64_t looked)
{
	int64_t now = s->round.now, open = s3_date_of(now);
	int64_t from = now - span_of(s, SOURCE_KEY_FIRST_FILL, first_fill_ms);

	if (looked != TIME_NONE && looked - TICKS_PER_DAY < from)
		from = looked - TICKS_PER_DAY;
	if (!may_close(s, open - TICKS_PER_DAY))
		open -= TICKS_PER_DAY;
	stream->open = open;
	stream->fresh = true;
	if (stream->fill_from == TIME_NONE || s3_date_of(from) < stream->fill_from)
		stream->fill_from = s3_date_of(from);
	stream->fill_next = open - TICKS_PER_DAY;
	if (stream->fill_next < stream->fill_from)
		stream->fill_next = stream->fill_from = TIME_NONE;
	return s3_stream_keep(&s->round.trail, stream);
}

/* The stream whose next day is the newest; NULL: all is filled. */
static struct s3_stream *
next_to_fill(struct s3 *s)
{
	struct s3_stream *newest = NULL;

	for (size_t i = 0; i < s->round.trail.count; i++) {
		struct s3_stream *stream = &s->round.trail.streams[i];

		if (stream->fill_next != TIME_NONE &&
			s3_trail_wants(&s->round.trail, str_from(stream->folder)) &&
			(!newest || stream->fill_next > newest->fill_next))
			newest = stream;
	}
	return newest;
}

static enum source_result
fill_day(struct s3 *s, struct s3_stream *stream, struct source_failure *failure, struct error *err)
{
	int64_t date = stream->fill_next;
	bool whole;
	enum source_result result =
		s3_read_day(&s->round, stream, date, true, &whole, failure, err);

	if (result != SOURCE_OK)
		return result;
	if (!whole) {
		*failure = s->round.failure;
		*err = s->round.err;
		return SOURCE_FAILED;
	}
	stream->fill_next = date - TICKS_PER_DAY;
	if (stream->fill_next < stream->fill_from)
		stream->fill_next = stream->fill_from = TIME_NONE;
	if (!s3_day_close(&s->round.trail, stream, date) ||
		!s3_stream_keep(&s->round.trail, stream))
		return SOURCE_STOPPED;
	return SOURCE_OK;
}

/* Some of it: the open days must not wait for all. */
static enum source_result
fill(struct s3 *s, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	int64_t end_ms = time_monotonic_ms() + FILL_MS;
	enum source_result result = SOURCE_OK;
	struct s3_stream *stream;

	while (result == SOURCE_OK && (stream = next_to_fill(s)) != NULL) {
		s->filling = true;
		s->fill_date = stream->fill_next;
		if (time_monotonic_ms() >= end_ms) {
			*next_ms = 0;
			return SOURCE_OK;
		}
		result = fill_day(s, stream, failure, err);
	}
	if (result == SOURCE_OK) {
		s->filling = false;
		s->round.done = s->round.total = 0;
	}
	return result;
}

/* ---- accounts and regions ---- */

/* Once an hour; while there is none, every time. Days that were closed while the clock was ahead
 * may have gone on: all is begun anew. */
static enum source_result
look_for_streams(struct s3 *s, struct source_failure *failure, struct error *err)
{
	int64_t now = s->round.now, looked = s->round.trail.discovered;
	bool ahead = looked > now, refused;
	enum source_result result;

	if (s->found && s->round.trail.count && !ahead && now - looked < TICKS_PER_HOUR)
		return SOURCE_OK;
	if (ahead)
		looked = TIME_NONE;
	result = s3_trail_find(&s->round.trail, s->client, failure, err);
	refused = s3_step_over(
		&s->round, result, failure, err); /* what is known is read all the same */
	if (result != SOURCE_OK && !refused)
		return result;
	for (size_t i = 0; i < s->round.trail.count; i++)
		if ((ahead || s->round.trail.streams[i].open == TIME_NONE) &&
			!begin_stream(s, &s->round.trail.streams[i], looked))
			return SOURCE_STOPPED;
	if (refused)
		return SOURCE_OK;
	s->found = true;
	return s3_trail_discovered(&s->round.trail, now) ? SOURCE_OK : SOURCE_STOPPED;
}

static enum source_result
s3_poll(struct source *source, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	struct s3 *s = (struct s3 *)source;
	enum source_result result;

	if (source->options.once)
		return s3_once_poll(&s->once, failure, err);
	s->round.now = clock_now(source->options.clock);
	s->round.refused = 0;
	s->round.failed = false;
	if (!s3_trail_settle(&s->round.trail))
		return SOURCE_STOPPED;
	result = look_for_streams(s, failure, err);
	if (result == SOURCE_OK)
		result = poll_streams(s, failure, err);
	if (result == SOURCE_OK && !s->round.failed)
		result = fill(s, next_ms, failure, err);
	if (result == SOURCE_OK && s->round.failed) {
		*failure = s->round.failure;
		*err = s->round.err;
		return SOURCE_FAILED;
	}
	if (result == SOURCE_OK)
		s->until = s->round.now;
	return result;
}

/* ---- the ops ---- */

static bool
s3_open(struct source **out, const struct source_options *options, struct error *err)
{
	struct s3 *s = MEM_NEW(struct s3);

	(void)err;
	s->source = (struct source){&source_s3, *options};
	s->until = TIME_NONE;
	s->client = s3_client_new(&s->source.options);
	s3_once_init(&s->once, &s->source.options, s->client);
	s->once.say = say;
	s->once.context = s;
	s->round.options = &s->source.options;
	s->round.client = s->client;
	s->round.overlap = span_of(s, SOURCE_KEY_OVERLAP, overlap_ms);
	s->round.say = say;
	s->round.context = s;
	s->survey = (struct s3_survey){
		.options = &s->source.options, .client = s->client, .trail = &s->round.trail};
	if (!options->once)
		s3_trail_init(&s->round.trail, &s->source.options);
	*out = &s->source;
	return true;
}

static void
s3_close(struct source *source)
{
	struct s3 *s = (struct s3 *)source;

	s3_once_fini(&s->once);
	s3_trail_fini(&s->round.trail);
	s3_client_free(s->client);
	free(s);
}

static uint64_t
days_to_fill(const struct s3 *s)
{
	uint64_t days = 0;

	for (size_t i = 0; i < s->round.trail.count; i++) {
		const struct s3_stream *stream = &s->round.trail.streams[i];

		if (stream->fill_next != TIME_NONE)
			days += (uint64_t)((stream->fill_next - stream->fill_from) /
					   TICKS_PER_DAY) +
				1;
	}
	return days;
}

static void
note(const struct s3 *s, struct source_report *report)
{
	char day[TIME_TEXT];

	if (s->found && !s->round.trail.count) {
		snprintf(report->note, sizeof(report->note),
			"no AWSLogs/ACCOUNT/CloudTrail/REGION/ below the prefix yet");
	} else if (s->filling) {
		time_format_iso(s->fill_date, day);
		snprintf(report->note, sizeof(report->note),
			"first fill: %.10s, %llu folders of a day left", day,
			(unsigned long long)days_to_fill(s));
	}
}

static void
s3_report(const struct source *source, struct source_report *report)
{
	const struct s3 *s = (const struct s3 *)source;
	bool once = source->options.once;

	*report = (struct source_report){
		.position = s->until, .records = once ? s->once.records : s->round.records};
	s3_client_report(s->client, report);
	if (once) {
		report->done = s->once.done;
		report->total = s->once.found;
		if (!s->once.listed && s->once.found)
			snprintf(report->note, sizeof(report->note), "the listing goes on");
	} else if (s->filling || s->until == TIME_NONE) {
		report->done = s->round.done;
		report->total = s->round.total;
	}
	if (!once)
		note(s, report);
}

static bool
stop_at_first(void *context, const struct s3_entry *entry)
{
	(void)context;
	(void)entry;
	return false;
}

static enum source_result
s3_probe(struct source *source, struct source_asked *asked, struct source_failure *failure,
	struct error *err)
{
	struct s3 *s = (struct s3 *)source;
	const struct s3_listing listing = {.bucket = value_of(s, SOURCE_KEY_BUCKET),
		.prefix = value_of(s, SOURCE_KEY_PREFIX),
		.max_keys = 1};
	enum source_result result = s3_list(s->client, &listing, stop_at_first, NULL, failure, err);

	s3_client_asked(s->client, listing.bucket, "ListObjectsV2", asked);
	asked->untried = "s3:GetObject; where the trail is encrypted with a key of yours, "
			 "kms:Decrypt";
	return result;
}

static enum source_result
s3_look_through(struct source *source, struct source_survey *survey, struct source_failure *failure,
	struct error *err)
{
	return s3_survey(&((struct s3 *)source)->survey, survey, failure, err);
}

static enum source_result
s3_ask_for(struct source *source, struct source_ask *ask, struct source_failure *failure,
	struct error *err)
{
	struct s3 *s = (struct s3 *)source;

	return s3_ask(s->client, value_of(s, SOURCE_KEY_BUCKET), ask, failure, err);
}

static const char *const keys[] = {"profile", "region", "endpoint_url", "ca_bundle", "bucket",
	"prefix", "first_fill", "overlap", "request_payer", NULL};

const struct source_ops source_s3 = {
	.type = "s3",
	.keys = keys,
	.poll_interval_ms = 30000,
	.open = s3_open,
	.poll = s3_poll,
	.report = s3_report,
	.probe = s3_probe,
	.reads_all = true,
	.ask = s3_ask_for,
	.asks = 1U << SOURCE_ASK_EVENT,
	.survey = s3_look_through,
	.survey_before = TICKS_PER_HOUR,
	.survey_oldest = 7 * TICKS_PER_DAY,
	.survey_apace = true,
	.close = s3_close,
};
