/*
 * Live sources that tell of many terms at once are looked through for those of their alerts: the
 * workspace by a query, the bucket by the objects of its days. On a thread and connection of its
 * own, in between the rounds, so that the watch is never delayed. The detector gives one batch
 * after the other, newest first, and keeps what comes of it.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/history/spans.h"
#include "core/pipeline/private.h"
#include "core/source/http.h"

enum { PAUSE_FIRST_MS = 5000, PAUSE_LAST_MS = 300000 };

/* Records come late: those of a young alert are looked for often, of an old one seldom, and in the
 * end no more. */
static const int64_t again_cut = TICKS_PER_MINUTE, again_first = 5 * TICKS_PER_MINUTE,
		     again_last = 24 * 60 * TICKS_PER_MINUTE;

/* The thread's own. */
struct surveyor {
	struct fetcher *fetcher;
	struct source *source; /* NULL: not opened yet */
	struct http *http;
	struct survey_batch *batch; /* owns */
	struct want *want;	    /* of it; owns */
	struct looker *looker;	    /* for it; owns */
	struct str *values;	    /* owns the array; borrows from the batch */
	struct spans spans;	    /* of times of which the source has records */
	char unread[320];	    /* why something could not be read; "": all could */
	unsigned failures;
	char trouble[400]; /* as last said */
};

/* Cut where it is too long. */
static void
text_copy(char *to, size_t size, struct str text)
{
	size_t len = text.len < size ? text.len : size - 1;

	memcpy(to, text.data, len);
	to[len] = '\0';
}

void
survey_batch_free(struct survey_batch *batch)
{
	if (!batch)
		return;
	arena_fini(&batch->arena);
	free(batch);
}

/* ---- waiting ---- */

/* Negative: until something changes. True when to stop. */
static bool
pause_ms(struct fetcher *f, int64_t ms)
{
	struct pollfd fds[2] = {{.fd = f->pipeline->stop_wake.fd, .events = POLLIN},
		{.fd = f->ask_wake.fd, .events = POLLIN}};

	poll(fds, ms < 0 ? 2 : 1, (int)ms);
	if (ms < 0)
		wake_clear(&f->ask_wake);
	return pipeline_stopped(f->pipeline);
}

static struct survey_batch *
take_batch(struct fetcher *f)
{
	struct survey_batch *batch;

	pthread_mutex_lock(&f->pipeline->lock);
	batch = f->batch;
	f->batch = NULL;
	pthread_mutex_unlock(&f->pipeline->lock);
	return batch;
}

/* Taken once it may be asked: the detector may put another one in its place until then. False:
 * stopping. */
static bool
wait_for_batch(struct surveyor *s)
{
	struct fetcher *f = s->fetcher;

	while (asking_may(f)) {
		s->batch = take_batch(f);
		if (s->batch)
			return true;
		if (pause_ms(f, -1))
			return false;
	}
	return false;
}

/* ---- what it gives ---- */

static bool
push(struct fetcher *f, struct item *item)
{
	size_t bytes = sizeof(*item) + item->path.len + item->text.len;

	item->fetcher = f;
	if (queue_push(f->pipeline->queue, item, bytes) == QUEUE_OK)
		return !pipeline_stopped(f->pipeline);
	free(item);
	return false;
}

static bool
take_record(void *context, const struct source_place *place, struct str raw, unsigned flags)
{
	struct surveyor *s = context;
	struct item *item;

	looker_stands(s->looker, place->path);
	item = looker_take(s->looker, raw, place->offset, flags);
	if (!item)
		return !pipeline_stopped(s->fetcher->pipeline);
	item->kind = ITEM_MET;
	return push(s->fetcher, item);
}

static bool
take_problem(void *context, const struct source_place *place, enum problem_severity severity,
	const char *reason, struct str body)
{
	struct surveyor *s = context;

	(void)body;
	if (severity == PROBLEM_ERROR && !s->unread[0])
		snprintf(s->unread, sizeof(s->unread), "%.*s: %s", STR_ARG(place->path), reason);
	return !pipeline_stopped(s->fetcher->pipeline);
}

static void
take_cover(void *context, struct str account, int64_t time)
{
	struct surveyor *s = context;

	spans_add(&s->spans, spans_account(account), time);
}

static bool
wants(void *context, struct str unit, bool named, const struct fields *fields)
{
	struct surveyor *s = context;

	return looker_wants(s->looker, unit, named, fields);
}

/* Where it reads is told in between. */
static bool
take_position(void *context, struct str name, struct str value)
{
	const struct surveyor *s = context;

	(void)name, (void)value;
	return !pipeline_stopped(s->fetcher->pipeline);
}

/* ---- a batch ---- */

static const enum source_survey_list lists[] = {[TERM_KEY] = SURVEY_KEYS,
	[TERM_USER] = SURVEY_USERS,
	[TERM_ACTOR] = SURVEY_ACTORS,
	[TERM_ADDRESS] = SURVEY_ADDRESSES,
	[TERM_AGENT] = SURVEY_LISTS};

static struct str
name_of_user(struct str user)
{
	size_t slash = str_find(user, STR("/"), 0);

	return slash == (size_t)-1 ? user : str_slice(user, slash + 1, user.len);
}

static void
fill_list(struct surveyor *s, struct source_survey *survey, enum source_survey_list list,
	struct str *values)
{
	size_t count = 0;

	for (size_t i = 0; i < s->batch->count; i++) {
		const struct store_surveyed_term *t = &s->batch->terms[i];
		struct str value = list == SURVEY_USERS ? name_of_user(t->value) : t->value;

		if ((size_t)t->kind >= sizeof(lists) / sizeof(lists[0]) || lists[t->kind] != list)
			continue;
		survey->root |= !value.len;
		if (value.len)
			values[count++] = value;
	}
	survey->lists[list].values = values;
	survey->lists[list].count = count;
}

/* Where what was not looked through yet begins; what is older than is looked for stays a gap. */
static int64_t
begin_of(const struct surveyor *s, int64_t now)
{
	const struct source_ops *ops = s->fetcher->config->ops;
	int64_t from = now, least = now - ops->survey_oldest - ops->survey_before;

	for (size_t i = 0; i < s->batch->count; i++) {
		const struct store_surveyed_term *t = &s->batch->terms[i];
		int64_t own = t->until == TIME_NONE ? t->first : t->until;

		if (own < from)
			from = own;
	}
	return from > least ? from : least;
}

static void
begin_batch(struct surveyor *s, struct source_survey *survey)
{
	const struct job none = {0};

	if (!s->looker) {
		s->want = want_new();
		for (size_t i = 0; i < s->batch->count; i++) {
			const struct store_surveyed_term *t = &s->batch->terms[i];

			want_add(s->want, t->term, &(struct term){t->kind, t->value});
		}
		s->looker = looker_new(s->want);
	}
	looker_begin(s->looker, &none);
	spans_clear(&s->spans);
	s->unread[0] = '\0';
	*survey = (struct source_survey){.to = clock_now(pipeline_clock(s->fetcher->pipeline)),
		.covers = take_cover,
		.context = s};
	survey->from = begin_of(s, survey->to);
	survey->call_count = looker_literals(s->looker, &survey->calls);
	s->values = mem_array(s->values, SURVEY_LISTS * SURVEY_TERMS, sizeof(*s->values));
	for (size_t i = 0; i < SURVEY_LISTS; i++)
		fill_list(s, survey, (enum source_survey_list)i, s->values + i * SURVEY_TERMS);
}

static void
end_batch(struct surveyor *s)
{
	looker_free(s->looker);
	want_free(s->want);
	survey_batch_free(s->batch);
	s->looker = NULL;
	s->want = NULL;
	s->batch = NULL;
}

static int64_t
due_again(const struct surveyor *s, const struct store_surveyed_term *term,
	const struct source_survey *survey)
{
	int64_t age = term->last > survey->to ? 0 : survey->to - term->last, span = age / 4;

	if (survey->cut)
		return survey->to + again_cut;
	if (age > s->fetcher->config->ops->survey_oldest)
		return INT64_MAX;
	if (span < again_first)
		span = again_first;
	return survey->to + (span < again_last ? span : again_last);
}

static struct item *
new_surveyed(size_t terms, size_t spans)
{
	size_t size = sizeof(struct surveyed) + terms * sizeof(struct surveyed_term) +
		      spans * sizeof(struct trail_span);
	struct item *item = mem_zalloc(sizeof(*item) + size);

	*item = (struct item){.kind = ITEM_SURVEYED, .text = {(char *)(item + 1), size}};
	item->surveyed = (struct surveyed *)(item + 1);
	item->surveyed->span = (struct span){0, -1};
	item->surveyed->terms = (struct surveyed_term *)(item->surveyed + 1);
	item->surveyed->term_count = terms;
	item->surveyed->spans = (struct trail_span *)(item->surveyed->terms + terms);
	item->surveyed->span_count = spans;
	return item;
}

static bool
give_surveyed(struct surveyor *s, const struct source_survey *survey)
{
	struct item *item;
	struct surveyed *surveyed;

	item = new_surveyed(s->batch->count, s->spans.count);
	surveyed = item->surveyed;
	surveyed->ended = true;
	surveyed->span = (struct span){survey->from, survey->until};
	for (size_t i = 0; i < s->batch->count; i++)
		surveyed->terms[i] = (struct surveyed_term){
			s->batch->terms[i].term, due_again(s, &s->batch->terms[i], survey)};
	if (s->spans.count)
		memcpy(surveyed->spans, s->spans.items, s->spans.count * sizeof(*surveyed->spans));
	snprintf(surveyed->place, sizeof(surveyed->place), "%s", survey->place);
	snprintf(surveyed->trouble, sizeof(surveyed->trouble), "%s",
		survey->missing[0] ? survey->missing : s->unread);
	snprintf(s->trouble, sizeof(s->trouble), "%s", surveyed->trouble);
	fetcher_note_trouble(s->fetcher, surveyed->trouble, survey->advice);
	return push(s->fetcher, item);
}

/* ---- failures ---- */

/* Once, until it changes: in the story of each alert, and as a line. False: stopping. */
static bool
tell_failure(struct surveyor *s, const struct source_failure *failure, const struct error *err)
{
	const char *advice = source_advice(failure);
	struct buf trouble = {0}, line = {0};
	struct item *item = new_surveyed(0, 0);
	char *said = item->surveyed->trouble;

	buf_printf(&trouble, "%s: %s", source_cause_word(failure->cause), err->text);
	text_copy(said, sizeof(item->surveyed->trouble), buf_view(&trouble));
	fetcher_note_trouble(s->fetcher, buf_cstr(&trouble), advice);
	buf_printf(&line,
		"%s: looked through for history: %s%s%s; it is tried again, later and later",
		s->fetcher->config->name, buf_cstr(&trouble), advice[0] ? "; " : "", advice);
	if (s->failures == 1)
		line_say(s->fetcher->pipeline, buf_cstr(&line));
	buf_fini(&trouble);
	buf_fini(&line);
	if (strcmp(said, s->trouble) == 0) {
		item_free(item);
		return true;
	}
	memcpy(s->trouble, said, sizeof(s->trouble));
	return push(s->fetcher, item);
}

/* False: stopping. */
static bool
take_failure(struct surveyor *s, const struct source_failure *failure, const struct error *err)
{
	int64_t pause = PAUSE_FIRST_MS;

	s->failures++;
	if (!tell_failure(s, failure, err))
		return false;
	for (unsigned i = 1; i < s->failures && pause < PAUSE_LAST_MS; i++)
		pause *= 2;
	if (pause > PAUSE_LAST_MS)
		pause = PAUSE_LAST_MS;
	if (failure->retry_after_ms > pause)
		pause = failure->retry_after_ms;
	pause = clock_real_ms(pipeline_clock(s->fetcher->pipeline), pause);
	return !pause_ms(s->fetcher, pause < INT32_MAX ? pause : INT32_MAX) &&
	       asking_may(s->fetcher);
}

/* ---- the thread ---- */

/* source_turn. */
static bool
turn_apace(void *context, const char *key)
{
	(void)key;
	return asking_may(context);
}

static bool
open_source(struct surveyor *s, const struct source_sink *sink, const struct scan_options *scan,
	struct error *err)
{
	const struct source_ops *ops = s->fetcher->config->ops;
	struct source_options options = fetcher_source_options(s->fetcher, sink, scan);

	options.http = s->http;
	options.turn = ops->survey_apace ? turn_apace : asking_turn;
	options.say = NULL;
	options.failed_try = NULL;
	if (!ops->open(&s->source, &options, err))
		return false;
	s->source->ops = ops;
	return true;
}

/* What was read is told of as far as it was; what could not be read is looked for again. */
static bool
give(struct surveyor *s, struct source_survey *survey)
{
	struct job seen = {0};

	looker_end(s->looker, &seen);
	spans_join(&s->spans, &seen.spans);
	spans_fini(&seen.spans);
	keyset_fini(&seen.keys);
	s->failures = 0;
	if (s->unread[0])
		survey->until = survey->from - 1;
	return give_surveyed(s, survey);
}

/* False: stopping. */
static bool
look_through(struct surveyor *s, const struct source_sink *sink, const struct scan_options *scan)
{
	for (;;) {
		struct source_failure failure = {.cause = CAUSE_CONFIGURED};
		enum source_result result = SOURCE_FAILED;
		struct source_survey survey;
		struct error err = {0};

		begin_batch(s, &survey);
		if (s->source || open_source(s, sink, scan, &err))
			result = s->source->ops->survey(s->source, &survey, &failure, &err);
		if (result == SOURCE_STOPPED)
			return false;
		if (result == SOURCE_OK)
			return give(s, &survey);
		if (!take_failure(s, &failure, &err))
			return false;
	}
}

static void
survey(struct surveyor *s)
{
	const struct source_sink sink = {
		s, take_record, take_problem, take_position, source_drop_barrier};
	const struct pipeline *p = s->fetcher->pipeline;
	struct looker *names = looker_new(NULL); /* which are the same of all */
	struct scan_options scan = {.max_record = p->options.max_record,
		.wants = wants,
		.wants_context = s,
		.stopped = pipeline_is_stopping,
		.stopped_context = p};
	bool goes_on = true;

	scan.literal_count = looker_literals(names, &scan.literals);
	while (goes_on && wait_for_batch(s)) {
		goes_on = look_through(s, &sink, &scan);
		end_batch(s);
	}
	if (s->source)
		s->source->ops->close(s->source);
	looker_free(names);
}

void *
pipeline_survey(void *argument)
{
	struct fetcher *f = argument;
	struct surveyor s = {.fetcher = f};

	s.http = http_new(f->pipeline->stop_wake.fd, f->config->value[SOURCE_KEY_CA_BUNDLE]);
	survey(&s);
	end_batch(&s);
	http_free(s.http);
	spans_fini(&s.spans);
	free(s.values);
	pipeline_end_producer(f->pipeline);
	return NULL;
}
