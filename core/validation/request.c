#include "core/validation/request.h"

#include <stdio.h>
#include <string.h>

#include "core/validation/statement.h"

/* ---- to be signed ---- */

static bool
check_may_sign(
	struct judge *judge, const struct alert *alert, struct str principal, struct error *err)
{
	const struct policy *policy = judge->policy;

	if (policy->state == POLICY_REFUSED) {
		*err = policy->refusal;
		return false;
	}
	if (policy->state == POLICY_NONE)
		return error_set(err, ERROR_USAGE,
			"there is no policy that says who is an admin: see keywatch-validation(5)");
	if (!policy_is_admin(policy, principal))
		return error_set(err, ERROR_USAGE,
			"%.*s is no admin: keywatch policy check shows who is", STR_ARG(principal));
	return policy_four_eyes(policy, principal, alert, alert->state.owner, err);
}

bool
request_make(struct judge *judge, struct alert *alert, struct str principal, struct str reason,
	int64_t now, struct buf *text, struct error *err)
{
	struct statement s = {.time = now - now % TICKS_PER_SECOND};
	char previous[HASH_HEX], nonce[STATEMENT_NONCE_SIZE];
	struct arena arena = {0};
	bool ok;

	if (!decision_allowed(alert->decisions, alert->decision_count, judge_approvals(judge),
		    DECIDE_VALIDATE, principal, reason, err) ||
		!check_may_sign(judge, alert, principal, err) ||
		!store_chain_head(judge->store, &s.sequence, previous, err))
		return false;
	statement_nonce(nonce);
	statement_of(&s, alert, &arena);
	s.text[STATEMENT_PRINCIPAL] = principal;
	s.text[STATEMENT_REASON] = reason;
	s.text[STATEMENT_STORE_ID] = str_from(judge->store_id);
	s.text[STATEMENT_PREVIOUS] = str_from(previous);
	s.text[STATEMENT_NONCE] = str_from(nonce);
	ok = statement_check(&s, err);
	if (ok)
		statement_write(&s, text);
	arena_fini(&arena);
	return ok;
}

/* ---- signed ---- */

bool
import_split(struct str both, struct str *statement, struct str *signature)
{
	static const char armour[] = "\n-----BEGIN SSH SIGNATURE-----";
	size_t at = str_find(both, STR(armour), 0);

	if (at == (size_t)-1)
		return false;
	*statement = str_slice(both, 0, at + 1);
	*signature = str_slice(both, at + 1, both.len);
	return true;
}

static bool
load_judged(struct judge *judge, const struct statement *s, struct alert *alert, struct error *err)
{
	char id[ALERT_ID_SIZE];

	if (!str_is(s->text[STATEMENT_STORE_ID], judge->store_id))
		return error_set(err, ERROR_USAGE,
			"the statement is about another store: name it with --store");
	if (!store_find(judge->store, s->text[STATEMENT_ALERT_ID], id, err) ||
		!store_load(judge->store, id, alert, err))
		return false;
	judge_alert(judge, alert, true);
	return true;
}

/* What the store refuses as well, said before a signature is looked at: who was first. */
static bool
check_first(
	const struct alert *alert, const struct statement *s, struct str text, struct error *err)
{
	for (size_t i = 0; i < alert->decision_count; i++) {
		const struct decision *d = &alert->decisions[i];
		struct buf who = {0};

		if (str_equal(d->statement, text))
			return error_set(err, ERROR_CONFLICT,
				"this statement was imported before, as decision %lld",
				(long long)d->seq);
		if (d->seq <= s->sequence || decision_is_signed(d))
			continue;
		decision_describe(&who, d);
		error_set(err, ERROR_CONFLICT,
			"somebody was first since the statement was requested: %s; request it "
			"again",
			buf_cstr(&who));
		buf_fini(&who);
		return false;
	}
	return true;
}

static bool
append(struct judge *judge, const struct alert *alert, const struct decision *d,
	const struct statement *s, int64_t *seq, struct error *err)
{
	const struct store_signed by = {
		.statement = d->statement,
		.signature = d->signature,
		.principal = s->text[STATEMENT_PRINCIPAL],
		.sequence = s->sequence,
		.previous = s->text[STATEMENT_PREVIOUS],
	};

	return store_decide(judge->store,
		&(struct store_decision){.id = alert->id,
			.if_seq = alert->state.last_seq,
			.action = DECIDE_VALIDATE,
			.actor = d->actor,
			.reason = d->reason,
			.now = d->at,
			.judged = alert,
			.signed_by = &by},
		seq, err);
}

/* As it is then: what is not told must not be guessed. */
static bool
tell(struct judge *judge, const struct alert *before, const struct statement *s,
	struct imported *imported, struct error *err)
{
	struct alert alert = {0};

	if (!store_load(judge->store, before->id, &alert, err))
		return false;
	judge_alert(judge, &alert, true);
	memcpy(imported->id, alert.id, sizeof(imported->id));
	imported->approvals = alert.state.approvals;
	imported->needed = alert.state.needed;
	snprintf(imported->principal, sizeof(imported->principal), "%.*s",
		STR_ARG(s->text[STATEMENT_PRINCIPAL]));
	alert_fini(&alert);
	return true;
}

/* Another text than was asked for, not an input that is read past. */
static bool
parse(struct statement *s, struct str text, struct arena *arena, struct error *err)
{
	if (statement_parse(s, text, arena, err))
		return true;
	err->kind = ERROR_USAGE;
	return false;
}

bool
import_signed(struct judge *judge, const struct import *import, struct imported *imported,
	struct error *err)
{
	struct arena arena = {0};
	struct alert alert = {0};
	struct statement s;
	struct decision d = {
		.at = import->now,
		.action = DECIDE_VALIDATE,
		.actor = import->actor,
		.statement = import->statement,
		.signature = import->signature,
	};
	char head[HASH_HEX];
	bool ok;

	ok = parse(&s, import->statement, &arena, err) && load_judged(judge, &s, &alert, err) &&
	     check_first(&alert, &s, import->statement, err) &&
	     store_chain_head(judge->store, &d.seq, head, err);
	if (ok) {
		d.seq += d.seq < INT64_MAX; /* the store refuses it */
		d.reason = s.text[STATEMENT_REASON];
		d.principal = s.text[STATEMENT_PRINCIPAL];
		ok = judge_candidate(judge, &alert, &d, err) &&
		     append(judge, &alert, &d, &s, &imported->seq, err) &&
		     tell(judge, &alert, &s, imported, err);
	}
	alert_fini(&alert);
	arena_fini(&arena);
	return ok;
}
