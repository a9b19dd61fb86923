/* Over which times a thing may be said not to be there, and what is said instead. */
#include "core/alert/reading.h"

/* What lacks whatever the times are; absent: nothing. */
static struct str
lacks_anyway(const struct reading *r)
{
	const struct history *h = r->history;

	switch (h->state) {
	case HISTORY_NOT_LOOKED:
		if (h->lacking.len)
			return arena_printf(
				r->arena, "not looked for yet: %.*s", STR_ARG(h->lacking));
		return STR("not looked for yet");
	case HISTORY_LOOKING:
		return STR("not looked for yet: it is being looked for");
	case HISTORY_STOPPED:
		return STR("not looked for yet: stopped");
	default:
		break;
	}
	if (h->lacking.len)
		return h->lacking;
	if (h->state == HISTORY_PART)
		return STR("not looked through to the end");
	if (h->unread)
		return arena_printf(r->arena, "%llu %s could not be read",
			(unsigned long long)h->unread, h->unread == 1 ? "input" : "inputs");
	return STR_ABSENT;
}

static struct str
say_times(const struct reading *r, const char *before, int64_t from, int64_t to, const char *after)
{
	struct buf text = {0};
	struct str said;

	buf_puts(&text, before);
	reading_put_time(&text, from);
	if (to != TIME_NONE) {
		buf_puts(&text, " to ");
		reading_put_time(&text, to);
	}
	buf_puts(&text, after);
	said = arena_str(r->arena, buf_view(&text));
	buf_fini(&text);
	return said;
}

static struct str
missing_after(const struct reading *r, size_t span)
{
	const struct span *spans = r->history->spans;

	return say_times(r, "logs from ", spans[span].to, spans[span + 1].from, " are missing");
}

/* Which span holds the time; else *lacks says what is there instead. */
static size_t
find_span(const struct reading *r, int64_t time, struct str *lacks)
{
	const struct history *h = r->history;
	size_t i = 0;

	if (!h->span_count) {
		*lacks = STR(
			"not looked for yet: no input of the account has times and all columns");
		return 0;
	}
	while (i < h->span_count && h->spans[i].to < time)
		i++;
	if (i == h->span_count)
		*lacks = say_times(r, "window ends before ", time, TIME_NONE, "");
	else if (h->spans[i].from <= time)
		return i;
	else if (i == 0)
		*lacks = say_times(r, "window starts after ", time, TIME_NONE, "");
	else
		*lacks = missing_after(r, i - 1);
	return 0;
}

/* Within the span of its beginning: up to the end, or to where that is said to be. */
static struct str
lacks_behind(const struct reading *r, size_t span, int64_t to)
{
	const struct history *h = r->history;

	if (to != TIME_NONE && h->spans[span].to >= to)
		return STR_ABSENT;
	if (span + 1 < h->span_count)
		return missing_after(r, span);
	if (to != TIME_NONE)
		return say_times(r, "window ends before ", to, TIME_NONE, "");
	/* Logs that end with the call say nothing of what came after it. */
	if (h->spans[span].to <= r->alert->time)
		return say_times(
			r, "window ends before ", r->alert->time + TICKS_PER_SECOND, TIME_NONE, "");
	return STR_ABSENT;
}

/* And those that begin with it nothing of what was before. */
static struct str
lacks_before(const struct reading *r, size_t span)
{
	if (r->history->spans[span].from < r->alert->time)
		return STR_ABSENT;
	return say_times(
		r, "window starts after ", r->alert->time - TICKS_PER_SECOND, TIME_NONE, "");
}

static struct looked
looked_through(const struct reading *r, int64_t from, int64_t to)
{
	const struct history *h = r->history;
	struct looked looked = {.lacks = lacks_anyway(r)};
	struct str lacks = STR_ABSENT;
	size_t span = 0;

	if (h->span_count) {
		int64_t first = h->spans[0].from, last = h->spans[h->span_count - 1].to;

		looked.times = (struct fact_looked){.any = true,
			.from = from > first ? from : first,
			.to = to != TIME_NONE && to < last ? to : last};
	}
	if (r->alert->time == TIME_NONE)
		lacks = STR("not recorded: when the call was made");
	else
		span = find_span(r, from == TIME_NONE ? r->alert->time : from, &lacks);
	if (!lacks.data) {
		lacks = lacks_behind(r, span, to);
		if (from == TIME_NONE) {
			looked.times.from = h->spans[span].from;
			lacks = lacks.data ? lacks : lacks_before(r, span);
		}
	}
	if (!looked.lacks.data)
		looked.lacks = lacks;
	if (looked.times.from > looked.times.to)
		looked.times.any = false;
	looked.times.complete = !looked.lacks.data;
	return looked;
}

/* ---- where live sources were asked ---- */

struct answers {
	struct str places, missing, lacks;
	struct span span;
	size_t spans; /* that were joined */
};

/* What is said of several kinds holds for all of them. */
static void
join_answer(struct answers *answers, const struct history_asked *asked)
{
	if (!answers->lacks.len)
		answers->lacks = asked->lacking;
	if (asked->places.len > answers->places.len)
		answers->places = asked->places;
	if (asked->missing.len > answers->missing.len)
		answers->missing = asked->missing;
	if (!asked->any)
		return;
	if (!answers->spans || asked->span.from > answers->span.from)
		answers->span.from = asked->span.from;
	if (!answers->spans || asked->span.to < answers->span.to)
		answers->span.to = asked->span.to;
	answers->spans++;
}

static struct answers
join_answers(const struct reading *r, unsigned kinds)
{
	struct answers answers = {0};

	if (kinds & LOOKED_MAKING)
		kinds = LOOKED_MAKING;
	for (unsigned i = 0; i < TERM_KINDS; i++)
		if (kinds & 1U << i)
			join_answer(&answers, &r->history->asked[i]);
	return answers;
}

static struct str
lacks_in(const struct reading *r, const struct span *span, int64_t from, int64_t to)
{
	int64_t at = r->alert->time;

	if (at == TIME_NONE)
		return STR("not recorded: when the call was made");
	if (from == TIME_NONE && span->from >= at)
		return say_times(r, "window starts after ", at - TICKS_PER_SECOND, TIME_NONE, "");
	if (from != TIME_NONE && span->from > from)
		return say_times(r, "window starts after ", from, TIME_NONE, "");
	if (to != TIME_NONE ? span->to < to : span->to <= at)
		return say_times(r, "too soon to tell: asked until ", span->to + HISTORY_SETTLES,
			TIME_NONE, ", and a call may be told 15 min late");
	return STR_ABSENT;
}

static struct str
say_where(const struct reading *r, struct str places)
{
	struct buf text = {0};
	struct str said;

	buf_puts(&text, "in ");
	for (size_t i = 0; i < places.len; i++)
		if (places.data[i] == ' ')
			buf_puts(&text, ", ");
		else
			buf_putc(&text, places.data[i]);
	said = arena_str(r->arena, buf_view(&text));
	buf_fini(&text);
	return said;
}

static struct looked
looked_asked(const struct reading *r, unsigned kinds, int64_t from, int64_t to)
{
	struct answers answers = join_answers(r, kinds);
	struct span *span = &answers.span;
	struct looked looked = {.lacks = answers.lacks};

	span->to -= HISTORY_SETTLES;
	if (answers.spans) {
		looked.times = (struct fact_looked){.any = true,
			.from = from > span->from ? from : span->from,
			.to = to != TIME_NONE && to < span->to ? to : span->to};
		looked.where = say_where(r, answers.places);
	}
	if (!looked.lacks.data)
		looked.lacks = lacks_in(r, span, from, to);
	if (looked.times.from > looked.times.to)
		looked.times.any = false;
	looked.times.complete = !looked.lacks.data;
	looked.times.places = answers.places;
	looked.times.missing = answers.missing;
	return looked;
}

struct looked
reading_looked_first(const struct reading *r, unsigned kinds, int64_t from, int64_t to)
{
	return r->history->asked ? looked_asked(r, kinds, from, to) : looked_through(r, from, to);
}

struct looked
reading_looked(const struct reading *r, unsigned kinds, int64_t from, int64_t to)
{
	struct looked looked = reading_looked_first(r, kinds, from, to);

	if (r->history->cut & kinds && !looked.lacks.data)
		looked.lacks = STR("more was found than is kept");
	looked.times.complete = !looked.lacks.data;
	return looked;
}

struct looked
reading_looked_found(const struct reading *r, unsigned kinds, int64_t found, int64_t to)
{
	struct looked looked = reading_looked(r, kinds, TIME_NONE, to);

	if (r->history->asked || !looked.times.any || found == TIME_NONE ||
		found >= looked.times.from)
		return looked;
	return reading_looked(r, kinds, r->history->spans[0].from, to);
}

struct looked
reading_looked_since(const struct reading *r, unsigned kinds)
{
	return reading_looked(r, kinds, r->alert->time, TIME_NONE);
}
