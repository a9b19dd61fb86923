/* The formats for eyes and spreadsheets: text, csv, md. All of them carry cleaned text. */
#include "core/base/text.h"
#include "core/export/export.h"

/* A column of these formats. */
struct field {
	const char *title;
	int width; /* of the text format; 0: not in it */
	bool in_md;
	void (*value)(struct buf *out, const struct alert *alert);
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
	buf_puts(out, alert->id);
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

#define TEXT_VALUE(function, which)                                 \
	static void function(struct buf *out, const struct alert *alert) \
	{                                                           \
		put(out, alert->text[which]);                       \
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
	{"timeGenerated",        20, true,  time_value},
	{"status",                6, true,  status_value},
	{"severity",              8, true,  severity_value},
	{"actor",                28, true,  actor_value},
	{"target",               20, true,  target_value},
	{"self",                  5, true,  self_value},
	{"account",              12, true,  recipient_value},
	{"ip",                   15, true,  ip_value},
	{"outcome",               7, true,  outcome_value},
	{"alertId",               0, true,  id_value},
	{"eventId",               0, false, event_value},
	{"rule",                  0, false, rule_value},
	{"classification",        0, true,  class_value},
	{"classificationReason",  0, false, class_reason_value},
	{"validation",            0, true,  validation_value},
	{"owner",                 0, false, owner_value},
	{"decidedBy",             0, true,  decided_value},
	{"reason",                0, true,  reason_value},
	{"accountName",           0, false, account_name_value},
	{"accountUPNSuffix",      0, false, account_upn_value},
	{"actorType",             0, false, actor_type_value},
	{"actorArn",              0, false, actor_arn_value},
	{"newKey",                0, true,  key_value},
	{"errorCode",             0, false, error_code_value},
	{"errorMessage",          0, false, error_message_value},
	{"awsRegion",             0, false, region_value},
	{"userAgent",             0, false, agent_value},
	{"flags",                 0, true,  flags_value},
	{"sourcePath",            0, false, source_value},
	{"sourceOffset",          0, false, offset_value},
	{"rawSha256",             0, false, hash_value},
};
/* clang-format on */

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

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
		buf_printf(e->out, "%s%s", i ? "," : "", fields[i].title);
	buf_puts(e->out, "\r\n");
}

void
export_csv_row(struct export *e, const struct alert *alert)
{
	struct buf cell = {0};

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (i)
			buf_putc(e->out, ',');
		buf_clear(&cell);
		fields[i].value(&cell, alert);
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
last_text_field(void)
{
	size_t last = 0;

	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (fields[i].width)
			last = i;
	return last;
}

void
export_text_header(struct export *e)
{
	size_t last = last_text_field();

	for (size_t i = 0; i <= last; i++)
		text_cell(e->out, str_from(fields[i].title), fields[i].width, i == last);
	buf_putc(e->out, '\n');
}

void
export_text_row(struct export *e, const struct alert *alert)
{
	size_t last = last_text_field();
	struct buf cell = {0};

	for (size_t i = 0; i <= last; i++) {
		buf_clear(&cell);
		fields[i].value(&cell, alert);
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
export_md_header(struct export *e)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (fields[i].in_md)
			buf_printf(e->out, "| %s ", fields[i].title);
	buf_puts(e->out, "|\n");
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (fields[i].in_md)
			buf_puts(e->out, "|---");
	buf_puts(e->out, "|\n");
}

void
export_md_row(struct export *e, const struct alert *alert)
{
	struct buf cell = {0};

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (!fields[i].in_md)
			continue;
		buf_clear(&cell);
		fields[i].value(&cell, alert);
		buf_puts(e->out, "| ");
		md_cell(e->out, buf_view(&cell));
		buf_putc(e->out, ' ');
	}
	buf_puts(e->out, "|\n");
	buf_fini(&cell);
}
