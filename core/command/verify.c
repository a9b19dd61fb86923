/* `keywatch verify`: every signature, and the chain of decisions from its beginning. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/judging.h"
#include "core/validation/chain.h"
#include "core/validation/shown.h"
#include "core/validation/statement.h"

/* What is wrong with one decision or alert; seq 0: with the alert as a whole. */
struct finding {
	int64_t seq;
	char *alert_id, *kind, *reason; /* owns */
};

struct verifying {
	struct store *store;
	struct judging judging;
	struct chain_summary chain;
	struct finding *findings; /* owns */
	size_t finding_count, finding_capacity;
	int64_t *alerts; /* rows that somebody decided on, or that say so; owns */
	size_t alert_count, alert_capacity;
	size_t counts[VERDICT_FORGED + 1]; /* of signed ones */
	size_t unsigned_validations, awaiting;
	int64_t covered;  /* the last decision that a holding signature stands on */
	int64_t *holding; /* seq of each; owns */
	size_t holding_count, holding_capacity;
	const char *anchor;
};

static void
find_fault(
	struct verifying *v, int64_t seq, struct str alert_id, const char *kind, struct str reason)
{
	struct buf id = {0}, text = {0};

	buf_str(&id, alert_id);
	buf_str(&text, reason);
	MEM_GROW(v->findings, v->finding_count, v->finding_capacity);
	v->findings[v->finding_count++] = (struct finding){
		seq, mem_strdup(buf_cstr(&id)), mem_strdup(kind), mem_strdup(buf_cstr(&text))};
	buf_fini(&id);
	buf_fini(&text);
}

static void
find_in_chain(void *context, const struct chain_fault *fault)
{
	find_fault(context, fault->seq, fault->alert_id, chain_fault_name(fault->kind),
		str_from(fault->reason));
}

/* ---- the alerts ---- */

static void
add_alert(struct verifying *v, int64_t row)
{
	MEM_GROW(v->alerts, v->alert_count, v->alert_capacity);
	v->alerts[v->alert_count++] = row;
}

static bool
add_decided(void *context, const struct store_link *link)
{
	add_alert(context, link->decision.row);
	return true;
}

/* What the list shows is a copy: somebody may have written there alone. */
static bool
add_claiming(void *context, const struct store_row *row)
{
	if (row->status != STATUS_NEW || row->validation != VALIDATION_NONE || row->last_seq ||
		row->owner.len)
		add_alert(context, row->rowid);
	return true;
}

static int
compare_rows(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool
collect_alerts(struct verifying *v, struct error *err)
{
	const struct store_query all = {.order = STORE_BY_ROWID};
	size_t kept = 0;

	if (!store_chain(v->store, add_decided, v, err) ||
		!store_rows(v->store, &all, add_claiming, v, err))
		return false;
	if (v->alert_count)
		qsort(v->alerts, v->alert_count, sizeof(*v->alerts), compare_rows);
	for (size_t i = 0; i < v->alert_count; i++)
		if (!i || v->alerts[i] != v->alerts[i - 1])
			v->alerts[kept++] = v->alerts[i];
	v->alert_count = kept;
	return true;
}

struct listed {
	const struct alert_state *state;
	bool judged; /* a policy, perhaps one of another day, had a say in it */
	bool same;
};

static bool
compare_listed(void *context, const struct store_row *row)
{
	struct listed *l = context;

	l->same = row->last_seq == l->state->last_seq && str_equal(row->owner, l->state->owner);
	if (!l->judged)
		l->same &= row->status == l->state->status &&
			   row->classification == l->state->classification &&
			   row->validation == l->state->validation;
	return true;
}

static void
check_listed(struct verifying *v, int64_t row, const struct alert *alert)
{
	struct listed l = {.state = &alert->state};
	struct error err;

	for (size_t i = 0; i < alert->decision_count; i++)
		l.judged |= decision_is_signed(&alert->decisions[i]);
	if (store_row(v->store, row, compare_listed, &l, &err) && !l.same)
		find_fault(v, 0, str_from(alert->id), "list",
			STR("what lists show of it is not what was decided"));
	if (!shown_is_of_record(v->store, alert, row, &err))
		find_fault(v, 0, str_from(alert->id), "record", str_from(err.text));
}

/* ---- signatures ---- */

static void
note_verdict(struct verifying *v, const struct alert *alert, const struct decision *d)
{
	static const char *const kinds[] = {[VERDICT_CHECKING] = "unverified",
		[VERDICT_VOID] = "no-longer-holds",
		[VERDICT_FORGED] = "forged"};
	struct arena arena = {0};
	struct statement s;
	struct error err;

	v->counts[d->verdict]++;
	if (d->verdict == VERDICT_HOLDS) {
		MEM_GROW(v->holding, v->holding_count, v->holding_capacity);
		v->holding[v->holding_count++] = d->seq;
		if (statement_parse(&s, d->statement, &arena, &err) && s.sequence > v->covered)
			v->covered = s.sequence;
		arena_fini(&arena);
	} else if (d->verdict != VERDICT_UNSIGNED) {
		find_fault(v, d->seq, str_from(alert->id), kinds[d->verdict], d->why);
	}
}

static bool
copy_id(void *context, const struct store_row *row)
{
	if (row->id)
		buf_puts(context, row->id);
	return true;
}

/* It cannot be loaded; that it is not there, the chain says. */
static void
blame_record(struct verifying *v, int64_t row, const struct error *why)
{
	struct buf id = {0};
	struct error err;

	if (why->kind == ERROR_NOT_FOUND)
		return;
	store_row(v->store, row, copy_id, &id, &err);
	find_fault(v, 0, buf_view(&id), "record", str_from(why->text));
	buf_fini(&id);
}

static void
check_alert(struct verifying *v, int64_t row)
{
	struct alert alert = {0};
	struct error err;

	if (!store_load_row(v->store, row, &alert, &err)) {
		blame_record(v, row, &err);
		return;
	}
	check_listed(v, row, &alert);
	judge_alert(&v->judging.judge, &alert, true);
	for (size_t i = 0; i < alert.decision_count; i++) {
		const struct decision *d = &alert.decisions[i];

		if (decision_is_signed(d))
			note_verdict(v, &alert, d);
		else if (d->action == DECIDE_VALIDATE)
			v->unsigned_validations++;
	}
	v->awaiting += alert.state.approvals && alert.state.validation == VALIDATION_AWAITING;
	alert_fini(&alert);
}

static int
compare_findings(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int order = (x->seq > y->seq) - (x->seq < y->seq);

	return order ? order : strcmp(x->alert_id, y->alert_id);
}

/* ---- what is said ---- */

/* Decisions that no signature stands on, nor is. */
static int64_t
unsigned_tail(const struct verifying *v)
{
	int64_t tail = v->chain.last_seq > v->covered ? v->chain.last_seq - v->covered : 0;

	for (size_t i = 0; i < v->holding_count; i++)
		tail -= v->holding[i] > v->covered;
	return tail > 0 ? tail : 0;
}

static size_t
signed_count(const struct verifying *v)
{
	size_t count = 0;

	for (size_t i = 0; i <= VERDICT_FORGED; i++)
		count += v->counts[i];
	return count;
}

static void
put_policy_line(const struct verifying *v, struct buf *out)
{
	switch (v->judging.policy.state) {
	case POLICY_NONE:
		buf_puts(out, "policy: none (solo mode): nothing can read validated\n");
		break;
	case POLICY_REFUSED:
		buf_printf(out, "policy: refused: %s\n", v->judging.policy.refusal.text);
		break;
	default:
		buf_printf(out, "policy: %s\n", v->judging.policy.path);
		break;
	}
}

static void
put_anchor_line(const struct verifying *v, struct buf *out)
{
	if (!v->anchor)
		buf_puts(out, "anchor: none was given (--since HEAD): a cut tail or an older copy "
			      "of the store would not show\n");
	else
		buf_printf(out, "anchor: %s\n",
			v->chain.met_anchor ? "it is part of this chain"
					    : "it is no part of this chain: the tail was cut off, "
					      "or this is an older copy");
}

static void
put_text(const struct verifying *v, struct buf *out)
{
	for (size_t i = 0; i < v->finding_count; i++) {
		const struct finding *f = &v->findings[i];

		if (f->seq)
			buf_printf(out, "decision %lld", (long long)f->seq);
		if (f->alert_id[0])
			buf_printf(out, "%salert %s", f->seq ? " on " : "", f->alert_id);
		buf_printf(out, "%s%s: %s\n", f->seq || f->alert_id[0] ? ": " : "", f->kind,
			f->reason);
	}
	buf_printf(out, "%lld decisions, %lld of them chained\n", (long long)v->chain.decisions,
		(long long)v->chain.chained);
	buf_printf(out,
		"%zu signed validations: %zu hold, %zu no longer, %zu forged, %zu unverified\n",
		signed_count(v), v->counts[VERDICT_HOLDS], v->counts[VERDICT_VOID],
		v->counts[VERDICT_FORGED],
		v->counts[VERDICT_CHECKING] + v->counts[VERDICT_UNSIGNED]);
	buf_printf(out, "%zu unsigned validations; %zu alerts await further approvals\n",
		v->unsigned_validations, v->awaiting);
	buf_printf(out, "%lld decisions at the end are covered by no signature\n",
		(long long)unsigned_tail(v));
	put_policy_line(v, out);
	put_anchor_line(v, out);
	buf_printf(out, "head %s\n", v->chain.head);
}

static void
put_count(struct json_writer *w, const char *key, int64_t n)
{
	json_put_key(w, key);
	json_put_long(w, n);
}

static void
put_json(const struct verifying *v, struct buf *out)
{
	static const char *const states[] = {
		[POLICY_NONE] = "none", [POLICY_GOOD] = "good", [POLICY_REFUSED] = "refused"};
	struct json_writer w = {.out = out};

	json_begin_object(&w);
	json_put_key(&w, "findings");
	json_begin_array(&w);
	for (size_t i = 0; i < v->finding_count; i++) {
		const struct finding *f = &v->findings[i];

		json_begin_object(&w);
		json_put_key(&w, "seq");
		if (f->seq)
			json_put_long(&w, f->seq);
		else
			json_put_null(&w);
		json_member_string(
			&w, "alertId", f->alert_id[0] ? str_from(f->alert_id) : STR_ABSENT);
		json_member_string(&w, "kind", str_from(f->kind));
		json_member_string(&w, "reason", str_from(f->reason));
		json_end_object(&w);
	}
	json_end_array(&w);
	put_count(&w, "decisions", v->chain.decisions);
	put_count(&w, "chained", v->chain.chained);
	put_count(&w, "signed", (int64_t)signed_count(v));
	put_count(&w, "hold", (int64_t)v->counts[VERDICT_HOLDS]);
	put_count(&w, "noLongerHold", (int64_t)v->counts[VERDICT_VOID]);
	put_count(&w, "forged", (int64_t)v->counts[VERDICT_FORGED]);
	put_count(&w, "unverified",
		(int64_t)(v->counts[VERDICT_CHECKING] + v->counts[VERDICT_UNSIGNED]));
	put_count(&w, "unsigned", (int64_t)v->unsigned_validations);
	put_count(&w, "awaiting", (int64_t)v->awaiting);
	put_count(&w, "unsignedTail", unsigned_tail(v));
	json_member_string(&w, "policy", str_from(states[v->judging.policy.state]));
	json_put_key(&w, "anchored");
	if (v->anchor)
		json_put_bool(&w, v->chain.met_anchor);
	else
		json_put_null(&w);
	json_member_string(&w, "head", str_from(v->chain.head));
	json_end_object(&w);
	buf_putc(out, '\n');
}

/* ---- the command ---- */

/* Nothing signed, nothing to judge by: solo mode is no failure. */
static bool
is_without_policy(const struct verifying *v)
{
	return v->judging.policy.state == POLICY_NONE && v->counts[VERDICT_UNSIGNED];
}

static int
status_of(const struct verifying *v)
{
	if (v->judging.policy.state == POLICY_REFUSED || is_without_policy(v))
		return 2;
	return v->finding_count || (v->anchor && !v->chain.met_anchor) ? 1 : 0;
}

static int
verify(struct verifying *v, const struct command_line *line)
{
	struct buf out = {0};
	struct error err;
	int status;

	if (!chain_walk(v->store, v->anchor, find_in_chain, v, &v->chain, &err) ||
		!collect_alerts(v, &err))
		return command_fail(&err);
	if (!store_check_indexes(v->store, &err))
		find_fault(v, 0, STR(""), "damaged", str_from(err.text));
	for (size_t i = 0; i < v->alert_count; i++)
		check_alert(v, v->alerts[i]);
	if (v->finding_count)
		qsort(v->findings, v->finding_count, sizeof(*v->findings), compare_findings);
	if (line->format && strcmp(line->format, "json") == 0)
		put_json(v, &out);
	else
		put_text(v, &out);
	text_print(stdout, buf_view(&out));
	status = status_of(v);
	if (v->judging.policy.state == POLICY_REFUSED)
		command_say(v->judging.policy.refusal.text);
	else if (is_without_policy(v))
		command_say("there is no policy to verify the signed validations by: name it with "
			    "--policy FILE");
	buf_fini(&out);
	return status;
}

static void
forget(struct verifying *v)
{
	for (size_t i = 0; i < v->finding_count; i++) {
		free(v->findings[i].alert_id);
		free(v->findings[i].kind);
		free(v->findings[i].reason);
	}
	free(v->findings);
	free(v->alerts);
	free(v->holding);
}

static bool
check_line(const struct command_line *line, struct error *err)
{
	static const char hex[] = "0123456789abcdef";

	if (line->word_count)
		return error_set(err, ERROR_USAGE, "verify takes no word; --store names the store");
	if (line->since &&
		(strlen(line->since) != HASH_HEX - 1 || strspn(line->since, hex) != HASH_HEX - 1))
		return error_set(err, ERROR_USAGE,
			"--since %s: expected a head: 64 hexadecimal digits, as verify prints it",
			line->since);
	return true;
}

int
command_verify(const struct command_line *line)
{
	struct verifying v = {.anchor = line->since};
	struct error err;
	int status;

	if (!check_line(line, &err) || !command_find_store(line, &v.store, &err))
		return command_fail(&err);
	if (judging_open(&v.judging, line, v.store, &err)) {
		status = verify(&v, line);
		judging_close(&v.judging);
	} else {
		status = command_fail(&err);
	}
	forget(&v);
	store_close(v.store);
	return status;
}
