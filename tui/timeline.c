#include "tui/timeline.h"

#include <stdlib.h>

#include "core/alert/address.h"
#include "core/alert/term.h"
#include "core/base/mem.h"
#include "core/base/timefmt.h"

const char *const timeline_by_names[BY_COUNT] = {
	[BY_ALL] = "all",
	[BY_KEY] = "key",
	[BY_ACTOR] = "actor",
	[BY_ADDRESS] = "address",
	[BY_USER] = "user",
};

/* ---- the keys of the story, sorted ---- */

struct keys {
	struct str *ids; /* owns */
	size_t count;
};

static int
compare_ids(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static struct keys
keys_of(const struct history *history)
{
	struct keys keys = {0};

	if (!history || !history->key_count)
		return keys;
	keys.ids = mem_array(NULL, history->key_count, sizeof(keys.ids[0]));
	for (size_t i = 0; i < history->key_count; i++)
		keys.ids[keys.count++] = history->keys[i].id;
	qsort(keys.ids, keys.count, sizeof(keys.ids[0]), compare_ids);
	return keys;
}

static bool
is_of(const struct keys *keys, struct str id)
{
	return id.len && keys->count &&
	       bsearch(&id, keys->ids, keys->count, sizeof(id), compare_ids);
}

/* ---- ties ---- */

static bool
is_same(const struct trace *a, const struct trace *b, enum trace_text text)
{
	return a->text[text].len && str_equal(a->text[text], b->text[text]);
}

static bool
is_from_there(const struct trace *own, const struct trace *t)
{
	struct str ip = own->text[TRACE_IP];

	return ip.len && address_equal(ip, t->text[TRACE_IP]);
}

/* What was done to the user, and what the user did. */
static bool
is_on_user(const struct trace *own, const struct trace *t)
{
	struct str user = own->text[TRACE_USER];

	if (!user.len || !is_same(own, t, TRACE_ACCOUNT))
		return false;
	if (trace_weight(t) & TRACE_USER_CALL && str_equal(t->text[TRACE_USER], user))
		return true;
	return str_is(t->text[TRACE_TYPE], "IAMUser") && str_equal(t->text[TRACE_ACTOR_USER], user);
}

static bool
is_alert(const struct trace *own, const struct trace *t)
{
	return own->time == t->time &&
	       str_equal(own->text[TRACE_EVENT_ID], t->text[TRACE_EVENT_ID]) &&
	       str_equal(own->text[TRACE_NAME], t->text[TRACE_NAME]) &&
	       str_equal(own->text[TRACE_ACTOR], t->text[TRACE_ACTOR]) &&
	       str_equal(own->text[TRACE_SUBJECT], t->text[TRACE_SUBJECT]);
}

static void
add(struct timeline *l, const struct keys *keys, const struct trace *t)
{
	struct timeline_row row = {.trace = t};

	row.with_key = is_of(keys, t->text[TRACE_KEY]);
	row.ties |= (unsigned)(row.with_key || is_of(keys, t->text[TRACE_SUBJECT])) << BY_KEY;
	row.ties |= (unsigned)is_same(&l->own, t, TRACE_ACTOR) << BY_ACTOR;
	row.ties |= (unsigned)is_from_there(&l->own, t) << BY_ADDRESS;
	row.ties |= (unsigned)is_on_user(&l->own, t) << BY_USER;
	/* What nothing but its program ties to the alert is evidence, and no story. */
	row.ties |= (unsigned)(row.ties || t == &l->own) << BY_ALL;
	for (size_t by = 0; by < BY_COUNT; by++)
		l->counts[by] += row.ties >> by & 1;
	MEM_GROW(l->rows, l->count, l->capacity);
	l->rows[l->count++] = row;
}

/* Without a time it stands at the end. */
static bool
is_before(const struct trace *a, const struct trace *b)
{
	return a->time != TIME_NONE && (b->time == TIME_NONE || a->time < b->time);
}

void
timeline_make(struct timeline *l, const struct alert *alert, const struct history *history)
{
	struct keys keys = keys_of(history);
	size_t count = history ? history->trace_count : 0, at = 0;

	timeline_fini(l);
	trace_of_alert(&l->own, alert, &l->arena);
	l->alert = TIMELINE_NONE;
	for (; at < count && l->alert == TIMELINE_NONE; at++)
		if (is_alert(&l->own, &history->traces[at]))
			l->alert = at;
	for (size_t i = 0; i < count; i++) {
		if (l->alert == TIMELINE_NONE && is_before(&l->own, &history->traces[i])) {
			l->alert = l->count;
			add(l, &keys, &l->own);
		}
		add(l, &keys, &history->traces[i]);
	}
	if (l->alert == TIMELINE_NONE) {
		l->alert = l->count;
		add(l, &keys, &l->own);
	}
	free(keys.ids);
}

void
timeline_fini(struct timeline *l)
{
	arena_fini(&l->arena);
	free(l->rows);
	*l = (struct timeline){0};
}

/* ---- what is looked at ---- */

static bool
shows_fact(const struct fact *fact, const struct trace *t)
{
	for (size_t i = 0; i < fact->trace_count; i++)
		if (fact->traces[i] == t)
			return true;
	return false;
}

bool
timeline_shows(const struct timeline *l, const struct timeline_filter *f, const struct fact *facts,
	size_t i)
{
	const struct trace *t = l->rows[i].trace;

	if (f->fact)
		return shows_fact(&facts[f->fact - 1], t);
	if (!(l->rows[i].ties & 1U << f->by))
		return false;
	if (f->from != f->to && (i < f->from || i >= f->to))
		return false;
	return !f->key[0] || str_is(t->text[TRACE_KEY], f->key) ||
	       str_is(t->text[TRACE_SUBJECT], f->key);
}

bool
timeline_is_whole(const struct timeline_filter *f)
{
	return !f->fact && !f->key[0] && f->from == f->to;
}

/* All but when it was, and which record it is. */
static bool
reads_same(const struct trace *a, const struct trace *b)
{
	static const enum trace_text shown[] = {TRACE_NAME, TRACE_SERVICE, TRACE_ACTOR, TRACE_KEY,
		TRACE_IP, TRACE_REGION, TRACE_AGENT, TRACE_ERROR, TRACE_USER, TRACE_SUBJECT,
		TRACE_WHAT};

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (!str_equal(a->text[shown[i]], b->text[shown[i]]))
			return false;
	return true;
}

size_t
timeline_run_end(const struct timeline *l, const struct timeline_filter *f,
	const struct fact *facts, size_t row, size_t *count)
{
	size_t end = row + 1;

	*count = 1;
	if (!timeline_is_whole(f) || row == l->alert)
		return end;
	for (; end < l->count && end != l->alert; end++) {
		if (!timeline_shows(l, f, facts, end))
			continue;
		if (!reads_same(l->rows[row].trace, l->rows[end].trace))
			break;
		(*count)++;
	}
	return end;
}
