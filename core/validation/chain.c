#include "core/validation/chain.h"

#include <stdlib.h>
#include <string.h>

#include "core/alert/chain_link.h"
#include "core/base/mem.h"

static const char *const names[] = {
	[CHAIN_ALTERED] = "altered",
	[CHAIN_MISSING] = "missing",
	[CHAIN_REORDERED] = "reordered",
	[CHAIN_DUPLICATED] = "duplicated",
	[CHAIN_UNCHAINED] = "unchained",
	[CHAIN_EVENT] = "event",
};

const char *
chain_fault_name(enum chain_fault_kind kind)
{
	return names[kind];
}

struct walk {
	const char *anchor;
	chain_fault_report *report;
	void *context;
	struct chain_summary *s;
	bool stored; /* the last one held its hash */
	/* What was met before, to tell one that moved from one that was changed. */
	char (*hashes)[HASH_HEX]; /* owns */
	size_t count, capacity;
	int64_t *seqs; /* whose they are; owns */
	size_t seq_count, seq_capacity;
	uint32_t *slots; /* of a hash table over them: 1 + index, 0: free; owns */
	size_t slot_count;
};

static void blame(struct walk *w, const struct store_link *link, enum chain_fault_kind kind,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void
blame(struct walk *w, const struct store_link *link, enum chain_fault_kind kind, const char *fmt,
	...)
{
	struct str id = link->decision.alert_id.data ? link->decision.alert_id : link->alert_id;
	struct buf reason = {0};
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&reason, fmt, args);
	va_end(args);
	w->s->faults++;
	w->report(w->context, &(struct chain_fault){.kind = kind,
				      .seq = link->decision.seq,
				      .alert_id = id,
				      .reason = buf_cstr(&reason)});
	buf_fini(&reason);
}

static size_t
slot_of(const struct walk *w, const char *hash)
{
	char begin[9] = "";
	size_t mask = w->slot_count - 1, slot;

	memcpy(begin, hash, 8);
	slot = strtoul(begin, NULL, 16) & mask;
	while (w->slots[slot] && memcmp(w->hashes[w->slots[slot] - 1], hash, HASH_HEX - 1) != 0)
		slot = (slot + 1) & mask;
	return slot;
}

/* Which decision it was the head after; false: none so far. */
static bool
find(const struct walk *w, struct str hash, int64_t *seq)
{
	uint32_t slot = hash.len == HASH_HEX - 1 ? w->slots[slot_of(w, hash.data)] : 0;

	if (slot)
		*seq = w->seqs[slot - 1];
	return slot;
}

static void
remember(struct walk *w, const char *hash)
{
	if (2 * (w->count + 1) > w->slot_count) {
		w->slot_count = w->slot_count ? 2 * w->slot_count : 1024;
		free(w->slots);
		w->slots = mem_zalloc(w->slot_count * sizeof(*w->slots));
		for (size_t i = 0; i < w->count; i++)
			w->slots[slot_of(w, w->hashes[i])] = (uint32_t)i + 1;
	}
	MEM_GROW(w->hashes, w->count, w->capacity);
	memcpy(w->hashes[w->count++], hash, HASH_HEX);
	MEM_GROW(w->seqs, w->seq_count, w->seq_capacity);
	w->seqs[w->seq_count++] = w->s->last_seq;
	w->slots[slot_of(w, hash)] = (uint32_t)w->count;
	if (w->anchor && strcmp(w->anchor, hash) == 0)
		w->s->met_anchor = true;
}

static void
check_order(struct walk *w, const struct store_link *link)
{
	int64_t expected = w->s->last_seq + 1, seq = link->decision.seq;

	if (seq == expected)
		return;
	if (seq < expected)
		blame(w, link, CHAIN_REORDERED, "decisions are numbered from 1 on");
	else if (seq == expected + 1)
		blame(w, link, CHAIN_MISSING, "decision %lld is missing before it",
			(long long)expected);
	else
		blame(w, link, CHAIN_MISSING, "decisions %lld to %lld are missing before it",
			(long long)expected, (long long)seq - 1);
}

/* It names another head than the one before it. */
static void
check_previous(struct walk *w, const struct store_link *link)
{
	const struct decision *d = &link->decision;
	int64_t at;

	if (str_is(d->previous, w->s->head) || d->seq != w->s->last_seq + 1)
		return;
	if (!find(w, d->previous, &at))
		blame(w, link, CHAIN_ALTERED,
			"it stands on a decision that is not there: the one before it was changed");
	else
		blame(w, link, CHAIN_REORDERED, "it stood on decision %lld when it was made",
			(long long)at);
}

static void
check_hash(struct walk *w, const struct store_link *link)
{
	const struct decision *d = &link->decision;
	char hash[HASH_HEX];
	int64_t at;

	if (find(w, d->hash, &at)) {
		blame(w, link, CHAIN_DUPLICATED, "it is a copy of decision %lld", (long long)at);
		return;
	}
	chain_hash(d, d->previous, hash);
	if (!str_is(d->hash, hash))
		blame(w, link, CHAIN_ALTERED, "it is not what its hash was made of");
}

static void
check_event(struct walk *w, const struct store_link *link)
{
	const struct decision *d = &link->decision;
	struct str was = d->event;
	bool row = str_starts_with(was, STR("row "));

	if (!link->alert_id.data || !link->raw_sha256.data) {
		blame(w, link, CHAIN_EVENT, "its alert is not there");
		return;
	}
	if (!d->hash.data)
		return; /* older than the chain: it names no event */
	was = str_slice(was, row ? 4 : 7, was.len);
	/* A record may take the place of the table row that was decided on. */
	if (!str_equal(was, link->raw_sha256) && !(row && !link->from_table))
		blame(w, link, CHAIN_EVENT, "its alert holds another record than was decided on");
}

/* Where the chain goes on: what is stored counts, so that one fault is one. */
static void
go_on(struct walk *w, const struct decision *d)
{
	char previous[HASH_HEX];

	memcpy(previous, w->s->head, HASH_HEX);
	if (d->hash.len == HASH_HEX - 1)
		memcpy(w->s->head, d->hash.data, HASH_HEX - 1);
	else
		chain_hash(d, str_from(previous), w->s->head);
	w->s->last_seq = d->seq;
	w->s->decisions++;
	w->s->chained += d->hash.data != NULL;
	remember(w, w->s->head);
}

/* Stores that are older than the chain had none of these. */
static bool
is_chained_kind(const struct decision *d)
{
	return d->alert_id.data || d->event.data || d->previous.data || d->principal.data ||
	       d->statement.data || d->signature.data;
}

static bool
see(void *context, const struct store_link *link)
{
	struct walk *w = context;
	const struct decision *d = &link->decision;

	check_order(w, link);
	if (d->action == DECIDE_COUNT)
		blame(w, link, CHAIN_ALTERED, "its action is none that keywatch knows");
	if (d->hash.data) {
		check_previous(w, link);
		check_hash(w, link);
		w->stored = true;
	} else if (w->stored) {
		blame(w, link, CHAIN_UNCHAINED, "it has no hash, and those before it have");
	} else if (is_chained_kind(d)) {
		blame(w, link, CHAIN_UNCHAINED, "it has no hash, and says what older ones do not");
	}
	if ((d->statement.data || d->signature.data) && d->action != DECIDE_VALIDATE)
		blame(w, link, CHAIN_ALTERED, "it is signed, and no validation");
	check_event(w, link);
	go_on(w, d);
	return true;
}

bool
chain_walk(struct store *store, const char *anchor, chain_fault_report *report, void *context,
	struct chain_summary *summary, struct error *err)
{
	struct walk w = {.anchor = anchor, .report = report, .context = context, .s = summary};
	char id[ALERT_ID_SIZE];
	bool ok;

	*summary = (struct chain_summary){0};
	if (!store_id(store, id, err))
		return false;
	chain_begin(str_from(id), summary->head);
	remember(&w, summary->head);
	ok = store_chain(store, see, &w, err);
	free(w.hashes);
	free(w.seqs);
	free(w.slots);
	return ok;
}
