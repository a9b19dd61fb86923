#include <stdlib.h>

#include "core/base/json.h"
#include "core/export/export.h"
#include "core/export/told.h"
#include "core/validation/statement.h"

/* The members of an alert's object in the order of settled.md 15. A dotted name in alert_texts
 * belongs to the object before the dot. */

static void
put_text(struct json_writer *w, const struct alert *alert, enum alert_text text)
{
	const char *name = alert_texts[text].json, *dot = strchr(name, '.');

	json_member_string(w, dot ? dot + 1 : name, alert->text[text]);
}

static void
put_texts(struct json_writer *w, const struct alert *alert, enum alert_text first,
	enum alert_text last)
{
	for (enum alert_text t = first; t <= last; t++)
		put_text(w, alert, t);
}

static void
put_object(struct json_writer *w, const struct alert *alert, const char *name,
	enum alert_text first, enum alert_text last)
{
	json_put_key(w, name);
	json_begin_object(w);
	put_texts(w, alert, first, last);
	json_end_object(w);
}

static void
put_json(struct json_writer *w, const struct alert *alert, enum alert_text text)
{
	json_put_key(w, alert_texts[text].json);
	json_put_raw(w, alert->text[text]);
}

static void
put_time(struct json_writer *w, const char *key, int64_t ticks)
{
	char text[TIME_TEXT];

	json_put_key(w, key);
	if (ticks == TIME_NONE) {
		json_put_null(w);
		return;
	}
	time_format_iso(ticks, text);
	json_put_string(w, str_from(text));
}

static void
put_word(struct json_writer *w, const char *key, const char *word)
{
	json_member_string(w, key, *word ? str_from(word) : STR_ABSENT);
}

static void
put_owner(struct json_writer *w, const struct alert *alert)
{
	json_member_string(w, "owner", alert->state.owner.len ? alert->state.owner : STR_ABSENT);
}

static void
put_state(struct json_writer *w, const struct alert *alert)
{
	put_time(w, "timeGenerated", alert->time);
	put_word(w, "status", alert_status_name(alert->state.status));
	put_word(w, "classification", classification_name(alert->state.classification));
	put_word(w, "classificationReason", class_reason_name(alert->state.reason));
	put_owner(w, alert);
}

static void
put_flags(struct json_writer *w, const struct alert *alert)
{
	json_put_key(w, "flags");
	json_begin_array(w);
	for (enum flag f = 0; f < FLAG_COUNT; f++)
		if (alert->flags & UINT32_C(1) << f)
			json_put_string(w, str_from(flag_name(f)));
	json_end_array(w);
}

static void
put_source(struct json_writer *w, const struct alert_source *source)
{
	json_begin_object(w);
	json_member_string(w, "name", source->name);
	json_member_string(w, "path", source->path);
	json_put_key(w, "offset");
	json_put_long(w, (int64_t)source->offset);
	json_end_object(w);
}

static void
put_sources(struct json_writer *w, const struct alert *alert)
{
	json_put_key(w, "source");
	if (alert->source_count)
		put_source(w, &alert->sources[0]);
	else
		json_put_null(w);
	json_put_key(w, "sources");
	json_begin_array(w);
	for (size_t i = 0; i < alert->source_count; i++)
		put_source(w, &alert->sources[i]);
	json_end_array(w);
}

/* Whom the statement names, whether it holds or not; the column beside it is a copy. */
static void
put_signer(struct json_writer *w, const struct decision *d)
{
	struct arena arena = {0};
	struct statement s;
	struct error err;
	bool ok = decision_is_signed(d) && statement_parse(&s, d->statement, &arena, &err);

	json_member_string(w, "signer", ok ? s.text[STATEMENT_PRINCIPAL] : STR_ABSENT);
	arena_fini(&arena);
}

/* Evidence, and what came of verifying it now. */
static void
put_signature(struct json_writer *w, const struct decision *d)
{
	bool is_signed = decision_is_signed(d);

	put_signer(w, d);
	json_member_string(w, "signature", is_signed ? d->signature : STR_ABSENT);
	json_member_string(w, "statement", is_signed ? d->statement : STR_ABSENT);
	put_word(w, "verdict", is_signed ? verdict_name(d->verdict) : "");
	json_member_string(w, "verdictReason", is_signed && d->why.len ? d->why : STR_ABSENT);
}

static void
put_decision(struct json_writer *w, const struct alert *alert, size_t i)
{
	const struct decision *d = &alert->decisions[i];
	struct alert_state after = decision_fold(alert->decisions, i + 1, alert->state.needed);
	bool note = d->action == DECIDE_NOTE;

	json_begin_object(w);
	json_put_key(w, "seq");
	json_put_long(w, d->seq);
	put_time(w, "at", d->at);
	put_word(w, "action", decision_rules[d->action].name);
	put_word(w, "status", alert_status_name(after.status));
	put_word(w, "classification", classification_name(after.classification));
	json_member_string(w, "reason", note || !d->reason.len ? STR_ABSENT : d->reason);
	json_member_string(w, "note", note ? d->reason : STR_ABSENT);
	json_member_string(w, "actor", d->actor);
	put_signature(w, d);
	json_end_object(w);
}

static void
put_principals(struct json_writer *w, const struct alert *alert)
{
	const struct decision **list =
		mem_alloc((alert->decision_count + 1) * sizeof(const struct decision *));
	size_t count = decision_signers(alert->decisions, alert->decision_count, list);

	json_put_key(w, "principal");
	json_begin_array(w);
	for (size_t i = 0; i < count; i++)
		json_put_string(w, list[i]->principal);
	json_end_array(w);
	free(list);
}

static void
put_validation(struct json_writer *w, const struct alert *alert)
{
	const struct decision *behind =
		decision_behind(alert->decisions, alert->decision_count, &alert->state);

	json_put_key(w, "validated");
	json_put_bool(w, alert->state.validation == VALIDATION_SIGNED);
	json_put_key(w, "validation");
	json_begin_object(w);
	put_word(w, "state", validation_state_name(alert->state.validation));
	put_principals(w, alert);
	put_time(w, "at", behind ? behind->at : TIME_NONE);
	json_member_string(w, "reason", behind ? decision_says(behind) : STR_ABSENT);
	json_end_object(w);
}

static void
put_decisions(struct json_writer *w, const struct alert *alert)
{
	json_put_key(w, "decisions");
	json_begin_array(w);
	for (size_t i = 0; i < alert->decision_count; i++)
		put_decision(w, alert, i);
	json_end_array(w);
	put_validation(w, alert);
}

static void
put_facts(struct json_writer *w, const struct alert *alert, const struct export_options *options)
{
	struct told told;

	told_open(&told, alert, options);
	told_put_json(w, &told);
	told_close(&told);
}

void
export_json_object(struct buf *out, const struct alert *alert, const struct export_options *options)
{
	struct json_writer writer = {.out = out}, *w = &writer;

	json_begin_object(w);
	json_member_string(w, "alertId", str_from(alert->id));
	put_texts(w, alert, ALERT_RULE_ID, ALERT_SEVERITY);
	put_json(w, alert, ALERT_TACTICS);
	put_json(w, alert, ALERT_TECHNIQUES);
	put_text(w, alert, ALERT_EVENT_ID);
	put_state(w, alert);
	put_object(w, alert, "account", ALERT_ACCOUNT_NAME, ALERT_ACCOUNT_UPN);
	put_object(w, alert, "ip", ALERT_IP_ADDRESS, ALERT_IP_ADDRESS);
	put_object(w, alert, "actor", ALERT_ACTOR_TYPE, ALERT_ACTOR_ISSUER);
	put_object(w, alert, "target", ALERT_TARGET_USER, ALERT_TARGET_USER);
	put_object(w, alert, "newKey", ALERT_KEY_ID, ALERT_KEY_DATE);
	json_put_key(w, "self");
	json_put_bool(w, alert->self);
	json_member_string(w, "outcome", str_from(outcome_name(alert->outcome)));
	put_texts(w, alert, ALERT_ERROR_CODE, ALERT_RECIPIENT);
	put_text(w, alert, ALERT_USER_AGENT);
	put_flags(w, alert);
	put_json(w, alert, ALERT_ROW);
	put_sources(w, alert);
	put_text(w, alert, ALERT_RAW_SHA256);
	if (options->decisions)
		put_decisions(w, alert);
	if (options->ledger)
		put_facts(w, alert, options);
	json_end_object(w);
}
