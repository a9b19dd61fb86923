/* Whole screens with their attributes, one for each view, at the sizes and in the looks that matter
 * most. */
#include <limits.h>
#include <stdio.h>

#include "tests/support/stage.h"

static const struct {
	const char *name, *theme, *settings[2];
} looks[] = {{"dark", "dark", {NULL}}, {"light", "light", {NULL}},
	/* No `rep` in its terminfo: what libvterm repeats up to the edge, it wraps. */
	{"ascii", "dark", {"LC_ALL=C", "TERM=screen-256color"}}};
enum { LOOKS = sizeof(looks) / sizeof(looks[0]) };

static const struct {
	int rows, cols;
} sizes[] = {{24, 80}, {40, 140}, {50, 200}};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

/* Each has a store of its own: what another one decided or filtered by is not there. */
static struct pty *
open_on(const struct stage *stage, size_t look, int rows, int cols, const char *const what[2])
{
	char store[PATH_MAX];
	const char *const words[] = {
		"--store", store, "--theme", looks[look].theme, what[0], what[1], NULL};
	const char *const environment[] = {"KEYWATCH_NOW=" STAGE_NOW, "KEYWATCH_CLOCK_RATE=0",
		looks[look].settings[0], looks[look].settings[1], NULL};

	snprintf(store, sizeof(store), "%s/%dx%d-%s.db", stage->home, cols, rows, looks[look].name);
	return pty_open(&(struct pty_options){.rows = rows,
		.cols = cols,
		.child = {.arguments = words, .environment = environment, .home = stage->home}});
}

static struct pty *
open_sample(const struct stage *stage, size_t look, int rows, int cols)
{
	struct pty *pty = open_on(stage, look, rows, cols, (const char *const[2]){SAMPLE, NULL});

	pty_wait_text(pty, "1 of 42");
	pty_wait_text(pty, "42 alerts");
	return pty;
}

static void
golden_at(struct pty *pty, const char *view, int rows, int cols, size_t look)
{
	char name[64];

	snprintf(name, sizeof(name), "%s-%dx%d-%s", view, cols, rows, looks[look].name);
	stage_golden(pty, name);
}

/* keys, then what they must have shown (on narrow screens less), then more keys. */
static void
golden_after(const struct stage *stage, const char *keys, const char *narrow, const char *shown,
	const char *more, const char *view)
{
	for (size_t i = 0; i < SIZES * LOOKS; i++) {
		int rows = sizes[i / LOOKS].rows, cols = sizes[i / LOOKS].cols;
		struct pty *pty = open_sample(stage, i % LOOKS, rows, cols);

		pty_send(pty, keys);
		pty_wait_text(pty, cols < 140 ? narrow : shown);
		pty_send(pty, more);
		golden_at(pty, view, rows, cols, i % LOOKS);
		pty_assert_clean(pty);
		pty_close(pty);
	}
}

static void
golden(const struct stage *stage, const char *keys, const char *view)
{
	golden_after(stage, keys, "", "", "", view);
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

/* Of the first alert it is taken, of the next ones validated, malicious, no finding, and requested;
 * the one behind is selected, which nobody decided: no screen tells who runs this. */
#define DECIDED                                                                                    \
	"aj"                                                                                       \
	"vticket 4711\ryj"                                                                         \
	"xunknown to the owner\ryj"                                                                \
	"Flour own test\rj"                                                                        \
	"r\rj"

static void
golden_decided(void **state)
{
	golden_after(*state, DECIDED, "39 open", "37 new", "", "decided");
}

static void
golden_activity(void **state)
{
	golden_after(*state, DECIDED, "39 open", "37 new", "A", "activity");
}

static void
golden_prompt(void **state)
{
	golden(*state, "vticket 4711", "prompt");
}

static void
golden_hostile_record(void **state)
{
	golden_after(
		*state, "fUserAgent has 'sselmrah'\r", "1 of 1", "1 of 1", ":peek\r", "hostile");
}

/* The other states of sources are played in test_ui_live. */
static void
golden_followed_source(void **state)
{
	static const char *const feed[2] = {
		"--source", "type=follow,name=feed,path=" SAMPLE "/exports/siem-analytics.ndjson"};

	for (size_t i = 0; i < SIZES * LOOKS; i++) {
		int rows = sizes[i / LOOKS].rows, cols = sizes[i / LOOKS].cols;
		struct pty *pty = open_on(*state, i % LOOKS, rows, cols, feed);

		pty_wait_text(pty, "3 alerts");
		pty_send(pty, "S");
		golden_at(pty, "followed", rows, cols, i % LOOKS);
		pty_assert_clean(pty);
		pty_close(pty);
	}
}

static void
golden_at_the_smallest_size(void **state)
{
	for (size_t look = 0; look < LOOKS; look++) {
		struct pty *pty = open_sample(*state, look, 24, 80);

		pty_resize(pty, 10, 40);
		golden_at(pty, "entity", 10, 40, look);
		pty_resize(pty, 9, 40);
		golden_at(pty, "too-small", 9, 40, look);
		pty_assert_clean(pty);
		pty_close(pty);
	}
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
		stage_test(golden_decided),
		stage_test(golden_activity),
		stage_test(golden_prompt),
		stage_test(golden_hostile_record),
		stage_test(golden_followed_source),
		stage_test(golden_at_the_smallest_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
