/* The rules, in the order in which they are tried. */
#include "core/alert/assessment.h"

#include "core/alert/agent.h"
#include "core/alert/reading.h"

const char *const assessment_kind_names[] = {
	[ASSESSED_NONE] = "none",
	[ASSESSED_HOSTILE] = "hostile",
	[ASSESSED_SUSPICIOUS] = "suspicious",
	[ASSESSED_OPEN] = "open",
	[ASSESSED_EXPECTED] = "expected",
	[ASSESSED_HARMLESS] = "harmless",
};

/* What the rules look at. */
struct judging {
	struct arena *arena;
	const struct alert *alert;
	const struct fact *facts;
	struct reading reading;
	struct usage usage;
	struct rotation rotation;
	size_t children;
	struct buf says;
};

#define FACT(j, n) (&(j)->facts[(n)-1])

static bool
made_key(const struct judging *j)
{
	return j->alert->outcome == OUTCOME_SUCCESS;
}

static const char *
whose(const struct judging *j)
{
	if (str_is(j->alert->text[ALERT_ACTOR_TYPE], "Root") && j->alert->self)
		return "root's key";
	return j->alert->self ? "own key" : "other's key";
}

/* ---- when ---- */

static bool
is_quarantined(const struct judging *j)
{
	return made_key(j) && reading_quarantine(&j->reading);
}

static bool
is_logging_stopped(const struct judging *j)
{
	for (size_t i = 0; i < j->reading.count; i++)
		if (reading_is_around(&j->reading, &j->reading.clues[i]) &&
			reading_is_logging_stopped(&j->reading.clues[i]))
			return true;
	return false;
}

static bool
is_denied(const struct judging *j)
{
	return !made_key(j);
}

static bool
has_children(const struct judging *j)
{
	return made_key(j) && j->children;
}

static bool
is_attack_agent(struct str agent)
{
	const struct agent_tool *tool = agent_find_tool(agent);

	return (tool && tool->alarming) || agent_hint(agent, 0);
}

static bool
is_attack_tool(const struct judging *j)
{
	const struct reading *r = &j->reading;
	struct str *agents = arena_alloc(j->arena, (r->count + 1) * sizeof(*agents));
	size_t count = 0;

	agents[count++] = j->alert->text[ALERT_USER_AGENT];
	for (size_t i = 0; i < r->count; i++)
		if (reading_is_use(r, &r->clues[i]))
			agents[count++] = r->clues[i].trace->text[TRACE_AGENT];
	count = reading_unique(j->arena, agents, count);
	for (size_t i = 0; i < count; i++)
		if (is_attack_agent(agents[i]))
			return true;
	return false;
}

static bool
is_root(const struct judging *j)
{
	return str_is(j->alert->text[ALERT_ACTOR_TYPE], "Root");
}

/* What would speak against it was looked for and is not there: the rules above did not hold, and
 * none of their facts is unknown. */
static bool
is_cleared(const struct judging *j)
{
	return FACT(j, 14)->known && FACT(j, 14)->looked.complete && FACT(j, 18)->known &&
	       FACT(j, 18)->looked.complete && FACT(j, 21)->known && FACT(j, 22)->known;
}

static bool
is_automation(const struct judging *j)
{
	return FACT(j, 12)->known && !str_is(FACT(j, 12)->json, "false") && is_cleared(j);
}

static bool
is_used_elsewhere(const struct judging *j)
{
	return !j->alert->self && j->usage.elsewhere;
}

static bool
is_persisting(const struct judging *j)
{
	return FACT(j, 18)->known && FACT(j, 18)->alarming;
}

static bool
is_rotated(const struct judging *j)
{
	return j->rotation.shape == ROTATION_WHOLE;
}

static bool
is_self_rotated(const struct judging *j)
{
	return is_rotated(j) && j->alert->self && j->rotation.by_owner && is_cleared(j);
}

static bool
is_self_elsewhere(const struct judging *j)
{
	return j->usage.elsewhere != NULL;
}

static bool
is_rotation_begun(const struct judging *j)
{
	return j->rotation.shape == ROTATION_INCOMPLETE;
}

static bool
is_used(const struct judging *j)
{
	return j->usage.first != NULL;
}

static bool
is_unused(const struct judging *j)
{
	return FACT(j, 14)->known;
}

static bool
is_not_looked(const struct judging *j)
{
	return j->reading.history->state == HISTORY_NOT_LOOKED;
}

static bool
is_anything(const struct judging *j)
{
	return j != NULL;
}

/* ---- what is said ---- */

static void
put_after(struct judging *j, const struct clue *clue)
{
	int64_t seconds;

	if (clue->trace->time == TIME_NONE || j->alert->time == TIME_NONE)
		return;
	seconds = reading_after(&j->reading, clue->trace->time);
	if (seconds < 0) {
		buf_puts(&j->says, " (before it was made, by the clocks)");
		return;
	}
	buf_puts(&j->says, " after ");
	reading_put_span(&j->says, seconds);
}

static void
say_quarantined(struct judging *j)
{
	const struct trace *put = reading_quarantine(&j->reading);

	buf_printf(&j->says, "%s, and %.*s was put on the user", whose(j),
		STR_ARG(reading_last_part(put->text[TRACE_WHAT])));
}

static void
say_logging(struct judging *j)
{
	buf_printf(&j->says, "%s by who stopped or deleted a trail within %d min",
		made_key(j) ? whose(j) : "tried", AROUND_MIN);
}

static void
say_children(struct judging *j)
{
	buf_printf(&j->says, "%s, and %zu further %s made with it", whose(j), j->children,
		j->children == 1 ? "key was" : "keys were");
}

static void
say_tool(struct judging *j)
{
	if (made_key(j))
		buf_printf(&j->says, "%s, made or used with a tool for attacks", whose(j));
	else
		buf_printf(&j->says, "%s, tried with a tool for attacks",
			outcome_name(j->alert->outcome));
}

static void
say_denied(struct judging *j)
{
	buf_printf(&j->says, "%s: no key was made", outcome_name(j->alert->outcome));
}

static void
say_elsewhere(struct judging *j)
{
	buf_printf(&j->says, "%s, used", whose(j));
	put_after(j, j->usage.elsewhere);
	buf_puts(&j->says, " from another address");
}

static void
say_root(struct judging *j)
{
	buf_puts(&j->says, j->alert->self ? "a key of root itself, which should have none"
					  : "made by root, which should make none");
	if (j->usage.first) {
		buf_puts(&j->says, "; used");
		put_after(j, j->usage.first);
	}
}

static void
say_use(struct judging *j)
{
	if (j->usage.elsewhere) {
		buf_puts(&j->says, ", used");
		put_after(j, j->usage.elsewhere);
		buf_puts(&j->says, " from another address");
	} else if (j->usage.first) {
		buf_puts(&j->says, ", used");
		put_after(j, j->usage.first);
	} else if (FACT(j, 14)->known) {
		buf_puts(&j->says, ", not used so far");
	}
}

static void
say_automation(struct judging *j)
{
	buf_puts(&j->says, "made by known automation");
	say_use(j);
}

static void
say_persisting(struct judging *j)
{
	buf_printf(&j->says, "%s by who also did: %.*s", whose(j), STR_ARG(FACT(j, 18)->value));
}

static void
say_rotated(struct judging *j)
{
	buf_printf(&j->says, "%s, a rotation: used, the old one deactivated and deleted%s",
		whose(j), j->rotation.by_owner ? " by the user" : ", not by the user itself");
}

static void
say_begun(struct judging *j)
{
	static const char between[] = ", ";
	const char *mark = "";

	buf_printf(&j->says, "%s, a rotation that is not finished: ", whose(j));
	if (!j->rotation.use) {
		buf_puts(&j->says, "new one not used");
		mark = between;
	}
	if (!j->rotation.deactivate) {
		buf_printf(&j->says, "%sold one not deactivated", mark);
		mark = between;
	}
	if (!j->rotation.remove)
		buf_printf(&j->says, "%sold one not deleted", mark);
}

static void
say_plain(struct judging *j)
{
	buf_puts(&j->says, whose(j));
	say_use(j);
	if (j->usage.first && reading_same_ip(&j->reading, j->usage.first->trace) == ANSWER_YES)
		buf_puts(&j->says, " from the same address");
	if (j->usage.first && !FACT(j, 14)->looked.complete)
		buf_puts(&j->says, "; not all was looked through");
}

static void
say_not_looked(struct judging *j)
{
	buf_printf(&j->says, "%s: not looked for yet what came of it", whose(j));
}

static void
say_too_little(struct judging *j)
{
	buf_printf(
		&j->says, "%s; not enough evidence: %.*s", whose(j), STR_ARG(FACT(j, 14)->value));
}

/* ---- the table ---- */

#define HOSTILE ": treat as hostile until explained"

/* clang-format off */
static const struct assessment_rule {
	struct assessment_rule_text text;
	bool (*holds)(const struct judging *j);
	void (*say)(struct judging *j);
	const char *verdict; /* behind what is said */
	int rests[ASSESSMENT_RESTS_MAX];
} rules[] = {
	{{"quarantined", "the policy of a quarantine was put on the user (21)",
		"... was put on the user" HOSTILE, ASSESSED_HOSTILE},
		is_quarantined, say_quarantined, HOSTILE, {21, 14}},
	{{"logging-stopped", "the caller also stopped or deleted a trail within 30 minutes (18)",
		"... by who stopped or deleted a trail" HOSTILE, ASSESSED_HOSTILE},
		is_logging_stopped, say_logging, HOSTILE, {18, 2}},
	{{"made-keys", "other keys were made with the new one, at any depth (22)",
		"... further keys were made with it" HOSTILE, ASSESSED_HOSTILE},
		has_children, say_children, HOSTILE, {22, 14}},
	{{"attack-tool", "the agent of the call, or of a use, is that of a tool or system for attacks (10, 14)",
		"... made or used with a tool for attacks" HOSTILE, ASSESSED_HOSTILE},
		is_attack_tool, say_tool, HOSTILE, {10, 14, 15}},
	{{"denied", "the call was denied, or failed (1)",
		"denied: no key was made", ASSESSED_HARMLESS},
		is_denied, say_denied, "", {1}},
	{{"root", "root made it (6)",
		"a key of root itself, which should have none", ASSESSED_SUSPICIOUS},
		is_root, say_root, ": ask who did it", {6, 14}},
	{{"automation", "the caller is automation by [known] (12); use, persistence, quarantine and "
		"further keys are known, and no rule above holds (14, 18, 21, 22)",
		"made by known automation, used after ...", ASSESSED_EXPECTED},
		is_automation, say_automation, "", {12, 14, 18, 21, 22}},
	{{"used-elsewhere", "made for another user, and used from another address (5, 14)",
		"other's key, used after ... from another address" HOSTILE, ASSESSED_HOSTILE},
		is_used_elsewhere, say_elsewhere, HOSTILE, {5, 14, 15}},
	{{"persisting", "the caller also did what lasts or hides, within 30 minutes (18)",
		"... by who also did: CreateUser ...", ASSESSED_SUSPICIOUS},
		is_persisting, say_persisting, "", {18, 5, 14}},
	{{"self-rotation", "made for oneself; used, and the old key then deactivated and deleted by the user (5, "
		"17); the rest as for automation",
		"own key, a rotation: ...", ASSESSED_EXPECTED},
		is_self_rotated, say_rotated, "", {5, 17, 14, 18, 22}},
	{{"self-elsewhere", "made for oneself, and used from another address (5, 14)",
		"own key, used after ... from another address", ASSESSED_SUSPICIOUS},
		is_self_elsewhere, say_elsewhere, "", {5, 14, 15}},
	{{"rotation", "used, and the old key deactivated and deleted (17)",
		"... a rotation: ... not by the user itself", ASSESSED_OPEN},
		is_rotated, say_rotated, "", {17, 14, 5}},
	{{"rotation-begun", "the old key was deactivated or deleted, and steps are missing (17)",
		"... a rotation that is not finished: old one not deleted", ASSESSED_OPEN},
		is_rotation_begun, say_begun, "", {17, 14, 5}},
	{{"used", "used, but not from another address (14)",
		"... used after ... from the same address", ASSESSED_OPEN},
		is_used, say_plain, "", {14, 15, 5}},
	{{"unused", "not used in all that was looked through (14)",
		"... not used so far", ASSESSED_OPEN},
		is_unused, say_plain, "", {14, 5}},
	{{"not-looked", "nothing was looked through yet",
		"... not looked for yet what came of it", ASSESSED_NONE},
		is_not_looked, say_not_looked, "", {5}},
	{{"too-little", "none of these",
		"... not enough evidence: window starts after ...", ASSESSED_OPEN},
		is_anything, say_too_little, "", {14, 5, 24}},
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
	if (!made_key(j))
		return;
	reading_usage(&j->usage, &j->reading);
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
