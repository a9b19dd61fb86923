/* A call that two accounts log, each in a record of its own with an eventID of its own, and a
 * record of which an export has some columns only: the one that tells more is its clue, the other
 * its copy. */
#include <stdlib.h>

#include "core/alert/reading.h"

/* Of those that share an id: more are forged, and stay; and of those of one second. */
enum { COMPARED_MAX = 8, SECOND_MAX = 256 };

/* One of them may not record it. */
static bool
agrees(const struct trace *a, const struct trace *b, enum trace_text text)
{
	return !a->text[text].len || !b->text[text].len || str_equal(a->text[text], b->text[text]);
}

/* One says nothing that the other one does not; an outcome that differs is none of what an export
 * may lack: a forged one would hide the true one. */
static bool
is_same_record(const struct trace *a, const struct trace *b)
{
	if (!a->text[TRACE_EVENT_ID].len || !b->text[TRACE_EVENT_ID].len || a->time != b->time ||
		trace_succeeded(a) != trace_succeeded(b))
		return false;
	for (int i = 0; i < TRACE_TEXT_COUNT; i++)
		if (!agrees(a, b, (enum trace_text)i))
			return false;
	return true;
}

static bool
is_same_call(const struct trace *a, const struct trace *b)
{
	static const enum trace_text same[] = {TRACE_SHARED_ID, TRACE_NAME, TRACE_SERVICE};
	static const enum trace_text agreed[] = {TRACE_KEY, TRACE_SUBJECT, TRACE_IP};

	if (!a->text[TRACE_SHARED_ID].len || trace_succeeded(a) != trace_succeeded(b) ||
		str_equal(a->text[TRACE_ACCOUNT], b->text[TRACE_ACCOUNT]))
		return false;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!str_equal(a->text[same[i]], b->text[same[i]]))
			return false;
	for (size_t i = 0; i < sizeof(agreed) / sizeof(agreed[0]); i++)
		if (!agrees(a, b, agreed[i]))
			return false;
	return true;
}

/* Is it the account in whose trail it stands? */
static bool
is_callers_account(const struct trace *t)
{
	return str_starts_with(t->text[TRACE_ACTOR], STR("arn:")) && t->text[TRACE_ACCOUNT].len &&
	       str_equal(trace_caller_account(t), t->text[TRACE_ACCOUNT]);
}

/* Another account may be told neither the key nor the name of who called. */
static int
worth(const struct trace *t)
{
	return 4 * (t->text[TRACE_KEY].len > 0) + 2 * is_callers_account(t) +
	       str_starts_with(t->text[TRACE_ACTOR], STR("arn:"));
}

static int
texts_of(const struct trace *t)
{
	int count = 0;

	for (int i = 0; i < TRACE_TEXT_COUNT; i++)
		count += t->text[i].len > 0;
	return count;
}

/* Of which the other is the copy; NULL: of neither. */
static struct clue *
more_telling(struct clue *a, struct clue *b)
{
	if (is_same_record(a->trace, b->trace))
		return texts_of(a->trace) >= texts_of(b->trace) ? a : b;
	if (is_same_call(a->trace, b->trace))
		return worth(a->trace) >= worth(b->trace) ? a : b;
	return NULL;
}

struct sharing {
	struct str id;
	size_t clue;
};

static int
by_id(const void *a, const void *b)
{
	const struct sharing *x = a, *y = b;
	int order = str_compare(x->id, y->id);

	return order ? order : (x->clue > y->clue) - (x->clue < y->clue);
}

static size_t
find_sharing(const struct reading *r, struct sharing *list)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->clues[i].trace->text[TRACE_SHARED_ID].len)
			list[count++] =
				(struct sharing){r->clues[i].trace->text[TRACE_SHARED_ID], i};
	qsort(list, count, sizeof(*list), by_id);
	return count;
}

static void
join(struct clue *a, struct clue *b)
{
	struct clue *kept = a->copied || b->copied ? NULL : more_telling(a, b);
	struct clue *copy = kept == a ? b : a;

	if (!kept)
		return;
	copy->copied = kept;
	kept->copy = copy->trace;
}

/* They are of one time, and stand in order of it. */
static void
find_same_records(struct reading *r)
{
	for (size_t i = 1; i < r->count; i++) {
		const struct trace *t = r->clues[i].trace;

		for (size_t j = i; j > 0 && i - j < SECOND_MAX; j--) {
			const struct trace *other = r->clues[j - 1].trace;

			if (other->time != t->time)
				break;
			if (str_equal(other->text[TRACE_EVENT_ID], t->text[TRACE_EVENT_ID]))
				join(&r->clues[j - 1], &r->clues[i]);
		}
	}
}

static void
find_copies(struct reading *r, const struct sharing *list, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && i - j < COMPARED_MAX; j--) {
			if (!str_equal(list[j - 1].id, list[i].id))
				break;
			join(&r->clues[list[j - 1].clue], &r->clues[list[i].clue]);
		}
}

static void
leave_out(struct reading *r)
{
	size_t kept = 0;

	r->copies = arena_alloc(r->arena, (r->count + 1) * sizeof(*r->copies));
	for (size_t i = 0; i < r->count; i++) {
		const struct clue *told = &r->clues[i];

		while (told->copied)
			told = told->copied;
		if (told != &r->clues[i])
			r->copies[r->copy_count++] =
				(struct trace_copy){r->clues[i].trace, told->trace};
	}
	for (size_t i = 0; i < r->count; i++)
		if (!r->clues[i].copied && !is_same_call(r->clues[i].trace, &r->own) &&
			!is_same_record(r->clues[i].trace, &r->own))
			r->clues[kept++] = r->clues[i];
	r->count = kept;
}

void
reading_join_copies(struct reading *r)
{
	struct sharing *list = arena_alloc(r->arena, (r->count + 1) * sizeof(*list));

	find_same_records(r);
	find_copies(r, list, find_sharing(r, list));
	leave_out(r);
}

static int
by_place(const void *a, const void *b)
{
	const struct trace_copy *x = a, *y = b;

	return (x->copy > y->copy) - (x->copy < y->copy);
}

const struct trace *
reading_told(const struct reading *r, const struct trace *trace)
{
	const struct trace_copy wanted = {trace, NULL}, *found = NULL;

	if (r->copy_count)
		found = bsearch(&wanted, r->copies, r->copy_count, sizeof(wanted), by_place);
	return found ? found->told : trace;
}
