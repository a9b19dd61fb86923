#include "core/alert/term.h"

#include "core/alert/address.h"

const char *const term_kind_names[TERM_KINDS] = {
	[TERM_KEY] = "key",
	[TERM_USER] = "user",
	[TERM_ACTOR] = "actor",
	[TERM_ADDRESS] = "address",
	[TERM_AGENT] = "agent",
	[TERM_CALL] = "call",
};

#define EACH TRACE_EVENT_ID

struct adding {
	struct term_use *uses;
	size_t count;
};

static void
add(struct adding *a, enum term_kind kind, struct str value, enum trace_text first_of)
{
	if (!value.len)
		return;
	for (size_t i = 0; i < a->count; i++)
		if (a->uses[i].term.kind == kind && str_equal(a->uses[i].term.value, value))
			return;
	a->uses[a->count++] = (struct term_use){{kind, value}, first_of};
}

static struct str
user_of(const struct trace *trace, struct str user, unsigned weight, struct arena *arena)
{
	bool root = str_is(trace->text[TRACE_TYPE], "Root") && weight & TRACE_KEY_CALL;

	if (!user.len && !root)
		return STR_ABSENT;
	return arena_printf(arena, "%.*s/%.*s", STR_ARG(trace->text[TRACE_ACCOUNT]), STR_ARG(user));
}

static struct str
caller_of(const struct trace *trace, struct arena *arena)
{
	return arena_printf(arena, "%.*s/%.*s", STR_ARG(trace_caller_account(trace)),
		STR_ARG(trace->text[TRACE_ACTOR_USER]));
}

/* Services call from names, not from addresses. */
static struct str
address_of(const struct trace *trace, struct arena *arena)
{
	struct str text = trace->text[TRACE_IP], spelled;
	char buffer[ADDRESS_TEXT];

	if (!address_is_place(text))
		return STR_ABSENT;
	spelled = address_spell(text, buffer);
	return spelled.data == buffer ? arena_str(arena, spelled) : spelled;
}

size_t
terms_of_trace(const struct trace *t, struct arena *arena, struct term_use uses[TERMS_MAX])
{
	unsigned weight = trace_weight(t);
	struct adding a = {uses, 0};

	add(&a, TERM_KEY, t->text[TRACE_KEY], EACH);
	add(&a, TERM_KEY, t->text[TRACE_SUBJECT], EACH);
	if (weight & TRACE_USER_CALL)
		add(&a, TERM_USER, user_of(t, t->text[TRACE_USER], weight, arena), EACH);
	if (weight & (TRACE_AROUND | TRACE_USER_CALL))
		add(&a, TERM_ACTOR, t->text[TRACE_ACTOR], EACH);
	add(&a, TERM_ADDRESS, address_of(t, arena),
		weight & (TRACE_AROUND | TRACE_USER_CALL) ? EACH : TRACE_ACTOR);
	if (str_is(t->text[TRACE_NAME], "CreateAccessKey"))
		add(&a, TERM_AGENT, t->text[TRACE_AGENT], EACH);
	if (trace_has_lasting_key(t))
		add(&a, TERM_USER, caller_of(t, arena), TRACE_KEY);
	return a.count;
}

/* A row of a table is no record; what it tells stands in the alert. */
static const struct {
	enum trace_text to;
	enum alert_text from;
} of_row[] = {
	{TRACE_EVENT_ID, ALERT_EVENT_ID},
	{TRACE_TYPE, ALERT_ACTOR_TYPE},
	{TRACE_ACTOR, ALERT_ACTOR_ARN},
	{TRACE_ACTOR, ALERT_ACTOR_PRINCIPAL},
	{TRACE_ACTOR, ALERT_ACTOR_INVOKED_BY},
	{TRACE_ACTOR_USER, ALERT_ACTOR_USER},
	{TRACE_KEY, ALERT_ACTOR_KEY},
	{TRACE_IP, ALERT_SOURCE_IP},
	{TRACE_REGION, ALERT_REGION},
	{TRACE_AGENT, ALERT_USER_AGENT},
	{TRACE_ERROR, ALERT_ERROR_CODE},
	{TRACE_ERROR, ALERT_ERROR_MESSAGE},
	{TRACE_ACCOUNT, ALERT_RECIPIENT},
	{TRACE_ACCOUNT, ALERT_ACTOR_ACCOUNT},
	{TRACE_USER, ALERT_TARGET_USER},
	{TRACE_SUBJECT, ALERT_KEY_ID},
};

static void
trace_of_row(struct trace *trace, const struct alert *alert)
{
	for (size_t i = 0; i < sizeof(of_row) / sizeof(of_row[0]); i++)
		if (!trace->text[of_row[i].to].len)
			trace->text[of_row[i].to] = alert->text[of_row[i].from];
	if (str_is(trace->text[TRACE_TYPE], "Root") && alert->self)
		trace->text[TRACE_USER] = STR_ABSENT; /* shown as `root`, but no user's name */
	trace->text[TRACE_NAME] = STR("CreateAccessKey");
	trace->text[TRACE_SERVICE] = STR("iam.amazonaws.com");
}

void
trace_of_alert(struct trace *trace, const struct alert *alert, struct arena *arena)
{
	*trace = (struct trace){0};
	if (alert->flags & UINT32_C(1) << FLAG_FROM_TABLE)
		trace_of_row(trace, alert);
	else
		trace_read(trace, alert->raw, arena);
	trace->time = alert->time;
}

struct str
term_user_of_alert(const struct alert *alert, const struct trace *trace)
{
	if (trace->text[TRACE_USER].len || str_is(trace->text[TRACE_TYPE], "Root"))
		return trace->text[TRACE_USER];
	if (alert->flags & UINT32_C(1) << FLAG_FROM_TABLE)
		return alert->text[ALERT_TARGET_USER];
	return str_is(trace->text[TRACE_TYPE], "IAMUser") ? trace->text[TRACE_ACTOR_USER]
							  : STR_ABSENT;
}

/* Whatever event a rule is about, its alert asks for all; only a key that was made is one: the
 * caller's own is not what the alert is about. */
size_t
terms_of_alert(const struct alert *alert, struct arena *arena, struct term terms[TERMS_MAX])
{
	struct term_use uses[TERMS_MAX];
	struct adding a = {uses, 0};
	struct trace t;

	trace_of_alert(&t, alert, arena);
	if (trace_succeeded(&t))
		add(&a, TERM_KEY, t.text[TRACE_SUBJECT], EACH);
	add(&a, TERM_USER, user_of(&t, term_user_of_alert(alert, &t), TRACE_KEY_CALL, arena), EACH);
	add(&a, TERM_ACTOR, t.text[TRACE_ACTOR], EACH);
	add(&a, TERM_ADDRESS, address_of(&t, arena), EACH);
	add(&a, TERM_AGENT, t.text[TRACE_AGENT], EACH);
	for (size_t i = 0; i < a.count; i++)
		terms[i] = uses[i].term;
	return a.count;
}
