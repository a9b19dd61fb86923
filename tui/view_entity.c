#include "tui/view.h"

/* The questions of facts.md about the selected alert, one line each, then its decisions. */

enum { LABEL_COLS = 11, DECIDED = 25 - 1 }; /* the fact that decisions answer */

/* Flags that say nothing against the record itself. */
enum { HARMLESS = 1 << FLAG_DROPPED_BY_SENTINEL | 1 << FLAG_FROM_TABLE };

static void
put_label(struct doc *doc, const char *label)
{
	size_t len = strlen(label);

	doc_puts(doc, ROLE_LABEL, label);
	doc_spaces(doc, len < LABEL_COLS - 1 ? LABEL_COLS - (int)len : 1);
}

static bool
not_looked_for(const struct fact *fact)
{
	return !fact->known && str_starts_with(fact->value, STR("not looked for yet"));
}

/* Facts part their words by middle dots; where only ASCII can be shown that reads badly. */
static void
put_value(struct doc *doc, enum role role, struct str value, bool ascii)
{
	static const char dot[] = "\xc2\xb7";
	size_t at;

	while (ascii && (at = str_find(value, STR(dot), 0)) != (size_t)-1) {
		doc_put(doc, role, str_slice(value, 0, at));
		doc_puts(doc, role, glyph_text(GLYPH_DOT, true));
		value = str_slice(value, at + sizeof(dot) - 1, value.len);
	}
	doc_put(doc, role, value);
}

static void
put_fact(struct doc *doc, const struct fact *fact, size_t index, bool ascii)
{
	doc_line(doc, index, true, LABEL_COLS);
	put_label(doc, fact->label);
	if (fact->known) {
		put_value(doc, fact->alarming ? ROLE_ALARM : ROLE_TEXT, fact->value, ascii);
		return;
	}
	doc_puts(doc, ROLE_UNKNOWN, "unknown: ");
	put_value(doc, ROLE_UNKNOWN, fact->value, ascii);
}

/* What needs other records shares one line. */
static void
put_rest(struct doc *doc, const struct fact facts[FACT_COUNT])
{
	bool any = false;

	for (size_t i = 0; i < FACT_COUNT; i++) {
		if (!not_looked_for(&facts[i]))
			continue;
		if (!any) {
			doc_line(doc, VIEW_NO_FACT, true, LABEL_COLS);
			put_label(doc, "later");
			doc_puts(doc, ROLE_UNKNOWN, "not looked for yet: ");
		}
		doc_printf(doc, ROLE_UNKNOWN, "%s%s", any ? ", " : "", facts[i].label);
		any = true;
	}
}

void
view_put_badges(struct doc *doc, const struct alert *alert, const char *label)
{
	bool any = false;

	for (int flag = 0; flag < FLAG_COUNT; flag++) {
		if (!(alert->flags & 1U << flag))
			continue;
		if (!any) {
			doc_line(doc, VIEW_NO_FACT, false, LABEL_COLS);
			if (label)
				put_label(doc, label);
		} else {
			doc_spaces(doc, 1);
		}
		if (HARMLESS & 1U << flag)
			doc_puts(doc, ROLE_STRONG, flag_name((enum flag)flag));
		else
			doc_printf(doc, ROLE_BADGE, " %s ", flag_name((enum flag)flag));
		any = true;
	}
}

void
view_entity(struct doc *doc, const struct view_model *model)
{
	const struct subject *subject = model->subject;

	if (!subject->loaded) {
		if (!subject->rowid)
			return;
		doc_line(doc, VIEW_NO_FACT, false, 0);
		doc_puts(doc, ROLE_ERROR, subject->error.text);
		return;
	}
	view_put_badges(doc, &subject->alert, "flags");
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (!not_looked_for(&subject->facts[i]) && i != DECIDED)
			put_fact(doc, &subject->facts[i], i, model->ascii);
	put_rest(doc, subject->facts);
	/* What holds now, then how it came to be where one decision does not say it all. */
	put_fact(doc, &subject->facts[DECIDED], DECIDED, model->ascii);
	if (subject->alert.decision_count > 1)
		view_put_decisions(doc, model, VIEW_NO_FACT);
}
