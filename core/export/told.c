#include "core/export/told.h"

void
told_open(struct told *t, const struct alert *alert, const struct export_options *options)
{
	struct fact_ledger ledger = *options->ledger;

	*t = (struct told){.alert = alert};
	t->parsed = alert_parse_event(&t->event, alert, NULL);
	if (options->story)
		t->looked = options->story(
			options->story_context, alert, &t->arena, &t->history, &t->error);
	ledger.history = t->looked ? &t->history : NULL;
	facts_of_alert(t->facts, &t->arena, alert, t->parsed ? &t->event : NULL, &ledger);
	assess(&t->assessment, &t->arena, alert, t->facts, ledger.history);
}

void
told_close(struct told *t)
{
	if (t->parsed)
		event_fini(&t->event);
	arena_fini(&t->arena);
}

/* ---- JSON (facts.md) ---- */

static void
put_place(struct json_writer *w, struct str event_id, struct str path, uint64_t offset)
{
	json_begin_object(w);
	json_member_string(w, "eventId", event_id);
	json_member_string(w, "path", path);
	json_put_key(w, "offset");
	json_put_long(w, (int64_t)offset);
	json_end_object(w);
}

static void
put_evidence(struct json_writer *w, const struct alert *alert, const struct fact *fact)
{
	json_put_key(w, "evidence");
	json_begin_array(w);
	if (fact->evidence && alert->source_count)
		put_place(w, alert->text[ALERT_EVENT_ID], alert->sources[0].path,
			alert->sources[0].offset);
	for (size_t i = 0; i < fact->trace_count; i++)
		put_place(w, fact->traces[i]->text[TRACE_EVENT_ID], fact->traces[i]->path,
			fact->traces[i]->offset);
	json_end_array(w);
}

static void
put_time(struct json_writer *w, const char *key, int64_t at)
{
	char text[TIME_TEXT];

	if (at != TIME_NONE)
		time_format_iso(at, text);
	json_member_string(w, key, at == TIME_NONE ? STR_ABSENT : str_from(text));
}

/* Where live sources were asked. */
static void
put_asked(struct json_writer *w, const struct fact_looked *looked)
{
	struct str places = looked->places, place;

	json_put_key(w, "regions");
	json_begin_array(w);
	for (; places.len; places = str_slice(places, place.len + 1, places.len)) {
		place = str_slice(places, 0, str_find(places, STR(" "), 0));
		json_put_string(w, place);
	}
	json_end_array(w);
	json_put_key(w, "notAsked");
	if (looked->missing.len)
		json_put_string(w, looked->missing);
	else
		json_put_null(w);
	json_put_key(w, "dataEvents");
	json_put_bool(w, false);
}

static void
put_looked(struct json_writer *w, const struct fact_looked *looked)
{
	json_put_key(w, "looked");
	if (!looked->any) {
		json_put_null(w);
		return;
	}
	json_begin_object(w);
	put_time(w, "from", looked->from);
	put_time(w, "to", looked->to);
	json_put_key(w, "complete");
	json_put_bool(w, looked->complete);
	if (looked->places.data)
		put_asked(w, looked);
	json_end_object(w);
}

static void
put_fact(struct json_writer *w, const struct alert *alert, const struct fact *fact)
{
	json_begin_object(w);
	json_put_key(w, "n");
	json_put_long(w, fact->number);
	json_member_string(w, "name", str_from(fact->name));
	json_put_key(w, "value");
	json_put_raw(w, fact->known ? fact->json : STR_ABSENT);
	json_member_string(w, "unknown", fact->known ? STR_ABSENT : fact->value);
	put_evidence(w, alert, fact);
	put_looked(w, &fact->looked);
	json_end_object(w);
}

static void
put_assessment(struct json_writer *w, const struct assessment *a)
{
	json_put_key(w, "assessment");
	json_begin_object(w);
	json_member_string(w, "kind", str_from(assessment_kind_names[a->kind]));
	json_member_string(w, "rule", str_from(a->rule));
	json_member_string(w, "says", a->says);
	json_put_key(w, "facts");
	json_begin_array(w);
	for (size_t i = 0; i < ASSESSMENT_RESTS_MAX && a->rests[i]; i++)
		json_put_long(w, a->rests[i]);
	json_end_array(w);
	json_end_object(w);
}

void
told_put_json(struct json_writer *w, const struct told *t)
{
	json_put_key(w, "facts");
	json_begin_array(w);
	for (size_t i = 0; i < FACT_COUNT; i++)
		put_fact(w, t->alert, &t->facts[i]);
	json_end_array(w);
	put_assessment(w, &t->assessment);
}
