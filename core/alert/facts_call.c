/* The call: what came of it, from where and with what it was made. */
#include "core/alert/address.h"
#include "core/alert/agent.h"
#include "core/alert/facts_private.h"
#include "core/base/text.h"

/* ---- 1: outcome ---- */

void
fact_outcome(struct asking *a)
{
	const struct str *text = a->alert->text;
	struct str code = text[ALERT_ERROR_CODE], message = text[ALERT_ERROR_MESSAGE];

	switch (a->alert->outcome) {
	case OUTCOME_SUCCESS:
		buf_puts(&a->text, "succeeded");
		if (text[ALERT_KEY_STATUS].len)
			buf_printf(&a->text, ", key %.*s", STR_ARG(text[ALERT_KEY_STATUS]));
		else if (!text[ALERT_KEY_ID].len)
			buf_puts(&a->text, ", but the record holds no key");
		break;
	case OUTCOME_DENIED:
	case OUTCOME_FAILED:
		buf_puts(&a->text, outcome_name(a->alert->outcome));
		if (code.len)
			buf_printf(&a->text, ": %.*s", STR_ARG(code));
		if (message.len)
			buf_printf(&a->text, ": %.*s", STR_ARG(message));
		break;
	}
	if (!code.len && message.len)
		a->fact->evidence = "errorMessage";
	else if (!code.len)
		a->fact->evidence = "responseElements";
	fact_begin(a);
	fact_member(a, "outcome", str_from(outcome_name(a->alert->outcome)));
	fact_member(a, "errorCode", code);
	fact_member(a, "errorMessage", message);
	fact_end(a);
}

/* ---- 7: the new key ---- */

void
fact_new_key(struct asking *a)
{
	const struct str *text = a->alert->text;
	struct str key = text[ALERT_KEY_ID];

	if (!key.len && a->alert->outcome == OUTCOME_SUCCESS) {
		fact_unknown(a, "not recorded: the response holds no key");
		return;
	}
	if (!key.len) {
		buf_puts(&a->text, "none: the call made no key");
		json_put_bool(&a->writer, false);
		a->fact->evidence = "errorCode";
		return;
	}
	buf_str(&a->text, key);
	if (text[ALERT_KEY_STATUS].len)
		buf_printf(&a->text, ", %.*s", STR_ARG(text[ALERT_KEY_STATUS]));
	if (text[ALERT_KEY_DATE].len)
		buf_printf(&a->text, ", created %.*s", STR_ARG(text[ALERT_KEY_DATE]));
	fact_begin(a);
	fact_member(a, "accessKeyId", key);
	fact_member(a, "status", text[ALERT_KEY_STATUS]);
	fact_member(a, "createDate", text[ALERT_KEY_DATE]);
	fact_end(a);
}

/* ---- 9: from where ---- */

void
fact_origin(struct asking *a)
{
	const struct str *text = a->alert->text;
	struct str ip = text[ALERT_SOURCE_IP], region = text[ALERT_REGION];
	struct str recipient = text[ALERT_RECIPIENT], account = text[ALERT_ACTOR_ACCOUNT];
	enum address_kind kind = address_classify(ip);
	bool crossing = account.len && recipient.len && !str_equal(account, recipient);

	if (!ip.len && !region.len && !recipient.len) {
		fact_unknown(a, "not recorded: neither address nor region nor account");
		return;
	}
	if (ip.len)
		buf_printf(&a->text, "%.*s ", STR_ARG(ip));
	buf_printf(&a->text, "%s%s", ip.len ? "" : "address ", address_kind_name(kind));
	if (region.len)
		buf_printf(&a->text, " · %.*s", STR_ARG(region));
	if (recipient.len)
		buf_printf(&a->text, " · %.*s", STR_ARG(recipient));
	if (crossing)
		buf_printf(&a->text, ", called from account %.*s", STR_ARG(account));
	fact_begin(a);
	fact_member(a, "ip", ip);
	fact_member(a, "kind", ip.len ? str_from(address_kind_name(kind)) : STR_ABSENT);
	fact_member(a, "region", region);
	fact_member(a, "accountId", account);
	fact_member(a, "recipientAccountId", recipient);
	fact_member_bool(a, "crossAccount", crossing);
	fact_end(a);
	a->fact->alarming = crossing || kind == ADDRESS_INVALID || kind == ADDRESS_RESERVED;
}

/* ---- 10: with what ---- */

static void
put_hints(struct asking *a, struct str agent)
{
	const struct agent_tool *hint;

	json_put_key(&a->writer, "hints");
	json_begin_array(&a->writer);
	for (size_t i = 0; (hint = agent_hint(agent, i)); i++) {
		json_put_string(&a->writer, str_from(hint->name));
		buf_printf(&a->text, "%s%s", i ? ", " : "; hint at ", hint->name);
		a->fact->alarming = true;
	}
	json_end_array(&a->writer);
}

void
fact_agent(struct asking *a)
{
	struct str agent = a->alert->text[ALERT_USER_AGENT];
	const struct agent_tool *tool = agent_find_tool(agent);

	if (!agent.len) {
		fact_unknown(a, "not recorded: the record holds no user agent");
		return;
	}
	/* The agent's own words first: they are the evidence, the name is a reading of them. */
	buf_str(&a->text, agent);
	if (tool)
		buf_printf(&a->text, " (%s)", tool->name);
	a->fact->alarming = (tool && tool->alarming) || text_has_hidden(agent);
	fact_begin(a);
	fact_member(a, "userAgent", agent);
	fact_member(a, "tool", tool ? str_from(tool->name) : STR_ABSENT);
	fact_member(a, "kind", tool ? str_from(tool->kind) : STR_ABSENT);
	put_hints(a, agent);
	fact_member(a, "tlsVersion", fact_record_text(a, "tlsDetails.tlsVersion"));
	fact_member(a, "clientProvidedHostHeader",
		fact_record_text(a, "tlsDetails.clientProvidedHostHeader"));
	fact_end(a);
}
