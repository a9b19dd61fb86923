/* What the caller and the place of the call are known for: questions 13, 18, 19 and 20. */
#include <stdlib.h>

#include "core/alert/facts_private.h"

/* ---- 13: seen before ---- */

enum { BEFORE_KINDS = LOOKED_ACTOR | LOOKED_ADDRESS | LOOKED_AGENT | LOOKED_MAKING };

struct before {
	const struct trace *first;
	int64_t count;
};

/* A key was asked for before, and that text is the same. */
static bool
is_before(const struct asking *a, const struct clue *clue, enum trace_text text)
{
	const struct reading *r = a->reading;
	const struct trace *t = clue->trace;

	return t->time != TIME_NONE && t->time < a->alert->time && clue->weight &&
	       str_is(t->text[TRACE_NAME], "CreateAccessKey") && r->own.text[text].len &&
	       (text == TRACE_IP ? clue->from_ip : str_equal(t->text[text], r->own.text[text]));
}

static int64_t
first_before(const struct asking *a)
{
	const struct reading *r = a->reading;

	for (size_t i = 0; i < r->count; i++)
		if (is_before(a, &r->clues[i], TRACE_ACTOR) ||
			is_before(a, &r->clues[i], TRACE_IP) ||
			is_before(a, &r->clues[i], TRACE_AGENT))
			return r->clues[i].trace->time;
	return TIME_NONE;
}

static struct before
seen_before(const struct asking *a, enum trace_text text)
{
	const struct reading *r = a->reading;
	struct before before = {0};

	for (size_t i = 0; i < r->count; i++) {
		const struct trace *t = r->clues[i].trace;

		if (!is_before(a, &r->clues[i], text))
			continue;
		if (!before.first)
			before.first = t;
		before.count++;
	}
	return before;
}

/* What is not recorded, and a zero that may be none, is null. */
static void
put_before(struct asking *a, const char *name, const char *words, enum trace_text text,
	const struct looked *looked)
{
	bool asked = a->reading->own.text[text].len && (text != TRACE_IP || a->reading->addressed);
	struct before before = seen_before(a, text);

	json_put_key(&a->writer, name);
	buf_printf(&a->text, "%s%s", a->text.len ? ", " : "", words);
	if (!asked || (!before.count && looked->lacks.data)) {
		buf_puts(&a->text, asked ? " unknown" : " not recorded");
		json_put_null(&a->writer);
		return;
	}
	fact_begin(a);
	fact_member_time(a, "first", before.first ? before.first->time : TIME_NONE);
	fact_member_long(a, "count", before.count);
	fact_end(a);
	if (!before.count) {
		buf_puts(&a->text, " never");
		return;
	}
	buf_putc(&a->text, ' ');
	buf_count(&a->text, (uint64_t)before.count);
	buf_puts(&a->text, before.count == 1 ? " time, at " : " times, first at ");
	reading_put_time(&a->text, before.first->time);
	fact_show(a, before.first);
}

void
fact_seen_before(struct asking *a)
{
	struct looked looked =
		reading_looked_found(a->reading, BEFORE_KINDS, first_before(a), a->alert->time);

	if (a->alert->time == TIME_NONE) {
		fact_may_deny(a, &looked);
		return;
	}
	fact_begin(a);
	put_before(a, "actor", "this actor", TRACE_ACTOR, &looked);
	put_before(a, "ip", "address", TRACE_IP, &looked);
	put_before(a, "agent", "agent", TRACE_AGENT, &looked);
	fact_end(a);
	if (a->shown_count) {
		fact_put_found(a, &looked);
	} else if (fact_may_deny(a, &looked)) {
		buf_clear(&a->text);
		buf_puts(&a->text, "first time: not by this actor, address or agent");
		fact_put_since(a, &looked);
	}
}

/* ---- 18: around ---- */

/* The most severe first: who hides, who takes down a guard, who gives power, who makes an entry. */
static const char *const severest[] = {"StopLogging", "DeleteTrail", "DeactivateMFADevice",
	"UpdateAssumeRolePolicy", "CreateLoginProfile", "AttachUserPolicy", "AttachRolePolicy",
	"AttachGroupPolicy", "PutUserPolicy", "PutRolePolicy", "PutGroupPolicy", "AddUserToGroup",
	"CreateUser", "CreateAccessKey"};
enum { SEVEREST = sizeof(severest) / sizeof(severest[0]), DEEDS_SAID = 5 };

struct deed {
	const struct trace *trace;
	struct str words;
	size_t rank; /* by name, and behind those that went through */
	size_t index, times;
};

static size_t
rank_of(const struct trace *t)
{
	size_t i = 0;

	while (i < SEVEREST && !str_is(t->text[TRACE_NAME], severest[i]))
		i++;
	return trace_succeeded(t) ? i : i + SEVEREST + 1;
}

/* `AttachUserPolicy AdministratorAccess on eve`, `CreateUser eve` */
static struct str
words_of(struct asking *a, const struct trace *t)
{
	struct str user = t->text[TRACE_USER], what = reading_last_part(t->text[TRACE_WHAT]);
	const char *failed = trace_succeeded(t) ? "" : " (failed)";
	struct str name = t->text[TRACE_NAME];

	if (user.len && what.len && !str_equal(user, what))
		return arena_printf(a->arena, "%.*s %.*s on %.*s%s", STR_ARG(name), STR_ARG(what),
			STR_ARG(user), failed);
	if (!user.len)
		user = what;
	return arena_printf(a->arena, "%.*s%s%.*s%s", STR_ARG(name), user.len ? " " : "",
		STR_ARG(user), failed);
}

static int
compare_words(const void *a, const void *b)
{
	const struct deed *x = a, *y = b;
	int order = str_compare(x->words, y->words);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int
compare_ranks(const void *a, const void *b)
{
	const struct deed *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank > y->rank ? 1 : -1;
	return (x->index > y->index) - (x->index < y->index);
}

/* What reads the same is said once. */
static size_t
join(struct deed *deeds, size_t count)
{
	size_t kept = 0;

	qsort(deeds, count, sizeof(*deeds), compare_words);
	for (size_t i = 0; i < count; i++)
		if (kept && str_equal(deeds[kept - 1].words, deeds[i].words))
			deeds[kept - 1].times++;
		else
			deeds[kept++] = deeds[i];
	qsort(deeds, kept, sizeof(*deeds), compare_ranks);
	return kept;
}

static void
say_deeds(struct asking *a, struct deed *deeds, size_t count)
{
	int64_t furthest = 0;

	for (size_t i = 0; i < count; i++) {
		int64_t away = llabs(deeds[i].trace->time - a->alert->time);

		furthest = away > furthest ? away : furthest;
	}
	count = join(deeds, count);
	for (size_t i = 0; i < count; i++)
		fact_show(a, deeds[i].trace);
	for (size_t i = 0; i < count && i < DEEDS_SAID; i++) {
		buf_printf(&a->text, "%s%.*s", i ? ", " : "", STR_ARG(deeds[i].words));
		if (deeds[i].times > 1)
			buf_printf(&a->text, " ×%zu", deeds[i].times);
	}
	if (count > DEEDS_SAID)
		buf_printf(&a->text, " and %zu more", count - DEEDS_SAID);
	buf_puts(&a->text, " within ");
	reading_put_span(&a->text, furthest / TICKS_PER_SECOND);
}

static void
put_deed(struct asking *a, const struct trace *t)
{
	struct str target = t->text[TRACE_USER];

	json_begin_object(&a->writer);
	fact_member_time(a, "at", t->time);
	fact_member(a, "eventName", t->text[TRACE_NAME]);
	fact_member(a, "target", target.len ? target : t->text[TRACE_WHAT]);
	fact_member(a, "error", t->text[TRACE_ERROR]);
	json_end_object(&a->writer);
	a->fact->alarming |= trace_succeeded(t) && !str_is(t->text[TRACE_NAME], "CreateAccessKey");
}

static size_t
put_deeds(struct asking *a, struct deed *deeds)
{
	const struct reading *r = a->reading;
	size_t count = 0;

	json_begin_array(&a->writer);
	for (size_t i = 0; i < r->count; i++) {
		const struct trace *t = r->clues[i].trace;

		if (!reading_is_around(r, &r->clues[i]))
			continue;
		deeds[count] = (struct deed){t, words_of(a, t), rank_of(t), count, 1};
		count++;
		put_deed(a, t);
	}
	json_end_array(&a->writer);
	return count;
}

void
fact_around(struct asking *a)
{
	const int64_t reach = AROUND_MIN * TICKS_PER_MINUTE, at = a->alert->time;
	const struct reading *r = a->reading;
	struct deed *deeds = arena_alloc(a->arena, (r->count + 1) * sizeof(*deeds));
	struct looked looked = at == TIME_NONE
				       ? reading_looked_since(r, LOOKED_ACTOR)
				       : reading_looked(r, LOOKED_ACTOR, at - reach, at + reach);
	size_t count;

	if (!r->own.text[TRACE_ACTOR].len) {
		fact_unknown(a, "not recorded: the record names no caller");
		return;
	}
	count = put_deeds(a, deeds);
	if (count) {
		say_deeds(a, deeds, count);
		fact_put_found(a, &looked);
	} else if (fact_may_deny(a, &looked)) {
		buf_printf(&a->text, "nothing of the kind within %d min", AROUND_MIN);
	}
}

/* ---- 19: others from that address ---- */

enum { OTHERS_SAID = 3 };

static size_t
collect_others(struct asking *a, struct str *others)
{
	const struct reading *r = a->reading;
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		struct str actor = r->clues[i].trace->text[TRACE_ACTOR];

		if (r->clues[i].from_ip && !r->clues[i].by_actor && actor.len)
			others[count++] = actor;
	}
	return reading_unique(a->arena, others, count);
}

static int64_t
first_other(const struct reading *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->clues[i].from_ip && !r->clues[i].by_actor)
			return r->clues[i].trace->time;
	return TIME_NONE;
}

static void
show_others(struct asking *a, const struct str *others, size_t count)
{
	const struct reading *r = a->reading;
	size_t next = 0;

	for (size_t i = 0; i < r->count && next < count; i++)
		if (r->clues[i].from_ip &&
			str_equal(r->clues[i].trace->text[TRACE_ACTOR], others[next])) {
			fact_show(a, r->clues[i].trace);
			next++;
		}
}

static void
put_others(struct asking *a, const struct str *others, size_t count)
{
	json_begin_array(&a->writer);
	for (size_t i = 0; i < count; i++)
		json_put_string(&a->writer, others[i]);
	json_end_array(&a->writer);
	for (size_t i = 0; i < count && i < OTHERS_SAID; i++)
		buf_printf(
			&a->text, "%s%.*s", i ? ", " : "", STR_ARG(reading_short_actor(others[i])));
	if (count > OTHERS_SAID)
		buf_printf(&a->text, " and %zu more", count - OTHERS_SAID);
	buf_puts(&a->text, count ? " from the same address" : "nobody else from this address");
}

void
fact_others_from_ip(struct asking *a)
{
	const struct reading *r = a->reading;
	struct looked looked =
		reading_looked_found(r, LOOKED_ALL_ADDRESS, first_other(r), TIME_NONE);
	struct str *others, ip = r->own.text[TRACE_IP];
	size_t count;

	if (!r->addressed) {
		fact_unknown(a, ip.len ? "not an address: " : "not recorded: from where");
		buf_str(&a->text, ip);
		return;
	}
	others = arena_alloc(a->arena, (r->count + 1) * sizeof(*others));
	count = collect_others(a, others);
	if (!count && !fact_may_deny(a, &looked))
		return;
	put_others(a, others, count);
	show_others(a, others, count);
	if (!count)
		fact_put_since(a, &looked);
	fact_put_found(a, &looked);
}

/* ---- 20: keys of this actor ---- */

static struct str
user_of(struct asking *a, const struct trace *t, struct str user)
{
	return arena_printf(a->arena, "%.*s/%.*s", STR_ARG(t->text[TRACE_ACCOUNT]), STR_ARG(user));
}

static size_t
collect_made(struct asking *a, struct str *users)
{
	const struct reading *r = a->reading;
	size_t count = 0;

	if (a->alert->outcome == OUTCOME_SUCCESS)
		users[count++] = user_of(a, &r->own, r->user);
	for (size_t i = 0; i < r->count; i++)
		if (r->clues[i].by_actor && clue_is(&r->clues[i], "CreateAccessKey")) {
			users[count++] =
				user_of(a, r->clues[i].trace, r->clues[i].trace->text[TRACE_USER]);
			fact_show(a, r->clues[i].trace);
		}
	return count;
}

void
fact_actor_keys(struct asking *a)
{
	const struct reading *r = a->reading;
	struct looked looked;
	size_t keys, count;
	struct str *users;

	if (!r->own.text[TRACE_ACTOR].len) {
		fact_unknown(a, "not recorded: the record names no caller");
		return;
	}
	users = arena_alloc(a->arena, (r->count + 2) * sizeof(*users));
	keys = collect_made(a, users);
	looked = reading_looked_found(r, LOOKED_ACTOR | LOOKED_MAKING,
		a->shown_count ? a->shown[0]->time : TIME_NONE, TIME_NONE);
	if (!a->shown_count && !fact_may_deny(a, &looked))
		return;
	count = reading_unique(a->arena, users, keys);
	buf_count(&a->text, keys);
	buf_puts(&a->text, keys == 1 ? " key for " : " keys for ");
	buf_count(&a->text, count);
	buf_puts(&a->text, count == 1 ? " user by this actor" : " users by this actor");
	if (looked.times.any)
		fact_put_since(a, &looked);
	fact_begin(a);
	fact_member_long(a, "keys", (int64_t)keys);
	fact_member_long(a, "users", (int64_t)count);
	fact_end(a);
	fact_put_found(a, &looked);
}
