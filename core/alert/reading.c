#include "core/alert/reading.h"

#include <stdlib.h>

#include "core/alert/address.h"

static const struct history nothing = {.state = HISTORY_NOT_LOOKED};

/* ---- keys ---- */

struct named_key {
	struct str id;
	size_t index;
};

static int
compare_keys(const void *a, const void *b)
{
	return str_compare(((const struct named_key *)a)->id, ((const struct named_key *)b)->id);
}

static struct named_key *
sort_keys(const struct reading *r)
{
	const struct history *h = r->history;
	struct named_key *keys = arena_alloc(r->arena, (h->key_count + 1) * sizeof(*keys));

	for (size_t i = 0; i < h->key_count; i++)
		keys[i] = (struct named_key){h->keys[i].id, i};
	qsort(keys, h->key_count, sizeof(*keys), compare_keys);
	return keys;
}

static size_t
find_key(const struct reading *r, const struct named_key *keys, struct str id)
{
	const struct named_key wanted = {id, 0}, *found = NULL;

	if (id.len && r->history->key_count)
		found = bsearch(&wanted, keys, r->history->key_count, sizeof(*keys), compare_keys);
	return found ? found->index : HISTORY_NONE;
}

/* Parents stand before their children. */
static void
follow_keys(struct reading *r)
{
	const struct history *h = r->history;

	r->of_new = arena_alloc(r->arena, h->key_count + 1);
	r->depths = arena_alloc(r->arena, (h->key_count + 1) * sizeof(*r->depths));
	for (size_t i = 0; i < h->key_count; i++) {
		const struct history_key *key = &h->keys[i];

		r->of_new[i] =
			i == 0 || (key->parent < i && key->temporary && r->of_new[key->parent]);
		if (i && key->parent < i)
			r->depths[i] = r->depths[key->parent] + !key->temporary;
	}
}

/* ---- whose records they are ---- */

/* A row of a table tells less than the record that it was made of. */
static bool
is_own(const struct reading *r, const struct trace *t)
{
	static const enum trace_text telling[] = {TRACE_EVENT_ID, TRACE_NAME, TRACE_SUBJECT};
	bool row = r->alert->flags & UINT32_C(1) << FLAG_FROM_TABLE;

	if (t->time != r->own.time)
		return false;
	if (row && r->own.text[TRACE_EVENT_ID].len) {
		for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++)
			if (!str_equal(t->text[telling[i]], r->own.text[telling[i]]))
				return false;
		return true;
	}
	for (size_t i = 0; i < TRACE_TEXT_COUNT; i++)
		if (i != TRACE_SHARED_ID && !str_equal(t->text[i], r->own.text[i]))
			return false;
	return true;
}

/* The root user has no name, and only root changes its keys without one. */
static bool
is_on_user(const struct reading *r, const struct trace *t)
{
	const struct trace *own = &r->own;

	if (!str_equal(t->text[TRACE_ACCOUNT], own->text[TRACE_ACCOUNT]) ||
		!str_equal(t->text[TRACE_USER], r->user))
		return false;
	return r->user.len ||
	       (str_is(own->text[TRACE_TYPE], "Root") && str_is(t->text[TRACE_TYPE], "Root"));
}

static bool
shares(const struct reading *r, const struct trace *t, enum trace_text text)
{
	return t->text[text].len && str_equal(t->text[text], r->own.text[text]);
}

/* Another account is told the caller's principal alone. */
static bool
is_by_actor(const struct reading *r, const struct trace *t)
{
	struct str principal = r->alert->text[ALERT_ACTOR_PRINCIPAL];

	return shares(r, t, TRACE_ACTOR) ||
	       (principal.len && str_is(t->text[TRACE_TYPE], "AWSAccount") &&
		       str_equal(t->text[TRACE_ACTOR], principal));
}

void
reading_make(struct reading *r, struct arena *arena, const struct alert *alert,
	const struct history *history)
{
	const struct history *h = history ? history : &nothing;
	struct named_key *keys;

	*r = (struct reading){.arena = arena, .alert = alert, .history = h};
	trace_of_alert(&r->own, alert, arena);
	r->user = term_user_of_alert(alert, &r->own);
	r->addressed = address_is_place(r->own.text[TRACE_IP]);
	keys = sort_keys(r);
	follow_keys(r);
	r->clues = arena_alloc(arena, (h->trace_count + 1) * sizeof(*r->clues));
	for (size_t i = 0; i < h->trace_count; i++) {
		const struct trace *t = &h->traces[i];

		if (is_own(r, t))
			continue;
		r->clues[r->count++] = (struct clue){
			.trace = t,
			.weight = trace_weight(t),
			.key = find_key(r, keys, t->text[TRACE_KEY]),
			.by_actor = is_by_actor(r, t),
			.from_ip = r->addressed &&
				   address_equal(t->text[TRACE_IP], r->own.text[TRACE_IP]),
			.on_user = is_on_user(r, t),
		};
	}
	reading_join_copies(r);
}

/* ---- use ---- */

bool
clue_is(const struct clue *clue, const char *name)
{
	return clue->weight && str_is(clue->trace->text[TRACE_NAME], name) &&
	       trace_succeeded(clue->trace);
}

bool
reading_is_use(const struct reading *r, const struct clue *clue)
{
	return clue->key != HISTORY_NONE && r->of_new[clue->key];
}

void
reading_usage(struct usage *usage, const struct reading *r)
{
	*usage = (struct usage){0};
	for (size_t i = 0; i < r->count; i++) {
		const struct clue *clue = &r->clues[i];

		if (!reading_is_use(r, clue))
			continue;
		if (!usage->first)
			usage->first = clue;
		if (!usage->elsewhere && reading_same_ip(r, clue->trace) == ANSWER_NO)
			usage->elsewhere = clue;
		usage->calls++;
		usage->errors += !trace_succeeded(clue->trace);
	}
}

int64_t
reading_after(const struct reading *r, int64_t time)
{
	int64_t span = time - r->alert->time, rest = span % TICKS_PER_SECOND;

	return span / TICKS_PER_SECOND - (rest < 0);
}

/* Of what is written 010.1.2.3 nobody knows whether it is 10.1.2.3. */
static bool
can_differ(struct str a, struct str b)
{
	return (address_classify(a) == ADDRESS_INVALID) == (address_classify(b) == ADDRESS_INVALID);
}

enum answer_yes
reading_same_ip(const struct reading *r, const struct trace *t)
{
	struct str own = r->own.text[TRACE_IP], other = t->text[TRACE_IP];

	if (own.len && address_equal(own, other))
		return ANSWER_YES;
	return r->addressed && address_is_place(other) && can_differ(own, other) ? ANSWER_NO
										 : ANSWER_UNKNOWN;
}

/* The AWS CLI names the command it runs, `command/iam.create-access-key`; that is no other agent.
 */
static struct str
without_command(struct arena *arena, struct str agent)
{
	size_t from = str_find(agent, STR(" command/"), 0), to;

	if (from == (size_t)-1)
		return agent;
	to = str_find(agent, STR(" "), from + 1);
	if (to == (size_t)-1)
		to = agent.len;
	return arena_printf(
		arena, "%.*s%.*s", (int)from, agent.data, STR_ARG(str_slice(agent, to, agent.len)));
}

enum answer_yes
reading_same_agent(const struct reading *r, const struct trace *t)
{
	struct str own = r->own.text[TRACE_AGENT], other = t->text[TRACE_AGENT];

	if (!own.len || !other.len)
		return ANSWER_UNKNOWN;
	return str_equal(without_command(r->arena, own), without_command(r->arena, other))
		       ? ANSWER_YES
		       : ANSWER_NO;
}

/* ---- around, quarantine, children ---- */

bool
reading_is_around(const struct reading *r, const struct clue *clue)
{
	int64_t at = clue->trace->time, alert = r->alert->time;
	const int64_t reach = AROUND_MIN * TICKS_PER_MINUTE;

	return clue->by_actor && clue->weight & TRACE_AROUND && at != TIME_NONE &&
	       alert != TIME_NONE && at >= alert - reach && at <= alert + reach;
}

bool
reading_stops_logging(const struct trace *trace)
{
	return str_is(trace->text[TRACE_NAME], "StopLogging") ||
	       str_is(trace->text[TRACE_NAME], "DeleteTrail");
}

bool
reading_is_logging_stopped(const struct clue *clue)
{
	return clue->weight && reading_stops_logging(clue->trace) && trace_succeeded(clue->trace);
}

static bool
is_quarantine(const struct clue *clue)
{
	return clue->on_user &&
	       (clue_is(clue, "AttachUserPolicy") || clue_is(clue, "PutUserPolicy")) &&
	       str_starts_with(reading_last_part(clue->trace->text[TRACE_WHAT]),
		       STR("AWSCompromisedKeyQuarantine"));
}

const struct trace *
reading_quarantine(const struct reading *r)
{
	const struct trace *found = NULL;

	for (size_t i = 0; i < r->count; i++) {
		if (!is_quarantine(&r->clues[i]))
			continue;
		if (found && found->time >= r->alert->time)
			break;
		found = r->clues[i].trace;
	}
	return found;
}

const struct trace *
reading_quarantine_off(const struct reading *r, const struct trace *put)
{
	const struct trace *off = NULL;

	for (size_t i = 0; i < r->count; i++) {
		const struct clue *clue = &r->clues[i];

		if (clue->on_user && clue->trace->time >= put->time &&
			(clue_is(clue, "DetachUserPolicy") || clue_is(clue, "DeleteUserPolicy")) &&
			str_equal(clue->trace->text[TRACE_WHAT], put->text[TRACE_WHAT]))
			off = clue->trace;
	}
	return off;
}

bool
reading_is_party(const struct reading *r, const struct trace *t)
{
	const struct trace *own = &r->own;

	if (t->text[TRACE_ACTOR].len && str_equal(t->text[TRACE_ACTOR], own->text[TRACE_ACTOR]))
		return true;
	if (str_is(t->text[TRACE_TYPE], "IAMUser") && r->user.len &&
		str_equal(t->text[TRACE_ACTOR_USER], r->user) &&
		str_equal(t->text[TRACE_ACCOUNT], own->text[TRACE_ACCOUNT]))
		return true;
	for (size_t i = 0; i < r->count; i++)
		if (r->clues[i].trace == t)
			return reading_is_use(r, &r->clues[i]);
	return false;
}

static const struct clue *
find_making(const struct reading *r, struct str key)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct clue *clue = &r->clues[i];

		if (key.len && str_equal(clue->trace->text[TRACE_SUBJECT], key) &&
			trace_succeeded(clue->trace) &&
			(clue->weight & TRACE_ISSUES || clue_is(clue, "CreateAccessKey")))
			return clue;
	}
	return NULL;
}

const struct trace *
reading_caller_key_made(const struct reading *r)
{
	enum { HOPS_MAX = 8 };
	const struct clue *made = find_making(r, r->own.text[TRACE_KEY]);

	for (int i = 0; i < HOPS_MAX && made && made->weight & TRACE_ISSUES; i++)
		made = find_making(r, made->trace->text[TRACE_KEY]);
	return made && !(made->weight & TRACE_ISSUES) ? made->trace : NULL;
}

/* The call that gave temporary keys without saying which; NULL: none is seen. */
static const struct trace *
find_unnamed(const struct reading *r, bool tree)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct clue *clue = &r->clues[i];

		if (clue->key != HISTORY_NONE && (tree || r->of_new[clue->key]) &&
			clue->weight & TRACE_ISSUES && trace_succeeded(clue->trace) &&
			!clue->trace->text[TRACE_SUBJECT].len)
			return clue->trace;
	}
	return NULL;
}

static struct looked
lack_unnamed(const struct reading *r, struct looked looked, bool tree)
{
	const struct trace *t = find_unnamed(r, tree);

	if (!t || looked.lacks.data)
		return looked;
	looked.lacks = arena_printf(
		r->arena, "not recorded: which key %.*s gave", STR_ARG(t->text[TRACE_NAME]));
	looked.times.complete = false;
	return looked;
}

struct looked
reading_looked_use(const struct reading *r)
{
	return lack_unnamed(r, reading_looked_since(r, LOOKED_ALL_KEY), false);
}

struct looked
reading_looked_tree(const struct reading *r)
{
	return lack_unnamed(r, reading_looked_since(r, LOOKED_KEY), true);
}

size_t
reading_children(const struct reading *r)
{
	size_t children = 0;

	for (size_t i = 1; i < r->history->key_count; i++)
		children += !r->history->keys[i].temporary;
	return children;
}
