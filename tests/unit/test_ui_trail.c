/* Esc leads back the way that Enter led. */
#include "tests/support/test.h"

#include "tests/support/chronicle.h"

static struct chronicle *
begin(void **state)
{
	struct chronicle *c = *state;

	chronicle_tell(c, chronicle_backdoor);
	chronicle_open(c, false);
	chronicle_type(c, "jj");
	return c;
}

static void
assert_at(const struct chronicle *c, enum ui_overlay overlay, enum pane_kind focus)
{
	assert_int_equal(c->ui.overlay, overlay);
	assert_int_equal(c->ui.focus, focus);
}

/* The line that is lit there. */
static size_t
cursor_of(const struct chronicle *c, enum pane_kind kind)
{
	return c->ui.panes[kind].cursor;
}

static void
from_the_record_that_a_card_opened_esc_leads_to_the_card_then_to_its_fact(void **state)
{
	struct chronicle *c = begin(state);
	size_t fact, line;

	chronicle_type(c, "\rjj");
	fact = cursor_of(c, PANE_ENTITY);
	chronicle_type(c, "\r");
	assert_at(c, OVERLAY_CARD, PANE_ENTITY);
	chronicle_shows(c, "alerts     2, 2 open");
	line = c->ui.overlay_pane.cursor;
	chronicle_type(c, "\r");
	assert_at(c, OVERLAY_NONE, PANE_EVENT);
	chronicle_type(c, "\033");
	assert_at(c, OVERLAY_CARD, PANE_ENTITY);
	chronicle_shows(c, "alerts     2, 2 open");
	assert_int_equal(c->ui.overlay_pane.cursor, line);
	chronicle_type(c, "\033");
	assert_at(c, OVERLAY_NONE, PANE_ENTITY);
	assert_int_equal(cursor_of(c, PANE_ENTITY), fact);
	chronicle_type(c, "\033");
	assert_at(c, OVERLAY_NONE, PANE_LIST);
}

static void
from_the_record_of_a_line_esc_leads_to_the_line_of_the_history(void **state)
{
	struct chronicle *c = begin(state);
	size_t line;

	chronicle_type(c, "H");
	line = cursor_of(c, PANE_HISTORY);
	chronicle_type(c, "\r"); /* it stands on the alert */
	assert_at(c, OVERLAY_NONE, PANE_EVENT);
	chronicle_type(c, "jjj\033");
	assert_at(c, OVERLAY_NONE, PANE_HISTORY);
	assert_int_equal(cursor_of(c, PANE_HISTORY), line);
	chronicle_type(c, "j\r");
	assert_at(c, OVERLAY_RECORD, PANE_HISTORY);
	chronicle_type(c, "\033");
	assert_at(c, OVERLAY_NONE, PANE_HISTORY);
	assert_int_equal(cursor_of(c, PANE_HISTORY), line + 1);
	chronicle_type(c, "\033");
	assert_at(c, OVERLAY_NONE, PANE_LIST);
}

static void
a_history_that_a_fact_narrowed_leads_back_to_the_fact_and_h_shows_all_of_it(void **state)
{
	struct chronicle *c = begin(state);
	size_t fact;

	c->rows = 40;
	chronicle_type(c, "\r/children\r");
	fact = cursor_of(c, PANE_ENTITY);
	chronicle_type(c, "\r");
	chronicle_shows(c, "only what shows \"children\"; H shows all");
	chronicle_type(c, "\033");
	assert_at(c, OVERLAY_NONE, PANE_ENTITY);
	assert_int_equal(cursor_of(c, PANE_ENTITY), fact);
	chronicle_type(c, "\rH");
	assert_int_equal(chronicle_count(c, "only what shows"), 0);
	assert_at(c, OVERLAY_NONE, PANE_HISTORY);
	chronicle_type(c, "\033");
	assert_at(c, OVERLAY_NONE, PANE_ENTITY);
}

static void
the_history_of_a_key_leads_back_to_its_ribbon_also_from_a_record_further_on(void **state)
{
	struct chronicle *c = begin(state);
	size_t ribbon;

	c->rows = 50;
	c->cols = 200;
	chronicle_type(c, "Kj");
	ribbon = cursor_of(c, PANE_KEYS);
	chronicle_type(c, "\r");
	chronicle_shows(c, "only of " CHRONICLE_NEW "; H shows all");
	chronicle_type(c, "\r");
	assert_at(c, OVERLAY_NONE, PANE_EVENT);
	chronicle_type(c, "\033");
	assert_at(c, OVERLAY_NONE, PANE_HISTORY);
	chronicle_shows(c, "only of " CHRONICLE_NEW);
	chronicle_type(c, "\033");
	assert_at(c, OVERLAY_NONE, PANE_KEYS);
	assert_int_equal(c->ui.below, PANE_KEYS);
	assert_int_equal(cursor_of(c, PANE_KEYS), ribbon);
	chronicle_type(c, "\033");
	assert_at(c, OVERLAY_NONE, PANE_LIST);
}

static void
help_over_a_card_leads_back_to_the_card(void **state)
{
	static const char *const ways[] = {"?\033", "??", "?q", "?S\033\033"};
	struct chronicle *c = begin(state);

	chronicle_type(c, "\rjj\r");
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		chronicle_type(c, ways[i]);
		assert_at(c, OVERLAY_CARD, PANE_ENTITY);
		chronicle_shows(c, "alerts     2, 2 open");
	}
	chronicle_type(c, "\033");
	assert_at(c, OVERLAY_NONE, PANE_ENTITY);
}

static void
of_another_pane_or_alert_no_way_leads_back(void **state)
{
	static const char *const ways[] = {"\t", "K"};
	struct chronicle *c = begin(state);

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		chronicle_type(c, "H\r");
		assert_at(c, OVERLAY_NONE, PANE_EVENT);
		chronicle_type(c, ways[i]);
		chronicle_type(c, "\033");
		assert_at(c, OVERLAY_NONE, PANE_LIST);
	}
	chronicle_type(c, "H\r\033\033jE\033");
	assert_at(c, OVERLAY_NONE, PANE_LIST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		chronicle_test(
			from_the_record_that_a_card_opened_esc_leads_to_the_card_then_to_its_fact),
		chronicle_test(from_the_record_of_a_line_esc_leads_to_the_line_of_the_history),
		chronicle_test(
			a_history_that_a_fact_narrowed_leads_back_to_the_fact_and_h_shows_all_of_it),
		chronicle_test(
			the_history_of_a_key_leads_back_to_its_ribbon_also_from_a_record_further_on),
		chronicle_test(help_over_a_card_leads_back_to_the_card),
		chronicle_test(of_another_pane_or_alert_no_way_leads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
