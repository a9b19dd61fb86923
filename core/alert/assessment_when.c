/* When each rule of the assessment holds. */
#include "core/alert/agent.h"
#include "core/alert/assessment_private.h"

bool
assessed_key(const struct judging *j)
{
	return j->alert->outcome == OUTCOME_SUCCESS;
}

/* ---- what else was done, and tried ---- */

static bool
is_key_making(const struct clue *clue)
{
	return str_is(clue->trace->text[TRACE_NAME], "CreateAccessKey");
}

/* Other failures are mistakes: what is there already, or is not there. */
static bool
is_refused(const struct trace *trace)
{
	static const char *const words[] = {"AccessDenied", "UnauthorizedOperation"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_find(trace->text[TRACE_ERROR], str_from(words[i]), 0) != (size_t)-1)
			return true;
	return false;
}

/* Who tries to stop a trail errs in nothing but its name. */
static bool
is_try(const struct clue *clue)
{
	return clue->weight & TRACE_AROUND && !is_key_making(clue) &&
	       !trace_succeeded(clue->trace) &&
	       (is_refused(clue->trace) || reading_stops_logging(clue->trace));
}

static void
note_around(struct deeds *d, const struct clue *clue)
{
	bool done = trace_succeeded(clue->trace);

	d->stopped |= reading_is_logging_stopped(clue);
	d->did |= done && !is_key_making(clue);
	d->tried |= is_try(clue);
}

static void
note_use(struct deeds *d, const struct clue *clue)
{
	if (!(clue->weight & TRACE_AROUND) || is_key_making(clue))
		return;
	d->used_to_stop |= reading_is_logging_stopped(clue);
	if (!d->used_to_persist && (trace_succeeded(clue->trace) || is_try(clue)))
		d->used_to_persist = clue;
}

static size_t
count_users(const struct judging *j)
{
	const struct reading *r = &j->reading;
	struct str *users = arena_alloc(j->arena, (r->count + 1) * sizeof(*users));
	size_t count = 0;

	users[count++] = r->user;
	for (size_t i = 0; i < r->count; i++)
		if (reading_is_around(r, &r->clues[i]) && clue_is(&r->clues[i], "CreateAccessKey"))
			users[count++] = r->clues[i].trace->text[TRACE_USER];
	return reading_unique(j->arena, users, count);
}

void
assessment_find_deeds(struct judging *j)
{
	const struct reading *r = &j->reading;

	for (size_t i = 0; i < r->count; i++) {
		if (reading_is_around(r, &r->clues[i]))
			note_around(&j->deeds, &r->clues[i]);
		if (reading_is_use(r, &r->clues[i]))
			note_use(&j->deeds, &r->clues[i]);
	}
	j->deeds.users = count_users(j);
}

/* ---- the rules ---- */

/* One of before that was taken off again is past; of one put since, who has the key may have taken
 * it off. */
bool
when_quarantined(const struct judging *j)
{
	const struct trace *put = reading_quarantine(&j->reading), *off;

	if (!put || !assessed_key(j))
		return false;
	off = reading_quarantine_off(&j->reading, put);
	return !off || (put->time >= j->alert->time && reading_is_party(&j->reading, off));
}

bool
when_logging_stopped(const struct judging *j)
{
	return j->deeds.stopped;
}

bool
when_logging_stopped_with_it(const struct judging *j)
{
	return j->deeds.used_to_stop;
}

bool
when_denied_persisting(const struct judging *j)
{
	return !assessed_key(j) && (j->deeds.did || j->deeds.tried);
}

bool
when_denied(const struct judging *j)
{
	return !assessed_key(j);
}

bool
when_children(const struct judging *j)
{
	return assessed_key(j) && j->children;
}

static bool
is_attack_agent(struct str agent)
{
	const struct agent_tool *tool = agent_find_tool(agent);

	return (tool && tool->alarming) || agent_hint(agent, 0);
}

bool
when_attack_tool(const struct judging *j)
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

bool
when_root(const struct judging *j)
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

bool
when_automation(const struct judging *j)
{
	return FACT(j, 12)->known && !str_is(FACT(j, 12)->json, "false") && is_cleared(j);
}

bool
when_used_elsewhere(const struct judging *j)
{
	return !j->alert->self && j->usage.elsewhere;
}

bool
when_persisting(const struct judging *j)
{
	return FACT(j, 18)->known && FACT(j, 18)->alarming;
}

bool
when_rotated(const struct judging *j)
{
	return j->rotation.shape == ROTATION_WHOLE;
}

bool
when_self_rotated(const struct judging *j)
{
	return when_rotated(j) && j->alert->self && j->rotation.by_owner && is_cleared(j);
}

bool
when_self_elsewhere(const struct judging *j)
{
	return j->usage.elsewhere != NULL;
}

bool
when_rotation_begun(const struct judging *j)
{
	return j->rotation.shape == ROTATION_INCOMPLETE;
}

bool
when_used(const struct judging *j)
{
	return j->usage.first != NULL;
}

bool
when_unused(const struct judging *j)
{
	return FACT(j, 14)->known;
}

bool
when_not_looked(const struct judging *j)
{
	return j->reading.history->state == HISTORY_NOT_LOOKED;
}

bool
when_anything(const struct judging *j)
{
	return j != NULL;
}


bool
when_tried(const struct judging *j)
{
	return j->deeds.tried;
}

bool
when_used_to_persist(const struct judging *j)
{
	return j->deeds.used_to_persist != NULL;
}

/* Who rotates many users also makes many. */
bool
when_many(const struct judging *j)
{
	return assessed_key(j) && !j->alert->self && j->deeds.users >= ASSESSED_MANY &&
	       j->rotation.shape < ROTATION_INCOMPLETE;
}

bool
when_made_with_new(const struct judging *j)
{
	const struct trace *made = reading_caller_key_made(&j->reading);

	return assessed_key(j) && made && j->alert->time != TIME_NONE &&
	       made->time <= j->alert->time &&
	       made->time >= j->alert->time - ASSESSED_NEW_H * TICKS_PER_HOUR &&
	       !str_equal(made->text[TRACE_ACTOR], j->reading.own.text[TRACE_ACTOR]);
}
