/* Alerts that arrive while somebody works: fed through standard input, a piece at a time. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/support/stage.h"

struct feed {
	struct pty *pty;
	int end; /* the writing end of its standard input */
};

static struct feed
open_feed(const struct stage *stage)
{
	const char *const words[] = {"--store", stage->store, "-", NULL};
	struct feed feed;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	feed.pty = pty_open(&(struct pty_options){
		.child = {.arguments = words, .home = stage->home}, .in = fds[0]});
	feed.end = fds[1];
	close(fds[0]);
	return feed;
}

static void
give(const struct feed *feed, const char *user, int minute)
{
	char record[1024];
	int n = snprintf(record, sizeof(record),
		"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":\"%"
		"s\"},"
		"\"eventTime\":\"2026-01-12T08:%02d:00Z\",\"eventName\":\"CreateAccessKey\","
		"\"requestParameters\":{\"userName\":\"for-%s\"},\"eventID\":\"%s\"}\n",
		user, minute, user, user);

	assert_int_equal(write(feed->end, record, (size_t)n), n);
}

static void
close_feed(struct feed *feed)
{
	close(feed->end);
	stage_quit(feed->pty);
}

static void
alerts_are_shown_before_the_input_ends(void **state)
{
	struct feed feed = open_feed(*state);

	give(&feed, "anna", 1);
	pty_wait_text(feed.pty, "1 alert");
	pty_wait_text(feed.pty, "anna");
	give(&feed, "bert", 2);
	pty_wait_text(feed.pty, "2 alerts");
	close_feed(&feed);
}

static void
the_newest_stays_in_view_until_somebody_moves(void **state)
{
	struct feed feed = open_feed(*state);

	give(&feed, "anna", 1);
	pty_wait_text(feed.pty, "anna \xe2\x86\x92 for-anna");
	give(&feed, "bert", 2);
	pty_wait_text(feed.pty, "bert \xe2\x86\x92 for-bert");
	pty_wait_text(feed.pty, "1 of 2");
	close_feed(&feed);
}

static void
the_selection_stays_on_its_alert_when_newer_ones_arrive(void **state)
{
	struct feed feed = open_feed(*state);

	give(&feed, "anna", 1);
	give(&feed, "bert", 2);
	pty_wait_text(feed.pty, "1 of 2");
	pty_send(feed.pty, "j");
	pty_wait_text(feed.pty, "anna \xe2\x86\x92 for-anna");
	give(&feed, "carl", 3);
	give(&feed, "dora", 4);
	pty_wait_text(feed.pty, "4 of 4");
	pty_wait_text(feed.pty, "anna \xe2\x86\x92 for-anna");
	close_feed(&feed);
}

static void
a_decision_is_about_the_alert_its_prompt_names(void **state)
{
	const struct stage *stage = *state;
	struct feed feed = open_feed(stage);
	struct run run = {0};

	give(&feed, "anna", 1);
	pty_wait_text(feed.pty, "anna \xe2\x86\x92 for-anna");
	pty_send(feed.pty, "x");
	pty_wait_text(feed.pty, "reason:");
	give(&feed, "bert", 2);
	give(&feed, "carl", 3);
	pty_wait_text(feed.pty, "carl");
	pty_wait_text(feed.pty, "anna \xe2\x86\x92 for-anna");
	pty_send(feed.pty, "stolen\r");
	pty_wait_text(feed.pty, "y confirms");
	pty_send(feed.pty, "y");
	pty_wait_text(feed.pty, "Closed, TruePositive");
	close_feed(&feed);
	stage_run(stage, &run, "export", "--format", "csv", "--store", stage->store);
	assert_int_equal(stage_count(buf_view(&run.out), "\"Closed\",\"Medium\",\"anna\""), 1);
	assert_int_equal(stage_count(buf_view(&run.out), "\"New\",\"Medium\""), 2);
	run_fini(&run);
}

static void
leaving_while_input_is_open_does_not_wait_for_it(void **state)
{
	struct feed feed = open_feed(*state);

	give(&feed, "anna", 1);
	pty_wait_text(feed.pty, "1 alert");
	stage_quit(feed.pty);
	close(feed.end);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(alerts_are_shown_before_the_input_ends),
		stage_test(the_newest_stays_in_view_until_somebody_moves),
		stage_test(the_selection_stays_on_its_alert_when_newer_ones_arrive),
		stage_test(a_decision_is_about_the_alert_its_prompt_names),
		stage_test(leaving_while_input_is_open_does_not_wait_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
