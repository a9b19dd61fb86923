#include "core/source/s3_once.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/source/walk.h"

enum {
	BATCH = 50000,	 /* keys in memory, about 10 MiB */
	REFUSED_MAX = 3, /* before anything was read: nothing will be */
};

void
s3_once_init(struct s3_once *once, const struct source_options *options, struct s3_client *client)
{
	*once = (struct s3_once){.options = options, .client = client};
}

void
s3_once_fini(struct s3_once *once)
{
	arena_fini(&once->arena);
	free(once->batch);
	buf_fini(&once->last);
	buf_fini(&once->folder);
}

static struct str
bucket_of(const struct s3_once *once)
{
	return str_from(once->options->config->value[SOURCE_KEY_BUCKET]);
}

static struct str
prefix_of(const struct s3_once *once)
{
	const char *prefix = once->options->config->value[SOURCE_KEY_PREFIX];

	return prefix ? str_from(prefix) : STR("");
}

static void
tell(struct s3_once *once, struct str key, enum problem_severity severity, const char *reason)
{
	const struct source_sink *sink = once->options->sink;
	struct buf path = {0};
	struct source_place place = {.offset = PROBLEM_NO_OFFSET, .arrived = TIME_NONE};

	buf_printf(&path, "s3://%.*s/", STR_ARG(bucket_of(once)));
	buf_str(&path, key);
	place.path = buf_view(&path);
	once->stopped |= !sink->problem(sink->context, &place, severity, reason, STR_ABSENT);
	buf_fini(&path);
}

/* ---- listing ---- */

/* Behind what was given, is it in a folder that holds no records? Said once a folder. */
static bool
step_over(struct s3_once *once, struct str key)
{
	size_t from = prefix_of(once).len, slash;

	while (from > 0 && key.data[from - 1] != '/')
		from--;
	for (; (slash = str_find(key, STR("/"), from)) != (size_t)-1; from = slash + 1) {
		struct str folder = str_slice(key, 0, slash + 1);

		if (!walk_is_skipped_folder(str_slice(key, from, slash - from)))
			continue;
		if (!str_equal(folder, buf_view(&once->folder)))
			tell(once, folder, PROBLEM_NOTE, "holds no records, stepped over");
		buf_clear(&once->folder);
		buf_str(&once->folder, folder);
		return true;
	}
	return false;
}

static bool
take_entry(void *context, const struct s3_entry *entry)
{
	struct s3_once *once = context;
	struct str prefix = prefix_of(once);
	bool marker = entry->size == 0 && str_ends_with(entry->key, STR("/"));

	buf_clear(&once->last);
	buf_str(&once->last, entry->key);
	once->exact = prefix.len && str_equal(entry->key, prefix) && !marker;
	if (!marker && (once->exact || !step_over(once, entry->key))) {
		MEM_GROW(once->batch, once->count, once->capacity);
		once->batch[once->count] = *entry;
		once->batch[once->count].key = arena_str(&once->arena, entry->key);
		once->batch[once->count++].etag = arena_str(&once->arena, entry->etag);
		once->found++;
	}
	return once->count < BATCH && !once->exact && !once->stopped;
}

/* The next keys. */
static enum source_result
list(struct s3_once *once, struct source_failure *failure, struct error *err)
{
	const struct s3_listing listing = {.bucket = bucket_of(once),
		.prefix = prefix_of(once),
		.start_after = buf_view(&once->last)};
	struct buf behind = {0};
	struct s3_listing from = listing;
	enum source_result result;

	buf_str(&behind, listing.start_after); /* `last` moves on meanwhile */
	from.start_after = buf_view(&behind);
	arena_reset(&once->arena);
	once->count = once->next = 0;
	result = s3_list(once->client, &from, take_entry, once, failure, err);
	buf_fini(&behind);
	if (once->stopped)
		return SOURCE_STOPPED;
	once->listed = result == SOURCE_OK && (once->count < BATCH || once->exact);
	return result;
}

/* ---- reading ---- */

/* About this object alone, as far as one can know. */
static bool
may_go_on(const struct s3_once *once, enum source_cause cause)
{
	return (cause == CAUSE_DENIED || cause == CAUSE_CONFIGURED) &&
	       (once->done > 0 || once->refused < REFUSED_MAX);
}

static void
note_refusal(struct s3_once *once, struct str key, const struct source_failure *failure,
	const struct error *err)
{
	struct buf reason = {0};

	if (once->refused++ == 0) {
		once->refusal = *failure;
		once->why = *err;
	}
	buf_puts(&reason, "cannot be read: ");
	buf_puts(&reason, err->text);
	if (failure->advice[0])
		buf_printf(&reason, "; %s", failure->advice);
	tell(once, key, PROBLEM_ERROR, buf_cstr(&reason));
	buf_fini(&reason);
}

static enum source_result
read_one(struct s3_once *once, const struct s3_entry *entry, struct source_failure *failure,
	struct error *err)
{
	struct s3_object object = {.bucket = bucket_of(once),
		.key = entry->key,
		.etag = entry->etag,
		.size = entry->size,
		.arrived = TIME_NONE,
		.unwatched = true,
		.given = once->exact};
	enum source_result result = s3_read_object(once->client, &object, failure, err);

	once->records += object.records;
	if (result == SOURCE_OK) {
		once->done++;
	} else if (result == SOURCE_FAILED && object.missing) {
		tell(once, entry->key, PROBLEM_NOTE, "is gone since it was listed");
		result = SOURCE_OK;
	} else if (result == SOURCE_FAILED && may_go_on(once, failure->cause)) {
		note_refusal(once, entry->key, failure, err);
		*failure = (struct source_failure){0};
		result = SOURCE_OK;
	}
	return once->stopped ? SOURCE_STOPPED : result;
}

static enum source_result
read_batch(struct s3_once *once, struct source_failure *failure, struct error *err)
{
	while (once->next < once->count) {
		enum source_result result = read_one(once, &once->batch[once->next], failure, err);

		if (result != SOURCE_OK)
			return result;
		once->next++;
		once->say(once->context);
	}
	return SOURCE_OK;
}

/* A path that leads to nothing is a mistake of the one who gave it. */
static enum source_result
finish(struct s3_once *once, struct source_failure *failure, struct error *err)
{
	if (once->refused && !once->done) {
		*failure = once->refusal;
		*err = once->why;
		return SOURCE_FAILED;
	}
	if (!once->last.len && prefix_of(once).len)
		tell(once, prefix_of(once), PROBLEM_ERROR, "no object's key begins so");
	else if (!once->last.len)
		tell(once, STR(""), PROBLEM_NOTE, "the bucket is empty");
	return once->stopped ? SOURCE_STOPPED : SOURCE_END;
}

enum source_result
s3_once_poll(struct s3_once *once, struct source_failure *failure, struct error *err)
{
	enum source_result result = read_batch(once, failure, err);

	while (result == SOURCE_OK && !once->listed) {
		result = list(once, failure, err);
		if (result == SOURCE_OK)
			result = read_batch(once, failure, err);
	}
	return result == SOURCE_OK ? finish(once, failure, err) : result;
}
