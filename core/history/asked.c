#include "core/history/asked.h"

struct taking {
	struct arena *arena;
	struct history_asked *kinds;
	size_t rows, keys, answered;
};

static struct str
join(struct taking *t, struct str left, const char *between, struct str right)
{
	return left.len ? arena_printf(
				  t->arena, "%.*s%s%.*s", STR_ARG(left), between, STR_ARG(right))
			: arena_str(t->arena, right);
}

static void
lack(struct taking *t, struct history_asked *kind, struct str why)
{
	if (str_find(kind->lacking, why, 0) == (size_t)-1)
		kind->lacking = join(t, kind->lacking, "; ", why);
}

static void
take_waiting(struct taking *t, struct history_asked *kind, const struct store_asked *asked)
{
	if (asked->trouble.len)
		lack(t, kind,
			arena_printf(t->arena, "not looked for yet: %.*s was asked, but: %.*s",
				STR_ARG(asked->source), STR_ARG(asked->trouble)));
	else if (asked->child)
		lack(t, kind, STR("not all keys that were made with it were asked for yet"));
	else
		lack(t, kind,
			arena_printf(t->arena, "not looked for yet: %.*s will be asked",
				STR_ARG(asked->source)));
}

/* What is known of all of them is known of the shortest. A key that was made with it is younger. */
static void
take_span(struct history_asked *kind, const struct store_asked *asked)
{
	if (!kind->any) {
		kind->span = asked->span;
	} else {
		if (!asked->child && asked->span.from > kind->span.from)
			kind->span.from = asked->span.from;
		if (asked->span.to < kind->span.to)
			kind->span.to = asked->span.to;
	}
	kind->any = true;
}

/* One place more makes a list no other. */
static void
take_places(struct taking *t, struct history_asked *kind, const struct store_asked *asked)
{
	if (str_find(kind->places, asked->places, 0) == (size_t)-1)
		kind->places = join(t, kind->places, " ", asked->places);
	if (asked->missing.len && str_find(kind->missing, asked->missing, 0) == (size_t)-1)
		kind->missing = join(t, kind->missing, ", ", asked->missing);
}

static void
take_answer(struct taking *t, struct history_asked *kind, const struct store_asked *asked)
{
	t->answered++;
	take_places(t, kind, asked);
	if (asked->places.len)
		take_span(kind, asked);
	if (asked->missing.len)
		lack(t, kind, arena_printf(t->arena, "not asked: %.*s", STR_ARG(asked->missing)));
	if (asked->part)
		lack(t, kind, STR("not all of the answer could be read"));
	if (asked->trouble.len)
		lack(t, kind,
			arena_printf(t->arena, "%.*s was asked again, but: %.*s",
				STR_ARG(asked->source), STR_ARG(asked->trouble)));
}

static bool
take(void *context, const struct store_asked *asked)
{
	struct taking *t = context;
	struct history_asked *kind;

	if (asked->kind >= TERM_KINDS)
		return true;
	kind = &t->kinds[asked->kind];
	t->rows++;
	t->keys += asked->kind == TERM_KEY;
	if (asked->places.data)
		take_answer(t, kind, asked);
	else
		take_waiting(t, kind, asked);
	return true;
}

/* What was not asked about at all, for one reason or another. */
static void
finish(struct taking *t, size_t keys)
{
	struct history_asked *key = &t->kinds[TERM_KEY];

	if (key->any && t->keys < keys)
		lack(t, key, STR("not all keys that were made with it are asked for"));
	for (size_t i = 0; i < TERM_KINDS; i++) {
		struct history_asked *kind = &t->kinds[i];

		if (kind->any || kind->lacking.len)
			continue;
		kind->lacking = i == TERM_ADDRESS || i == TERM_AGENT
					? STR("live sources cannot be asked by address or agent")
					: STR("not looked for yet: no source is asked for it");
	}
}

bool
asked_load(struct history *history, struct arena *arena, struct store *store,
	const struct alert *alert, size_t keys, bool *any, struct error *err)
{
	struct taking t = {.arena = arena};
	int64_t row;

	*any = false;
	if (!store_ask_alert(store, alert->id, &row, err))
		return false;
	t.kinds = arena_alloc(arena, TERM_KINDS * sizeof(*t.kinds));
	if (!store_asked(store, row, take, &t, err))
		return false;
	*any = t.rows > 0;
	if (!*any)
		return true;
	finish(&t, keys);
	history->asked = t.kinds;
	history->state = t.answered ? HISTORY_LOOKED : HISTORY_NOT_LOOKED;
	history->spans = NULL;
	history->span_count = 0;
	history->lacking = STR_ABSENT;
	return true;
}
