#include "core/command/report.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/command/report_private.h"
#include "core/export/told.h"
#include "core/validation/chain.h"

enum { STATUSES = STATUS_CLOSED + 1, VALIDATIONS = VALIDATION_FORGED + 1 };

/* From the first to the last; TIME_NONE: there is none. */
struct period {
	int64_t from, to;
};

struct reporting {
	const struct command_line *line;
	const struct print_options *options;
	const struct judging *judging;
	struct print_out out;
	struct chain_summary chain;
	size_t status[STATUSES], validation[VALIDATIONS];
	struct period events, decisions;
	size_t decision_count;
	int64_t *rows; /* owns; of the alerts that the filter lets through, in their order */
	size_t row_count, row_capacity;
	int64_t *validated; /* owns; of those that somebody validated, whatever came of it */
	size_t validated_count, validated_capacity;
};

/* ---- what there is ---- */

static void
extend(struct period *period, int64_t at)
{
	if (at == TIME_NONE)
		return;
	if (period->from == TIME_NONE || at < period->from)
		period->from = at;
	if (period->to == TIME_NONE || at > period->to)
		period->to = at;
}

static bool
survey(void *context, int64_t rowid, const struct alert *alert, struct error *err)
{
	struct reporting *r = context;
	bool validated = false;

	(void)err;
	MEM_GROW(r->rows, r->row_count, r->row_capacity);
	r->rows[r->row_count++] = rowid;
	r->status[alert->state.status]++;
	r->validation[alert->state.validation]++;
	extend(&r->events, alert->time);
	r->decision_count += alert->decision_count;
	for (size_t i = 0; i < alert->decision_count; i++) {
		extend(&r->decisions, alert->decisions[i].at);
		validated |= alert->decisions[i].action == DECIDE_VALIDATE;
	}
	if (validated) {
		MEM_GROW(r->validated, r->validated_count, r->validated_capacity);
		r->validated[r->validated_count++] = rowid;
	}
	return true;
}

/* verify names them. */
static void
pass_over(void *context, const struct chain_fault *fault)
{
	(void)context;
	(void)fault;
}

/* ---- its head ---- */

static void
put_period(struct buf *out, const struct period *period)
{
	char from[TIME_TEXT], to[TIME_TEXT];

	if (period->from == TIME_NONE)
		return;
	time_format_iso(period->from - period->from % TICKS_PER_SECOND, from);
	time_format_iso(period->to - period->to % TICKS_PER_SECOND, to);
	buf_printf(out, ", from %s to %s", from, to);
}

static void
put_file(struct buf *out, const char *what, const struct policy_file *file)
{
	char hex[HASH_HEX];

	if (!file->path)
		return;
	hash_hex(file->content, hex);
	buf_printf(out, "- %s: ", what);
	export_md_text(out, str_from(file->path));
	buf_printf(out, ", SHA-256 `%s`\n", hex);
}

static void
put_policy(struct buf *out, const struct policy *policy)
{
	const struct policy_file itself = {policy->path, policy->content};

	switch (policy->state) {
	case POLICY_NONE:
		buf_puts(out, "- policy: none (solo mode): nothing can read validated\n");
		break;
	case POLICY_REFUSED:
		buf_puts(out, "- policy: refused, nothing reads validated: ");
		export_md_text(out, str_from(policy->refusal.text));
		buf_putc(out, '\n');
		break;
	default:
		put_file(out, "policy", &itself);
		put_file(out, "keys of the admins", &policy->allowed_signers);
		put_file(out, "revoked keys", &policy->revocation_list);
		buf_printf(out, "- approvals that it takes: %d\n", policy->min_approvals);
		break;
	}
}

static void
put_chain(struct buf *out, const struct chain_summary *chain)
{
	buf_printf(out, "- head of the chain: `%s`, decision %lld\n", chain->head,
		(long long)chain->last_seq);
	if (chain->faults)
		buf_printf(out, "- **faults in the chain: %lld**, `keywatch verify` names them\n",
			(long long)chain->faults);
}

static void
put_heading(struct reporting *r)
{
	struct buf *out = &r->out.text;
	int64_t now = command_now(r->line);
	char made[TIME_TEXT];

	time_format_iso(now - now % TICKS_PER_SECOND, made);
	buf_puts(out, "# Audit report: new access keys\n\n");
	buf_printf(out, "- made: %s, by keywatch " KEYWATCH_VERSION "\n", made);
	buf_printf(out, "- store: `%s`, ", r->judging->judge.store_id);
	export_md_text(out, str_from(store_path(r->options->store)));
	buf_putc(out, '\n');
	if (r->line->filter) {
		buf_puts(out, "- only where: ");
		export_md_text(out, str_from(r->line->filter));
		buf_putc(out, '\n');
	}
	buf_printf(out, "- alerts: %zu", r->row_count);
	put_period(out, &r->events);
	buf_printf(out, "\n- decisions on them: %zu", r->decision_count);
	put_period(out, &r->decisions);
	buf_putc(out, '\n');
	put_policy(out, &r->judging->policy);
	put_chain(out, &r->chain);
}

static void
put_counts(struct reporting *r)
{
	struct buf *out = &r->out.text;

	buf_puts(out, "\n| status | alerts |\n|---|---:|\n");
	for (size_t i = 0; i < STATUSES; i++)
		buf_printf(out, "| %s | %zu |\n", alert_status_name((enum alert_status)i),
			r->status[i]);
	buf_puts(out, "\n| validation | alerts |\n|---|---:|\n");
	for (size_t i = 0; i < VALIDATIONS; i++)
		buf_printf(out, "| %s | %zu |\n", validation_state_name((enum validation_state)i),
			r->validation[i]);
}

/* ---- the alerts ---- */

static bool
load_judged(struct reporting *r, int64_t rowid, struct alert *alert, struct error *err)
{
	*alert = (struct alert){0};
	if (!store_load_row(r->options->store, rowid, alert, err))
		return false;
	judge_alert(r->options->judge, alert, true);
	return true;
}

static bool
put_alerts(struct reporting *r, struct error *err)
{
	struct export export;
	bool ok = true;

	buf_puts(&r->out.text, "\n## Alerts\n\n");
	export_begin(
		&export, export_format_find(STR("md")), &r->options->export_options, &r->out.text);
	for (size_t i = 0; ok && i < r->row_count; i++) {
		struct alert alert;

		if (!load_judged(r, r->rows[i], &alert, err))
			return false;
		export_alert(&export, &alert);
		alert_fini(&alert);
		ok = print_flush(&r->out, false, err);
	}
	export_end(&export);
	return ok;
}

/* With --facts: each alert's story. */
static bool
put_stories(struct reporting *r, struct error *err)
{
	bool ok = true;

	if (!r->options->export_options.ledger)
		return true;
	buf_puts(&r->out.text, "\n## Facts\n");
	for (size_t i = 0; ok && i < r->row_count; i++) {
		struct alert alert;
		struct told told;

		if (!load_judged(r, r->rows[i], &alert, err))
			return false;
		told_open(&told, &alert, &r->options->export_options);
		told_put_md(&r->out.text, &told);
		told_close(&told);
		alert_fini(&alert);
		ok = print_flush(&r->out, false, err);
	}
	return ok;
}

static bool
put_validations(struct reporting *r, struct error *err)
{
	bool ok = true;

	report_validations_head(&r->out.text, r->validated_count > 0);
	for (size_t i = 0; ok && i < r->validated_count; i++) {
		struct alert alert;

		if (!load_judged(r, r->validated[i], &alert, err))
			return false;
		report_validations(&r->out.text, &alert, &r->judging->policy);
		alert_fini(&alert);
		ok = print_flush(&r->out, false, err);
	}
	return ok;
}

static bool
report(struct reporting *r, struct error *err)
{
	if (!chain_walk(r->options->store, NULL, pass_over, NULL, &r->chain, err) ||
		!print_each(r->line, r->options, survey, r, err))
		return false;
	put_heading(r);
	put_counts(r);
	return put_alerts(r, err) && put_validations(r, err) && put_stories(r, err) &&
	       print_flush(&r->out, true, err);
}

bool
report_print(const struct command_line *line, const struct print_options *options,
	const struct judging *judging, struct error *err)
{
	struct reporting r = {.line = line,
		.options = options,
		.judging = judging,
		.events = {TIME_NONE, TIME_NONE},
		.decisions = {TIME_NONE, TIME_NONE}};
	bool ok;

	if (!store_read_begin(options->store, err))
		return false;
	ok = report(&r, err);
	store_read_end(options->store);
	free(r.rows);
	free(r.validated);
	buf_fini(&r.out.text);
	return ok || r.out.reader_gone;
}
