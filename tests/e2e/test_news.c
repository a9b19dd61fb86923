/* What the terminal itself says when alerts arrive: its bell and its title, where configured. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/stage.h"

#define TITLE(text) "\033]2;" text "\a"

struct feed {
	struct pty *pty;
	int file;
};

/* A record of a key that `user` made for `target`. */
static void
give(const struct feed *feed, const char *user, const char *target)
{
	char record[1024];
	int n = snprintf(record, sizeof(record),
		"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"IAMUser\","
		"\"accountId\":\"111122223333\",\"userName\":\"%s\"},"
		"\"eventTime\":\"2026-01-12T08:00:00Z\",\"eventName\":\"CreateAccessKey\","
		"\"recipientAccountId\":\"111122223333\",\"requestParameters\":{\"userName\":\"%"
		"s\"},"
		"\"responseElements\":{\"accessKey\":{\"accessKeyId\":\"AKIAEXAMPLE\","
		"\"status\":\"Active\",\"userName\":\"%s\"}},\"eventID\":\"%s\"}\n",
		user, target, target, user);

	assert_int_equal(write(feed->file, record, (size_t)n), n);
}

static void
configure(const struct stage *stage, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/.config", stage->home);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/.config/keywatch", stage->home);
	assert_int_equal(mkdir(path, 0700), 0);
	free(test_file(path, "config.ini", text, strlen(text)));
}

/* A followed file that held one alert before; that one is no news. */
static struct feed
watch(const struct stage *stage, const char *setting)
{
	char path[PATH_MAX], source[PATH_MAX + 32];
	const char *const words[] = {"--store", stage->store, "--source", source, NULL};
	const char *const environment[] = {setting, NULL};
	struct feed feed;

	snprintf(path, sizeof(path), "%s/feed.ndjson", stage->home);
	snprintf(source, sizeof(source), "type=follow,name=feed,path=%s", path);
	feed.file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(feed.file >= 0);
	give(&feed, "first", "first");
	feed.pty = pty_open(&(struct pty_options){
		.child = {.arguments = words, .environment = environment, .home = stage->home}});
	pty_wait_text(feed.pty, "1 alert");
	pty_wait_text(feed.pty, " now");
	return feed;
}

/* Returns how often the bell rang; titles end with that byte as well. */
static size_t
leave(struct feed *feed)
{
	size_t bells;

	pty_send(feed->pty, "q");
	assert_int_equal(pty_wait_exit(feed->pty), 0);
	bells = stage_count(pty_raw(feed->pty), "\a") - stage_count(pty_raw(feed->pty), "\033]2;");
	pty_close(feed->pty);
	close(feed->file);
	return bells;
}

static void
nothing_rings_and_nothing_is_named_unless_configured(void **state)
{
	struct feed feed = watch(*state, "TERM=xterm-256color");

	give(&feed, "alice", "other");
	pty_wait_text(feed.pty, "2 alerts");
	pty_assert_clean(feed.pty); /* neither OSC nor BEL */
	assert_int_equal(leave(&feed), 0);
}

static void
the_bell_rings_for_what_arrives_and_not_for_what_was_there(void **state)
{
	struct feed feed;

	configure(*state, "[screen]\nbell = new\n");
	feed = watch(*state, "TERM=xterm-256color");
	assert_int_equal(stage_count(pty_raw(feed.pty), "\a"), 0);
	give(&feed, "alice", "alice");
	pty_wait_raw(feed.pty, "\a");
	assert_int_equal(leave(&feed), 1);
}

static void
the_bell_can_ring_only_for_keys_made_for_others(void **state)
{
	struct feed feed;

	configure(*state, "[screen]\nbell = other-success\n");
	feed = watch(*state, "TERM=xterm-256color");
	give(&feed, "alice", "alice");
	pty_wait_text(feed.pty, "2 alerts");
	assert_int_equal(stage_count(pty_raw(feed.pty), "\a"), 0);
	give(&feed, "mallory", "admin");
	pty_wait_raw(feed.pty, "\a");
	assert_int_equal(leave(&feed), 1);
}

static void
the_title_counts_what_arrived_until_somebody_is_there(void **state)
{
	struct feed feed;
	struct str raw;

	configure(*state, "[screen]\ntitle = on\n");
	feed = watch(*state, "TERM=xterm-256color");
	/* xterm keeps its title when the screen is taken: ours must come after that. */
	pty_wait_raw(feed.pty, TITLE("keywatch"));
	raw = pty_raw(feed.pty);
	assert_true(
		str_find(raw, STR("\033[22;0;0t"), 0) < str_find(raw, STR(TITLE("keywatch")), 0));
	pty_raw_mark(feed.pty);
	give(&feed, "alice", "alice");
	pty_wait_raw(feed.pty, TITLE("(1) keywatch"));
	give(&feed, "bert", "alice");
	pty_wait_raw(feed.pty, TITLE("(2) keywatch"));
	pty_raw_mark(feed.pty);
	pty_send(feed.pty, "j");
	pty_wait_raw(feed.pty, TITLE("keywatch"));
	pty_raw_mark(feed.pty);
	assert_int_equal(leave(&feed), 0);
}

static void
the_title_is_given_back_also_where_it_is_not_kept(void **state)
{
	struct feed feed;

	configure(*state, "[screen]\ntitle = on\n");
	feed = watch(*state, "TERM=tmux-256color");
	pty_wait_raw(feed.pty, "\033]0;keywatch\a");
	pty_raw_mark(feed.pty);
	pty_signal(feed.pty, SIGTERM);
	pty_wait_raw(feed.pty, "\033]0;\a");
	assert_int_equal(pty_wait_exit(feed.pty), 0);
	pty_close(feed.pty);
	close(feed.file);
}

static void
a_terminal_without_a_title_is_left_alone(void **state)
{
	struct feed feed;

	configure(*state, "[screen]\ntitle = on\nbell = new\n");
	feed = watch(*state, "TERM=linux");
	give(&feed, "alice", "alice");
	pty_wait_raw(feed.pty, "\a");
	assert_int_equal(stage_count(pty_raw(feed.pty), "\033]"), 0);
	assert_int_equal(leave(&feed), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(nothing_rings_and_nothing_is_named_unless_configured),
		stage_test(the_bell_rings_for_what_arrives_and_not_for_what_was_there),
		stage_test(the_bell_can_ring_only_for_keys_made_for_others),
		stage_test(the_title_counts_what_arrived_until_somebody_is_there),
		stage_test(the_title_is_given_back_also_where_it_is_not_kept),
		stage_test(a_terminal_without_a_title_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
