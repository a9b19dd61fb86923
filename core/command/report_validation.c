/* Each validation with what proves it, and how anybody finds that out. */
#include "core/base/text.h"
#include "core/base/timefmt.h"
#include "core/command/report_private.h"
#include "core/export/export.h"
#include "core/export/proof.h"

void
report_validations_head(struct buf *out, bool any)
{
	buf_puts(out, "\n## Validations\n\n");
	if (!any) {
		buf_puts(out, "Nobody validated any of them.\n");
		return;
	}
	buf_puts(out,
		"What each reads was found out when this report was made, by the policy above.\n"
		"To find it out again without keywatch, get the files that the commands name:\n"
		"where the store is, this writes them.\n"
		"\n"
		"```sh\n"
		"keywatch validation export --output FOLDER\n"
		"```\n"
		"\n"
		"In that folder each `ssh-keygen` must answer\n"
		"`Good \"" POLICY_NAMESPACE
		"\" signature for` and the admin, each `sha256sum` the\n"
		"digests that stand here. The statement is plain text: it must name the event's\n"
		"digest, this alert, the admin and the reason. That the policy lets this admin\n"
		"validate it, and that nothing is missing in the chain up to here, says\n"
		"`keywatch verify --since` with the head above.\n");
}

static void
begin_line(struct buf *out, const char *what)
{
	buf_printf(out, "- %s: ", what);
}

static void
put_line(struct buf *out, const char *what, struct str text)
{
	begin_line(out, what);
	export_md_text(out, text);
	buf_putc(out, '\n');
}

static void
put_digest(struct buf *out, const char *what, const char *hex)
{
	buf_printf(out, "- %s: `%s`\n", what, hex);
}

static void
put_time(struct buf *out, const char *what, int64_t ticks)
{
	char text[TIME_TEXT];

	time_format_iso(ticks - ticks % TICKS_PER_SECOND, text);
	buf_printf(out, "- %s: %s\n", what, text);
}

static int64_t
taken_back_by(const struct alert *alert, const struct decision *d)
{
	for (size_t i = 0; i < alert->decision_count; i++)
		if (alert->decisions[i].action == DECIDE_UNDO &&
			alert->decisions[i].undoes == d->seq)
			return alert->decisions[i].seq;
	return 0;
}

/* "signed by alice": only of what holds is somebody named. */
static void
put_title(struct buf *out, const struct alert *alert, const struct decision *d)
{
	int64_t undo = taken_back_by(alert, d);

	buf_printf(out, "\n### Decision %lld on ", (long long)d->seq);
	export_md_text(out, str_from(alert->id));
	buf_puts(out, ": ");
	if (!decision_is_signed(d)) {
		buf_puts(out, "unsigned");
	} else if (d->verdict == VERDICT_HOLDS) {
		buf_puts(out, "signed by ");
		export_md_text(out, d->principal);
	} else {
		buf_puts(out, verdict_name(d->verdict));
	}
	if (undo)
		buf_printf(out, ", taken back by decision %lld", (long long)undo);
	buf_puts(out, "\n\n");
}

static void
put_event(struct buf *out, const struct alert *alert)
{
	char hex[HASH_HEX];

	begin_line(out, "event");
	export_md_text(out, alert->text[ALERT_EVENT_ID]);
	if (alert->text[ALERT_KEY_ID].len) {
		buf_puts(out, ", key ");
		export_md_text(out, alert->text[ALERT_KEY_ID]);
	}
	if (alert->text[ALERT_TARGET_USER].len) {
		buf_puts(out, " for ");
		export_md_text(out, alert->text[ALERT_TARGET_USER]);
	}
	buf_putc(out, '\n');
	hash_hex(alert->raw, hex);
	put_digest(out, "SHA-256 of the event's record", hex);
}

static void
put_key(struct buf *out, const struct proof *proof)
{
	if (!proof->is_signature)
		return;
	begin_line(out, "key");
	export_md_text(out, str_from(proof->fingerprint));
	buf_puts(out, ", ");
	export_md_text(out, proof->signature.key_type);
	if (proof->signature.hardware)
		buf_printf(out, ", %s%s", proof->signature.touched ? "touched" : "not touched",
			proof->signature.verified_user ? ", PIN or finger given" : "");
	buf_putc(out, '\n');
}

/* One line cannot end the block that it stands in. */
static void
put_commands(struct buf *out, const struct proof *proof, const struct policy *policy)
{
	struct buf command = {0};

	proof_command(&command, proof, policy);
	if (command.len) {
		buf_puts(out, "\n```sh\n");
		text_clean(out, buf_view(&command));
		buf_puts(out, "\nsha256sum ");
		proof_file(out, proof->alert, proof->decision, PROOF_STATEMENT);
		buf_putc(out, ' ');
		proof_file(out, proof->alert, NULL, PROOF_RECORD);
		buf_puts(out, "\n```\n");
	}
	buf_fini(&command);
}

/* Whether ssh-keygen alone would say yes tells nothing of one that is forged: no command. */
static void
put_proof(struct buf *out, const struct alert *alert, const struct decision *d,
	const struct policy *policy)
{
	struct proof proof;

	proof_init(&proof, alert, d);
	if (d->verdict == VERDICT_HOLDS) {
		put_time(out, "signed at", proof.statement.time);
		put_key(out, &proof);
	}
	put_digest(out, "SHA-256 of the statement", proof.statement_hash);
	if (d->verdict == VERDICT_HOLDS)
		put_commands(out, &proof, policy);
	proof_fini(&proof);
}

static void
put_validation(struct buf *out, const struct alert *alert, const struct decision *d,
	const struct policy *policy)
{
	put_title(out, alert, d);
	if (decision_is_signed(d) && d->why.len)
		put_line(out, "why", d->why);
	put_line(out, "reason", d->reason);
	put_time(out, "in the store since", d->at);
	put_line(out, "brought by", d->actor);
	put_event(out, alert);
	if (decision_is_signed(d))
		put_proof(out, alert, d, policy);
}

void
report_validations(struct buf *out, const struct alert *alert, const struct policy *policy)
{
	for (size_t i = 0; i < alert->decision_count; i++)
		if (alert->decisions[i].action == DECIDE_VALIDATE)
			put_validation(out, alert, &alert->decisions[i], policy);
}
