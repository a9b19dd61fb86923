/*
 * How far a trail's bucket was read: a stream is one account's folder of one region
 * ([…]AWSLogs/[o-…/]ACCOUNT/CloudTrail/REGION/), which holds a folder a day. Names within a day
 * hold the minute of their delivery, but come in no strict order: a mark says up to which minute
 * all was seen, and every name seen since the mark less the overlap is remembered.
 *
 * Kept as positions: bucket, discovered, open/FOLDER, fill/FOLDER, mark/FOLDER-OF-DAY, seen/KEY.
 * Changes go to the sink first, so that they are committed behind what was given; false: stopping.
 * One thread. Dates are ticks at midnight UTC.
 */
#ifndef KEYWATCH_SOURCE_S3_TRAIL_H
#define KEYWATCH_SOURCE_S3_TRAIL_H

#include "core/base/buf.h"
#include "core/source/source.h"

struct s3_day {
	int64_t date;
	int64_t mark; /* ticks; TIME_NONE: none yet */
	char **seen;  /* own; names without the folder, sorted */
	size_t count, capacity;
};

struct s3_stream {
	char *folder;		    /* owns; with its slash */
	struct str account, region; /* in folder */
	int64_t open; /* days before are read, or to be filled; TIME_NONE: not begun */
	int64_t fill_next, fill_from; /* first fill, backwards; TIME_NONE: done */
	bool fresh;		      /* what is there was there before we looked */
	struct s3_day *days;	      /* owns */
	size_t day_count, day_capacity;
};

struct s3_trail {
	const struct source_options *options; /* borrows */
	struct s3_stream *streams;	      /* owns; not moved while a round goes on */
	size_t count, capacity, recent;
	int64_t discovered; /* ticks; TIME_NONE: never */
	struct buf stale;   /* names of positions of another bucket, each with its NUL */
	bool fresh;	    /* the bucket's name is to be kept */
};

/* From the positions. */
void s3_trail_init(struct s3_trail *trail, const struct source_options *options);
void s3_trail_fini(struct s3_trail *trail);
/* Positions of another bucket under this name are forgotten. Before the first change. */
bool s3_trail_settle(struct s3_trail *trail);

/* Adds it unless it is there; NULL when it is no stream's folder. */
struct s3_stream *s3_trail_add(struct s3_trail *trail, struct str folder);
bool s3_trail_discovered(struct s3_trail *trail, int64_t now);
/* Looks for streams below the prefix, by listings that stop at a slash: below AWSLogs/ where the
 * prefix names one or the one before it, else in the folders nearest to it (s3_find.c). */
struct s3_client;
enum source_result s3_trail_find(struct s3_trail *trail, struct s3_client *client,
	struct source_failure *failure, struct error *err);
/* Whether keys below the folder can begin with the prefix. */
bool s3_trail_wants(const struct s3_trail *trail, struct str folder);

/* Writes open and fill. */
bool s3_stream_keep(struct s3_trail *trail, const struct s3_stream *stream);

int64_t s3_date_of(int64_t ticks);
void s3_day_folder(struct buf *out, const struct s3_stream *stream, int64_t date);
struct s3_day *s3_stream_day(struct s3_stream *stream, int64_t date);
/* The minute of its delivery; TIME_NONE: its name says none. */
int64_t s3_name_minute(const struct s3_stream *stream, struct str name);
/* The least name that is looked at: mark less overlap; empty: all of the day. */
void s3_first_name(
	struct buf *out, const struct s3_stream *stream, const struct s3_day *day, int64_t overlap);

bool s3_day_has_seen(const struct s3_day *day, struct str name);
bool s3_day_see(struct s3_trail *trail, const struct s3_stream *stream, struct s3_day *day,
	struct str name);
/* Moves the mark, and forgets what stands before the first name from then on. */
bool s3_day_mark(struct s3_trail *trail, const struct s3_stream *stream, struct s3_day *day,
	int64_t mark, int64_t overlap);
/* All of it is read and nothing more will come. */
bool s3_day_close(struct s3_trail *trail, struct s3_stream *stream, int64_t date);

#endif
