#include "tui/card.h"

#include <stdlib.h>

#include "core/base/mem.h"

const char *const card_titles[CARD_KINDS] = {
	[CARD_ACTOR] = "actor",
	[CARD_TARGET] = "target",
	[CARD_ADDRESS] = "address",
};

const int card_facts[CARD_KINDS] = {
	[CARD_ACTOR] = 2,
	[CARD_TARGET] = 4,
	[CARD_ADDRESS] = 9,
};

static bool
looks_same(enum card_kind kind, const struct list_row *a, const struct list_row *b)
{
	switch (kind) {
	case CARD_ACTOR:
		return a->actor == b->actor;
	case CARD_TARGET:
		return a->target == b->target;
	default:
		return a->ip == b->ip;
	}
}

static bool
equal(const struct alert *a, const struct alert *b, enum alert_text text)
{
	return str_equal(a->text[text], b->text[text]);
}

static bool
is_same(enum card_kind kind, const struct alert *a, const struct alert *b)
{
	switch (kind) {
	case CARD_ACTOR:
		return equal(a, b, ALERT_ACTOR_ARN) &&
		       (a->text[ALERT_ACTOR_ARN].len || equal(a, b, ALERT_ACTOR_PRINCIPAL));
	case CARD_TARGET:
		return equal(a, b, ALERT_TARGET_USER) && equal(a, b, ALERT_RECIPIENT);
	default:
		return equal(a, b, ALERT_SOURCE_IP);
	}
}

static void
add(struct card *card, const struct list *list, uint32_t row)
{
	MEM_GROW(card->alerts, card->count, card->capacity);
	card->alerts[card->count++] = row;
	card->open += list->rows[row].status != STATUS_CLOSED;
}

void
card_make(struct card *card, enum card_kind kind, const struct list *list, uint32_t row,
	const struct alert *alert, struct store *store)
{
	struct alert other = {0};
	size_t looked = 0;
	struct error err;

	card_fini(card);
	card->kind = kind;
	for (size_t i = 0; i < list->settled && !card->more; i++) {
		uint32_t at = list->by_time[i];

		if (!looks_same(kind, &list->rows[at], &list->rows[row]))
			continue;
		card->more = ++looked > CARD_LOOKED_MAX || card->count == CARD_ALERTS_MAX;
		if (!card->more && store_load_texts(store, list->rows[at].rowid, &other, &err) &&
			is_same(kind, alert, &other))
			add(card, list, at);
	}
	alert_fini(&other);
}

void
card_fini(struct card *card)
{
	free(card->alerts);
	*card = (struct card){0};
}
