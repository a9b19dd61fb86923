/*
 * The files once more from their beginning: for history, and for a record that somebody wants to
 * see. Of a source that is opened beside the one that follows; no position is known or told here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/source/follow_private.h"
#include "core/source/walk.h"

/* Records come late. */
static const int64_t late = 30 * TICKS_PER_MINUTE;

struct again {
	struct follow *s;
	int64_t from;	   /* ticks: what was not touched since holds nothing later */
	const char *but;   /* was read already; NULL: none was */
	size_t read;	   /* files */
};

/* ---- a file ---- */

static int64_t
ticks_of(const struct timespec *time)
{
	return time->tv_sec * TICKS_PER_SECOND + time->tv_nsec / 100;
}

/* What was copied here with the time it had comes later than that says. */
static bool
is_touched_since(const struct stat *st, int64_t from)
{
	return ticks_of(&st->st_mtim) >= from || ticks_of(&st->st_ctim) >= from;
}

static bool
say_end(struct follow *s, const struct follow_file *file)
{
	return !file->gzip || !file->unfinished ||
	       follow_say(&s->reader, file->path, PROBLEM_NO_OFFSET, PROBLEM_ERROR,
		       "its end is not there yet");
}

/* Also in the middle of a file, of which the rest is passed over then. */
static bool
is_over(const struct follow *s)
{
	const struct scan_options *scan = s->source.options.scan;

	return s->reader.stopped || (scan->stopped && scan->stopped(scan->stopped_context));
}

/* False: the sink wants no more. */
static bool
read_whole(struct again *a, struct follow_file *file)
{
	struct follow_reader *reader = &a->s->reader;
	char reason[160];

	errno = 0;
	if (follow_file_open(file)) {
		a->read++;
		switch (follow_file_read(reader, file, false)) {
		case FOLLOW_OK:
			return !is_over(a->s) && say_end(a->s, file);
		case FOLLOW_STOPPED:
			return false;
		case FOLLOW_TRUNCATED:
		case FOLLOW_FAILED:
			break;
		}
	}
	if (errno == ENOENT || !errno) /* it was moved: its name is found again, or it is gone */
		return true;
	snprintf(reason, sizeof(reason), "cannot be read: %s", strerror(errno));
	return follow_say(reader, file->path, PROBLEM_NO_OFFSET, PROBLEM_ERROR, reason);
}

static bool
visit(struct again *a, const char *path, bool given, bool log_name)
{
	struct follow_file *file;
	struct stat st;
	bool more;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || (a->but && strcmp(path, a->but) == 0))
		return true;
	if (!is_touched_since(&st, a->from))
		return true;
	file = follow_file_new(path, &st);
	file->given_path = given;
	file->log_name = log_name;
	more = read_whole(a, file);
	follow_file_free(file);
	return more;
}

/* ---- the files ---- */

static void
take_walk_problem(void *context, const struct problem *problem)
{
	struct follow *s = context;
	struct buf path = {0}, reason = {0};

	buf_str(&path, problem->path);
	buf_str(&reason, problem->reason);
	follow_say(&s->reader, buf_cstr(&path), PROBLEM_NO_OFFSET, problem->severity,
		buf_cstr(&reason));
	buf_fini(&path);
	buf_fini(&reason);
}

/* Rotation puts what it renames, and its copies, there. */
static bool
visit_rotated(void *context, const char *path, const struct stat *st)
{
	struct again *a = context;
	char next = path[strlen(a->s->path)];

	(void)st;
	return (next != '.' && next != '-') || visit(a, path, false, false);
}

static bool
read_all(struct again *a)
{
	struct follow *s = a->s;
	struct walk walk = {0};
	struct stat st;
	bool more, folder = stat(s->path, &st) == 0 && S_ISDIR(st.st_mode);

	walk_add(&walk, s->path, take_walk_problem, s);
	more = !is_over(s);
	for (size_t i = 0; more && i < walk.count; i++)
		more = visit(a, walk.files[i]->path, !folder, walk.files[i]->log_name);
	walk_fini(&walk);
	return more && (folder || follow_each_sibling(s->path, visit_rotated, a));
}

/* ---- history ---- */

static void
say_place(const struct again *a, struct source_survey *survey)
{
	char since[TIME_TEXT];

	time_format_iso(a->from, since);
	snprintf(survey->place, sizeof(survey->place), "%.120s, %zu file%s touched since %.10s",
		a->s->path, a->read, a->read == 1 ? "" : "s", since);
}

enum source_result
follow_survey(struct source *source, struct source_survey *survey, struct source_failure *failure,
	struct error *err)
{
	struct follow *s = (struct follow *)(uintptr_t)source;
	struct again a = {.s = s, .from = survey->from};

	(void)failure, (void)err;
	if (s->stream) {
		survey->until = survey->from - 1;
		snprintf(survey->place, sizeof(survey->place), "standard input");
		snprintf(survey->missing, sizeof(survey->missing),
			"what came through a pipe cannot be read again");
		return SOURCE_OK;
	}
	s->reader.stopped = false;
	if (!read_all(&a))
		return SOURCE_STOPPED;
	say_place(&a, survey);
	survey->until = survey->to - late;
	return SOURCE_OK;
}

/* ---- a record ---- */

static bool
is_below(const char *path, const char *top)
{
	return strncmp(path, top, strlen(top)) == 0;
}

enum source_result
follow_ask(struct source *source, struct source_ask *ask, struct source_failure *failure,
	struct error *err)
{
	struct follow *s = (struct follow *)(uintptr_t)source;
	struct again a = {.s = s, .from = INT64_MIN};

	(void)failure, (void)err;
	s->reader.stopped = false;
	if (s->stream) {
		snprintf(ask->missing, sizeof(ask->missing),
			"what came through a pipe is not there any more");
		return SOURCE_OK;
	}
	/* Where it stood first; else it was renamed, and that touched it. */
	if (is_below(ask->path, s->path) && !visit(&a, ask->path, false, false))
		return SOURCE_OK;
	a.from = ask->from;
	a.but = ask->path;
	read_all(&a);
	return SOURCE_OK;
}
