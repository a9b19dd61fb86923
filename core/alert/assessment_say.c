/* What each rule of the assessment says, but its verdict. */
#include "core/alert/assessment_private.h"

static const char *
whose(const struct judging *j)
{
	if (str_is(j->alert->text[ALERT_ACTOR_TYPE], "Root") && j->alert->self)
		return "root's key";
	return j->alert->self ? "own key" : "other's key";
}

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

void
say_quarantined(struct judging *j)
{
	const struct trace *put = reading_quarantine(&j->reading);

	buf_printf(&j->says, "%s, and %.*s was put on the user", whose(j),
		STR_ARG(reading_last_part(put->text[TRACE_WHAT])));
}

void
say_logging(struct judging *j)
{
	buf_printf(&j->says, "%s by one who stopped or deleted a trail within %d min",
		assessed_key(j) ? whose(j) : "tried", AROUND_MIN);
}

void
say_children(struct judging *j)
{
	buf_printf(&j->says, "%s, and %zu further %s made with it", whose(j), j->children,
		j->children == 1 ? "key was" : "keys were");
}

void
say_tool(struct judging *j)
{
	if (assessed_key(j))
		buf_printf(&j->says, "%s, made or used with a tool for attacks", whose(j));
	else
		buf_printf(&j->says, "%s, tried with a tool for attacks",
			outcome_name(j->alert->outcome));
}

void
say_denied(struct judging *j)
{
	buf_printf(&j->says, "%s: no key was made", outcome_name(j->alert->outcome));
}

void
say_elsewhere(struct judging *j)
{
	buf_printf(&j->says, "%s, used", whose(j));
	put_after(j, j->usage.elsewhere);
	buf_puts(&j->says, " from another address");
}

void
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

void
say_automation(struct judging *j)
{
	buf_puts(&j->says, "made by known automation");
	say_use(j);
}

void
say_persisting(struct judging *j)
{
	buf_printf(&j->says, "%s by one who also did: %.*s", whose(j), STR_ARG(FACT(j, 18)->value));
}

void
say_rotated(struct judging *j)
{
	buf_printf(&j->says, "%s, a rotation: used, the old one deactivated and deleted%s",
		whose(j), j->rotation.by_owner ? " by the user" : ", not by the user itself");
}

void
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

void
say_plain(struct judging *j)
{
	buf_puts(&j->says, whose(j));
	say_use(j);
	if (j->usage.first && reading_same_ip(&j->reading, j->usage.first->trace) == ANSWER_YES)
		buf_puts(&j->says, " from the same address");
	if (j->usage.first && !FACT(j, 14)->looked.complete)
		buf_puts(&j->says, "; not all was looked through");
}

void
say_not_looked(struct judging *j)
{
	buf_printf(&j->says, "%s: not looked for yet what came of it", whose(j));
}

void
say_too_little(struct judging *j)
{
	buf_printf(
		&j->says, "%s; not enough evidence: %.*s", whose(j), STR_ARG(FACT(j, 14)->value));
}


void
say_logging_with_it(struct judging *j)
{
	buf_printf(&j->says, "%s, and a trail was stopped or deleted with it", whose(j));
}

void
say_denied_persisting(struct judging *j)
{
	buf_printf(&j->says, "%s: no key was made, but the caller also did or tried: %.*s",
		outcome_name(j->alert->outcome), STR_ARG(FACT(j, 18)->value));
}

void
say_tried(struct judging *j)
{
	buf_printf(&j->says, "%s by one who also tried: %.*s", whose(j), STR_ARG(FACT(j, 18)->value));
}

void
say_used_to_persist(struct judging *j)
{
	const struct trace *t = j->deeds.used_to_persist->trace;

	buf_printf(&j->says, "%s, and %.*s was %s with it", whose(j), STR_ARG(t->text[TRACE_NAME]),
		trace_succeeded(t) ? "done" : "tried");
	put_after(j, j->deeds.used_to_persist);
}

void
say_many(struct judging *j)
{
	buf_printf(&j->says, "%s, one of those that its maker made for %zu users within %d min",
		whose(j), j->deeds.users, AROUND_MIN);
}

void
say_made_with_new(struct judging *j)
{
	const struct trace *made = reading_caller_key_made(&j->reading);
	struct str by = reading_short_actor(made->text[TRACE_ACTOR]);

	buf_printf(&j->says, "%s, made with a key that is new itself: %.*s%smade it ", whose(j),
		STR_ARG(by), by.len ? " " : "");
	reading_put_span(&j->says, (j->alert->time - made->time) / TICKS_PER_SECOND);
	buf_puts(&j->says, " before");
}
