/* What was done to the new key and to its user: questions 16, 17 and 21. */
#include "core/alert/facts_private.h"

/* ---- 16: its state since ---- */

static bool
is_of_key(const struct asking *a, const struct clue *clue)
{
	return str_equal(clue->trace->text[TRACE_SUBJECT], a->alert->text[ALERT_KEY_ID]) &&
	       (clue_is(clue, "UpdateAccessKey") || clue_is(clue, "DeleteAccessKey"));
}

/* IAM deletes no user who still has keys: by then it was, though that record is not there. */
static bool
ends_user(const struct asking *a, const struct clue *clue)
{
	return clue->on_user && clue_is(clue, "DeleteUser") && clue->trace->time != TIME_NONE &&
	       clue->trace->time >= a->alert->time;
}

static struct str
state_of(const struct clue *clue)
{
	return clue_is(clue, "UpdateAccessKey") ? clue->trace->text[TRACE_WHAT] : STR("Deleted");
}

static const char *
state_words(const struct clue *clue)
{
	if (clue_is(clue, "DeleteUser"))
		return "deleted before the user was,";
	if (clue_is(clue, "DeleteAccessKey"))
		return "deleted";
	return str_is(clue->trace->text[TRACE_WHAT], "Inactive") ? "deactivated" : "reactivated";
}

static void
put_change(struct asking *a, const struct clue *clue)
{
	const struct trace *t = clue->trace;
	struct str state = state_of(clue);

	buf_printf(&a->text, "%s%s", a->text.len ? ", " : "", state_words(clue));
	fact_put_by(a, t->text[TRACE_ACTOR]);
	buf_putc(&a->text, ' ');
	fact_put_after(a, t->time);
	json_begin_object(&a->writer);
	fact_member(a, "state", state);
	fact_member_time(a, "at", t->time);
	fact_member(a, "by", t->text[TRACE_ACTOR]);
	json_end_object(&a->writer);
	a->fact->alarming |= str_is(state, "Active");
	fact_show(a, t);
}

void
fact_key_state(struct asking *a)
{
	const struct reading *r = a->reading;
	struct looked looked = reading_looked_since(r, LOOKED_KEY);
	bool gone = false;

	if (!fact_has_key(a))
		return;
	json_begin_array(&a->writer);
	for (size_t i = 0; i < r->count; i++) {
		const struct clue *clue = &r->clues[i];

		if (!is_of_key(a, clue) && (gone || !ends_user(a, clue)))
			continue;
		put_change(a, clue);
		gone |= str_is(state_of(clue), "Deleted");
	}
	json_end_array(&a->writer);
	if (a->shown_count) {
		fact_put_found(a, &looked);
	} else if (fact_may_deny(a, &looked)) {
		buf_puts(&a->text, "not deactivated, not deleted");
		fact_put_until(a, &looked);
	}
}

/* ---- 17: a rotation? ---- */

const char *const rotation_shape_names[] = {
	[ROTATION_UNKNOWN] = "unknown",
	[ROTATION_NONE] = "none",
	[ROTATION_SECOND_KEY] = "second-key",
	[ROTATION_INCOMPLETE] = "incomplete",
	[ROTATION_WHOLE] = "rotation",
};

/* The steps in their order: whether each was seen, and by whom. */
static void
put_steps(struct asking *a, const struct rotation *rotation)
{
	const struct {
		const char *name, *done, *absent;
		const struct trace *step;
	} steps[] = {
		{"use", "new key used", "new key not used", rotation->use},
		{"deactivate", "old one deactivated", "old one not deactivated",
			rotation->deactivate},
		{"delete", "deleted", "not deleted", rotation->remove},
	};

	json_put_key(&a->writer, "missing");
	json_begin_array(&a->writer);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		buf_printf(&a->text, "%s%s", i ? ", " : "",
			steps[i].step ? steps[i].done : steps[i].absent);
		if (!steps[i].step)
			json_put_string(&a->writer, str_from(steps[i].name));
		else if (i)
			fact_put_by(a, steps[i].step->text[TRACE_ACTOR]);
	}
	json_end_array(&a->writer);
	if (!rotation->by_owner)
		buf_puts(&a->text, "; not by the user itself");
}

static void
say_shape(struct asking *a, const struct rotation *rotation)
{
	switch (rotation->shape) {
	case ROTATION_WHOLE:
		buf_printf(&a->text, "rotation of %.*s: ", STR_ARG(rotation->old));
		break;
	case ROTATION_INCOMPLETE:
		buf_printf(&a->text, "incomplete rotation of %.*s: ", STR_ARG(rotation->old));
		break;
	case ROTATION_SECOND_KEY:
		buf_printf(&a->text, "a second key beside %.*s", STR_ARG(rotation->old));
		break;
	default:
		buf_printf(&a->text, "none: no %s key of the user is seen",
			rotation->younger.len ? "older" : "other");
		fact_put_since(a, &rotation->looked);
		if (rotation->younger.len)
			buf_printf(
				&a->text, ", a younger one is: %.*s", STR_ARG(rotation->younger));
	}
}

void
fact_rotation(struct asking *a)
{
	struct rotation rotation;

	if (!fact_has_key(a))
		return;
	reading_rotation(&rotation, a->reading);
	fact_looked(a, &rotation.looked);
	if (rotation.shape == ROTATION_UNKNOWN) {
		fact_may_deny(a, &rotation.looked);
		return;
	}
	say_shape(a, &rotation);
	fact_begin(a);
	fact_member(a, "shape", str_from(rotation_shape_names[rotation.shape]));
	fact_member(a, "oldKey", rotation.old);
	if (rotation.shape >= ROTATION_INCOMPLETE) {
		put_steps(a, &rotation);
	} else {
		json_put_key(&a->writer, "missing");
		json_begin_array(&a->writer);
		json_end_array(&a->writer);
	}
	fact_end(a);
	fact_put_found(a, &rotation.looked);
	fact_show(a, rotation.remove);
	fact_show(a, rotation.deactivate);
	fact_show(a, rotation.shown_by);
	if (rotation.shape >= ROTATION_INCOMPLETE)
		fact_show(a, rotation.use);
}

/* ---- 21: quarantine ---- */

static void
put_quarantine(struct asking *a, const struct trace *put)
{
	const struct trace *off = reading_quarantine_off(a->reading, put);

	buf_printf(&a->text, "yes: %.*s put on the user",
		STR_ARG(reading_last_part(put->text[TRACE_WHAT])));
	fact_put_by(a, put->text[TRACE_ACTOR]);
	buf_puts(&a->text, " at ");
	reading_put_time(&a->text, put->time);
	if (off) {
		buf_puts(&a->text, ", taken off again");
		fact_put_by(a, off->text[TRACE_ACTOR]);
	}
	fact_begin(a);
	fact_member_time(a, "at", put->time);
	fact_member(a, "by", put->text[TRACE_ACTOR]);
	fact_member(a, "policy", put->text[TRACE_WHAT]);
	if (off) {
		fact_member_time(a, "takenOffAt", off->time);
		fact_member(a, "takenOffBy", off->text[TRACE_ACTOR]);
	}
	fact_end(a);
	fact_show(a, put);
	fact_show(a, off);
	a->fact->alarming = true;
}

void
fact_quarantine(struct asking *a)
{
	const struct trace *put = reading_quarantine(a->reading);
	struct looked looked = reading_looked_found(
		a->reading, LOOKED_USER, put ? put->time : TIME_NONE, TIME_NONE);

	if (a->alert->outcome != OUTCOME_SUCCESS) {
		fact_has_key(a);
	} else if (put) {
		put_quarantine(a, put);
		fact_put_found(a, &looked);
	} else if (!a->reading->user.len) {
		fact_unknown(a, "not recorded: the target is no user with a name");
	} else if (fact_may_deny(a, &looked)) {
		buf_puts(&a->text, "no quarantine policy");
		fact_put_until(a, &looked);
		json_put_bool(&a->writer, false);
	}
}
