#include "tests/support/test.h"

#include "tui/pane.h"

static void
fill(struct pane *pane, int lines, bool stops, int width, size_t height)
{
	for (int i = 0; i < lines; i++) {
		doc_line(&pane->doc, (size_t)i, stops, 4);
		doc_printf(&pane->doc, ROLE_LABEL, "%02d  ", i);
		doc_puts(&pane->doc, ROLE_TEXT, i % 3 ? "alpha" : "alpha beta gamma");
	}
	pane_laid(pane, width, height, false, true);
}

static void
assert_shown(const struct pane *pane, const char *expected)
{
	struct grid grid = {0};
	struct buf out = {0};

	grid_resize(&grid, (int)pane->height, pane->width);
	pane_draw(pane, &grid, (struct grid_rect){0, 0, (int)pane->height, pane->width}, true);
	grid_dump(&grid, &out);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
	grid_fini(&grid);
}

#define BAR "\xe2\x96\x8e"

static void
lines_wrap_at_words_under_their_indent(void **state)
{
	struct pane pane = {0};

	(void)state;
	fill(&pane, 2, true, 18, 4);
	assert_shown(&pane, BAR "00  alpha beta\n" BAR "    gamma\n 01  alpha\n\n");
	pane_fini(&pane);
}

static void
a_word_longer_than_a_row_is_broken_and_nothing_is_lost(void **state)
{
	struct pane pane = {0};

	(void)state;
	doc_line(&pane.doc, 0, false, 2);
	doc_puts(&pane.doc, ROLE_TEXT, "abcdefghijklmnopqrstuvwxyz\xe6\xbc\xa2\xe5\xad\x97");
	pane_laid(&pane, 14, 3, false, true);
	assert_shown(&pane, " abcdefghijkl\n   mnopqrstuv\n   wxyz\xe6\xbc\xa2\xe5\xad\x97\n");
	pane_fini(&pane);
}

static void
the_cursor_goes_from_line_to_line_and_the_window_follows(void **state)
{
	struct pane pane = {0};

	(void)state;
	fill(&pane, 6, true, 18, 3);
	pane_move(&pane, 2);
	assert_shown(&pane, "     gamma\n 01  alpha\n" BAR "02  alpha\n");
	pane_move(&pane, -2);
	assert_shown(&pane, BAR "00  alpha beta\n" BAR "    gamma\n 01  alpha\n");
	pane_last(&pane);
	assert_int_equal(pane.cursor, 5);
	assert_int_equal(pane_rows_below(&pane), 0);
	pane_first(&pane);
	assert_int_equal(pane.cursor, 0);
	assert_int_equal(pane_rows_below(&pane), 5);
	pane_fini(&pane);
}

/* News may come in the same moment as another layout. */
static void
a_pane_built_again_in_another_size_still_shows_its_cursor(void **state)
{
	struct pane pane = {0};

	(void)state;
	fill(&pane, 6, true, 18, 8);
	pane_go(&pane, 5);
	pane_laid(&pane, 18, 3, false, false);
	assert_shown(&pane, "     gamma\n 04  alpha\n" BAR "05  alpha\n");
	pane_fini(&pane);
}

static void
pages_never_get_stuck(void **state)
{
	struct pane pane = {0};

	(void)state;
	fill(&pane, 50, true, 18, 1);
	for (int i = 0; i < 100; i++)
		pane_page(&pane, 1);
	assert_int_equal(pane.cursor, 49);
	for (int i = 0; i < 100; i++)
		pane_page(&pane, -1);
	assert_int_equal(pane.cursor, 0);
	pane_fini(&pane);
}

static void
text_without_stops_scrolls(void **state)
{
	struct pane pane = {0};

	(void)state;
	fill(&pane, 9, false, 30, 3);
	pane_page(&pane, 1);
	assert_int_equal(pane.top, 2);
	pane_move(&pane, 100);
	assert_int_equal(pane.top, 6);
	pane_move(&pane, -100);
	assert_int_equal(pane.top, 0);
	pane_fini(&pane);
}

static void
put_headed(struct pane *pane, size_t height)
{
	doc_line(&pane->doc, 99, false, 0);
	doc_puts(&pane->doc, ROLE_TEXT, "head");
	doc_end_head(&pane->doc);
	fill(pane, 6, true, 30, height);
}

/* What it says of them must not scroll away from the lines. */
static void
a_head_stays_above_what_scrolls(void **state)
{
	struct pane pane = {0};

	(void)state;
	put_headed(&pane, 4);
	assert_shown(&pane, " head\n" BAR "00  alpha beta gamma\n 01  alpha\n 02  alpha\n");
	pane_page(&pane, 1);
	assert_shown(&pane, " head\n" BAR "02  alpha\n 03  alpha beta gamma\n 04  alpha\n");
	pane_last(&pane);
	assert_shown(&pane, " head\n 03  alpha beta gamma\n 04  alpha\n" BAR "05  alpha\n");
	assert_int_equal(pane_rows_below(&pane), 0);
	assert_int_equal(pane.doc.rows[pane_row_at(&pane, 0)].line, 0);
	assert_int_equal(pane.doc.rows[pane_row_at(&pane, 1)].line, 4);
	pane_move(&pane, -3);
	assert_shown(&pane, " head\n" BAR "02  alpha\n 03  alpha beta gamma\n 04  alpha\n");
	pane_scroll(&pane, 1);
	assert_shown(&pane, " head\n" BAR "03  alpha beta gamma\n 04  alpha\n 05  alpha\n");
	pane_first(&pane);
	assert_shown(&pane, " head\n" BAR "00  alpha beta gamma\n 01  alpha\n 02  alpha\n");
	pane_fini(&pane);
}

static void
a_head_that_leaves_too_little_scrolls_as_well(void **state)
{
	struct pane pane = {0};

	(void)state;
	put_headed(&pane, 3);
	pane_last(&pane);
	assert_shown(&pane, " 03  alpha beta gamma\n 04  alpha\n" BAR "05  alpha\n");
	pane_resize(&pane, 30, 4, false);
	assert_shown(&pane, " head\n 03  alpha beta gamma\n 04  alpha\n" BAR "05  alpha\n");
	pane_resize(&pane, 30, 3, false);
	assert_shown(&pane, " 03  alpha beta gamma\n 04  alpha\n" BAR "05  alpha\n");
	pane_fini(&pane);
}

static enum regex_result
search(struct pane *pane, const char *pattern)
{
	struct regex *regex;
	struct error err;
	enum regex_result result;

	assert_ok(regex_compile(&regex, str_from(pattern), REGEX_UTF, &err), &err);
	result = pane_search(pane, regex);
	regex_free(regex);
	return result;
}

static const struct doc_mark *
find(struct pane *pane, int step, bool wraps)
{
	bool wrapped;

	assert_true(pane_find(pane, step, &wrapped));
	assert_int_equal(wrapped, wraps);
	return &pane->matches[pane->match];
}

static void
scrolling_takes_the_cursor_along_only_at_the_edge(void **state)
{
	struct pane pane = {0};

	(void)state;
	fill(&pane, 10, true, 40, 4);
	pane_go(&pane, 2);
	pane_scroll(&pane, 2);
	assert_int_equal(pane.top, 2);
	assert_int_equal(pane.cursor, 2);
	pane_scroll(&pane, 3);
	assert_int_equal(pane.cursor, 5);
	pane_scroll(&pane, 100);
	assert_int_equal(pane.top, 6);
	assert_int_equal(pane.cursor, 6);
	pane_go(&pane, 9);
	pane_scroll(&pane, -1);
	assert_int_equal(pane.top, 5);
	assert_int_equal(pane.cursor, 8);
	pane_scroll(&pane, -100);
	assert_int_equal(pane.top, 0);
	assert_int_equal(pane.cursor, 3);
	pane_fini(&pane);
}

static void
search_goes_round_in_both_directions(void **state)
{
	struct pane pane = {0};
	bool wrapped;

	(void)state;
	fill(&pane, 6, true, 30, 2);
	assert_int_equal(search(&pane, "beta"), REGEX_MATCH);
	assert_int_equal(find(&pane, 1, false)->line, 0);
	assert_int_equal(find(&pane, 1, false)->line, 3);
	assert_int_equal(pane.cursor, 3);
	assert_int_equal(find(&pane, 1, true)->line, 0);
	assert_int_equal(find(&pane, -1, true)->line, 3);
	assert_int_equal(find(&pane, -1, false)->line, 0);
	assert_int_equal(search(&pane, "delta"), REGEX_NO_MATCH);
	assert_false(pane_find(&pane, 1, &wrapped));
	pane_fini(&pane);
}

static void
search_begins_at_the_cursor(void **state)
{
	struct pane pane = {0};

	(void)state;
	fill(&pane, 9, true, 30, 2);
	pane_go(&pane, 4);
	assert_int_equal(search(&pane, "beta"), REGEX_MATCH);
	assert_int_equal(find(&pane, 1, false)->line, 6);
	pane_go(&pane, 4);
	assert_int_equal(search(&pane, "beta"), REGEX_MATCH);
	assert_int_equal(find(&pane, -1, false)->line, 3);
	pane_go(&pane, 8);
	assert_int_equal(search(&pane, "beta"), REGEX_MATCH);
	assert_int_equal(find(&pane, 1, true)->line, 0);
	pane_first(&pane);
	assert_int_equal(search(&pane, "beta"), REGEX_MATCH);
	assert_int_equal(find(&pane, -1, true)->line, 6);
	pane_fini(&pane);
}

static void
several_matches_of_a_line_are_visited_one_by_one(void **state)
{
	struct pane pane = {0};

	(void)state;
	doc_line(&pane.doc, 0, true, 0);
	doc_puts(&pane.doc, ROLE_TEXT, "xaxax");
	pane_laid(&pane, 30, 3, false, true);
	assert_int_equal(search(&pane, "x"), REGEX_MATCH);
	assert_int_equal(find(&pane, 1, false)->from, 0);
	assert_int_equal(find(&pane, 1, false)->from, 2);
	assert_int_equal(find(&pane, 1, false)->from, 4);
	assert_int_equal(find(&pane, -1, false)->from, 2);
	assert_int_equal(search(&pane, "y*"), REGEX_NO_MATCH);
	pane_fini(&pane);
}

static void
a_match_is_shown_in_its_role_even_across_a_wrap(void **state)
{
	struct pane pane = {0};
	struct grid grid = {0};

	(void)state;
	fill(&pane, 1, true, 18, 2);
	assert_int_equal(search(&pane, "beta gam|a"), REGEX_MATCH);
	find(&pane, 1, false);
	find(&pane, 1, false);
	find(&pane, 1, false);
	grid_resize(&grid, 2, 18);
	pane_draw(&pane, &grid, (struct grid_rect){0, 0, 2, 18}, true);
	assert_int_equal(grid_at(&grid, 0, 5)->role, ROLE_MATCH_OTHER);
	assert_int_equal(grid_at(&grid, 0, 11)->role, ROLE_MATCH);
	assert_int_equal(grid_at(&grid, 0, 10)->role, ROLE_TEXT);
	assert_int_equal(grid_at(&grid, 1, 5)->role, ROLE_MATCH);
	assert_int_equal(grid_at(&grid, 1, 8)->role, ROLE_TEXT);
	assert_int_equal(grid_at(&grid, 1, 9)->role, ROLE_MATCH_OTHER);
	grid_fini(&grid);
	pane_fini(&pane);
}

static void
another_width_keeps_the_place(void **state)
{
	struct pane pane = {0};

	(void)state;
	fill(&pane, 40, true, 40, 5);
	pane_go(&pane, 30);
	for (int width = 4; width < 60; width += 7) {
		pane_resize(&pane, width, 5, false);
		assert_int_equal(pane.cursor, 30);
		assert_true(pane.top <= doc_row_of(&pane.doc, 30));
		assert_true(doc_row_of(&pane.doc, 30) < pane.top + 5);
	}
	pane_fini(&pane);
}

static void
an_empty_document_survives_everything(void **state)
{
	struct pane pane = {0};
	bool wrapped;

	(void)state;
	pane_laid(&pane, 10, 3, false, true);
	pane_move(&pane, 1);
	pane_move(&pane, -1);
	pane_page(&pane, 1);
	pane_last(&pane);
	pane_first(&pane);
	pane_go(&pane, 7);
	assert_int_equal(search(&pane, "x"), REGEX_NO_MATCH);
	assert_false(pane_find(&pane, 1, &wrapped));
	assert_shown(&pane, "\n\n\n");
	pane_fini(&pane);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_wrap_at_words_under_their_indent),
		cmocka_unit_test(a_word_longer_than_a_row_is_broken_and_nothing_is_lost),
		cmocka_unit_test(the_cursor_goes_from_line_to_line_and_the_window_follows),
		cmocka_unit_test(a_pane_built_again_in_another_size_still_shows_its_cursor),
		cmocka_unit_test(pages_never_get_stuck),
		cmocka_unit_test(text_without_stops_scrolls),
		cmocka_unit_test(a_head_stays_above_what_scrolls),
		cmocka_unit_test(a_head_that_leaves_too_little_scrolls_as_well),
		cmocka_unit_test(scrolling_takes_the_cursor_along_only_at_the_edge),
		cmocka_unit_test(search_goes_round_in_both_directions),
		cmocka_unit_test(search_begins_at_the_cursor),
		cmocka_unit_test(several_matches_of_a_line_are_visited_one_by_one),
		cmocka_unit_test(a_match_is_shown_in_its_role_even_across_a_wrap),
		cmocka_unit_test(another_width_keeps_the_place),
		cmocka_unit_test(an_empty_document_survives_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
