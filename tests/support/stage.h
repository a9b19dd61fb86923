/*
 * What an end-to-end test stands on: a home folder of its own, a store in it, a fixed clock for
 * the screen (settled: KEYWATCH_NOW), and short ways to start the program.
 */
#ifndef KEYWATCH_TESTS_STAGE_H
#define KEYWATCH_TESTS_STAGE_H

#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/test.h"

#define STAGE_NOW "2026-01-17T00:00:00Z"
#define SAMPLE "tests/sample/logs"
enum { SAMPLE_ALERTS = 42 };

struct stage {
	char *home;  /* owns */
	char *store; /* owns; a path in home, not there at first */
};

/* cmocka's setup and teardown of one test. */
int stage_setup(void **state);
int stage_teardown(void **state);
#define stage_test(function) cmocka_unit_test_setup_teardown(function, stage_setup, stage_teardown)

/* `keywatch --store STORE WORDS…` on a terminal. */
#define stage_screen(stage, rows, cols, ...)                                                       \
	stage_screen_words((stage), (rows), (cols), (const char *const[]){__VA_ARGS__, NULL})
struct pty *stage_screen_words(
	const struct stage *stage, int rows, int cols, const char *const *words);

/* The sample logs, read to the end. */
struct pty *stage_sample(const struct stage *stage, int rows, int cols);
/* By q: ends with 0, and nothing that it wrote was out of place. Takes. */
void stage_quit(struct pty *pty);

/* `keywatch WORDS…`; run's input is used, and its results are filled. */
#define stage_run(stage, run, ...)                                                                 \
	stage_run_words((stage), (run), (const char *const[]){__VA_ARGS__, NULL})
void stage_run_words(const struct stage *stage, struct run *run, const char *const *words);

/* Waits until the screen is what tests/data/golden/NAME.txt holds (picture.h); NAME ends with
 * -LOOK. */
void stage_golden(struct pty *pty, const char *name);

/* How often the text stands in it. */
size_t stage_count(struct str in, const char *text);

#endif
