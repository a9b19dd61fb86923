/* The formats for eyes and spreadsheets: text, csv, md. All of them carry cleaned text. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/export/export.h"
#include "core/export/proof.h"

/* Where a column stands, beside csv. */
enum {
	IN_MD = 1,
	AUDIT = 2,	/* only beside decisions, in csv as well */
	AUDIT_TEXT = 4, /* in text only beside decisions */
};

/* A column of these formats. */
struct field {
	const char *title;
	int width; /* of the text format; 0: not in it */
	unsigned where;
	void (*value)(struct buf *out, const struct alert *alert);
	/* Of each validation that counts, in turn. */
	void (*proof)(struct buf *out, const struct proof *proof, const struct policy *policy);
	const char *between; /* two of them */
};

static void
put(struct buf *out, struct str s)
{
	text_clean(out, s);
}

static void
time_value(struct buf *out, const struct alert *alert)
{
	char text[TIME_TEXT];

	if (alert->time == TIME_NONE)
		return;
	time_format_iso(alert->time, text);
	buf_puts(out, text);
}

static void
status_value(struct buf *out, const struct alert *alert)
{
	buf_puts(out, alert_status_name(alert->state.status));
}

static void
actor_value(struct buf *out, const struct alert *alert)
{
	struct arena arena = {0};

	put(out, alert_actor_label(&arena, alert));
	arena_fini(&arena);
}

static void
self_value(struct buf *out, const struct alert *alert)
{
	buf_puts(out, alert_self_word(alert));
}

static void
outcome_value(struct buf *out, const struct alert *alert)
{
	buf_puts(out, outcome_name(alert->outcome));
}

static void
class_value(struct buf *out, const struct alert *alert)
{
	buf_puts(out, classification_name(alert->state.classification));
}

static void
class_reason_value(struct buf *out, const struct alert *alert)
{
	buf_puts(out, class_reason_name(alert->state.reason));
}

static void
validation_value(struct buf *out, const struct alert *alert)
{
	buf_puts(out, validation_state_name(alert->state.validation));
}

static void
owner_value(struct buf *out, const struct alert *alert)
{
	put(out, alert->state.owner);
}

static void
id_value(struct buf *out, const struct alert *alert)
{
	put(out, str_from(alert->id)); /* others may write a store */
}

static void
flags_value(struct buf *out, const struct alert *alert)
{
	const char *between = "";

	for (enum flag f = 0; f < FLAG_COUNT; f++) {
		if (!(alert->flags & UINT32_C(1) << f))
			continue;
		buf_printf(out, "%s%s", between, flag_name(f));
		between = "; ";
	}
}

static void
source_value(struct buf *out, const struct alert *alert)
{
	if (alert->source_count)
		put(out, alert->sources[0].path);
}

static void
offset_value(struct buf *out, const struct alert *alert)
{
	if (alert->source_count)
		buf_printf(out, "%llu", (unsigned long long)alert->sources[0].offset);
}

static void
decided_value(struct buf *out, const struct alert *alert)
{
	if (alert->state.last_change >= 0)
		put(out, alert->decisions[alert->state.last_change].actor);
}

static void
reason_value(struct buf *out, const struct alert *alert)
{
	if (alert->state.last_change >= 0)
		put(out, alert->decisions[alert->state.last_change].reason);
}

static void
principals_value(struct buf *out, const struct alert *alert)
{
	struct buf names = {0};

	decision_principals(alert->decisions, alert->decision_count, &names);
	put(out, buf_view(&names));
	buf_fini(&names);
}

/* Of those that hold: what was not verified does not count here. */
static void
approvals_value(struct buf *out, const struct alert *alert)
{
	const struct decision **list =
		mem_alloc((alert->decision_count + 1) * sizeof(const struct decision *));
	size_t count = decision_signers(alert->decisions, alert->decision_count, list);

	if (count)
		buf_printf(out, "%zu of %u", count, alert->state.needed);
	free(list);
}

static const struct decision *
behind(const struct alert *alert)
{
	return decision_behind(alert->decisions, alert->decision_count, &alert->state);
}

static void
validation_at_value(struct buf *out, const struct alert *alert)
{
	const struct decision *d = behind(alert);
	char text[TIME_TEXT];

	if (!d)
		return;
	decision_time(d, text);
	buf_puts(out, text);
}

static void
validation_reason_value(struct buf *out, const struct alert *alert)
{
	const struct decision *d = behind(alert);

	if (d)
		put(out, decision_says(d));
}

static void
statement_proof(struct buf *out, const struct proof *proof, const struct policy *policy)
{
	(void)policy;
	buf_puts(out, proof->statement_hash);
}

static void
key_proof(struct buf *out, const struct proof *proof, const struct policy *policy)
{
	(void)policy;
	buf_puts(out, proof->fingerprint);
}

static void
command_proof(struct buf *out, const struct proof *proof, const struct policy *policy)
{
	struct buf command = {0};

	proof_command(&command, proof, policy);
	put(out, buf_view(&command));
	buf_fini(&command);
}

#define TEXT_VALUE(function, which)                                                                \
	static void function(struct buf *out, const struct alert *alert)                           \
	{                                                                                          \
		put(out, alert->text[which]);                                                      \
	}

TEXT_VALUE(severity_value, ALERT_SEVERITY)
TEXT_VALUE(target_value, ALERT_TARGET_USER)
TEXT_VALUE(recipient_value, ALERT_RECIPIENT)
TEXT_VALUE(ip_value, ALERT_SOURCE_IP)
TEXT_VALUE(event_value, ALERT_EVENT_ID)
TEXT_VALUE(rule_value, ALERT_RULE_NAME)
TEXT_VALUE(account_name_value, ALERT_ACCOUNT_NAME)
TEXT_VALUE(account_upn_value, ALERT_ACCOUNT_UPN)
TEXT_VALUE(actor_type_value, ALERT_ACTOR_TYPE)
TEXT_VALUE(actor_arn_value, ALERT_ACTOR_ARN)
TEXT_VALUE(key_value, ALERT_KEY_ID)
TEXT_VALUE(error_code_value, ALERT_ERROR_CODE)
TEXT_VALUE(error_message_value, ALERT_ERROR_MESSAGE)
TEXT_VALUE(region_value, ALERT_REGION)
TEXT_VALUE(agent_value, ALERT_USER_AGENT)
TEXT_VALUE(hash_value, ALERT_RAW_SHA256)

/* clang-format off */
static const struct field fields[] = {
	{"timeGenerated",        20, IN_MD, .value = time_value},
	{"status",                6, IN_MD, .value = status_value},
	{"severity",              8, IN_MD, .value = severity_value},
	{"actor",                28, IN_MD, .value = actor_value},
	{"target",               20, IN_MD, .value = target_value},
	{"self",                  5, IN_MD, .value = self_value},
	{"account",              12, IN_MD, .value = recipient_value},
	{"ip",                   15, IN_MD, .value = ip_value},
	{"outcome",               7, IN_MD, .value = outcome_value},
	{"alertId",               0, IN_MD, .value = id_value},
	{"eventId",               0, 0,     .value = event_value},
	{"rule",                  0, 0,     .value = rule_value},
	{"classification",        0, IN_MD, .value = class_value},
	{"classificationReason",  0, 0,     .value = class_reason_value},
	{"validation",           15, IN_MD | AUDIT_TEXT, .value = validation_value},
	{"owner",                 0, 0,     .value = owner_value},
	{"decidedBy",             0, IN_MD, .value = decided_value},
	{"reason",                0, IN_MD, .value = reason_value},
	{"accountName",           0, 0,     .value = account_name_value},
	{"accountUPNSuffix",      0, 0,     .value = account_upn_value},
	{"actorType",             0, 0,     .value = actor_type_value},
	{"actorArn",              0, 0,     .value = actor_arn_value},
	{"newKey",                0, IN_MD, .value = key_value},
	{"errorCode",             0, 0,     .value = error_code_value},
	{"errorMessage",          0, 0,     .value = error_message_value},
	{"awsRegion",             0, 0,     .value = region_value},
	{"userAgent",             0, 0,     .value = agent_value},
	{"flags",                 0, IN_MD, .value = flags_value},
	{"sourcePath",            0, 0,     .value = source_value},
	{"sourceOffset",          0, 0,     .value = offset_value},
	{"rawSha256",             0, 0,     .value = hash_value},
	{"validatedBy",          24, IN_MD | AUDIT | AUDIT_TEXT, .value = principals_value},
	{"approvals",             0, AUDIT, .value = approvals_value},
	{"validationAt",          0, AUDIT, .value = validation_at_value},
	{"validationReason",      0, AUDIT, .value = validation_reason_value},
	{"statementSha256",       0, AUDIT, .proof = statement_proof, .between = "; "},
	{"signerKey",             0, AUDIT, .proof = key_proof, .between = "; "},
	{"verifyCommand",         0, AUDIT, .proof = command_proof, .between = " && "},
};
/* clang-format on */

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

static void
proof_value(struct buf *out, const struct field *field, const struct export *e,
	const struct alert *alert)
{
	const struct decision **list =
		mem_alloc((alert->decision_count + 1) * sizeof(const struct decision *));
	size_t count = decision_signers(alert->decisions, alert->decision_count, list);

	for (size_t i = 0; i < count; i++) {
		struct proof proof;

		proof_init(&proof, alert, list[i]);
		buf_puts(out, i ? field->between : "");
		field->proof(out, &proof, e->options.policy);
		proof_fini(&proof);
	}
	free(list);
}

static void
put_value(struct buf *out, const struct field *field, const struct export *e,
	const struct alert *alert)
{
	if (field->value)
		field->value(out, alert);
	else
		proof_value(out, field, e, alert);
}

static bool
is_in_csv(const struct export *e, const struct field *field)
{
	return !(field->where & AUDIT) || e->options.decisions;
}

static bool
is_in_text(const struct export *e, const struct field *field)
{
	return field->width && (!(field->where & AUDIT_TEXT) || e->options.decisions);
}

static bool
is_in_md(const struct export *e, const struct field *field)
{
	return field->where & IN_MD && is_in_csv(e, field);
}

/* ---- csv ---- */

/* RFC 4180; a cell that a spreadsheet would take for a formula is made text (CWE-1236). */
static void
csv_cell(struct buf *out, struct str cell)
{
	buf_putc(out, '"');
	if (cell.len && strchr("=+-@\t\r", cell.data[0]))
		buf_putc(out, '\'');
	for (size_t i = 0; i < cell.len; i++) {
		if (cell.data[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, cell.data[i]);
	}
	buf_putc(out, '"');
}

void
export_csv_header(struct export *e)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (is_in_csv(e, &fields[i]))
			buf_printf(e->out, "%s%s", i ? "," : "", fields[i].title);
	buf_puts(e->out, "\r\n");
}

void
export_csv_row(struct export *e, const struct alert *alert)
{
	struct buf cell = {0};

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (!is_in_csv(e, &fields[i]))
			continue;
		if (i)
			buf_putc(e->out, ',');
		buf_clear(&cell);
		put_value(&cell, &fields[i], e, alert);
		if (cell.len)
			csv_cell(e->out, buf_view(&cell));
	}
	buf_puts(e->out, "\r\n");
	buf_fini(&cell);
}

/* ---- text ---- */

static void
text_cell(struct buf *out, struct str cell, int width, bool last)
{
	int used = text_columns(cell);

	buf_str(out, cell);
	for (; used < width && !last; used++)
		buf_putc(out, ' ');
	if (!last)
		buf_puts(out, "  ");
}

static size_t
last_text_field(const struct export *e)
{
	size_t last = 0;

	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (is_in_text(e, &fields[i]))
			last = i;
	return last;
}

void
export_text_header(struct export *e)
{
	size_t last = last_text_field(e);

	for (size_t i = 0; i <= last; i++)
		if (is_in_text(e, &fields[i]))
			text_cell(e->out, str_from(fields[i].title), fields[i].width, i == last);
	buf_putc(e->out, '\n');
}

void
export_text_row(struct export *e, const struct alert *alert)
{
	size_t last = last_text_field(e);
	struct buf cell = {0};

	for (size_t i = 0; i <= last; i++) {
		if (!is_in_text(e, &fields[i]))
			continue;
		buf_clear(&cell);
		put_value(&cell, &fields[i], e, alert);
		if (!cell.len)
			buf_putc(&cell, '-');
		text_cell(e->out, buf_view(&cell), fields[i].width, i == last && !alert->flags);
	}
	if (alert->flags) {
		buf_puts(e->out, "[");
		flags_value(e->out, alert);
		buf_puts(e->out, "]");
	}
	buf_putc(e->out, '\n');
	buf_fini(&cell);
}

/* ---- md ---- */

static void
md_cell(struct buf *out, struct str cell)
{
	for (size_t i = 0; i < cell.len; i++) {
		if (strchr("\\`*_{}[]<>#|~!&", cell.data[i]))
			buf_putc(out, '\\');
		buf_putc(out, cell.data[i]);
	}
}

void
export_md_text(struct buf *out, struct str text)
{
	struct buf cleaned = {0};

	text_clean(&cleaned, text);
	md_cell(out, buf_view(&cleaned));
	buf_fini(&cleaned);
}

void
export_md_header(struct export *e)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (is_in_md(e, &fields[i]))
			buf_printf(e->out, "| %s ", fields[i].title);
	buf_puts(e->out, "|\n");
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (is_in_md(e, &fields[i]))
			buf_puts(e->out, "|---");
	buf_puts(e->out, "|\n");
}

void
export_md_row(struct export *e, const struct alert *alert)
{
	struct buf cell = {0};

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (!is_in_md(e, &fields[i]))
			continue;
		buf_clear(&cell);
		put_value(&cell, &fields[i], e, alert);
		buf_puts(e->out, "| ");
		md_cell(e->out, buf_view(&cell));
		buf_putc(e->out, ' ');
	}
	buf_puts(e->out, "|\n");
	buf_fini(&cell);
}
