#include "tui/view.h"

/* The questions of facts.md about the selected alert, one line each, then its decisions. */

enum { LABEL_COLS = 11, DECIDED = 25 - 1 }; /* the fact that decisions answer */

/* How much is shown of a value that whoever wrote the log made long. */
enum { HEAD_COLS = 240, TAIL_BYTES = 80 };

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

static struct str
head_of(struct str value, bool ascii)
{
	size_t at = 0;
	int cols = 0;

	for (struct grid_unit u; (u = grid_next_unit(str_slice(value, at, value.len), ascii)).bytes;
		at += u.bytes)
		if ((cols += u.width) > HEAD_COLS)
			break;
	return str_slice(value, 0, at);
}

static struct str
tail_of(struct str value)
{
	size_t at = value.len > TAIL_BYTES ? value.len - TAIL_BYTES : 0;

	while (at < value.len && (value.data[at] & 0xc0) == 0x80)
		at++;
	return str_slice(value, at, value.len);
}

/* Whoever wrote the log chose how long its words are, and no word may push the facts below it out
 * of sight. The end stays: what we say of them stands there. */
static void
put_shortened(struct doc *doc, enum role role, struct str value, bool ascii)
{
	struct str head = head_of(value, ascii);
	struct str rest = str_slice(value, head.len, value.len), tail = tail_of(rest);

	if (rest.len == tail.len) {
		put_value(doc, role, value, ascii);
		return;
	}
	put_value(doc, role, head, ascii);
	doc_printf(doc, ROLE_DIM, "%s %zu more bytes %s", glyph_text(GLYPH_ELLIPSIS, ascii),
		rest.len - tail.len, glyph_text(GLYPH_ELLIPSIS, ascii));
	put_value(doc, role, tail, ascii);
}

static void
put_fact(struct doc *doc, const struct fact *fact, size_t index, bool ascii)
{
	enum role role = fact->alarming ? ROLE_ALARM : ROLE_TEXT;

	doc_line(doc, index, true, LABEL_COLS);
	put_label(doc, fact->label);
	if (!fact->known) {
		doc_puts(doc, ROLE_UNKNOWN, "unknown: ");
		role = ROLE_UNKNOWN;
	}
	if (index == DECIDED) /* stands last, and its reason is ours */
		put_value(doc, role, fact->value, ascii);
	else
		put_shortened(doc, role, fact->value, ascii);
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
