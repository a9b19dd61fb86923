/* What was done with the new key: questions 14 and 15. */
#include "core/alert/facts_private.h"

enum { SERVICES_SAID = 6, HOPS_SAID = 3, WAY_SAID = 4 };

/* ---- 14: used ---- */

static const struct history_key *
temporary_of(const struct asking *a, const struct clue *clue)
{
	return clue->key ? &a->reading->history->keys[clue->key] : NULL;
}

static const struct trace *
made_by(const struct asking *a, const struct history_key *key)
{
	const struct history *h = a->reading->history;

	return key->made < h->trace_count ? reading_told(a->reading, &h->traces[key->made]) : NULL;
}

/* `AssumeRole of Deploy`; the way from the new key on, where there are several. */
static struct str
hop_of(struct asking *a, const struct history_key *key, unsigned most)
{
	const struct history *h = a->reading->history;
	const struct trace *made = made_by(a, key);
	struct str way = STR_ABSENT, call = STR("temporary keys"), what = STR_ABSENT;

	if (key->parent && key->parent < (size_t)(key - h->keys))
		way = most > 1 ? hop_of(a, &h->keys[key->parent], most - 1) : STR("others");
	if (made) {
		call = made->text[TRACE_NAME];
		what = reading_last_part(made->text[TRACE_WHAT]);
	}
	return arena_printf(a->arena, "%.*s%s%.*s%s%.*s", STR_ARG(way), way.len ? ", then " : "",
		STR_ARG(call), what.len ? " of " : "", STR_ARG(what));
}

static void
put_some(struct asking *a, const struct str *list, size_t count, size_t said, const char *between)
{
	for (size_t i = 0; i < count && i < said; i++)
		buf_printf(&a->text, "%s%.*s", i ? between : "", STR_ARG(list[i]));
	if (count > said)
		buf_printf(&a->text, " and %zu more", count - said);
}

static void
put_hops(struct asking *a)
{
	const struct reading *r = a->reading;
	bool *told = arena_alloc(a->arena, r->history->key_count + 1);
	struct str hops[HOPS_SAID + 1];
	size_t count = 0;

	for (size_t i = 0; i < r->count && count <= HOPS_SAID; i++) {
		const struct clue *clue = &r->clues[i];

		if (!reading_is_use(r, clue) || !temporary_of(a, clue) || told[clue->key])
			continue;
		told[clue->key] = true;
		hops[count++] = hop_of(a, temporary_of(a, clue), WAY_SAID);
		count = reading_unique(a->arena, hops, count);
	}
	if (!count)
		return;
	buf_puts(&a->text, ", through ");
	put_some(a, hops, count < HOPS_SAID ? count : HOPS_SAID, HOPS_SAID, "; ");
	buf_puts(&a->text, count > HOPS_SAID ? " and others" : "");
}

static void
add(struct str *list, size_t *count, const struct trace *trace, enum trace_text text)
{
	if (trace && trace->text[text].len)
		list[(*count)++] = trace->text[text];
}

/* Each text of the uses once. */
static size_t
collect(const struct asking *a, enum trace_text text, struct str **list)
{
	const struct reading *r = a->reading;
	size_t count = 0;

	*list = arena_alloc(a->arena, (2 * r->count + 1) * sizeof(**list));
	for (size_t i = 0; i < r->count; i++) {
		if (!reading_is_use(r, &r->clues[i]))
			continue;
		add(*list, &count, r->clues[i].trace, text);
		add(*list, &count, r->clues[i].copy, text);
	}
	return reading_unique(a->arena, *list, count);
}

static void
put_services(struct asking *a)
{
	struct str *services;
	size_t count = collect(a, TRACE_SERVICE, &services);

	json_put_key(&a->writer, "services");
	json_begin_array(&a->writer);
	for (size_t i = 0; i < count; i++) {
		services[i] = reading_short_service(services[i]);
		json_put_string(&a->writer, services[i]);
	}
	json_end_array(&a->writer);
	buf_puts(&a->text, count ? ", " : "");
	put_some(a, services, count, SERVICES_SAID, " ");
}

static void
put_accounts(struct asking *a)
{
	struct str *accounts, own = a->reading->own.text[TRACE_ACCOUNT];
	size_t count = collect(a, TRACE_ACCOUNT, &accounts), others = 0;

	for (size_t i = 0; i < count && own.len; i++)
		if (!str_equal(accounts[i], own))
			accounts[others++] = accounts[i];
	if (!others)
		return;
	buf_puts(&a->text, ", also in account ");
	put_some(a, accounts, others, HOPS_SAID, ", ");
}

static void
put_place(struct asking *a, const struct usage *usage)
{
	const struct trace *first = usage->first->trace;
	enum answer_yes same = reading_same_ip(a->reading, first);

	if (first->text[TRACE_IP].len)
		buf_printf(&a->text, " from %.*s", STR_ARG(first->text[TRACE_IP]));
	if (same != ANSWER_UNKNOWN)
		buf_puts(&a->text, same == ANSWER_YES ? " (same address)" : " (another address)");
	if (usage->elsewhere && usage->elsewhere != usage->first)
		buf_printf(&a->text, ", later from %.*s",
			STR_ARG(usage->elsewhere->trace->text[TRACE_IP]));
}

static void
put_calls(struct asking *a, const struct usage *usage)
{
	buf_puts(&a->text, ", ");
	buf_count(&a->text, usage->calls);
	buf_puts(&a->text, usage->calls == 1 ? " call" : " calls");
	if (usage->errors) {
		buf_puts(&a->text, ", ");
		buf_count(&a->text, usage->errors);
		buf_puts(&a->text, usage->errors == 1 ? " error" : " errors");
	}
}

/* The first, the first from elsewhere, how temporary keys were obtained, then as they came. */
static void
show_uses(struct asking *a, const struct usage *usage)
{
	const struct reading *r = a->reading;

	fact_show(a, usage->first->trace);
	fact_show(a, usage->elsewhere ? usage->elsewhere->trace : NULL);
	for (size_t i = 1; i < r->history->key_count; i++)
		if (r->of_new[i])
			fact_show(a, made_by(a, &r->history->keys[i]));
	for (size_t i = 0; i < r->count; i++)
		if (reading_is_use(r, &r->clues[i]))
			fact_show(a, r->clues[i].trace);
}

static void
put_used(struct asking *a, const struct usage *usage)
{
	const struct trace *first = usage->first->trace;
	bool timed = first->time != TIME_NONE && a->alert->time != TIME_NONE;

	fact_put_after(a, first->time);
	put_place(a, usage);
	put_calls(a, usage);
	fact_begin(a);
	fact_member_time(a, "first", first->time);
	json_put_key(&a->writer, "afterSeconds");
	if (timed)
		json_put_long(&a->writer, reading_after(a->reading, first->time));
	else
		json_put_null(&a->writer);
	fact_member(a, "ip", first->text[TRACE_IP]);
	fact_member(a, "region", first->text[TRACE_REGION]);
	fact_member(a, "agent", first->text[TRACE_AGENT]);
	fact_member_long(a, "calls", (int64_t)usage->calls);
	fact_member_long(a, "errors", (int64_t)usage->errors);
	put_services(a);
	fact_end(a);
	put_hops(a);
	put_accounts(a);
	show_uses(a, usage);
	a->fact->alarming = usage->elsewhere != NULL;
}

void
fact_used(struct asking *a)
{
	struct looked looked = reading_looked_use(a->reading);
	struct usage usage;

	if (!fact_has_key(a))
		return;
	reading_usage(&usage, a->reading);
	if (usage.first) {
		put_used(a, &usage);
		fact_put_found(a, &looked);
	} else if (fact_may_deny(a, &looked)) {
		buf_puts(&a->text, "not used");
		fact_put_until(a, &looked);
		buf_puts(&a->text, looked.where.len ? ", data events aside" : "");
		json_put_bool(&a->writer, false);
	}
}

/* ---- 15: from the same place ---- */

static void
put_same(struct asking *a, const char *name, enum answer_yes same)
{
	if (same == ANSWER_UNKNOWN)
		fact_member(a, name, STR_ABSENT);
	else
		fact_member_bool(a, name, same == ANSWER_YES);
}

static void
say_same(struct asking *a, const char *what, enum answer_yes same, struct str other)
{
	if (same == ANSWER_YES)
		buf_printf(&a->text, "same %s", what);
	else if (same == ANSWER_NO)
		buf_printf(&a->text, "another %s: %.*s", what, STR_ARG(other));
	else
		buf_printf(&a->text, "%s not comparable", what);
}

static void
compare_origin(struct asking *a, const struct trace *first)
{
	enum answer_yes ip = reading_same_ip(a->reading, first);
	enum answer_yes agent = reading_same_agent(a->reading, first);

	if (ip == ANSWER_UNKNOWN && agent == ANSWER_UNKNOWN) {
		fact_unknown(a, "not recorded: neither addresses nor agents to compare");
		return;
	}
	say_same(a, "address", ip, first->text[TRACE_IP]);
	buf_puts(&a->text, ", ");
	say_same(a, "agent", agent, first->text[TRACE_AGENT]);
	fact_begin(a);
	put_same(a, "ip", ip);
	put_same(a, "agent", agent);
	fact_end(a);
	fact_show(a, first);
	a->fact->alarming = ip == ANSWER_NO;
}

/* An earlier use that was not seen would be the first. */
void
fact_same_origin(struct asking *a)
{
	const struct trace *first;
	struct looked looked = reading_looked_use(a->reading);
	struct usage usage;

	if (!fact_has_key(a))
		return;
	reading_usage(&usage, a->reading);
	if (!usage.first) {
		if (fact_may_deny(a, &looked))
			fact_unknown(a, "not used: there is nothing to compare");
		return;
	}
	first = usage.first->trace;
	looked = reading_looked_first(a->reading, LOOKED_KEY, a->alert->time,
		first->time > a->alert->time ? first->time : a->alert->time);
	if (fact_may_deny(a, &looked))
		compare_origin(a, first);
}
