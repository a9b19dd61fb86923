#include "core/source/s3_day.h"

#include <stdlib.h>

#include "core/base/mem.h"

enum { REFUSED_MAX = 10 }; /* in a row, of a round: the others will be, too */

static struct str
value_of(const struct s3_round *round, enum source_key key)
{
	const char *value = round->options->config->value[key];

	return value ? str_from(value) : STR("");
}

/* A day's names that were not seen yet. */
struct day_listing {
	struct s3_round *round;
	const struct s3_stream *stream;
	struct s3_day *day;
	struct str folder;
	struct arena arena;
	struct s3_entry *names; /* owns; without the folder */
	size_t count, capacity;
	int64_t newest; /* minute, also of what was seen */
	bool unwatched; /* of before this source was watched */
	bool whole;	/* all of it is read */
	bool gone;	/* what was read last: listed, but not there */
	int64_t failed; /* the oldest minute that is not; TIME_NONE: not known */
};

/* ---- what is refused ---- */

/* True when the round goes on without it. */
bool
s3_step_over(struct s3_round *round, enum source_result result, struct source_failure *failure,
	const struct error *err)
{
	if (result != SOURCE_FAILED ||
		(failure->cause != CAUSE_DENIED && failure->cause != CAUSE_CONFIGURED) ||
		++round->refused >= REFUSED_MAX)
		return false;
	if (!round->failed) {
		round->failure = *failure;
		round->err = *err;
	}
	round->failed = true;
	*failure = (struct source_failure){0};
	return true;
}

/* ---- a day ---- */

static bool
take_entry(void *context, const struct s3_entry *entry)
{
	struct day_listing *l = context;
	struct str name = str_slice(entry->key, l->folder.len, entry->key.len);
	int64_t minute;

	if (!str_starts_with(entry->key, l->folder) || !s3_is_trail_key(entry->key))
		return true;
	minute = s3_name_minute(l->stream, name);
	if (minute > l->newest)
		l->newest = minute; /* TIME_NONE is the least */
	if (s3_day_has_seen(l->day, name))
		return true;
	MEM_GROW(l->names, l->count, l->capacity);
	l->names[l->count] = *entry;
	l->names[l->count].key = arena_str(&l->arena, name);
	l->names[l->count++].etag = arena_str(&l->arena, entry->etag);
	l->round->total++;
	return true;
}

static enum source_result
list_day(struct day_listing *l, struct source_failure *failure, struct error *err)
{
	struct s3_round *round = l->round;
	struct str prefix = value_of(round, SOURCE_KEY_PREFIX);
	struct buf first = {0}, name = {0};
	struct s3_listing listing = {.bucket = value_of(round, SOURCE_KEY_BUCKET),
		.prefix = prefix.len > l->folder.len ? prefix : l->folder};
	enum source_result result;

	s3_first_name(&name, l->stream, l->day, round->overlap);
	if (name.len) {
		buf_str(&first, l->folder);
		buf_str(&first, buf_view(&name));
		listing.start_after = buf_view(&first);
	}
	result = s3_list(round->client, &listing, take_entry, l, failure, err);
	buf_fini(&first);
	buf_fini(&name);
	return result;
}

static enum source_result
read_object(struct day_listing *l, const struct s3_entry *entry, struct source_failure *failure,
	struct error *err)
{
	struct s3_round *round = l->round;
	struct buf key = {0};
	struct s3_object object = {.bucket = value_of(round, SOURCE_KEY_BUCKET),
		.etag = entry->etag,
		.size = entry->size,
		.arrived = TIME_NONE,
		.unwatched = l->unwatched};
	enum source_result result;

	buf_str(&key, l->folder);
	buf_str(&key, entry->key);
	object.key = buf_view(&key);
	result = s3_read_object(round->client, &object, failure, err);
	if (result == SOURCE_FAILED &&
		object.missing) /* a day that is closed is not listed again */
		result = s3_read_object(round->client, &object, failure, err);
	buf_fini(&key);
	round->records += object.records;
	l->gone = result == SOURCE_FAILED && object.missing;
	if (!l->gone)
		return result;
	*failure = (struct source_failure){0}; /* its life was over; the next listing tells */
	return SOURCE_OK;
}

static void
note_unread(struct day_listing *l, struct str name)
{
	int64_t minute = s3_name_minute(l->stream, name);

	if (l->whole || minute < l->failed)
		l->failed = minute;
	l->whole = false;
}

/* The newest first. */
static enum source_result
read_names(struct day_listing *l, struct source_failure *failure, struct error *err)
{
	struct s3_round *round = l->round;
	enum source_result result = SOURCE_OK;

	for (size_t i = l->count; i > 0 && result == SOURCE_OK; i--) {
		const struct s3_entry *entry = &l->names[i - 1];

		result = read_object(l, entry, failure, err);
		if (result == SOURCE_OK) {
			round->refused = 0;
			round->done++;
			if (!l->gone && !s3_day_see(&round->trail, l->stream, l->day, entry->key))
				return SOURCE_STOPPED;
		} else if (s3_step_over(round, result, failure, err)) {
			note_unread(l, entry->key);
			result = SOURCE_OK;
		}
		round->say(round->context);
	}
	return result;
}

/* A name of a later minute than now moves no mark, nor one behind what could not be read. */
static int64_t
mark_of(const struct day_listing *l)
{
	int64_t mark = l->newest < l->round->now ? l->newest : l->round->now;

	return !l->whole && l->failed < mark ? l->failed : mark;
}

static enum source_result
take_day(struct day_listing *l, struct source_failure *failure, struct error *err)
{
	struct s3_round *round = l->round;
	enum source_result result = list_day(l, failure, err);

	if (result == SOURCE_OK)
		result = read_names(l, failure, err);
	if (result == SOURCE_OK &&
		!s3_day_mark(&round->trail, l->stream, l->day, mark_of(l), round->overlap))
		result = SOURCE_STOPPED;
	if (result == SOURCE_FAILED && s3_step_over(round, result, failure, err)) {
		l->whole = false;
		result = SOURCE_OK;
	}
	return result;
}

enum source_result
s3_read_day(struct s3_round *round, struct s3_stream *stream, int64_t date, bool unwatched,
	bool *whole, struct source_failure *failure, struct error *err)
{
	struct day_listing l = {.round = round,
		.stream = stream,
		.day = s3_stream_day(stream, date),
		.unwatched = unwatched,
		.newest = TIME_NONE,
		.failed = TIME_NONE,
		.whole = true};
	struct buf folder = {0};
	enum source_result result = SOURCE_OK;

	s3_day_folder(&folder, stream, date);
	l.folder = buf_view(&folder);
	if (s3_trail_wants(&round->trail, l.folder))
		result = take_day(&l, failure, err);
	*whole = l.whole;
	free(l.names);
	arena_fini(&l.arena);
	buf_fini(&folder);
	return result;
}
