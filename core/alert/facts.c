/* The questions, one row each, and how an answer is put together. */
#include "core/alert/facts.h"

#include "core/alert/facts_private.h"

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
	{"seenBefore", "before", NULL, fact_seen_before},
	{"used", "used", NULL, fact_used},
	{"sameOrigin", "same place", NULL, fact_same_origin},
	{"keyState", "since", NULL, fact_key_state},
	{"rotation", "rotation", NULL, fact_rotation},
	{"around", "around", NULL, fact_around},
	{"othersFromIp", "neighbours", NULL, fact_others_from_ip},
	{"actorKeys", "keys made", NULL, fact_actor_keys},
	{"quarantine", "quarantine", NULL, fact_quarantine},
	{"children", "children", NULL, fact_children},
	{"sentinel", "sentinel", NULL, fact_sentinel},
	{"completeness", "evidence", NULL, fact_completeness},
	{"validation", "decided", NULL, fact_validation},
	{"next", "next", NULL, fact_next},
	{"mayDo", "may do", NULL, fact_may_do},
};
/* clang-format on */

/* What happened to whom, what came of the key, what else there was, with what; then what is seldom
 * needed, and what was decided. */
const int fact_order[FACT_COUNT] = {1, 2, 4, 9, 14, 15, 16, 17, 22, 18, 21, 10, 19, 20, 13, 7, 3, 8,
	5, 6, 11, 12, 23, 24, 26, 27, 25};

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

/* An answer that is unknown rests on no record. */
static void
keep_shown(struct asking *a)
{
	size_t size = a->shown_count * sizeof(a->shown[0]);
	const struct trace **kept;

	if (!a->fact->known || !a->shown_count)
		return;
	kept = arena_alloc(a->arena, size);
	memcpy(kept, a->shown, size);
	a->fact->traces = kept;
	a->fact->trace_count = a->shown_count;
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
	a->shown_count = 0;
	questions[i].answer(a);
	keep_shown(a);
	fact->value = arena_str(a->arena, buf_view(&a->text));
	fact->json = fact->known ? arena_str(a->arena, buf_view(&a->json)) : STR_ABSENT;
}

void
facts_of_alert(struct fact facts[FACT_COUNT], struct arena *arena, const struct alert *alert,
	const struct event *event, const struct fact_ledger *ledger)
{
	struct asking a = {.arena = arena, .alert = alert, .event = event, .ledger = ledger};
	struct reading reading;

	reading_make(&reading, arena, alert, ledger ? ledger->history : NULL);
	a.reading = &reading;
	for (size_t i = 0; i < FACT_COUNT; i++) {
		a.fact = &facts[i];
		ask(&a, i);
	}
	buf_fini(&a.text);
	buf_fini(&a.json);
}
