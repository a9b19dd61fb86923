/* What the answers from history share: how far was looked, which records show it. */
#include "core/alert/facts_private.h"

bool
fact_has_key(struct asking *a)
{
	if (a->alert->outcome != OUTCOME_SUCCESS)
		fact_unknown(a, "not needed: the call made no key");
	else if (!a->alert->text[ALERT_KEY_ID].len)
		fact_unknown(a, "not recorded: the response holds no key");
	else if (str_equal(a->alert->text[ALERT_KEY_ID], a->alert->text[ALERT_ACTOR_KEY]))
		fact_unknown(a, "not recorded: the new key and the caller's read the same");
	else
		return true;
	return false;
}

void
fact_looked(struct asking *a, const struct looked *looked)
{
	a->fact->looked = looked->times;
}

bool
fact_may_deny(struct asking *a, const struct looked *looked)
{
	fact_looked(a, looked);
	if (!looked->lacks.data)
		return true;
	fact_unknown(a, "");
	buf_str(&a->text, looked->lacks);
	return false;
}

void
fact_put_found(struct asking *a, const struct looked *looked)
{
	fact_looked(a, looked);
	if (looked->lacks.data)
		buf_printf(&a->text, "; incomplete: %.*s", STR_ARG(looked->lacks));
}

void
fact_put_since(struct asking *a, const struct looked *looked)
{
	buf_puts(&a->text, " since ");
	reading_put_time(&a->text, looked->times.from);
}

void
fact_put_until(struct asking *a, const struct looked *looked)
{
	buf_puts(&a->text, ", looked until ");
	reading_put_time(&a->text, looked->times.to);
	if (looked->where.len)
		buf_printf(&a->text, " %.*s", STR_ARG(looked->where));
}

void
fact_show(struct asking *a, const struct trace *trace)
{
	for (size_t i = 0; i < a->shown_count; i++)
		if (a->shown[i] == trace)
			return;
	if (trace && a->shown_count < FACT_TRACES_MAX)
		a->shown[a->shown_count++] = trace;
}

void
fact_put_by(struct asking *a, struct str arn)
{
	struct str name = reading_short_actor(arn);

	if (name.len)
		buf_printf(&a->text, " by %.*s", STR_ARG(name));
}

void
fact_put_after(struct asking *a, int64_t time)
{
	int64_t seconds;

	if (time == TIME_NONE || a->alert->time == TIME_NONE) {
		buf_puts(&a->text, "at a time not recorded");
		return;
	}
	seconds = reading_after(a->reading, time);
	buf_puts(&a->text, seconds < 0 ? "logged " : "after ");
	reading_put_span(&a->text, seconds < 0 ? -seconds : seconds);
	if (seconds < 0)
		buf_puts(&a->text, " before the key was made (clocks disagree),");
}

void
fact_member_long(struct asking *a, const char *key, int64_t value)
{
	json_put_key(&a->writer, key);
	json_put_long(&a->writer, value);
}
