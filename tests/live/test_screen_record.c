/* Enter on a line of the history of a live alert, on a terminal: its record comes from the source
 * that told of it. */
#include <stdio.h>

#include "tests/support/bucket.h"
#include "tests/support/stage.h"
#include "tests/support/trove.h"

#define NEW "AKIAKEYWATCHNEW00001"
#define OBJECT TRAIL_TODAY "0220Z_bbbbbbbbbbbbbbbb.json.gz"

static int
setup(void **state)
{
	cloud_reset(&trove.cloud);
	bucket_make(&trove.cloud, "trail", "us-east-1", "");
	trove_put(&trove, TRAIL_TODAY "0210Z_aaaaaaaaaaaaaaaa.json.gz",
		&(struct trove_call){"e-1", "CreateAccessKey", "2026-01-02T02:04:05Z",
			.with = "AKIAOFTHEACTOR000001", .made = NEW});
	trove_put(&trove, OBJECT,
		&(struct trove_call){"e-2", "ListUsers", "2026-01-02T02:05:03Z", .with = NEW});
	return stage_setup(state);
}

static struct pty *
watch(const struct stage *stage)
{
	const char *const arguments[] = {"--store", stage->store, "--source", TROVE_SPEC, NULL};
	char endpoint[64];
	const char *const environment[] = {"KEYWATCH_NOW=2026-01-02T03:30:00Z",
		"KEYWATCH_CLOCK_RATE=0", "AWS_ACCESS_KEY_ID=" CLOUD_KEY,
		"AWS_SECRET_ACCESS_KEY=" CLOUD_SECRET, endpoint, NULL};

	snprintf(endpoint, sizeof(endpoint), "AWS_ENDPOINT_URL=%s", trove.cloud.url);
	return pty_open(&(struct pty_options){
		.child = {
			.arguments = arguments, .environment = environment, .home = stage->home}});
}

/* The pane of the history; the line of the other record stands below that of the alert. */
static void
go_to_use(struct pty *pty)
{
	pty_wait_text(pty, "1 alert");
	pty_send(pty, "H");
	pty_wait_text(pty, "ListUsers");
	pty_settle(pty);
}

static void
leave(struct pty *pty)
{
	pty_send(pty, "\x1b");
	pty_wait_gone(pty, "audit, e-2");
	stage_quit(pty);
}

static void
enter_shows_the_record_from_its_bucket(void **state)
{
	struct pty *pty = watch(*state);

	go_to_use(pty);
	pty_send(pty, "j\r");
	pty_wait_text(pty, "audit, e-2 of s3://trail/" TRAIL_FOLDER);
	pty_wait_text(pty, "\"ListUsers\"");
	assert_false(pty_has(pty, "is not given"));
	leave(pty);
}

static void
what_is_not_given_is_said_with_what_to_do(void **state)
{
	struct pty *pty = watch(*state);

	go_to_use(pty);
	bucket_state(&trove.cloud, "{\"denied\":\"0220Z\"}");
	pty_send(pty, "j\r");
	pty_wait_text(pty, "e-2 is not given: denied: ");
	pty_wait_text(pty, "allow the IAM action s3:GetObject");
	leave(pty);
}

static void
a_second_screen_shows_it_as_well(void **state)
{
	struct pty *first = watch(*state), *second;

	go_to_use(first);
	second = watch(*state);
	pty_wait_text(second, "fetched by pid ");
	go_to_use(second);
	pty_send(second, "j\r");
	pty_wait_text(second, "\"ListUsers\"");
	leave(second);
	stage_quit(first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
		TEST(enter_shows_the_record_from_its_bucket),
		TEST(what_is_not_given_is_said_with_what_to_do),
		TEST(a_second_screen_shows_it_as_well),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, trove_start, trove_stop);
}
