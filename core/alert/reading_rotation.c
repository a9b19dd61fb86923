/* Question 17: what was done to the other keys of the user, and what shape that has. */
#include "core/alert/reading.h"

/* Another key of the user, and what its records tell. */
struct other_key {
	struct str id;
	const struct trace *made, *before;	 /* its creation; any change before the new key's */
	const struct trace *used;		 /* the first call of the user with it that is seen */
	const struct trace *since;		 /* the first change since then */
	const struct trace *deactivate, *remove; /* since the new key was made, and still so */
	const struct trace *inactive;		 /* deactivated before that, and still so */
	bool calling;				 /* the new key was asked for with it */
	bool gone;				 /* deleted before */
};

enum { ROTATION_KINDS = LOOKED_USER | LOOKED_KEY };

/* A user has two keys at a time; more than so many over time are not told apart. */
enum { OTHERS_MAX = 100 };

struct others {
	const struct reading *reading;
	struct other_key *list;
	size_t count;
	bool more;
};

/* NULL: there are too many. */
static struct other_key *
find_other(struct others *o, struct str id)
{
	size_t i = 0;

	while (i < o->count && !str_equal(o->list[i].id, id))
		i++;
	if (i < o->count)
		return &o->list[i];
	if (i == OTHERS_MAX) {
		o->more = true;
		return NULL;
	}
	o->list[o->count++] = (struct other_key){.id = id};
	return &o->list[i];
}

static bool
is_new_key(const struct reading *r, struct str id)
{
	return str_equal(id, r->own.text[TRACE_SUBJECT]);
}

/* In the order of time. */
static void
take_change(struct other_key *key, const struct clue *clue, bool since)
{
	const struct trace *t = clue->trace;
	bool inactive = str_is(t->text[TRACE_WHAT], "Inactive");

	if (since && !key->since)
		key->since = t;
	if (!since) {
		key->before = t;
		key->gone |= clue_is(clue, "DeleteAccessKey");
		if (clue_is(clue, "UpdateAccessKey"))
			key->inactive = inactive ? t : NULL;
	} else if (clue_is(clue, "DeleteAccessKey")) {
		key->remove = key->remove ? key->remove : t;
	} else if (clue_is(clue, "UpdateAccessKey")) {
		if (!inactive)
			key->deactivate = key->inactive = NULL;
		else if (!key->deactivate)
			key->deactivate = t;
	}
}

static void
take_clue(struct others *o, const struct clue *clue)
{
	const struct reading *r = o->reading;
	const struct trace *t = clue->trace;
	struct other_key *key;

	if (!clue->on_user || !(clue->weight & TRACE_KEY_CALL) || !trace_succeeded(t) ||
		!t->text[TRACE_SUBJECT].len || is_new_key(r, t->text[TRACE_SUBJECT]) ||
		t->time == TIME_NONE)
		return;
	key = find_other(o, t->text[TRACE_SUBJECT]);
	if (!key)
		return;
	if (clue_is(clue, "CreateAccessKey"))
		key->made = t;
	else
		take_change(key, clue, t->time >= r->alert->time);
}

/* Root has no name. */
static bool
is_users(const struct reading *r, const struct trace *t)
{
	const struct trace *own = &r->own;
	bool root = !r->user.len && str_is(own->text[TRACE_TYPE], "Root");

	return (root || r->user.len) && str_is(t->text[TRACE_TYPE], root ? "Root" : "IAMUser") &&
	       (root || str_equal(t->text[TRACE_ACTOR_USER], r->user)) &&
	       str_equal(trace_caller_account(t), own->text[TRACE_ACCOUNT]);
}

/* The first call with it, or one that counts for something else. */
static void
take_use(struct others *o, const struct clue *clue)
{
	const struct reading *r = o->reading;
	const struct trace *t = clue->trace;
	struct other_key *key;

	if (t->time == TIME_NONE || !trace_has_lasting_key(t) || !is_users(r, t) ||
		is_new_key(r, t->text[TRACE_KEY]) || reading_is_use(r, clue))
		return;
	key = find_other(o, t->text[TRACE_KEY]);
	if (key && !key->used)
		key->used = t;
}

/* Who fears for a key deactivates it first, then makes another. That alone begins no rotation: it
 * may have been long before. */
static void
take_inactive(struct others *o)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->list[i].remove && !o->list[i].deactivate)
			o->list[i].deactivate = o->list[i].inactive;
}

/* An IAM user that asks for itself with a lasting key has that key too. */
static void
take_calling_key(struct others *o)
{
	const struct trace *own = &o->reading->own;

	if (o->reading->alert->self && str_starts_with(own->text[TRACE_KEY], STR("AKIA")))
		find_other(o, own->text[TRACE_KEY])->calling = true;
}

/* One that is still there; absent: none is seen. */
static struct str
find_younger(const struct others *o)
{
	for (size_t i = 0; i < o->count; i++) {
		const struct other_key *key = &o->list[i];

		if (key->made && key->made->time > o->reading->alert->time && !key->remove)
			return key->id;
	}
	return STR_ABSENT;
}

static unsigned
steps_of(const struct other_key *key)
{
	return (unsigned)(key->deactivate != NULL) + (key->remove != NULL);
}

static const struct trace *
first_step(const struct other_key *key)
{
	if (!key->deactivate)
		return key->remove;
	if (!key->remove)
		return key->deactivate;
	return key->deactivate->time < key->remove->time ? key->deactivate : key->remove;
}

static const struct trace *
first_seen(const struct other_key *key)
{
	if (!key->since || (key->used && key->used->time < key->since->time))
		return key->used;
	return key->since;
}

/* Was it there before the new one? One whose creation is not seen may also be younger, unless all
 * is known from the new key's making to the first that was done to it, or with it. */
static bool
is_older(const struct reading *r, const struct other_key *key, struct looked *looked)
{
	const struct trace *seen = first_seen(key);

	if (key->gone || (key->made && key->made->time > r->alert->time))
		return false;
	if (key->made || key->before || key->calling ||
		(key->used && key->used->time < r->alert->time))
		return true;
	if (!seen)
		return false;
	*looked = reading_looked(r, ROTATION_KINDS, r->alert->time, seen->time);
	return !looked->lacks.data;
}

/* Of the older ones, that with the most steps, then that with the first. */
static const struct other_key *
choose(const struct others *o, struct looked *doubt)
{
	const struct other_key *best = NULL;

	for (size_t i = 0; i < o->count; i++) {
		const struct other_key *key = &o->list[i];
		struct looked looked = {0};

		if (!is_older(o->reading, key, &looked)) {
			if (looked.lacks.data)
				*doubt = looked;
			continue;
		}
		if (!best || steps_of(key) > steps_of(best) ||
			(steps_of(key) && steps_of(key) == steps_of(best) &&
				first_step(key)->time < first_step(best)->time))
			best = key;
	}
	return best;
}

static bool
is_by_owner(const struct reading *r, const struct trace *step)
{
	const struct trace *own = &r->own;

	if (!step)
		return true;
	if (r->alert->self && str_equal(step->text[TRACE_ACTOR], own->text[TRACE_ACTOR]))
		return true;
	return is_users(r, step);
}

/* The key was seen at some time before: was it still there? */
static struct looked
looked_for_it(const struct reading *r, const struct other_key *key)
{
	const struct trace *seen = key->before ? key->before : key->made;

	if (key->used && (!seen || key->used->time > seen->time))
		seen = key->used;
	if (key->calling || !seen)
		return reading_looked_since(r, ROTATION_KINDS);
	return reading_looked(r, ROTATION_KINDS, seen->time, TIME_NONE);
}

static void
judge(struct rotation *rotation, const struct reading *r, const struct other_key *key)
{
	rotation->old = key->id;
	rotation->shown_by = key->made ? key->made : key->before ? key->before : first_seen(key);
	rotation->deactivate = key->deactivate;
	rotation->remove = key->remove;
	rotation->by_owner = is_by_owner(r, key->deactivate) && is_by_owner(r, key->remove);
	rotation->looked =
		steps_of(key) ? reading_looked_since(r, ROTATION_KINDS) : looked_for_it(r, key);
	if (rotation->use && key->deactivate && key->remove)
		rotation->shape = ROTATION_WHOLE;
	else if (!rotation->looked.lacks.data)
		rotation->shape = steps_of(key) ? ROTATION_INCOMPLETE : ROTATION_SECOND_KEY;
}

void
reading_rotation(struct rotation *rotation, const struct reading *r)
{
	size_t most = 2 * r->count + 1 < OTHERS_MAX ? 2 * r->count + 1 : OTHERS_MAX;
	struct others others = {
		.reading = r, .list = arena_alloc(r->arena, most * sizeof(*others.list))};
	struct looked doubt = {0};
	const struct other_key *old;
	struct usage usage;

	*rotation = (struct rotation){0};
	reading_usage(&usage, r);
	rotation->use = usage.first ? usage.first->trace : NULL;
	take_calling_key(&others);
	for (size_t i = 0; i < r->count; i++)
		take_clue(&others, &r->clues[i]);
	for (size_t i = 0; i < r->count; i++)
		take_use(&others, &r->clues[i]);
	take_inactive(&others);
	old = choose(&others, &doubt);
	if (others.more) {
		rotation->looked.lacks = STR("more keys of the user were found than are compared");
		return;
	}
	if (old) {
		judge(rotation, r, old);
		return;
	}
	rotation->younger = find_younger(&others);
	rotation->looked =
		doubt.lacks.data ? doubt : reading_looked(r, ROTATION_KINDS, TIME_NONE, TIME_NONE);
	if (!rotation->looked.lacks.data)
		rotation->shape = ROTATION_NONE;
}
