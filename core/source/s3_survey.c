#include "core/source/s3_survey.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"

enum {
	STEP_OBJECTS = 500, /* then what is newer gets its turn */
	HOUR_OBJECTS = 10000,
	REFUSED_MOST = 10, /* in a row: then all is */
};
static const uint64_t hour_bytes = UINT64_C(1) << 30;
/* Records are delivered late. */
static const int64_t late = 30 * TICKS_PER_MINUTE;

/* An object to be read. */
struct entry {
	struct str key, etag; /* in the arena */
	uint64_t size;
	int64_t minute; /* of its delivery; as its name says none: of the day's begin */
};

struct walk {
	struct s3_survey *s;
	struct source_survey *survey;
	struct source_failure *failure;
	struct error *err;
	struct arena arena;
	struct entry *entries; /* owns the array; of one day */
	size_t count, capacity;
	size_t read, refused, in_a_row;
	/* Of the listing under way. */
	struct s3_stream *stream;
	struct str folder;
	int64_t date;
};

static struct str
value_of(const struct s3_survey *s, enum source_key key)
{
	const char *value = s->options->config->value[key];

	return value ? str_from(value) : STR("");
}

/* ---- what there is of a day ---- */

static bool
take_entry(void *context, const struct s3_entry *listed)
{
	struct walk *w = context;
	struct entry *e;
	int64_t minute;

	if (!str_starts_with(listed->key, w->folder) || !s3_is_trail_key(listed->key))
		return true;
	minute = s3_name_minute(w->stream, str_slice(listed->key, w->folder.len, listed->key.len));
	if (minute == TIME_NONE)
		minute = w->date;
	else if (minute + TICKS_PER_MINUTE <= w->survey->from)
		return true;
	MEM_GROW(w->entries, w->count, w->capacity);
	e = &w->entries[w->count++];
	*e = (struct entry){.key = arena_str(&w->arena, listed->key),
		.etag = arena_str(&w->arena, listed->etag),
		.size = listed->size,
		.minute = minute};
	return true;
}

static enum source_result
list_folder(struct walk *w)
{
	struct str prefix = value_of(w->s, SOURCE_KEY_PREFIX);
	const struct s3_day day = {.date = w->date, .mark = w->survey->from};
	struct s3_listing listing = {.bucket = value_of(w->s, SOURCE_KEY_BUCKET),
		.prefix = prefix.len > w->folder.len ? prefix : w->folder};
	struct buf first = {0}, name = {0};
	enum source_result result;

	s3_first_name(&name, w->stream, &day, 0);
	if (name.len) {
		buf_str(&first, w->folder);
		buf_str(&first, buf_view(&name));
		listing.start_after = buf_view(&first);
	}
	result = s3_list(w->s->client, &listing, take_entry, w, w->failure, w->err);
	buf_fini(&first);
	buf_fini(&name);
	return result;
}

static int
by_minute(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return (left->minute > right->minute) - (left->minute < right->minute);
}

static enum source_result
list_day(struct walk *w)
{
	struct s3_trail *trail = w->s->trail;
	enum source_result result = SOURCE_OK;
	struct buf folder = {0};

	w->count = 0;
	arena_reset(&w->arena);
	for (size_t i = 0; i < trail->count && result == SOURCE_OK; i++) {
		buf_clear(&folder);
		w->stream = &trail->streams[i];
		s3_day_folder(&folder, w->stream, w->date);
		w->folder = buf_view(&folder);
		if (s3_trail_wants(trail, w->folder))
			result = list_folder(w);
	}
	buf_fini(&folder);
	if (w->count)
		qsort(w->entries, w->count, sizeof(*w->entries), by_minute);
	return result;
}

/* ---- an object ---- */

static bool
may_pass(enum source_cause cause)
{
	return cause == CAUSE_NETWORK || cause == CAUSE_THROTTLED || cause == CAUSE_CREDENTIALS;
}

/* What is refused of one does not keep the others from being read. */
static enum source_result
step_over(struct walk *w, const struct s3_object *object)
{
	struct source_survey *survey = w->survey;

	if (object->missing) { /* its life was over */
		*w->failure = (struct source_failure){0};
		return SOURCE_OK;
	}
	if (may_pass(w->failure->cause) || ++w->in_a_row == REFUSED_MOST)
		return SOURCE_FAILED;
	if (!w->refused++) {
		struct buf missing = {0};

		buf_printf(&missing, "%s: %s", source_cause_word(w->failure->cause), w->err->text);
		snprintf(survey->missing, sizeof(survey->missing), "%.*s",
			(int)sizeof(survey->missing) - 1, buf_cstr(&missing));
		snprintf(survey->advice, sizeof(survey->advice), "%s", source_advice(w->failure));
		buf_fini(&missing);
	}
	*w->failure = (struct source_failure){0};
	return SOURCE_OK;
}

static enum source_result
read_entry(struct walk *w, const struct entry *e)
{
	struct s3_survey *s = w->s;
	struct s3_object object = {.bucket = value_of(s, SOURCE_KEY_BUCKET),
		.key = e->key,
		.etag = e->etag,
		.size = e->size,
		.arrived = TIME_NONE};
	enum source_result result;

	if (!s->options->turn(s->options->turn_context, "s3"))
		return SOURCE_STOPPED;
	result = s3_read_object(s->client, &object, w->failure, w->err);
	s->objects++;
	s->bytes += object.bytes;
	w->read++;
	if (result == SOURCE_FAILED)
		return step_over(w, &object);
	w->in_a_row = 0;
	return result;
}

/* ---- how much ---- */

static void
begin_hour(struct s3_survey *s, int64_t now)
{
	if (s->hour <= now && now - s->hour < TICKS_PER_HOUR)
		return;
	s->hour = now;
	s->objects = s->bytes = 0;
}

static bool
is_spent(const struct s3_survey *s)
{
	return s->objects >= HOUR_OBJECTS || s->bytes >= hour_bytes;
}

/* Of all minutes before that the objects were read. */
static void
know_until(struct walk *w, int64_t minute)
{
	int64_t known = w->survey->to - late;

	w->survey->until = minute - late < known ? minute - late : known;
}

/* *more: not all of the day could be read in this step. */
static enum source_result
read_day(struct walk *w, bool *more)
{
	enum source_result result = list_day(w);

	for (size_t i = 0; i < w->count && result == SOURCE_OK; i++) {
		*more = w->read == STEP_OBJECTS || is_spent(w->s);
		if (*more) {
			know_until(w, w->entries[i].minute);
			return SOURCE_OK;
		}
		result = read_entry(w, &w->entries[i]);
	}
	return result;
}

static enum source_result
read_days(struct walk *w)
{
	struct source_survey *survey = w->survey;
	int64_t last = s3_date_of(survey->to);
	enum source_result result = SOURCE_OK;

	for (w->date = s3_date_of(survey->from); w->date <= last; w->date += TICKS_PER_DAY) {
		result = read_day(w, &survey->cut);
		if (result != SOURCE_OK || survey->cut)
			return result;
	}
	know_until(w, survey->to);
	return result;
}

/* ---- the survey ---- */

/* Once an hour; while there is none, every time. */
static enum source_result
look_for_streams(struct walk *w)
{
	struct s3_survey *s = w->s;
	int64_t now = w->survey->to;
	enum source_result result;

	if (s->trail->count && s->found && s->found <= now && now - s->found < TICKS_PER_HOUR)
		return SOURCE_OK;
	result = s3_trail_find(s->trail, s->client, w->failure, w->err);
	if (result == SOURCE_OK)
		s->found = now;
	return result;
}

static void
say_place(const struct walk *w)
{
	struct str bucket = value_of(w->s, SOURCE_KEY_BUCKET);
	char from[TIME_TEXT], to[TIME_TEXT];

	time_format_iso(w->survey->from, from);
	time_format_iso(w->survey->to, to);
	snprintf(w->survey->place, sizeof(w->survey->place),
		"s3://%.*s, %zu folder%s of an account's region, last %zu object%s of %.10s%s%.*s",
		(int)(bucket.len < 64 ? bucket.len : 64), bucket.data, w->s->trail->count,
		w->s->trail->count == 1 ? "" : "s", w->read, w->read == 1 ? "" : "s", from,
		memcmp(from, to, 10) ? " to " : "", memcmp(from, to, 10) ? 10 : 0, to);
}

enum source_result
s3_survey(struct s3_survey *s, struct source_survey *survey, struct source_failure *failure,
	struct error *err)
{
	struct walk w = {.s = s, .survey = survey, .failure = failure, .err = err};
	enum source_result result;

	begin_hour(s, survey->to);
	result = look_for_streams(&w);
	if (result == SOURCE_OK)
		result = read_days(&w);
	say_place(&w);
	if (w.refused)
		survey->until = survey->from - 1;
	arena_fini(&w.arena);
	free(w.entries);
	return result;
}
