#include "core/alert/filter.h"

#include <stdlib.h>

struct bound {
	const struct rule *rule; /* borrows */
	struct rule_filter *filter;
	struct rule_run *run;
};

struct alert_filter {
	size_t count;
	struct bound bound[];
};

bool
alert_filter_new(struct alert_filter **out, struct rule *const *rules, size_t rule_count,
	struct str predicate, int64_t now, struct error *err)
{
	struct alert_filter *f = mem_zalloc(sizeof(*f) + rule_count * sizeof(f->bound[0]));

	for (; f->count < rule_count; f->count++) {
		struct bound *b = &f->bound[f->count];

		if (!rule_filter_compile(&b->filter, rules[f->count], predicate, err)) {
			alert_filter_free(f);
			return false;
		}
		b->rule = rules[f->count];
		b->run = rule_run_new(b->rule, now);
	}
	*out = f;
	return true;
}

void
alert_filter_free(struct alert_filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		rule_run_free(f->bound[i].run);
		rule_filter_free(f->bound[i].filter);
	}
	free(f);
}

/* The variant that made the alert is the first that matches the rule. A row that matched where it
 * came from may not say enough to match here. */
static bool
match_event(struct bound *b, struct event *event)
{
	for (size_t i = 0; i < event->variants; i++) {
		if (event->variants > 1)
			event_select(event, i);
		if (rule_match(b->run, event))
			return rule_filter_match(b->filter, b->run, event);
	}
	if (!event->row_doc)
		return false;
	rule_take_row(b->run, event);
	return rule_filter_match(b->filter, b->run, event);
}

bool
alert_filter_knows(const struct alert_filter *f, struct str id)
{
	for (size_t i = 0; i < f->count; i++)
		if (str_equal(rule_id(f->bound[i].rule), id))
			return true;
	return false;
}

bool
alert_filter_match(struct alert_filter *f, const struct alert *alert)
{
	for (size_t i = 0; i < f->count; i++) {
		struct event event;
		bool holds;

		if (!str_equal(rule_id(f->bound[i].rule), alert->text[ALERT_RULE_ID]))
			continue;
		if (!alert_parse_event(&event, alert, NULL))
			return false;
		holds = match_event(&f->bound[i], &event);
		event_fini(&event);
		return holds;
	}
	return false;
}
