/* The questions, one row each, and how an answer is put together. */
#include "core/alert/facts.h"

#include "core/alert/facts_private.h"

/* A question without an answer function needs other records (facts.md, "history"). */
/* clang-format off */
static const struct {
	const char *name, *label, *evidence;
	fact_answer *answer;
} questions[FACT_COUNT] = {
	{"outcome", "result", "errorCode", fact_outcome},
	{"actor", "who", "userIdentity", fact_actor},
	{"credential", "credential", "userIdentity.accessKeyId", fact_credential},
	{"target", "for", NULL, fact_target},
	{"self", "self", "userIdentity.type", fact_self},
	{"root", "root", "userIdentity.type", fact_root},
	{"newKey", "new key", "responseElements.accessKey", fact_new_key},
	{"mfa", "MFA", "userIdentity.sessionContext.attributes.mfaAuthenticated", fact_mfa},
	{"origin", "from", "sourceIPAddress", fact_origin},
	{"agent", "with", "userAgent", fact_agent},
	{"specialTarget", "special", NULL, fact_special},
	{"automation", "automation", NULL, fact_automation},
	{"seenBefore", "before", NULL, NULL},
	{"used", "used", NULL, NULL},
	{"sameOrigin", "same place", NULL, NULL},
	{"keyState", "since", NULL, NULL},
	{"rotation", "rotation", NULL, NULL},
	{"around", "around", NULL, NULL},
	{"othersFromIp", "neighbours", NULL, NULL},
	{"actorKeys", "keys made", NULL, NULL},
	{"quarantine", "quarantine", NULL, NULL},
	{"children", "children", NULL, NULL},
	{"sentinel", "sentinel", NULL, fact_sentinel},
	{"completeness", "evidence", NULL, fact_completeness},
	{"validation", "decided", NULL, fact_validation},
	{"next", "next", NULL, fact_next},
	{"mayDo", "may do", NULL, fact_may_do},
};
/* clang-format on */

void
fact_unknown(struct asking *a, const char *reason)
{
	a->fact->known = false;
	buf_clear(&a->text);
	buf_puts(&a->text, reason);
}

struct str
fact_record_text(const struct asking *a, const char *path)
{
	return a->event ? event_text(a->event, path) : STR_ABSENT;
}

void
fact_begin(struct asking *a)
{
	json_begin_object(&a->writer);
}

void
fact_end(struct asking *a)
{
	json_end_object(&a->writer);
}

void
fact_member(struct asking *a, const char *key, struct str value)
{
	json_member_string(&a->writer, key, value);
}

void
fact_member_bool(struct asking *a, const char *key, bool value)
{
	json_put_key(&a->writer, key);
	json_put_bool(&a->writer, value);
}

void
fact_member_time(struct asking *a, const char *key, int64_t at)
{
	char text[TIME_TEXT];

	if (at == TIME_NONE) {
		fact_member(a, key, STR_ABSENT);
		return;
	}
	time_format_iso(at, text);
	fact_member(a, key, str_from(text));
}

static void
not_looked_for(struct asking *a)
{
	fact_unknown(a, "not looked for yet");
}

static void
ask(struct asking *a, size_t i)
{
	struct fact *fact = a->fact;

	buf_clear(&a->text);
	buf_clear(&a->json);
	a->writer = (struct json_writer){.out = &a->json};
	*fact = (struct fact){
		.number = (int)i + 1,
		.name = questions[i].name,
		.label = questions[i].label,
		.known = true,
		.evidence = questions[i].evidence,
	};
	if (questions[i].answer)
		questions[i].answer(a);
	else
		not_looked_for(a);
	fact->value = arena_str(a->arena, buf_view(&a->text));
	fact->json = fact->known ? arena_str(a->arena, buf_view(&a->json)) : STR_ABSENT;
}

void
facts_of_alert(struct fact facts[FACT_COUNT], struct arena *arena, const struct alert *alert,
	const struct event *event, const struct fact_ledger *ledger)
{
	struct asking a = {.arena = arena, .alert = alert, .event = event, .ledger = ledger};

	for (size_t i = 0; i < FACT_COUNT; i++) {
		a.fact = &facts[i];
		ask(&a, i);
	}
	buf_fini(&a.text);
	buf_fini(&a.json);
}
