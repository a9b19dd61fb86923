/* Characters of every width in names: what stands behind them stays in its column. */
#include <limits.h>
#include <stdio.h>

#include "tests/support/stage.h"

enum { FIRST_ROW = 2 };

/* Each a user name, and how it is shown. */
static const struct {
	const char *name, *shown;
} names[] = {
	{"plain", "plain"}, {"\u6f22\u5b57", "\u6f22\u5b57"},	  /* wide */
	{"e\u0301o\u0308x", "e\u0301o\u0308x"},			  /* combining */
	{"\u00b1\u03a9\u2460\u2026", "\u00b1\u03a9\u2460\u2026"}, /* ambiguous: one column */
	{"\U0001f600ok", "\U0001f600ok"},			  /* emoji */
	{"\U0001f469\u200d\U0001f467",
		"\U0001f469\\u200d\U0001f467"},	 /* joined: the joint is seen */
	{"\u2764\ufe0fx", "\u2764\\ufe0fx"},	 /* a heart made an emoji: the selector is seen */
	{"\uac00\u1100\u1161\u11a8x", "\uac00"}, /* Hangul, as syllable and in parts */
	{"\u0928\u093f\u092e", ""},		 /* Devanagari, with a mark that takes place */
	{"\U0001f44d\U0001f3fd!", "\U0001f44d?\?!"}, /* an emoji with the colour of a skin */
	{"\U0001f1e9\U0001f1eaflag", ""},	    /* two letters that make a flag */
	{"\U00020000\uff21\uff71", "\U00020000\uff21\uff71"}, /* plane 2; full and half width */
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

static void
write_log(const struct stage *stage, char path[PATH_MAX])
{
	struct buf log = {0};

	for (int i = 0; i < NAMES; i++)
		buf_printf(&log,
			"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"IAMUser\","
			"\"userName\":\"%s\"},\"eventTime\":\"2026-01-12T08:%02d:00Z\","
			"\"eventName\":\"CreateAccessKey\",\"requestParameters\":{\"userName\":"
			"\"%s\"},\"eventID\":\"e%d\"}\n",
			names[i].name, 59 - i, names[i].name, i);
	free(test_file(stage->home, "names.ndjson", log.data, log.len));
	snprintf(path, PATH_MAX, "%s/names.ndjson", stage->home);
	buf_fini(&log);
}

/* Where a row of the list says whether it is about the caller's own user. */
static int
column_of_self(struct pty *pty, int row)
{
	for (int col = 60; col < 160; col++)
		if (strcmp(pty_cell(pty, row, col).text, "o") == 0 &&
			strcmp(pty_cell(pty, row, col + 1).text, "t") == 0 &&
			strcmp(pty_cell(pty, row, col + 2).text, "h") == 0)
			return col;
	return -1;
}

static void
columns_stand_under_each_other_whatever_the_names_are_made_of(void **state)
{
	char path[PATH_MAX];
	struct pty *pty;
	int row, self;

	write_log(*state, path);
	pty = stage_screen(*state, 50, 200, path);
	pty_wait_text(pty, "12 alerts");
	assert_true(pty_find(pty, "SELF", &row, &self));
	for (int i = 0; i < NAMES; i++) {
		char *text = pty_row(pty, FIRST_ROW + i);

		if (!strstr(text, names[i].shown))
			print_error("%s\n", text);
		assert_non_null(strstr(text, names[i].shown));
		assert_int_equal(column_of_self(pty, FIRST_ROW + i), self);
		free(text);
	}
	/* And after each has been redrawn in part, by the selection going over it. */
	pty_send(pty, "GgGg");
	for (int i = 0; i < NAMES; i++)
		pty_send(pty, "j");
	pty_wait_text(pty, "12 of 12");
	for (int i = 0; i < NAMES; i++)
		assert_int_equal(column_of_self(pty, FIRST_ROW + i), self);
	stage_quit(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(columns_stand_under_each_other_whatever_the_names_are_made_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
