#include "core/validation/shown.h"

struct compared {
	const struct alert *alert;
	const char *what; /* differs; NULL: nothing */
};

/* A list has the beginning of what is long (512 bytes, whole characters). */
static bool
is_copy(struct str shown, struct str whole)
{
	return str_equal(shown, whole) ||
	       (whole.len > 512 && shown.len > 508 && str_starts_with(whole, shown));
}

static bool
compare(void *context, const struct store_row *row)
{
	struct compared *c = context;
	const struct alert *alert = c->alert;
	const struct str *text = alert->text;
	struct arena arena = {0};
	const struct {
		const char *what;
		struct str shown, whole;
	} texts[] = {
		{"its id", str_from(row->id), str_from(alert->id)},
		{"the actor", row->actor, alert_actor_label(&arena, alert)},
		{"the target", row->target, text[ALERT_TARGET_USER]},
		{"the account", row->account,
			text[ALERT_RECIPIENT].len ? text[ALERT_RECIPIENT]
						  : text[ALERT_ACTOR_ACCOUNT]},
		{"the address", row->ip, text[ALERT_SOURCE_IP]},
		{"the event's id", row->event_id, text[ALERT_EVENT_ID]},
		{"the rule", row->rule_id, text[ALERT_RULE_ID]},
		{"the severity", row->severity, text[ALERT_SEVERITY]},
	};

	for (size_t i = 0; !c->what && i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!is_copy(texts[i].shown, texts[i].whole))
			c->what = texts[i].what;
	arena_fini(&arena);
	return true;
}

bool
shown_is_of_record(struct store *store, const struct alert *alert, int64_t row, struct error *err)
{
	struct compared c = {.alert = alert};

	if (!alert_is_of_record(alert, err))
		return false;
	if (row && !store_row(store, row, compare, &c, err))
		return false;
	return !c.what || error_set(err, ERROR_CONFLICT, "lists show another of it: %s", c.what);
}
