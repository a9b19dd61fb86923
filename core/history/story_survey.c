#include "core/history/story_survey.h"

#include "core/history/spans.h"

enum { SOURCES_MOST = 16 };

/* A source, as far as it was looked through for all that is needed. */
struct surveyed {
	struct store_surveyed_of of; /* looked: of all terms so far */
	size_t asked, looked;	     /* terms */
};

struct judging {
	struct arena *arena;
	struct surveyed sources[SOURCES_MOST];
	size_t count;
};

static struct surveyed *
source_of(struct judging *j, const struct store_surveyed_of *of)
{
	struct surveyed *s = j->sources;

	for (; s < j->sources + j->count; s++)
		if (str_equal(s->of.source, of->source))
			return s;
	if (j->count == SOURCES_MOST)
		return NULL;
	*s = (struct surveyed){.of = *of};
	s->of.source = arena_str(j->arena, of->source);
	s->of.of.place = arena_str(j->arena, of->of.place);
	if (of->of.trouble.data)
		s->of.of.trouble = arena_str(j->arena, of->of.trouble);
	s->of.looked = (struct span){INT64_MIN, INT64_MAX};
	j->count++;
	return s;
}

static bool
take_term(void *context, const struct store_surveyed_of *of)
{
	struct surveyed *s = source_of(context, of);

	if (!s)
		return true;
	s->asked++;
	if (of->looked.from == TIME_NONE)
		return true;
	s->looked++;
	if (of->looked.from > s->of.looked.from)
		s->of.looked.from = of->looked.from;
	if (of->looked.to < s->of.looked.to)
		s->of.looked.to = of->looked.to;
	return true;
}

/* The times of which it has records of the account, as far as it was looked through. */
static void
clip(struct store_surveyed *s, const struct span *looked, uint64_t account)
{
	size_t count = 0;

	for (size_t i = 0; i < s->span_count; i++) {
		struct trail_span span = s->spans[i];

		if (account && span.account && span.account != account)
			continue;
		if (span.from < looked->from)
			span.from = looked->from;
		if (span.to > looked->to)
			span.to = looked->to;
		if (span.from <= span.to)
			s->spans[count++] = span;
	}
	s->span_count = count;
}

static bool
is_complete(const struct surveyed *s, const struct story_needs *needs)
{
	return !needs->missing && s->looked == needs->count && !s->of.of.trouble.data &&
	       s->of.of.span_count;
}

/* Why it is not; absent: nothing keeps it from being. */
static struct str
lacks(const struct judging *j, const struct surveyed *s, const struct story_needs *needs)
{
	struct str name = s->of.source;

	if (s->of.of.trouble.data)
		return arena_printf(
			j->arena, "%.*s: %.*s", STR_ARG(name), STR_ARG(s->of.of.trouble));
	if (!s->looked)
		return arena_printf(j->arena, "%.*s will be looked through", STR_ARG(name));
	if (needs->missing || s->asked < needs->count)
		return arena_printf(j->arena,
			"%.*s cannot be, or was not yet, looked through for all that this is about",
			STR_ARG(name));
	if (s->looked < needs->count)
		return arena_printf(j->arena,
			"%.*s was not yet looked through for all that this is about",
			STR_ARG(name));
	return arena_printf(j->arena, "%.*s has no records of that time", STR_ARG(name));
}

static void
give(struct history *h, const struct judging *j, const struct surveyed *s)
{
	h->spans =
		spans_of_account(j->arena, s->of.of.spans, s->of.of.span_count, 0, &h->span_count);
	h->inputs = 1;
	h->unread = 0;
	h->place = s->of.of.place;
}

/* The one that was looked through furthest. */
static const struct surveyed *
best_of(const struct judging *j, const struct story_needs *needs)
{
	const struct surveyed *best = NULL;

	for (size_t i = 0; i < j->count; i++)
		if (is_complete(&j->sources[i], needs) &&
			(!best || j->sources[i].of.looked.to > best->of.looked.to))
			best = &j->sources[i];
	return best;
}

static void
give_part(struct history *h, const struct judging *j, const struct story_needs *needs)
{
	for (size_t i = 0; i < j->count; i++) {
		const struct surveyed *s = &j->sources[i];
		struct str more = lacks(j, s, needs);

		h->lacking = h->lacking.len ? arena_printf(j->arena, "%.*s; %.*s",
						      STR_ARG(h->lacking), STR_ARG(more))
					    : more;
		if (!s->looked)
			continue;
		if (h->state == HISTORY_NOT_LOOKED)
			h->state = HISTORY_PART;
		if (!h->span_count && !h->asked)
			give(h, j, s);
	}
}

bool
story_judge_surveys(struct history *history, struct arena *arena, struct store *store,
	const struct story_needs *needs, struct error *err)
{
	struct judging j = {.arena = arena};
	const struct surveyed *best;

	for (size_t i = 0; i < needs->count; i++)
		if (!store_surveyed(store, needs->list[i], arena, take_term, &j, err))
			return false;
	for (size_t i = 0; i < j.count; i++)
		clip(&j.sources[i].of.of, &j.sources[i].of.looked, needs->account);
	best = best_of(&j, needs);
	if (!best) {
		give_part(history, &j, needs);
		return true;
	}
	history->state = HISTORY_LOOKED;
	history->lacking = STR_ABSENT;
	history->asked = NULL;
	give(history, &j, best);
	return true;
}
