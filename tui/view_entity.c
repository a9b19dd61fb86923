#include "tui/view.h"

/* What the facts about the selected alert come to, in one line; then the questions of facts.md,
 * one line each, then its decisions. */

enum { LABEL_COLS = 11, DECIDED = 25 - 1 }; /* the fact that decisions answer */
enum { FIRST_OF_HISTORY = 13, LAST_OF_HISTORY = 22 };

/* That of decisions stands last. */
enum { ORDER = FACT_COUNT - 1 };

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
	if (fact->trace_count)
		doc_printf(doc, ROLE_DIM, " %s", glyph_text(GLYPH_JUMP, ascii));
}

/* ---- what is not known for one and the same reason ---- */

static bool
is_of_history(const struct fact *fact)
{
	return fact->number >= FIRST_OF_HISTORY && fact->number <= LAST_OF_HISTORY;
}

static bool
has_same_reason(const struct fact *a, const struct fact *b)
{
	return !a->known && !b->known && is_of_history(a) && is_of_history(b) &&
	       str_equal(a->value, b->value);
}

static size_t
count_same(const struct fact facts[FACT_COUNT], const struct fact *fact)
{
	size_t same = 0;

	for (size_t i = 0; i < FACT_COUNT; i++)
		same += has_same_reason(&facts[i], fact);
	return same;
}

static bool
shares_a_line(const struct fact facts[FACT_COUNT], const struct fact *fact)
{
	return count_same(facts, fact) > 1;
}

/* `of` is the first that they have in common. */
static void
put_shared(struct doc *doc, const struct fact facts[FACT_COUNT], const struct fact *of, bool ascii)
{
	const char *between = "";

	doc_line(doc, VIEW_NO_FACT, false, LABEL_COLS);
	put_label(doc, "unknown");
	put_shortened(doc, ROLE_UNKNOWN, of->value, ascii);
	doc_puts(doc, ROLE_UNKNOWN, ": ");
	for (size_t i = 0; i < ORDER; i++) {
		const struct fact *fact = &facts[fact_order[i] - 1];

		if (!has_same_reason(fact, of))
			continue;
		doc_printf(doc, ROLE_UNKNOWN, "%s%s", between, fact->label);
		between = ", ";
	}
}

/* By its place in the order: nothing before it has that reason. */
static bool
is_first_of_shared(const struct fact facts[FACT_COUNT], size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (has_same_reason(&facts[fact_order[i] - 1], &facts[fact_order[place] - 1]))
			return false;
	return true;
}

/* A line each; those that share one stand where the first of them would. */
static void
put_facts(struct doc *doc, const struct fact facts[FACT_COUNT], bool ascii)
{
	for (size_t i = 0; i < ORDER; i++) {
		const struct fact *fact = &facts[fact_order[i] - 1];

		if (!shares_a_line(facts, fact))
			put_fact(doc, fact, (size_t)fact_order[i] - 1, ascii);
		else if (is_first_of_shared(facts, i))
			put_shared(doc, facts, fact, ascii);
	}
}

/* ---- in one line ---- */

static enum role
assessment_role(enum assessment_kind kind)
{
	switch (kind) {
	case ASSESSED_HOSTILE:
		return ROLE_ALARM;
	case ASSESSED_SUSPICIOUS:
		return ROLE_ACTIVE;
	case ASSESSED_EXPECTED:
		return ROLE_BENIGN;
	case ASSESSED_OPEN:
		return ROLE_STRONG;
	default:
		return ROLE_DIM;
	}
}

/* With what it rests on: no verdict without its reasons. */
static void
put_assessment(struct doc *doc, const struct subject *subject, bool ascii)
{
	const struct assessment *a = &subject->assessment;
	enum role role = assessment_role(a->kind);

	if (!a->says.len)
		return;
	doc_line(doc, VIEW_ASSESSMENT, true, LABEL_COLS);
	put_label(doc, "in short");
	if (a->kind == ASSESSED_HOSTILE)
		doc_printf(doc, role, "%s ", glyph_text(GLYPH_VOID, ascii));
	put_shortened(doc, role, a->says, ascii);
	for (size_t i = 0; i < ASSESSMENT_RESTS_MAX && a->rests[i]; i++)
		doc_printf(doc, ROLE_DIM, "%s%s",
			i ? ", " : "  (rests on: ", subject->facts[a->rests[i] - 1].label);
	if (a->rests[0])
		doc_puts(doc, ROLE_DIM, ")");
}

/* While other records are looked for: how far that is. */
static void
put_looking(struct doc *doc, const struct view_model *model)
{
	if (!model->looking)
		return;
	doc_line(doc, VIEW_NO_FACT, false, LABEL_COLS);
	put_label(doc, "looking");
	doc_put(doc, ROLE_UNKNOWN, str_from(model->looking));
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
	put_assessment(doc, subject, model->ascii);
	put_looking(doc, model);
	put_facts(doc, subject->facts, model->ascii);
	/* What holds now, then how it came to be where one decision does not say it all. */
	put_fact(doc, &subject->facts[DECIDED], DECIDED, model->ascii);
	if (subject->alert.decision_count > 1)
		view_put_decisions(doc, model, VIEW_NO_FACT);
}
