/* Screens as text: what is written is read back, and only what is seen is written. */
#include "tests/support/test.h"

#include <glob.h>

#include "tests/support/child.h"
#include "tests/support/picture.h"

static void
assert_written(const struct picture *picture, const char *expected)
{
	struct buf out = {0};

	picture_write(picture, &out);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

#define LINE                                                                                       \
	"8x1 dark, cursor 0:2\n \xe4\xb8\xad"                                                      \
	"a\xcc\x81 x y\nattributes\n aab cdd\nlegend\n"                                            \
	"a fg 80 bold\nb fg #0a0b0c bg 9 underline reverse\nc bg 24 blink\nd bg 24\n"

static void
what_is_written_is_read_back(void **state)
{
	struct picture picture;

	(void)state;
	assert_true(picture_read(&picture, STR(LINE)));
	assert_int_equal(picture.cols, 8);
	assert_string_equal(picture.look, "dark");
	assert_int_equal(picture.cursor_col, 2);
	assert_string_equal(picture_at(&picture, 0, 1)->text, "\xe4\xb8\xad");
	assert_string_equal(picture_at(&picture, 0, 2)->text, "");
	assert_string_equal(picture_at(&picture, 0, 3)->text, "a\xcc\x81");
	assert_int_equal(picture_at(&picture, 0, 2)->fg, 80);
	assert_true(picture_at(&picture, 0, 3)->reverse);
	assert_int_equal(picture_at(&picture, 0, 3)->fg, PTY_RGB | 0x0a0b0c);
	assert_written(&picture, LINE);
	picture_fini(&picture);
}

static void
every_golden_is_read_back(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob(child_source("tests/data/golden/*.txt"), 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *text = test_read(found.gl_pathv[i], NULL);
		struct picture picture;

		if (!picture_read(&picture, str_from(text)))
			fail_msg("%s is no picture", found.gl_pathv[i]);
		assert_written(&picture, text);
		picture_fini(&picture);
		free(text);
	}
	globfree(&found);
}

static void
of_a_blank_only_its_ground_is_seen(void **state)
{
	struct picture picture;

	(void)state;
	picture_init(&picture, 1, 4, "light");
	picture_at(&picture, 0, 0)->bold = true;
	picture_at(&picture, 0, 1)->fg = 80;
	picture_at(&picture, 0, 2)->fg = 80;
	picture_at(&picture, 0, 2)->underline = true;
	picture_at(&picture, 0, 3)->bg = 24;
	assert_written(&picture, "4x1 light\n\nattributes\n  ab\nlegend\n"
				 "a fg 80 underline\nb bg 24\n");
	picture_fini(&picture);
}

static void
what_is_no_picture_is_refused(void **state)
{
	static const char *const texts[] = {"", "2x1 dark\n", "2x1 dark\nab\nattributes\n\n",
		"2x1 dark\nabc\nattributes\n\nlegend\n", "2x1 dark\nab\n\n\nlegend\n",
		"2x1 dark\nab\nattributes\na\nlegend\n",
		"2x1 dark\nab\nattributes\na\nlegend\nb bold\n",
		"2x1 dark\nab\nattributes\na\nlegend\na loud\n",
		"2x1 dark\nab\nattributes\na\nlegend\na fg x\n",
		"2x1 dark\nab\nattributes\n!\nlegend\na bold\n",
		"2x1 dark\nab\nattributes\n  a\nlegend\na bold\n",
		"2x1 dark\nab\nattributes\n\nlegend\na bold\n",
		"2x1 dark\n\xcc\x81\nattributes\n\nlegend\n",
		"2x1 dark\na\x1b\nattributes\n\nlegend\n", "0x1 dark\n\nattributes\n\nlegend\n",
		"2x1 dark, cursor 1:0\n\nattributes\n\nlegend\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct picture picture;

		if (picture_read(&picture, str_from(texts[i])))
			fail_msg("%s is none", texts[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(every_golden_is_read_back),
		cmocka_unit_test(of_a_blank_only_its_ground_is_seen),
		cmocka_unit_test(what_is_no_picture_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
