/* The activity strip: a bar of signs a line, by what became of the alerts; Enter filters to it. */
#include <stdio.h>

#include "core/base/timefmt.h"
#include "tui/activity.h"
#include "tui/view.h"

enum { BEFORE_BAR = 30, LEAST_BAR = 10 };

static const struct {
	enum glyph glyph;
	enum role role;
	const char *word;
} states[ACTIVITY_STATES] = {
	[ACTIVITY_NEW] = {GLYPH_NEW, ROLE_NEW, "new"},
	[ACTIVITY_ACTIVE] = {GLYPH_ACTIVE, ROLE_ACTIVE, "active"},
	[ACTIVITY_BENIGN] = {GLYPH_BENIGN, ROLE_BENIGN, "benign"},
	[ACTIVITY_MALICIOUS] = {GLYPH_MALICIOUS, ROLE_MALICIOUS, "malicious"},
	[ACTIVITY_FALSE] = {GLYPH_FALSE_POSITIVE, ROLE_FALSE_POSITIVE, "false positive"},
};

static void
put_legend(struct doc *doc, const struct view_model *model, const struct activity *a, size_t each)
{
	doc_line(doc, VIEW_NO_BAR, false, 0);
	doc_printf(doc, ROLE_DIM, " alerts a %s, newest first", a->unit);
	if (each > 1)
		doc_printf(doc, ROLE_DIM, "; a sign is up to %zu", each);
	doc_puts(doc, ROLE_DIM, "; Enter filters to a line");
	doc_line(doc, VIEW_NO_BAR, false, 0);
	doc_spaces(doc, 1);
	for (size_t s = 0; s < ACTIVITY_STATES; s++) {
		doc_puts(doc, states[s].role, glyph_text(states[s].glyph, model->ascii));
		doc_printf(doc, ROLE_DIM, " %s   ", states[s].word);
	}
}

/* As precise as the bars are. */
static void
put_time(struct doc *doc, const struct view_model *model, const struct activity *a, int64_t from)
{
	char text[TIME_TEXT];
	bool hours = a->span < 24 * 60 * TICKS_PER_MINUTE;

	clock_format(model->local && hours, from, text);
	doc_printf(doc, ROLE_TEXT, " %.*s", hours ? 16 : 10, text);
	doc_spaces(doc, hours ? 1 : 7);
}

static void
put_bar(struct doc *doc, const struct view_model *model, const struct activity *a, size_t i,
	size_t each)
{
	const struct activity_bar *bar = &a->bars[i];

	doc_line(doc, i, true, BEFORE_BAR);
	put_time(doc, model, a, bar->from);
	doc_printf(doc, bar->total ? ROLE_STRONG : ROLE_DIM, "%9zu  ", bar->total);
	for (size_t s = 0; s < ACTIVITY_STATES; s++)
		for (size_t n = 0; n < bar->count[s]; n += each)
			doc_puts(doc, states[s].role, glyph_text(states[s].glyph, model->ascii));
}

void
view_activity(struct doc *doc, const struct view_model *model)
{
	const struct activity *a = model->activity;
	int room = model->width - BEFORE_BAR - ACTIVITY_STATES;
	size_t each, cols = (size_t)(room > LEAST_BAR ? room : LEAST_BAR);

	if (!a->count) {
		doc_line(doc, VIEW_NO_BAR, false, 0);
		doc_puts(doc, ROLE_DIM, " no alert has a time so far");
		return;
	}
	each = (a->highest + cols - 1) / cols;
	put_legend(doc, model, a, each ? each : 1);
	doc_line(doc, VIEW_NO_BAR, false, 0);
	for (size_t i = 0; i < a->count; i++)
		put_bar(doc, model, a, i, each ? each : 1);
	if (a->untimed) {
		doc_line(doc, VIEW_NO_BAR, false, 0);
		doc_printf(doc, ROLE_DIM, " %zu without a time that can be read", a->untimed);
	}
}
