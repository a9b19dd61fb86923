/* A growing file, a folder that receives files, or a pipe that never ends. */
#include <errno.h>
#include <poll.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/source/follow_private.h"
#include "core/source/walk.h"

/* A listing of everything finds what no event told (links, network file systems). */
enum { SWEEP_MS = 30000, PIPE_CHUNK = 64 << 10 };
#define SLACK_NS (10 * INT64_C(1000000000))

static struct follow *
follow_of(const struct source *source)
{
	return (struct follow *)(uintptr_t)source;
}

/* First the rest of what was renamed or removed; not what stands at the path itself, where other
 * files may come before it. */
static bool
read_open(struct follow *s, const struct stat *st)
{
	const struct follow_file *file = st ? follow_find(s, st->st_dev, st->st_ino) : NULL;

	for (size_t i = 0; i < FOLLOW_OPEN; i++)
		if (s->open[i] && s->open[i] != file && !follow_read(s, s->open[i]))
			return false;
	return true;
}

/* ---- finding ---- */

static void
note_changed(void *context, const char *path, bool closed)
{
	struct follow *s = context;

	for (size_t i = s->changed_count; i-- > 0 && i + 16 > s->changed_count;) {
		if (strcmp(s->changed[i].path, path) != 0)
			continue;
		s->changed[i].closed |= closed;
		return;
	}
	MEM_GROW(s->changed, s->changed_count, s->changed_capacity);
	s->changed[s->changed_count++] = (struct changed){mem_strdup(path), closed};
}

static void
forget_changed(struct follow *s)
{
	while (s->changed_count)
		free(s->changed[--s->changed_count].path);
}

static void
watch_folder(void *context, const char *path)
{
	struct follow *s = context;

	follow_watch_folder(&s->watch, path);
}

/* A name that is gone again is no lost byte. */
static void
take_walk_problem(void *context, const struct problem *problem)
{
	struct follow *s = context;
	struct buf path = {0}, reason = {0};

	buf_str(&path, problem->path);
	buf_str(&reason, problem->reason);
	if (!strstr(buf_cstr(&reason), strerror(ENOENT)))
		follow_say_once(s, buf_cstr(&path), problem->severity, buf_cstr(&reason));
	buf_fini(&path);
	buf_fini(&reason);
}

static bool
visit_walked(struct follow *s, const struct walk_file *file)
{
	struct stat st;

	if (!S_ISREG(file->mode))
		return follow_say_once(s, file->path, PROBLEM_ERROR,
			"is no file and no folder; `path = -` reads standard input");
	if (stat(file->path, &st) != 0 || !S_ISREG(st.st_mode))
		return true;
	return follow_visit(s, file->path, &st, strcmp(file->path, s->path) == 0, file->log_name);
}

/* Known ones first: a renamed file's rest comes before what replaced it. */
static bool
list_folder(struct follow *s, const char *path)
{
	struct walk walk = {.folder = watch_folder, .folder_context = s};
	bool ok = true;

	walk_add(&walk, path, take_walk_problem, s);
	if (!s->listed)
		s->report.total = walk.count;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; ok && i < walk.count; i++) {
			const struct walk_file *file = walk.files[i];
			bool known = follow_find(s, file->device, file->inode) ||
				     follow_position_of(s, file->device, file->inode).data;

			if (pass == 0 ? known : !known)
				ok = visit_walked(s, file);
			if (!s->listed && ok && (pass == 0 ? known : !known))
				s->report.done++;
		}
	walk_fini(&walk);
	return ok;
}

static void
take_since(void *visitor, struct str name, struct str value)
{
	struct follow *s = visitor;
	struct follow_file *f = follow_file_new("", &(struct stat){0});

	(void)name;
	if (follow_file_load(f, value) && f->mtime_ns > s->since_ns)
		s->since_ns = f->mtime_ns;
	follow_file_free(f);
}

/* Up to when the files were read, before we were started or at the last look; less what clocks and
 * the order of things may be off. */
static void
find_since(struct follow *s)
{
	const struct source_options *o = &s->source.options;

	if (!s->listed && o->positions)
		o->positions(o->position_context, STR(""), take_since, s);
	for (size_t i = 0; i < s->count; i++)
		if (s->files[i]->mtime_ns > s->since_ns)
			s->since_ns = s->files[i]->mtime_ns;
	if (s->since_ns)
		s->since_ns -= SLACK_NS;
}

/* Renamed files and copies first: what is in them comes before what is in the file now. One that
 * was truncated is the reader's: it knows in which order. */
static bool
list_file(struct follow *s, const struct stat *st)
{
	struct follow_file *file = follow_recall(s, s->path, st);
	bool intact = !file || ((uint64_t)st->st_size >= file->read &&
				       follow_file_is_in(file, file->fd, NULL, NULL));

	if (!file)
		follow_watch_file(&s->watch, s->path);
	find_since(s);
	if (!follow_visit_known(s, s->path))
		return false;
	if (!S_ISREG(st->st_mode))
		return follow_say_once(s, s->path, PROBLEM_ERROR,
			"is no file and no folder; `path = -` reads standard input");
	if (!file)
		file = follow_add(s, s->path, st);
	if (intact && !follow_visit_strangers(s, file, INT64_MAX))
		return false;
	return follow_visit(s, s->path, st, true, true);
}

/* ---- what is left of an earlier start ---- */

struct leftovers {
	struct follow *s;
	struct buf *names; /* own, NUL-terminated each */
	size_t count, capacity;
	bool replaced; /* the followed one itself is among them */
};

static void
note_leftover(void *visitor, struct str name, struct str value)
{
	struct leftovers *l = visitor;
	uintmax_t device, inode;
	struct buf text = {0};

	buf_str(&text, name);
	if (sscanf(buf_cstr(&text), "%ju:%ju", &device, &inode) == 2 &&
		follow_find(l->s, (dev_t)device, (ino_t)inode)) {
		buf_fini(&text);
		return;
	}
	l->replaced |= str_equal(follow_position_path(value), str_from(l->s->path));
	MEM_GROW(l->names, l->count, l->capacity);
	l->names[l->count++] = text;
}

/* Positions of files that are not there any more. Where one file is followed, its rest may have
 * been lost; those that were rotated away before had been read to their end. */
static bool
forget_leftovers(struct follow *s)
{
	const struct source_options *o = &s->source.options;
	struct leftovers l = {.s = s};
	bool ok = true;

	if (o->positions)
		o->positions(o->position_context, STR(""), note_leftover, &l);
	if (l.replaced && !s->folder && !s->strangers)
		ok = follow_say_once(s, s->path, PROBLEM_ERROR,
			"was replaced while nobody looked, and the old file is not beside it: what "
			"was written to that one at last was not read");
	for (size_t i = 0; i < l.count; i++) {
		ok = ok && follow_forget(s, buf_view(&l.names[i]));
		buf_fini(&l.names[i]);
	}
	free(l.names);
	return ok;
}

/* ---- a round ---- */

static bool
list_all(struct follow *s, const struct stat *st)
{
	bool ok;

	s->closed = true;
	s->generation++;
	s->folder = S_ISDIR(st->st_mode);
	ok = s->folder ? list_folder(s, s->path) : list_file(s, st);
	if (ok && !s->listed)
		ok = forget_leftovers(s);
	s->listed |= ok;
	s->seen = true;
	return ok && follow_finish_gone(s, true);
}

static bool
look_at_changed(struct follow *s)
{
	struct stat st;
	bool ok = true;

	for (size_t i = 0; ok && i < s->changed_count; i++) {
		s->closed = s->changed[i].closed;
		if (stat(s->changed[i].path, &st) != 0 || walk_skips(s->changed[i].path))
			continue;
		if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
			ok = list_folder(s, s->changed[i].path);
	}
	return ok && follow_finish_gone(s, false);
}

static void
watch_parent(struct follow *s)
{
	const char *slash = strrchr(s->path, '/');
	struct buf parent = {0};

	buf_str(&parent, (struct str){s->path, slash ? (size_t)(slash - s->path) : 0});
	if (!parent.len)
		buf_puts(&parent, slash ? "/" : ".");
	follow_watch_names(&s->watch, buf_cstr(&parent));
	buf_fini(&parent);
}

static enum source_result
say_missing(struct follow *s, int number, struct source_failure *failure, struct error *err)
{
	failure->cause = number == EACCES ? CAUSE_DENIED : CAUSE_CONFIGURED;
	snprintf(failure->advice, sizeof(failure->advice), "%s",
		number == EACCES ? "let the user that runs keywatch read it"
				 : "check `path`; it is read as soon as it is there");
	(void)s;
	error_set(err, ERROR_NOT_FOUND, "%s: %s", s->path, strerror(number));
	return SOURCE_FAILED;
}

static bool
say_lack(struct follow *s)
{
	const char *lack = follow_watch_lack(&s->watch);

	if (!lack)
		return true;
	snprintf(s->report.note, sizeof(s->report.note), "%s", lack);
	return follow_say_once(s, s->path, PROBLEM_NOTE, lack);
}

static int64_t
interval_ms(const struct follow *s)
{
	int64_t configured = s->source.options.config->span_ms[SOURCE_KEY_POLL_INTERVAL];

	return configured ? configured : source_follow.poll_interval_ms;
}

/* One file is looked at as often as it may be asked; a folder, while it is watched, now and then.
 */
static int64_t
pause_ms(const struct follow *s)
{
	int64_t interval = interval_ms(s);

	if (!s->folder || follow_watch_lack(&s->watch) || interval > SWEEP_MS)
		return interval;
	return SWEEP_MS;
}

static void
note_any(void *visitor, struct str name, struct str value)
{
	(void)name;
	(void)value;
	*(bool *)visitor = true;
}

/* Between a rename and the new file there is none at its path: that is no failure, and what was
 * renamed is read. */
static enum source_result
look_without(struct follow *s, int number, struct source_failure *failure, struct error *err)
{
	const struct source_options *o = &s->source.options;
	bool known = s->seen;

	if (!known && o->positions)
		o->positions(o->position_context, STR(""), note_any, &known);
	if (!s->seen)
		watch_parent(s);
	if (!known || number != ENOENT)
		return say_missing(s, number, failure, err);
	s->closed = true;
	s->generation++;
	if (!s->folder && !follow_visit_known(s, s->path))
		return SOURCE_STOPPED;
	return follow_finish_gone(s, s->seen) ? SOURCE_OK : SOURCE_STOPPED;
}

static enum source_result
poll_files(struct follow *s, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	int64_t now = time_monotonic_ms();
	bool all = !s->listed || now >= s->sweep_ms || !s->folder, found, ok;
	struct stat st;
	int number;

	s->closed = false;
	forget_changed(s);
	if (follow_watch_take(&s->watch, note_changed, s, &all) == 0)
		all = true;
	found = stat(s->path, &st) == 0;
	number = errno;
	ok = read_open(s, found ? &st : NULL);
	if (all && !found) {
		*next_ms = interval_ms(s);
		return ok ? look_without(s, number, failure, err) : SOURCE_STOPPED;
	}
	if (all && !s->seen && !S_ISDIR(st.st_mode))
		watch_parent(s);
	ok = ok && (all ? list_all(s, &st) : look_at_changed(s)) && say_lack(s);
	*next_ms = pause_ms(s);
	if (all)
		s->sweep_ms = now + *next_ms;
	if (!ok)
		return SOURCE_STOPPED;
	return s->source.options.once ? SOURCE_END : SOURCE_OK;
}

/* ---- a pipe ---- */

static enum source_result
poll_pipe(struct follow *s, int64_t *next_ms)
{
	struct follow_reader *r = &s->reader;
	struct pollfd input = {STDIN_FILENO, POLLIN, 0};
	struct scan_summary summary;
	ssize_t n;

	*next_ms = interval_ms(s);
	while (poll(&input, 1, 0) > 0) {
		n = read(STDIN_FILENO, r->chunk, PIPE_CHUNK);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			follow_say_errno(s, "-", errno);
		if (n <= 0 || !scan_bytes(r->scanner, r->chunk, (size_t)n))
			s->ended = true;
		s->report.bytes += n > 0 ? (uint64_t)n : 0;
		if (r->stopped)
			return SOURCE_STOPPED;
		if (!s->ended)
			continue;
		scan_end(r->scanner, &summary);
		return r->stopped ? SOURCE_STOPPED : SOURCE_END;
	}
	return SOURCE_OK;
}

static bool
pipe_record(void *context, struct str raw, uint64_t offset, unsigned flags)
{
	struct follow *s = context;
	const struct source_sink *sink = s->source.options.sink;
	struct source_place place = {.path = STR("-"), .offset = offset, .arrived = TIME_NONE};

	if (s->reader.stopped || !sink->record(sink->context, &place, raw, flags))
		s->reader.stopped = true;
	return !s->reader.stopped;
}

static void
pipe_problem(void *context, enum problem_severity severity, uint64_t offset, const char *reason)
{
	struct follow *s = context;

	follow_say(&s->reader, "-", offset, severity, reason);
}

/* ---- the source ---- */

static bool
follow_open(struct source **out, const struct source_options *options, struct error *err)
{
	struct follow *s = MEM_NEW(struct follow);

	(void)err;
	s->source = (struct source){&source_follow, *options};
	s->path = options->config->value[SOURCE_KEY_PATH];
	s->stream = strcmp(s->path, "-") == 0;
	s->report.position = TIME_NONE;
	follow_reader_init(&s->reader, &s->source.options, &s->report);
	s->watch.fd = -1;
	if (s->stream) {
		s->reader.sink = (struct scan_sink){s, pipe_record, pipe_problem};
		scan_begin(s->reader.scanner, &s->reader.sink);
	} else if (!options->once) {
		follow_watch_open(&s->watch);
	}
	*out = &s->source;
	return true;
}

static enum source_result
follow_poll(
	struct source *source, int64_t *next_ms, struct source_failure *failure, struct error *err)
{
	struct follow *s = follow_of(source);

	if (s->stream)
		return s->ended ? SOURCE_END : poll_pipe(s, next_ms);
	return poll_files(s, next_ms, failure, err);
}

static void
follow_report(const struct source *source, struct source_report *report)
{
	*report = follow_of(source)->report;
}

static enum source_result
follow_probe(struct source *source, struct source_asked *asked, struct source_failure *failure,
	struct error *err)
{
	struct follow *s = follow_of(source);
	struct stat st = {0};
	int number = 0;

	if (s->stream) {
		snprintf(asked->request, sizeof(asked->request), "read standard input");
		return SOURCE_OK;
	}
	if (stat(s->path, &st) != 0 ||
		access(s->path, S_ISDIR(st.st_mode) ? R_OK | X_OK : R_OK) != 0)
		number = errno;
	snprintf(asked->request, sizeof(asked->request), "read the %s",
		S_ISDIR(st.st_mode) ? "folder" : "file");
	snprintf(asked->place, sizeof(asked->place), "%s", s->path);
	return number ? say_missing(s, number, failure, err) : SOURCE_OK;
}

static int
follow_wait_fd(const struct source *source)
{
	const struct follow *s = follow_of(source);

	return s->stream ? (s->ended ? -1 : STDIN_FILENO) : s->watch.fd;
}

static void
follow_close(struct source *source)
{
	struct follow *s = follow_of(source);

	while (s->count)
		follow_remove(s, s->count - 1);
	free(s->files);
	tdestroy(s->said, free);
	forget_changed(s);
	free(s->changed);
	follow_watch_close(&s->watch);
	follow_reader_fini(&s->reader);
	free(s);
}

static const char *const keys[] = {"path", NULL};

const struct source_ops source_follow = {
	.type = "follow",
	.keys = keys,
	.poll_interval_ms = 2000,
	.reads_all = true,
	.open = follow_open,
	.poll = follow_poll,
	.report = follow_report,
	.probe = follow_probe,
	.ask = follow_ask,
	.asks = 1U << SOURCE_ASK_EVENT,
	.survey = follow_survey,
	.survey_before = TICKS_PER_DAY,
	.survey_oldest = 36500 * TICKS_PER_DAY,
	.survey_apace = true,
	.wait_fd = follow_wait_fd,
	.close = follow_close,
};
