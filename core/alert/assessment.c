/* The rules, in the order in which they are tried. */
#include "core/alert/assessment_private.h"

const char *const assessment_kind_names[] = {
	[ASSESSED_NONE] = "none",
	[ASSESSED_HOSTILE] = "hostile",
	[ASSESSED_SUSPICIOUS] = "suspicious",
	[ASSESSED_OPEN] = "open",
	[ASSESSED_EXPECTED] = "expected",
	[ASSESSED_HARMLESS] = "harmless",
};

/* ---- the table ---- */

#define HOSTILE ": treat as hostile until explained"

/* clang-format off */
static const struct assessment_rule {
	struct assessment_rule_text text;
	assessment_when *holds;
	assessment_say *say;
	const char *verdict; /* behind what is said */
	int rests[ASSESSMENT_RESTS_MAX];
} rules[] = {
	{{"quarantined", "the policy of a quarantine was put on the user, and not taken off by somebody else (21)",
		"... was put on the user" HOSTILE, ASSESSED_HOSTILE},
		when_quarantined, say_quarantined, HOSTILE, {21, 14}},
	{{"logging-stopped", "the caller also stopped or deleted a trail within 30 minutes (18)",
		"... by one who stopped or deleted a trail" HOSTILE, ASSESSED_HOSTILE},
		when_logging_stopped, say_logging, HOSTILE, {18, 2}},
	{{"stopped-with-it", "a trail was stopped or deleted with the new key (14)",
		"... a trail was stopped or deleted with it" HOSTILE, ASSESSED_HOSTILE},
		when_logging_stopped_with_it, say_logging_with_it, HOSTILE, {14, 2}},
	{{"made-keys", "other keys were made with the new one, at any depth (22)",
		"... further keys were made with it" HOSTILE, ASSESSED_HOSTILE},
		when_children, say_children, HOSTILE, {22, 14}},
	{{"attack-tool", "the agent of the call, or of a use, is that of a tool or system for attacks (10, 14)",
		"... made or used with a tool for attacks" HOSTILE, ASSESSED_HOSTILE},
		when_attack_tool, say_tool, HOSTILE, {10, 14, 15}},
	{{"denied-persisting", "the call was denied, or failed, and within 30 minutes the caller also did what lasts "
		"or hides, or was refused it (1, 18)",
		"denied: no key was made, but the caller also did or tried: CreateUser ...", ASSESSED_SUSPICIOUS},
		when_denied_persisting, say_denied_persisting, "", {1, 18}},
	{{"denied", "the call was denied, or failed (1)",
		"denied: no key was made", ASSESSED_HARMLESS},
		when_denied, say_denied, "", {1}},
	{{"root", "root made it (6)",
		"a key of root itself, which should have none", ASSESSED_SUSPICIOUS},
		when_root, say_root, ": ask who did it", {6, 14}},
	{{"automation", "the caller is automation by [known] (12); use, persistence, quarantine and "
		"further keys are known, and no rule above holds (14, 18, 21, 22)",
		"made by known automation, used after ...", ASSESSED_EXPECTED},
		when_automation, say_automation, "", {12, 14, 18, 21, 22}},
	{{"used-elsewhere", "made for another user, and used from another address (5, 14)",
		"other's key, used after ... from another address" HOSTILE, ASSESSED_HOSTILE},
		when_used_elsewhere, say_elsewhere, HOSTILE, {5, 14, 15}},
	{{"persisting", "the caller also did what lasts or hides, within 30 minutes (18)",
		"... by one who also did: CreateUser ...", ASSESSED_SUSPICIOUS},
		when_persisting, say_persisting, "", {18, 5, 14}},
	{{"tried", "the caller was refused what lasts or hides, or failed to stop a trail, within 30 minutes (18)",
		"... by one who also tried: CreateUser ... (failed)", ASSESSED_SUSPICIOUS},
		when_tried, say_tried, "", {18, 5, 14}},
	{{"made-with-new", "made with a key that somebody else made less than 24 hours before, directly or by way of temporary "
		"ones (3)",
		"... made with a key that is new itself: ...", ASSESSED_SUSPICIOUS},
		when_made_with_new, say_made_with_new, "", {3, 5, 14}},
	{{"many", "made for another user, and the caller made keys for 3 users or more within 30 minutes; the old one is "
		"not deactivated or deleted (18, 20, 17)",
		"... one of those that its maker made for ... users within 30 min", ASSESSED_SUSPICIOUS},
		when_many, say_many, "", {20, 18, 17, 14}},
	{{"self-rotation", "made for oneself; used, and the old key then deactivated and deleted by the user (5, "
		"17); the rest as for automation",
		"own key, a rotation: ...", ASSESSED_EXPECTED},
		when_self_rotated, say_rotated, "", {5, 17, 14, 18, 22}},
	{{"self-elsewhere", "made for oneself, and used from another address (5, 14)",
		"own key, used after ... from another address", ASSESSED_SUSPICIOUS},
		when_self_elsewhere, say_elsewhere, "", {5, 14, 15}},
	{{"rotation", "used, and the old key deactivated and deleted (17)",
		"... a rotation: ... not by the user itself", ASSESSED_OPEN},
		when_rotated, say_rotated, "", {17, 14, 5}},
	{{"used-to-persist", "what lasts or hides was done or tried with the new key (14)",
		"... AttachUserPolicy was done with it after ...", ASSESSED_SUSPICIOUS},
		when_used_to_persist, say_used_to_persist, "", {14, 5}},
	{{"rotation-begun", "the old key was deactivated or deleted, and steps are missing (17)",
		"... a rotation that is not finished: old one not deleted", ASSESSED_OPEN},
		when_rotation_begun, say_begun, "", {17, 14, 5}},
	{{"used", "used, but not from another address (14)",
		"... used after ... from the same address", ASSESSED_OPEN},
		when_used, say_plain, "", {14, 15, 5}},
	{{"unused", "not used in all that was looked through (14)",
		"... not used so far", ASSESSED_OPEN},
		when_unused, say_plain, "", {14, 5}},
	{{"not-looked", "nothing was looked through yet",
		"... not looked for yet what came of it", ASSESSED_NONE},
		when_not_looked, say_not_looked, "", {5}},
	{{"too-little", "none of these",
		"... not enough evidence: window starts after ...", ASSESSED_OPEN},
		when_anything, say_too_little, "", {14, 5, 24}},
};
/* clang-format on */

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

const struct assessment_rule_text *
assessment_rule(size_t n)
{
	return n < RULES ? &rules[n].text : NULL;
}

static void
begin(struct judging *j, struct arena *arena, const struct alert *alert,
	const struct fact facts[FACT_COUNT], const struct history *history)
{
	*j = (struct judging){.arena = arena, .alert = alert, .facts = facts};
	reading_make(&j->reading, arena, alert, history);
	assessment_find_deeds(j);
	if (!assessed_key(j))
		return;
	reading_usage(&j->usage, &j->reading);
	if (FACT(j, 17)->known)
		reading_rotation(&j->rotation, &j->reading);
	j->children = reading_children(&j->reading);
}

static void
judge(struct assessment *assessment, struct judging *j)
{
	const struct assessment_rule *rule = rules;

	while (!rule->holds(j))
		rule++;
	rule->say(j);
	buf_puts(&j->says, rule->verdict);
	*assessment = (struct assessment){.kind = rule->text.kind,
		.rule = rule->text.name,
		.says = arena_str(j->arena, buf_view(&j->says))};
	memcpy(assessment->rests, rule->rests, sizeof(assessment->rests));
	buf_fini(&j->says);
}

void
assess(struct assessment *assessment, struct arena *arena, const struct alert *alert,
	const struct fact facts[FACT_COUNT], const struct history *history)
{
	struct judging j;

	begin(&j, arena, alert, facts, history);
	judge(assessment, &j);
}

/* ---- what lists keep ---- */

static enum answer_yes
yes_or(bool yes, bool known)
{
	if (yes)
		return ANSWER_YES;
	return known ? ANSWER_NO : ANSWER_UNKNOWN;
}

/* "Not elsewhere" may be said where every call is known, and from where. */
static bool
is_nowhere_else(const struct judging *j)
{
	if (!FACT(j, 14)->known || !FACT(j, 14)->looked.complete)
		return false;
	for (size_t i = 0; i < j->reading.count; i++)
		if (reading_is_use(&j->reading, &j->reading.clues[i]) &&
			reading_same_ip(&j->reading, j->reading.clues[i].trace) == ANSWER_UNKNOWN)
			return false;
	return true;
}

static int64_t
first_seen(const struct judging *j)
{
	const struct reading *r = &j->reading;

	for (size_t i = 0; i < r->count; i++) {
		const struct trace *t = r->clues[i].trace;

		if (t->time == TIME_NONE || t->time >= j->alert->time)
			break;
		if (r->clues[i].by_actor && r->clues[i].weight & TRACE_KEY_CALL &&
			str_is(t->text[TRACE_NAME], "CreateAccessKey"))
			return t->time;
	}
	return TIME_NONE;
}

struct answer
answer_of(struct arena *arena, const struct alert *alert, const struct fact facts[FACT_COUNT],
	const struct history *history)
{
	struct assessment assessment;
	struct judging j;
	struct answer answer = {.children = -1, .first_seen_actor = TIME_NONE};

	begin(&j, arena, alert, facts, history);
	judge(&assessment, &j);
	answer.assessed = assessment.kind;
	answer.used = yes_or(j.usage.first != NULL, FACT(&j, 14)->known);
	answer.used_elsewhere = yes_or(j.usage.elsewhere != NULL, is_nowhere_else(&j));
	if (j.usage.first && j.usage.first->trace->time != TIME_NONE && alert->time != TIME_NONE)
		answer.used_after = reading_after(&j.reading, j.usage.first->trace->time);
	answer.rotation = j.rotation.shape;
	if (FACT(&j, 22)->known)
		answer.children = (int64_t)j.children;
	answer.first_seen_actor = first_seen(&j);
	return answer;
}
