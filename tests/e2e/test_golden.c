/* Whole screens, one for each view, at the sizes that matter most. */
#include <stdio.h>

#include "tests/support/stage.h"

/* keys, then what they must have shown, then more keys. */
static void
golden_after(const struct stage *stage, const char *keys, const char *shown, const char *more,
	const char *view)
{
	static const struct {
		int rows, cols;
		const char *name;
	} sizes[] = {{24, 80, "80x24"}, {40, 140, "140x40"}, {50, 200, "200x50"}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pty *pty = stage_sample(stage, sizes[i].rows, sizes[i].cols);
		char name[64];

		snprintf(name, sizeof(name), "%s-%s", view, sizes[i].name);
		pty_send(pty, keys);
		pty_wait_text(pty, shown);
		pty_send(pty, more);
		stage_golden(pty, name);
		pty_assert_clean(pty);
		pty_close(pty);
	}
}

static void
golden(const struct stage *stage, const char *keys, const char *view)
{
	golden_after(stage, keys, "", "", view);
}

static void
golden_list_and_entity(void **state)
{
	golden(*state, "", "entity");
}

static void
golden_event(void **state)
{
	golden(*state, "\t", "event");
}

static void
golden_history(void **state)
{
	golden(*state, "\t\t", "history");
}

static void
golden_help(void **state)
{
	golden(*state, "?", "help");
}

static void
golden_peek(void **state)
{
	golden(*state, ":peek\r", "peek");
}

static void
golden_problems(void **state)
{
	golden(*state, "p", "problems");
}

static void
golden_activity(void **state)
{
	golden(*state, "A", "activity");
}

static void
golden_prompt(void **state)
{
	golden(*state, "vticket 4711", "prompt");
}

static void
golden_hostile_record(void **state)
{
	golden_after(*state, "fUserAgent has 'sselmrah'\r", "1 of 1", ":peek\r", "hostile");
}

static void
golden_at_the_smallest_size(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);

	pty_resize(pty, 10, 40);
	stage_golden(pty, "entity-40x10");
	pty_resize(pty, 9, 40);
	stage_golden(pty, "too-small-40x9");
	pty_assert_clean(pty);
	pty_close(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(golden_list_and_entity),
		stage_test(golden_event),
		stage_test(golden_history),
		stage_test(golden_help),
		stage_test(golden_peek),
		stage_test(golden_problems),
		stage_test(golden_activity),
		stage_test(golden_prompt),
		stage_test(golden_hostile_record),
		stage_test(golden_at_the_smallest_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
