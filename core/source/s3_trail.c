#include "core/source/s3_trail.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"

enum { DATE_FOLDER = 11 }; /* YYYY/MM/DD/ */

/* ---- positions ---- */

static bool
put(struct s3_trail *trail, const char *kind, struct str folder, struct str name, struct str value)
{
	const struct source_sink *sink = trail->options->sink;
	struct buf text = {0};
	bool ok;

	buf_puts(&text, kind);
	buf_str(&text, folder);
	buf_str(&text, name);
	ok = sink->position(sink->context, buf_view(&text), value);
	buf_fini(&text);
	return ok;
}

static bool
put_time(struct s3_trail *trail, const char *kind, struct str folder, int64_t ticks)
{
	char value[TIME_TEXT];

	time_format_iso(ticks, value);
	return put(trail, kind, folder, STR(""), str_from(value));
}

/* ---- dates and names ---- */

int64_t
s3_date_of(int64_t ticks)
{
	int64_t rest = ticks % TICKS_PER_DAY;

	return ticks - (rest < 0 ? rest + TICKS_PER_DAY : rest);
}

void
s3_day_folder(struct buf *out, const struct s3_stream *stream, int64_t date)
{
	struct time_parts parts = time_split(date, false);

	buf_puts(out, stream->folder);
	buf_printf(out, "%04d/%02d/%02d/", parts.year, parts.month, parts.day);
}

/* ACCOUNT_CloudTrail_REGION_ */
static void
begin_name(struct buf *out, const struct s3_stream *stream)
{
	buf_str(out, stream->account);
	buf_puts(out, "_CloudTrail_");
	buf_str(out, stream->region);
	buf_putc(out, '_');
}

static bool
take_digits(struct str *text, size_t count, int *value)
{
	*value = 0;
	if (text->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (text->data[i] < '0' || text->data[i] > '9')
			return false;
		*value = *value * 10 + text->data[i] - '0';
	}
	*text = str_slice(*text, count, text->len);
	return true;
}

static bool
take_char(struct str *text, char c)
{
	if (!text->len || text->data[0] != c)
		return false;
	*text = str_slice(*text, 1, text->len);
	return true;
}

int64_t
s3_name_minute(const struct s3_stream *stream, struct str name)
{
	struct time_parts parts = {0};
	struct buf begin = {0};
	int64_t ticks = TIME_NONE;

	begin_name(&begin, stream);
	if (str_starts_with(name, buf_view(&begin))) {
		name = str_slice(name, begin.len, name.len);
		if (!take_digits(&name, 4, &parts.year) || !take_digits(&name, 2, &parts.month) ||
			!take_digits(&name, 2, &parts.day) || !take_char(&name, 'T') ||
			!take_digits(&name, 2, &parts.hour) ||
			!take_digits(&name, 2, &parts.minute) || !take_char(&name, 'Z') ||
			!time_join(&parts, &ticks))
			ticks = TIME_NONE;
	}
	buf_fini(&begin);
	return ticks;
}

void
s3_first_name(
	struct buf *out, const struct s3_stream *stream, const struct s3_day *day, int64_t overlap)
{
	struct time_parts parts;

	if (day->mark == TIME_NONE || day->mark - overlap <= day->date)
		return;
	parts = time_split(day->mark - overlap, false);
	begin_name(out, stream);
	buf_printf(out, "%04d%02d%02dT%02d%02d", parts.year, parts.month, parts.day, parts.hour,
		parts.minute);
}

/* ---- streams ---- */

/* …/ACCOUNT/CloudTrail/REGION/ */
static bool
split_folder(struct s3_stream *stream)
{
	struct str rest = str_from(stream->folder), part[4] = {{0}};

	for (size_t i = 0; i <= rest.len; i++) {
		size_t from = i;

		while (i < rest.len && rest.data[i] != '/')
			i++;
		if (i == rest.len)
			break;
		memmove(part, part + 1, 3 * sizeof(*part));
		part[3] = str_slice(rest, from, i - from);
	}
	stream->account = part[1];
	stream->region = part[3];
	return part[1].len && str_is(part[2], "CloudTrail") && part[3].len &&
	       str_ends_with(rest, STR("/"));
}

static char *
copy(struct str text)
{
	char *c = mem_zalloc(text.len + 1);

	if (text.len)
		memcpy(c, text.data, text.len);
	return c;
}

struct s3_stream *
s3_trail_add(struct s3_trail *trail, struct str folder)
{
	struct s3_stream stream = {
		.open = TIME_NONE, .fill_next = TIME_NONE, .fill_from = TIME_NONE};

	for (size_t n = 0; n < trail->count; n++) {
		size_t i = (trail->recent + n) % trail->count; /* names come in order */

		if (!str_is(folder, trail->streams[i].folder))
			continue;
		trail->recent = i;
		return &trail->streams[i];
	}
	stream.folder = copy(folder);
	if (!split_folder(&stream)) {
		free(stream.folder);
		return NULL;
	}
	MEM_GROW(trail->streams, trail->count, trail->capacity);
	trail->recent = trail->count++;
	trail->streams[trail->recent] = stream;
	return &trail->streams[trail->recent];
}

bool
s3_stream_keep(struct s3_trail *trail, const struct s3_stream *stream)
{
	struct str folder = str_from(stream->folder);
	char next[TIME_TEXT], from[TIME_TEXT], fill[2 * TIME_TEXT];

	if (!put_time(trail, "open/", folder, stream->open))
		return false;
	if (stream->fill_next == TIME_NONE)
		return put(trail, "fill/", folder, STR(""), STR_ABSENT);
	time_format_iso(stream->fill_next, next);
	time_format_iso(stream->fill_from, from);
	snprintf(fill, sizeof(fill), "%s %s", next, from);
	return put(trail, "fill/", folder, STR(""), str_from(fill));
}

struct s3_day *
s3_stream_day(struct s3_stream *stream, int64_t date)
{
	for (size_t i = 0; i < stream->day_count; i++)
		if (stream->days[i].date == date)
			return &stream->days[i];
	MEM_GROW(stream->days, stream->day_count, stream->day_capacity);
	stream->days[stream->day_count] = (struct s3_day){.date = date, .mark = TIME_NONE};
	return &stream->days[stream->day_count++];
}

bool
s3_trail_discovered(struct s3_trail *trail, int64_t now)
{
	if (!put_time(trail, "discovered", STR(""), now))
		return false;
	trail->discovered = now;
	return true;
}

/* ---- what was seen of a day ---- */

/* Where the name is, or belongs. */
static size_t
find_name(const struct s3_day *day, struct str name, bool *found)
{
	size_t low = 0, high = day->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_compare(name, str_from(day->seen[middle]));

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	*found = false;
	return low;
}

bool
s3_day_has_seen(const struct s3_day *day, struct str name)
{
	bool found;

	find_name(day, name, &found);
	return found;
}

static void
insert(struct s3_day *day, struct str name)
{
	bool found;
	size_t at = find_name(day, name, &found);

	if (found)
		return;
	MEM_GROW(day->seen, day->count, day->capacity);
	memmove(day->seen + at + 1, day->seen + at, (day->count - at) * sizeof(*day->seen));
	day->seen[at] = copy(name);
	day->count++;
}

bool
s3_day_see(
	struct s3_trail *trail, const struct s3_stream *stream, struct s3_day *day, struct str name)
{
	struct buf folder = {0};
	bool ok;

	s3_day_folder(&folder, stream, day->date);
	ok = put(trail, "seen/", buf_view(&folder), name, STR("1"));
	buf_fini(&folder);
	if (ok)
		insert(day, name);
	return ok;
}

/* The first `count`. */
static bool
forget_names(struct s3_trail *trail, const struct buf *folder, struct s3_day *day, size_t count)
{
	bool ok = true;
	size_t done = 0;

	for (; done < count && ok; done++) {
		ok = put(trail, "seen/", buf_view(folder), str_from(day->seen[done]), STR_ABSENT);
		free(day->seen[done]);
	}
	day->count -= done;
	if (done)
		memmove(day->seen, day->seen + done, day->count * sizeof(*day->seen));
	return ok;
}

bool
s3_day_mark(struct s3_trail *trail, const struct s3_stream *stream, struct s3_day *day,
	int64_t mark, int64_t overlap)
{
	struct buf folder = {0}, first = {0};
	bool found, ok;

	if (mark == TIME_NONE || (day->mark != TIME_NONE && mark <= day->mark))
		return true;
	s3_day_folder(&folder, stream, day->date);
	ok = put_time(trail, "mark/", buf_view(&folder), mark);
	day->mark = mark;
	s3_first_name(&first, stream, day, overlap);
	if (ok && first.len)
		ok = forget_names(trail, &folder, day, find_name(day, buf_view(&first), &found));
	buf_fini(&folder);
	buf_fini(&first);
	return ok;
}

bool
s3_day_close(struct s3_trail *trail, struct s3_stream *stream, int64_t date)
{
	struct s3_day *day = s3_stream_day(stream, date);
	struct buf folder = {0};
	bool ok = true;

	s3_day_folder(&folder, stream, date);
	if (day->mark != TIME_NONE)
		ok = put(trail, "mark/", buf_view(&folder), STR(""), STR_ABSENT);
	ok = ok && forget_names(trail, &folder, day, day->count);
	buf_fini(&folder);
	if (!ok)
		return false;
	free(day->seen);
	*day = stream->days[--stream->day_count];
	return true;
}

/* ---- from the positions ---- */

/* FOLDER YYYY/MM/DD/ NAME: the day, and what stands behind it. */
static struct s3_day *
day_of(struct s3_trail *trail, struct str path, struct str *name)
{
	struct time_parts parts = {0};
	struct s3_stream *stream = NULL;
	struct str date;
	int64_t ticks;
	size_t slash = path.len;

	while (slash > 0 && path.data[slash - 1] != '/')
		slash--;
	if (slash < DATE_FOLDER)
		return NULL;
	*name = str_slice(path, slash, path.len);
	date = str_slice(path, slash - DATE_FOLDER, DATE_FOLDER);
	if (take_digits(&date, 4, &parts.year) && take_char(&date, '/') &&
		take_digits(&date, 2, &parts.month) && take_char(&date, '/') &&
		take_digits(&date, 2, &parts.day) && time_join(&parts, &ticks))
		stream = s3_trail_add(trail, str_slice(path, 0, slash - DATE_FOLDER));
	return stream ? s3_stream_day(stream, ticks) : NULL;
}

static void
load_open(void *context, struct str name, struct str value)
{
	struct s3_trail *trail = context;
	struct s3_stream *stream = s3_trail_add(trail, str_slice(name, 5, name.len));

	if (stream && !time_parse(value, &stream->open))
		stream->open = TIME_NONE;
}

static void
load_fill(void *context, struct str name, struct str value)
{
	struct s3_trail *trail = context;
	struct s3_stream *stream = s3_trail_add(trail, str_slice(name, 5, name.len));
	size_t blank = str_find(value, STR(" "), 0);

	if (stream &&
		(!time_parse(str_slice(value, 0, blank), &stream->fill_next) ||
			!time_parse(str_slice(value, blank + 1, value.len), &stream->fill_from)))
		stream->fill_next = stream->fill_from = stream->open = TIME_NONE;
}

static void
load_mark(void *context, struct str name, struct str value)
{
	struct str rest;
	struct s3_day *day = day_of(context, str_slice(name, 5, name.len), &rest);

	if (day && !time_parse(value, &day->mark))
		day->mark = TIME_NONE;
}

static void
load_seen(void *context, struct str name, struct str value)
{
	struct str rest;
	struct s3_day *day = day_of(context, str_slice(name, 5, name.len), &rest);

	(void)value;
	if (day)
		insert(day, rest);
}

static void
note_stale(void *context, struct str name, struct str value)
{
	struct s3_trail *trail = context;

	(void)value;
	buf_str(&trail->stale, name);
	buf_putc(&trail->stale, '\0');
}

void
s3_trail_init(struct s3_trail *trail, const struct source_options *o)
{
	struct str bucket = o->position(o->position_context, STR("bucket")), text;

	*trail = (struct s3_trail){.options = o, .discovered = TIME_NONE};
	trail->fresh = !bucket.data || !str_is(bucket, o->config->value[SOURCE_KEY_BUCKET]);
	if (trail->fresh) {
		o->positions(o->position_context, STR(""), note_stale, trail);
		return;
	}
	text = o->position(o->position_context, STR("discovered"));
	if (text.data && !time_parse(text, &trail->discovered))
		trail->discovered = TIME_NONE;
	o->positions(o->position_context, STR("open/"), load_open, trail);
	o->positions(o->position_context, STR("fill/"), load_fill, trail);
	o->positions(o->position_context, STR("mark/"), load_mark, trail);
	o->positions(o->position_context, STR("seen/"), load_seen, trail);
}

bool
s3_trail_settle(struct s3_trail *trail)
{
	const struct source_sink *sink = trail->options->sink;
	struct str left = buf_view(&trail->stale);

	if (!trail->fresh)
		return true;
	while (left.len) {
		struct str name = str_from(left.data);

		if (!sink->position(sink->context, name, STR_ABSENT))
			return false;
		left = str_slice(left, name.len + 1, left.len);
	}
	trail->fresh = false;
	buf_fini(&trail->stale);
	return put(trail, "bucket", STR(""), STR(""),
		str_from(trail->options->config->value[SOURCE_KEY_BUCKET]));
}

void
s3_trail_fini(struct s3_trail *trail)
{
	for (size_t i = 0; i < trail->count; i++) {
		struct s3_stream *stream = &trail->streams[i];

		for (size_t n = 0; n < stream->day_count; n++) {
			for (size_t j = 0; j < stream->days[n].count; j++)
				free(stream->days[n].seen[j]);
			free(stream->days[n].seen);
		}
		free(stream->days);
		free(stream->folder);
	}
	free(trail->streams);
	buf_fini(&trail->stale);
}
