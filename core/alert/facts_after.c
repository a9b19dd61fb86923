/* What keywatch and its users know beside the record: ledger, decisions, the next step. */
#include "core/alert/facts_private.h"

/* ---- 24: how complete ---- */

bool
fact_notes_digest(const struct problem *note)
{
	return str_find(note->path, STR("CloudTrail-Digest"), 0) != (size_t)-1 ||
	       str_find(note->reason, STR("igest"), 0) != (size_t)-1;
}

static void
put_range(struct asking *a)
{
	char from[TIME_TEXT], to[TIME_TEXT];

	if (a->ledger->from == TIME_NONE || a->ledger->to == TIME_NONE)
		return;
	time_format_iso(a->ledger->from, from);
	time_format_iso(a->ledger->to, to);
	buf_printf(&a->text, ", alerts from %s to %s", from, to);
}

/* The end of both forms: what could not be read, and what digests there are. */
static void
put_rest(struct asking *a, uint64_t problems)
{
	const char *digest = "absent";

	if (a->ledger->digest_present)
		digest = "present, not verified: aws cloudtrail validate-logs does it";
	if (problems)
		buf_printf(&a->text, ", %llu unreadable", (unsigned long long)problems);
	buf_printf(&a->text, "; digest %s", digest);
	fact_member(a, "digest", str_from(digest));
	fact_end(a);
}

static void
put_inputs(struct asking *a)
{
	const struct fact_ledger *ledger = a->ledger;

	buf_printf(&a->text, "%llu %s read%s", (unsigned long long)ledger->inputs,
		ledger->inputs == 1 ? "input" : "inputs", ledger->reading ? " so far" : "");
	put_range(a);
	fact_begin(a);
	fact_member_time(a, "from", ledger->from);
	fact_member_time(a, "to", ledger->to);
	/* Files do not tell which others are missing; an empty list would claim that none is. */
	fact_member(a, "gaps", STR_ABSENT);
	json_put_key(&a->writer, "problems");
	json_put_long(&a->writer, (int64_t)ledger->problems);
	json_put_key(&a->writer, "inputs");
	json_put_long(&a->writer, (int64_t)ledger->inputs);
	fact_member_bool(a, "reading", ledger->reading);
	put_rest(a, ledger->problems);
	a->fact->alarming = ledger->problems > 0;
}

/* ---- of what was looked through for this alert ---- */

static const struct history *
looked_through(const struct asking *a)
{
	const struct history *h = a->ledger ? a->ledger->history : NULL;

	return h && h->span_count ? h : NULL;
}

static void
put_missing(struct asking *a, const struct history *h)
{
	char from[TIME_TEXT], to[TIME_TEXT];

	json_put_key(&a->writer, "gaps");
	json_begin_array(&a->writer);
	for (size_t i = 1; i < h->span_count; i++) {
		json_begin_object(&a->writer);
		fact_member_time(a, "from", h->spans[i - 1].to);
		fact_member_time(a, "to", h->spans[i].from);
		json_end_object(&a->writer);
	}
	json_end_array(&a->writer);
	if (h->span_count < 2)
		return;
	time_format_iso(h->spans[0].to - h->spans[0].to % TICKS_PER_SECOND, from);
	time_format_iso(h->spans[1].from - h->spans[1].from % TICKS_PER_SECOND, to);
	buf_printf(&a->text, ", logs from %s to %s are missing", from, to);
	if (h->span_count > 2)
		buf_printf(&a->text, " and %zu times more", h->span_count - 2);
}

static void
put_place(struct asking *a, const char *before, const struct history *h)
{
	if (h && h->place.len)
		buf_printf(&a->text, "%s %.*s", before, STR_ARG(h->place));
}

/* The events of all inputs, their silences, and what could not be read of them. */
static void
put_history(struct asking *a, const struct history *h)
{
	const struct fact_ledger *ledger = a->ledger;
	int64_t first = h->spans[0].from, last = h->spans[h->span_count - 1].to;
	uint64_t problems = ledger->problems > h->unread ? ledger->problems : h->unread;
	char from[TIME_TEXT], to[TIME_TEXT];

	time_format_iso(first - first % TICKS_PER_SECOND, from);
	time_format_iso(last - last % TICKS_PER_SECOND, to);
	buf_printf(&a->text, "%llu %s looked through, events from %s to %s",
		(unsigned long long)h->inputs, h->inputs == 1 ? "input" : "inputs", from, to);
	put_place(a, ", in", h);
	fact_begin(a);
	fact_member_time(a, "from", first);
	fact_member_time(a, "to", last);
	put_missing(a, h);
	json_put_key(&a->writer, "problems");
	json_put_long(&a->writer, (int64_t)problems);
	json_put_key(&a->writer, "inputs");
	json_put_long(&a->writer, (int64_t)h->inputs);
	fact_member_bool(a, "reading", ledger->reading || h->state == HISTORY_LOOKING);
	put_rest(a, problems);
	a->fact->alarming = problems > 0 || h->span_count > 1;
}

/* Its events are known up to here: by event times where it says so, else all that it delivered. */
static int64_t
known_until(const struct health *source)
{
	return source->position != TIME_NONE ? source->position : source->success_at;
}

/* A source that fails is a gap from there on, until it does not. */
static void
put_source(struct asking *a, const struct health *source)
{
	int64_t until = known_until(source);
	char time[TIME_TEXT];

	buf_printf(&a->text, " %s ", source->name);
	if (until == TIME_NONE) {
		buf_puts(&a->text, "nothing yet");
	} else {
		time_format_iso(until - until % TICKS_PER_SECOND, time);
		buf_printf(&a->text, "until %s", time);
	}
	if (source->cause[0])
		buf_printf(&a->text, " (%s)", source->cause);
}

static void
put_gaps(struct asking *a)
{
	const struct fact_ledger *ledger = a->ledger;

	json_put_key(&a->writer, "gaps");
	json_begin_array(&a->writer);
	for (size_t i = 0; i < ledger->source_count; i++) {
		const struct health *source = &ledger->sources[i];

		if (!source->cause[0])
			continue;
		json_begin_object(&a->writer);
		fact_member(a, "source", str_from(source->name));
		fact_member_time(a, "from", known_until(source));
		fact_member_time(a, "to", TIME_NONE);
		fact_member(a, "cause", str_from(source->cause));
		json_end_object(&a->writer);
	}
	json_end_array(&a->writer);
}

/* What all of them are known up to. */
static int64_t
least_until(const struct fact_ledger *ledger)
{
	int64_t least = known_until(&ledger->sources[0]);

	for (size_t i = 1; i < ledger->source_count; i++)
		if (known_until(&ledger->sources[i]) < least) /* TIME_NONE is the least */
			least = known_until(&ledger->sources[i]);
	return least;
}

static void
put_sources(struct asking *a)
{
	const struct fact_ledger *ledger = a->ledger;
	char since[TIME_TEXT];

	buf_puts(&a->text, "watched");
	if (ledger->since != TIME_NONE) {
		time_format_iso(ledger->since - ledger->since % TICKS_PER_SECOND, since);
		buf_printf(&a->text, " from %s:", since);
	} else {
		buf_puts(&a->text, ":");
	}
	for (size_t i = 0; i < ledger->source_count; i++) {
		buf_puts(&a->text, i ? "," : "");
		put_source(a, &ledger->sources[i]);
		a->fact->alarming |= ledger->sources[i].cause[0] != '\0';
	}
	if (ledger->problems)
		buf_printf(&a->text, "; %llu unreadable", (unsigned long long)ledger->problems);
	put_place(a, "; looked through:", looked_through(a));
	fact_begin(a);
	fact_member_time(a, "from", ledger->since);
	fact_member_time(a, "to", least_until(ledger));
	put_gaps(a);
	json_put_key(&a->writer, "problems");
	json_put_long(&a->writer, (int64_t)ledger->problems);
	fact_end(a);
	a->fact->alarming |= ledger->problems > 0;
}

/* Of live sources that nobody watches here: where they were asked of the key, and where not. */
static void
put_asked(struct asking *a, const struct history_asked *key)
{
	buf_printf(&a->text, "asked in %.*s", STR_ARG(key->places));
	fact_begin(a);
	fact_member_time(a, "from", key->span.from);
	fact_member_time(a, "to", key->span.to);
	fact_member(a, "gaps", STR_ABSENT);
	fact_member(a, "regions", key->places);
	fact_member(a, "notAsked", key->missing);
	fact_end(a);
	if (key->lacking.len)
		buf_printf(&a->text, "; %.*s", STR_ARG(key->lacking));
	buf_puts(&a->text, "; data events are not told");
	a->fact->alarming = key->lacking.len > 0;
}

static const struct history_asked *
asked_for_key(const struct asking *a)
{
	const struct history *h = a->ledger ? a->ledger->history : NULL;

	return h && h->asked && h->asked[TERM_KEY].any ? &h->asked[TERM_KEY] : NULL;
}

void
fact_completeness(struct asking *a)
{
	const struct fact_ledger *ledger = a->ledger;
	bool live = a->alert->arrived != TIME_NONE;

	if (ledger && ledger->source_count && (live || !ledger->inputs))
		put_sources(a);
	else if (asked_for_key(a))
		put_asked(a, asked_for_key(a));
	else if (looked_through(a))
		put_history(a, looked_through(a));
	else if (!ledger || ledger->inputs == 0)
		fact_unknown(a, "not recorded: nothing was read since the start");
	else
		put_inputs(a);
}

/* ---- 25: who validated it ---- */

static void
put_by(struct asking *a, struct str who, const struct decision *decision)
{
	char at[TIME_TEXT];

	decision_time(decision, at);
	buf_printf(&a->text, " by %.*s at %s", STR_ARG(who), at);
	if (decision->reason.len)
		buf_printf(&a->text, ": %.*s", STR_ARG(decision->reason));
}

/* One that nobody signed. */
static void
put_unsigned(struct asking *a, const struct decision *decision)
{
	switch (decision->action) {
	case DECIDE_TAKE:
		buf_puts(&a->text, "taken");
		break;
	case DECIDE_REQUEST:
		buf_puts(&a->text, "awaiting validation, requested");
		break;
	case DECIDE_VALIDATE:
		buf_puts(&a->text, "validated (unsigned)");
		break;
	default:
		buf_printf(&a->text, "closed as %s",
			classification_name(decision_rules[decision->action].classification));
		break;
	}
	put_by(a, decision->actor, decision);
}

/* "alice, bob, signed at TIME: reason" */
static void
put_signers(struct asking *a, const struct decision *behind)
{
	const struct alert *alert = a->alert;
	char at[TIME_TEXT];

	decision_principals(alert->decisions, alert->decision_count, &a->text);
	decision_time(behind, at);
	buf_printf(&a->text, ", signed at %s", at);
	if (behind->reason.len)
		buf_printf(&a->text, ": %.*s", STR_ARG(behind->reason));
}

/* What came of the signatures; `behind` is what that rests on. */
static void
put_signed(struct asking *a, const struct decision *behind)
{
	const struct alert_state *state = &a->alert->state;

	switch (state->validation) {
	case VALIDATION_SIGNED:
		buf_puts(&a->text, "validated by ");
		put_signers(a, behind);
		break;
	case VALIDATION_AWAITING:
		buf_printf(&a->text, "awaiting further approvals (%u of %u), validated by ",
			state->approvals, state->needed);
		put_signers(a, behind);
		break;
	case VALIDATION_CHECKING:
		buf_puts(&a->text, "checking a signed validation");
		break;
	case VALIDATION_UNSIGNED:
		buf_puts(&a->text, "validated (unsigned: no policy to verify a signature by)");
		put_by(a, behind->actor, behind);
		break;
	default:
		buf_printf(&a->text, "%s: %.*s",
			state->validation == VALIDATION_FORGED ? "forged" : "no longer holds",
			STR_ARG(behind->why));
		break;
	}
}

/* The decision that stands, notes and undone ones aside, and what came of signatures. */
static void
put_decided(struct asking *a, const struct decision *behind)
{
	const struct alert *alert = a->alert;
	int64_t last = alert->state.last_change;
	const struct decision *standing = last >= 0 ? &alert->decisions[last] : NULL;
	bool is_signed = behind && decision_is_signed(behind);

	if (is_signed)
		put_signed(a, behind);
	if (standing && !decision_is_signed(standing)) {
		buf_puts(&a->text, is_signed ? "; " : "");
		put_unsigned(a, standing);
	}
	if (!a->text.len)
		buf_puts(&a->text, "nobody yet");
}

static void
put_principals(struct asking *a)
{
	const struct alert *alert = a->alert;
	const struct decision **list = arena_alloc(
		a->arena, (alert->decision_count + 1) * sizeof(const struct decision *));
	size_t count = decision_signers(alert->decisions, alert->decision_count, list);

	json_put_key(&a->writer, "principal");
	json_begin_array(&a->writer);
	for (size_t i = 0; i < count; i++)
		json_put_string(&a->writer, list[i]->principal);
	json_end_array(&a->writer);
}

void
fact_validation(struct asking *a)
{
	const struct alert *alert = a->alert;
	const struct decision *behind =
		decision_behind(alert->decisions, alert->decision_count, &alert->state);

	put_decided(a, behind);
	if (alert->state.last_change < 0)
		buf_puts(&a->text, ": needs an Account Admin");
	else if (alert->state.status != STATUS_CLOSED)
		buf_puts(&a->text, "; needs an Account Admin");
	fact_begin(a);
	fact_member(a, "state", str_from(validation_state_name(alert->state.validation)));
	put_principals(a);
	fact_member_time(a, "at", behind ? behind->at : TIME_NONE);
	fact_member(a, "reason", behind ? decision_says(behind) : STR_ABSENT);
	fact_end(a);
	a->fact->alarming = alert->state.validation == VALIDATION_FORGED;
}

/* ---- 26: what next ---- */

void
fact_next(struct asking *a)
{
	struct str command = fact_deactivate_command(a->arena, a->alert);

	if (!a->alert->text[ALERT_KEY_ID].len && a->alert->outcome != OUTCOME_SUCCESS) {
		fact_unknown(a, "not needed: the call made no key");
		return;
	}
	if (!command.data) {
		fact_unknown(
			a, "not recorded: key or user are not there, or no command can name them");
		return;
	}
	buf_printf(
		&a->text, "deactivate (not delete), then watch 30 minutes: %.*s", STR_ARG(command));
	json_put_string(&a->writer, command);
}

/* ---- 27: what it may do ---- */

void
fact_may_do(struct asking *a)
{
	fact_unknown(a, "not in the logs: what the target may do is known to IAM alone");
}
