#include "tui/row_text.h"

#include <string.h>

/* Offsets until the text stands still. */
struct stretch {
	size_t from, len;
};

static void
add(struct row_text *t, struct stretch *span, struct str word)
{
	if (t->text.len)
		buf_putc(&t->text, ' ');
	*span = (struct stretch){t->text.len, word.len};
	buf_str(&t->text, word);
}

/* What no column shows. */
static void
add_rest(struct row_text *t, const struct list *list, const struct list_row *row)
{
	struct stretch span;

	add(t, &span, list_word(list, row->owner));
	if (row->classification)
		add(t, &span,
			str_from(classification_name((enum classification)row->classification)));
	if (row->validators)
		add(t, &span, list_word(list, row->validators));
	if (row->validation)
		add(t, &span,
			str_from(validation_state_name((enum validation_state)row->validation)));
}

/* A million of these are to be made in less than a blink. */
void
row_text_make(struct row_text *t, const struct list *list, const struct list_row *row, bool local)
{
	struct stretch spans[COLUMN_COUNT] = {0};

	buf_clear(&t->text);
	add(t, &spans[COLUMN_TIME], str_from(clock_format_next(&t->clock, local, row->time)));
	add(t, &spans[COLUMN_STATUS], str_from(alert_status_name((enum alert_status)row->status)));
	add(t, &spans[COLUMN_SELF], str_from(row->self ? "self" : "other"));
	add(t, &spans[COLUMN_OUTCOME], str_from(outcome_name((enum outcome)row->outcome)));
	add(t, &spans[COLUMN_SEVERITY], list_word(list, row->severity));
	add(t, &spans[COLUMN_ACTOR], list_word(list, row->actor));
	add(t, &spans[COLUMN_TARGET], list_word(list, row->target));
	add(t, &spans[COLUMN_ACCOUNT], list_word(list, row->account));
	add(t, &spans[COLUMN_IP], list_word(list, row->ip));
	add_rest(t, list, row);
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		t->columns[i] = str_slice(buf_view(&t->text), spans[i].from, spans[i].len);
}

void
row_text_fini(struct row_text *t)
{
	buf_fini(&t->text);
}
