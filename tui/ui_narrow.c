/* Filtering to, or away, what the selected alert says: one key for the field, and the predicate is
 * written as if by hand, so that it can be edited with `f`. */
#include <stdio.h>

#include "core/base/json.h"
#include "tui/ui.h"

/* Of one field: the key that asks for it, its word, and the predicate; nothing when the record
 * does not say. */
struct field {
	char key;
	const char *word;
	void (*put)(const struct event *event, struct buf *out);
};

static void
put_equal(struct buf *out, const char *left, struct str value)
{
	if (!value.len)
		return;
	buf_printf(out, "%s == ", left);
	json_write_string(out, value); /* KQL's strings have the same escapes */
}

static void
put_actor(const struct event *event, struct buf *out)
{
	struct str arn = event_text(event, "userIdentity.arn");

	if (arn.len)
		put_equal(out, "UserIdentityArn", arn);
	else
		put_equal(out, "UserIdentityPrincipalid",
			event_text(event, "userIdentity.principalId"));
}

static void
put_target(const struct event *event, struct buf *out)
{
	struct str asked = event_text(event, "requestParameters.userName");

	if (asked.len)
		put_equal(out, "tostring(parse_json(RequestParameters).userName)", asked);
	else
		put_equal(out, "tostring(parse_json(ResponseElements).accessKey.userName)",
			event_text(event, "responseElements.accessKey.userName"));
}

static void
put_account(const struct event *event, struct buf *out)
{
	put_equal(out, "RecipientAccountId", event_text(event, "recipientAccountId"));
}

static void
put_ip(const struct event *event, struct buf *out)
{
	put_equal(out, "SourceIpAddress", event_text(event, "sourceIPAddress"));
}

static void
put_agent(const struct event *event, struct buf *out)
{
	put_equal(out, "UserAgent", event_text(event, "userAgent"));
}

static void
put_outcome(const struct event *event, struct buf *out)
{
	struct str code = event_text(event, "errorCode");

	if (code.len)
		put_equal(out, "ErrorCode", code);
	else
		buf_puts(out, "isempty(ErrorCode)");
}

static const struct field fields[] = {
	{'a', "actor", put_actor},
	{'t', "target", put_target},
	{'c', "account", put_account},
	{'i', "IP", put_ip},
	{'u', "user agent", put_agent},
	{'o', "outcome", put_outcome},
};
enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

static void
put_choice(const struct event *event, struct buf *out)
{
	struct buf predicate = {0};

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		buf_clear(&predicate);
		fields[i].put(event, &predicate);
		if (predicate.len)
			buf_printf(out, "%c %s  ", fields[i].key, fields[i].word);
	}
	buf_fini(&predicate);
}

void
ui_ask_narrow(struct ui *ui, bool away)
{
	struct buf label = {0};

	if (!ui->subject.loaded || !ui->subject.parsed) {
		ui_say(ui, ROLE_TEXT, "no record is selected");
		return;
	}
	put_choice(&ui->subject.event, &label);
	ui->narrow_away = away;
	ui_prompt(ui, PROMPT_FIELD, buf_cstr(&label), "one key; any other leaves");
	buf_puts(&ui->prompt.context,
		away ? "leave out alerts with this one's" : "only alerts with this one's");
	buf_fini(&label);
}

/* A predicate of the user's is kept whole, whatever binds in it. */
static void
combine(const struct ui *ui, struct str predicate, struct buf *out)
{
	struct str before = buf_view(&ui->filter.text);
	bool either = str_find(before, STR(" or "), 0) != (size_t)-1;

	if (before.len)
		buf_printf(out, either ? "(%.*s) and " : "%.*s and ", STR_ARG(before));
	if (ui->narrow_away)
		buf_printf(out, "not(%.*s)", STR_ARG(predicate));
	else
		buf_str(out, predicate);
}

void
ui_narrow_chosen(struct ui *ui, uint32_t key)
{
	struct buf predicate = {0}, whole = {0};
	struct error err;

	prompt_close(&ui->prompt);
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (key == (uint32_t)fields[i].key)
			fields[i].put(&ui->subject.event, &predicate);
	if (predicate.len) {
		combine(ui, buf_view(&predicate), &whole);
		if (ui_set_filter(ui, buf_view(&whole), &err))
			prompt_remember(&ui->prompt, PROMPT_FILTER, buf_view(&whole));
		else
			ui_say(ui, ROLE_ERROR, "%s", err.text);
	}
	buf_fini(&predicate);
	buf_fini(&whole);
}
