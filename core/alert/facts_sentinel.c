/*
 * Question 23: would Sentinel's schedule have seen the event? Runs are `frequency` apart, at a
 * phase nobody here knows; each looks back over `period` of event times and starts five minutes
 * late (sources.md §5.5). So an event that took L to arrive is surely seen while L <= period -
 * frequency
 * + delay, surely missed beyond period + delay, and in between missed by a share of all phases.
 */
#include "core/alert/facts_private.h"

enum { DELAY_MIN = 5, USUAL_MIN = 15 };

struct schedule {
	int64_t frequency, period, delay;
};

static struct schedule
schedule_of(const struct asking *a)
{
	const int64_t usual = USUAL_MIN * TICKS_PER_MINUTE;
	struct schedule schedule = {usual, usual, DELAY_MIN * TICKS_PER_MINUTE};

	for (size_t i = 0; a->ledger && i < a->ledger->rule_count; i++) {
		const struct rule *rule = a->ledger->rules[i];

		if (!str_equal(rule_id(rule), a->alert->text[ALERT_RULE_ID]))
			continue;
		if (rule_frequency(rule))
			schedule.frequency = rule_frequency(rule);
		if (rule_period(rule))
			schedule.period = rule_period(rule);
	}
	return schedule;
}

static void
put_span(struct buf *out, int64_t span)
{
	if (span < TICKS_PER_MINUTE)
		buf_printf(out, "%lld s", (long long)(span / TICKS_PER_SECOND));
	else if (span < 2 * TICKS_PER_HOUR)
		buf_printf(out, "%lld min", (long long)(span / TICKS_PER_MINUTE));
	else
		buf_printf(out, "%lld h %lld min", (long long)(span / TICKS_PER_HOUR),
			(long long)(span % TICKS_PER_HOUR / TICKS_PER_MINUTE));
}

static void
answer(struct asking *a, bool seen, int64_t late)
{
	if (seen)
		buf_puts(&a->text, ": Sentinel's rule, reading a similar path, would have seen it");
	else
		buf_puts(&a->text,
			": Sentinel's rule, reading a similar path, would have missed it");
	fact_begin(a);
	fact_member_bool(a, "seen", seen);
	json_put_key(&a->writer, "delaySeconds");
	json_put_long(&a->writer, late / TICKS_PER_SECOND);
	fact_end(a);
	a->fact->alarming = !seen;
}

/* Neither yes nor no: it hangs on when the schedule happened to run. */
static void
answer_perhaps(struct asking *a, const struct schedule *schedule, int64_t late, int64_t surely)
{
	struct buf reason = {0};

	buf_puts(&reason, "not recorded: when the schedule ran; it reached us after ");
	put_span(&reason, late);
	buf_printf(&reason, ", and %lld %% of schedules of ",
		(long long)((late - surely) * 100 / schedule->frequency));
	put_span(&reason, schedule->frequency);
	buf_puts(&reason, " would have missed it");
	fact_unknown(a, buf_cstr(&reason));
	buf_fini(&reason);
}

void
fact_sentinel(struct asking *a)
{
	const struct schedule schedule = schedule_of(a);
	int64_t surely = schedule.period - schedule.frequency + schedule.delay;
	int64_t late;

	if (a->alert->arrived == TIME_NONE) {
		fact_unknown(a, "not recorded: saved logs do not say when an event arrived");
		return;
	}
	if (!a->alert->watched || a->alert->time == TIME_NONE) {
		fact_unknown(a, a->alert->watched
					? "not recorded: the event's own time is unreadable"
					: "first seen at start");
		return;
	}
	late = a->alert->arrived - a->alert->time;
	if (late < 0)
		late = 0;
	if (late > surely && late <= schedule.period + schedule.delay) {
		answer_perhaps(a, &schedule, late, surely);
		return;
	}
	buf_puts(&a->text, "reached us after ");
	put_span(&a->text, late);
	answer(a, late <= surely, late);
}
