/* `keywatch watch` as a program: what it prints and says, and how it ends. What it refuses to begin
 * with stands in tests/e2e/test_watch.c. */
#include "tests/support/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/timefmt.h"
#include "core/store/live.h"
#include "tests/support/cloud.h"
#include "tests/support/run.h"
#include "tests/support/talk.h"

#define NOW "2026-01-02T03:30:00Z"
#define QUEUE "https://sqs.us-east-1.amazonaws.com/111122223333/keywatch"
#define API "type=cloudtrail,name=api,poll_interval=100ms"
#define SQS "type=sqs,name=queue,queue_url=" QUEUE

enum { END_MS = 2000, WORDS_MAX = 24 };

static struct cloud cloud;
static char *home;
static char db[300], log_file[300], endpoint[80];
static struct talk talk;
static struct run run;

/* Files are where HOME says, and event times stand while requests are as fast as ever. */
static const char *const environment[] = {"AWS_ACCESS_KEY_ID=" CLOUD_KEY,
	"AWS_SECRET_ACCESS_KEY=" CLOUD_SECRET, endpoint, "KEYWATCH_NOW=" NOW,
	"KEYWATCH_CLOCK_RATE=0", NULL};

static int
start(void **state)
{
	(void)state;
	cloud_start(&cloud);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	cloud_stop(&cloud);
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	cloud_reset(&cloud);
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\",\"arguments\":{"
		"\"bodies\":[]}}");
	home = test_folder();
	snprintf(db, sizeof(db), "%s/.local/share/keywatch/keywatch.db", home);
	snprintf(log_file, sizeof(log_file), "%s/.local/state/keywatch/keywatch.log", home);
	snprintf(endpoint, sizeof(endpoint), "AWS_ENDPOINT_URL=%s", cloud.url);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	talk_fini(&talk);
	run_fini(&run);
	test_rmtree(home);
	return 0;
}

/* ---- the cloud's side ---- */

#define RECORD                                                                                     \
	"{\"eventVersion\":\"1.09\",\"eventName\":\"CreateAccessKey\",\"eventTime\":\"2026-01-02T" \
	"03:04:05Z\",\"eventID\":\"e-%03d\",\"awsRegion\":\"us-east-1\",\"requestParameters\":{"   \
	"\"userName\":\"%s\"}}"

static void
add_event(int n, const char *user)
{
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"cloudtrail\",\"method\":\"add\",\"arguments\":{"
		"\"records\":[" RECORD "]}}",
		n, user);
}

static void
send_message(int n, const char *user)
{
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\",\"arguments\":{"
		"\"bodies\":[{\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":" RECORD
		"}]}}",
		n, user);
}

/* ---- the program's side ---- */

#define watch(...) watch_words(environment, (const char *const[]){"watch", __VA_ARGS__, NULL})

static void
watch_words(const char *const *variables, const char *const *words)
{
	talk_start(&talk, &(struct child_options){
				  .arguments = words, .environment = variables, .home = home});
}

#define command(...) command_words((const char *const[]){__VA_ARGS__, NULL})

/* Runs to its end; returns the status. */
static int
command_words(const char *const *words)
{
	run_fini(&run);
	run.child = (struct child_options){
		.arguments = words, .environment = environment, .home = home};
	run_program(&run);
	return run.status;
}

static size_t
count(const struct buf *in, const char *part)
{
	size_t found = 0;

	for (const char *at = buf_cstr(in); (at = strstr(at, part)); at++)
		found++;
	return found;
}

/* The store holds exactly these events, once each. */
static void
assert_exported_once(int first, int last)
{
	char id[40];

	assert_int_equal(command("export", "--format", "jsonl"), 0);
	assert_int_equal(count(&run.out, "\n"), last - first + 1);
	for (int n = first; n <= last; n++) {
		snprintf(id, sizeof(id), "\"eventId\":\"e-%03d\"", n);
		assert_int_equal(count(&run.out, id), 1);
	}
}

/* ---- printing ---- */

static void
each_alert_is_a_line_of_json_once_it_is_committed(void **state)
{
	struct json_doc *doc;
	struct error err;

	(void)state;
	watch("--format", "jsonl", "--source", SQS);
	cloud_await(&cloud, "sqs", "ReceiveMessage", 2);
	send_message(1, "bob");
	talk_await_out(&talk, "\n");
	assert_ok(json_parse(buf_view(&talk.out), &doc, &err), &err);
	assert_str(json_string(json_get(json_root(doc), STR("eventId"))), "e-001");
	assert_str(json_string(json_get(json_get(json_root(doc), STR("source")), STR("name"))),
		"queue");
	json_doc_free(doc);
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_int_equal(count(&talk.out, "\n"), 1);
	assert_exported_once(1, 1);
}

static void
as_text_there_is_a_line_for_each_as_well(void **state)
{
	(void)state;
	add_event(1, "bob");
	add_event(2, "eve\xe2\x80\xae");
	watch("--source", API);
	talk_await_out(&talk, "bob");
	talk_await_out(&talk, "eve\\u202e");
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_int_equal(count(&talk.out, "2026-01-02"), 2);
}

static void
a_filter_leaves_out_what_it_does_not_hold_for(void **state)
{
	(void)state;
	add_event(1, "bob");
	add_event(2, "eve");
	watch("--format", "jsonl", "--source", API, "--filter",
		"RequestParameters contains \"eve\"");
	talk_await_out(&talk, "e-002");
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_int_equal(count(&talk.out, "\n"), 1);
	assert_exported_once(1, 2);
}

/* A line is printed before anything is looked for. */
static void
a_filter_by_what_history_answers_is_said_to_see_nothing(void **state)
{
	static const char note[] = "note: --filter asks for what the history of an alert answers: "
				   "an alert is printed before that is known, and it is null";

	(void)state;
	add_event(1, "bob");
	watch("--format", "jsonl", "--source", API, "--filter",
		"isnull(Used) and isnull(Children)");
	talk_await_err(&talk, note);
	talk_await_out(&talk, "e-001");
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_int_equal(count(&talk.err, note), 1);
	talk_fini(&talk);
	watch("--format", "jsonl", "--source", API, "--filter", "isnull(ErrorCode)");
	talk_await_err(&talk, "api");
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_int_equal(count(&talk.err, "--filter"), 0);
}

static void
the_first_watch_over_a_store_leaves_what_is_there_to_export(void **state)
{
	(void)state;
	assert_int_equal(command("scan", "--store", db, "tests/sample/logs"), 0);
	add_event(1, "bob");
	watch("--format", "jsonl", "--source", API);
	talk_await_out(&talk, "e-001");
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_int_equal(count(&talk.out, "\n"), 1);
}

static void
await_deleted(int messages)
{
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"await_deleted\",\"arguments\":{"
		"\"count\":%d}}",
		messages);
}

/* The reader does not read any more: lines wait, and alerts are committed that are not printed. */
static void
be_deaf(void)
{
	assert_int_equal(fcntl(talk.fds[0], F_SETPIPE_SZ, 4096), 4096);
	talk.deaf = true;
}

/* Of e-001 it is known that it was printed, since e-002 was after it. */
static void
after_a_kill_what_was_not_printed_is_and_the_store_has_each_once(void **state)
{
	enum { LAST = 60 };
	struct buf both = {0};
	char id[40];

	(void)state;
	watch("--format", "jsonl", "--source", SQS);
	send_message(1, "bob");
	talk_await_out(&talk, "e-001");
	send_message(2, "bob");
	talk_await_out(&talk, "e-002");
	be_deaf();
	for (int n = 3; n <= LAST; n++)
		send_message(n, "bob");
	await_deleted(LAST);
	assert_int_equal(talk_end(&talk, SIGKILL, END_MS), 128 + SIGKILL);
	assert_true(count(&talk.out, "\n") < LAST);
	buf_str(&both, buf_view(&talk.out));
	talk_fini(&talk);
	watch("--format", "jsonl", "--source", SQS);
	snprintf(id, sizeof(id), "\"eventId\":\"e-%03d\"", LAST);
	talk_await_out(&talk, id);
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_int_equal(count(&talk.out, "\"eventId\":\"e-001\""), 0);
	buf_str(&both, buf_view(&talk.out));
	for (int n = 1; n <= LAST; n++) {
		snprintf(id, sizeof(id), "\"eventId\":\"e-%03d\"", n);
		assert_true(count(&both, id) >= 1);
	}
	buf_fini(&both);
	assert_exported_once(1, LAST);
}

static void
a_store_that_is_locked_for_a_while_is_asked_again(void **state)
{
	struct store *store;
	struct error err;

	(void)state;
	watch("--format", "jsonl", "--source", SQS);
	cloud_await(&cloud, "sqs", "ReceiveMessage", 2);
	be_deaf();
	for (int n = 1; n <= 10; n++)
		send_message(n, "bob");
	await_deleted(10);
	assert_ok(store_open(&store, db, &err), &err);
	assert_ok(store_begin(store, &err), &err);
	talk.deaf = false;
	talk_await_err(&talk, "another program has kept the store locked");
	store_rollback(store);
	store_close(store);
	send_message(11, "bob");
	talk_await_out(&talk, "e-011");
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_int_equal(count(&talk.out, "\n"), 11);
}

/* ---- the end ---- */

static void
a_signal_ends_it_with_0_within_two_seconds_also_during_a_long_poll(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		talk_fini(&talk);
		watch("--source", SQS);
		cloud_await(&cloud, "sqs", "ReceiveMessage", 2 * (i + 1)); /* a short one first */
		assert_int_equal(talk_end(&talk, signals[i], END_MS), 0);
	}
}

static void
a_signal_ends_it_although_its_reader_does_not_read(void **state)
{
	(void)state;
	for (int n = 1; n <= 60; n++)
		add_event(n, "bob");
	watch("--format", "jsonl", "--source", API);
	be_deaf();
	talk_await_err(&talk, "api: ok");
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_true(count(&talk.out, "\n") < 60);
	talk_fini(&talk);
	watch("--format", "jsonl", "--source", API);
	talk_await_out(&talk, "e-060");
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
}

static void
a_reader_that_goes_away_ends_it_silently(void **state)
{
	(void)state;
	watch("--format", "jsonl", "--source", API);
	talk_await_err(&talk, "api: ok\n");
	buf_clear(&talk.err);
	talk_hang_up(&talk); /* although nothing is printed */
	assert_int_equal(talk_end(&talk, 0, END_MS), 0);
	assert_str(buf_view(&talk.err), "");
}

/* ---- health ---- */

static void
health_goes_to_stderr_and_the_same_to_a_log_of_its_own(void **state)
{
	static const char said[] =
		"api: denied: AccessDeniedException: not authorized; allow the IAM action "
		"cloudtrail:LookupEvents; next try in 5 s\n";
	struct stat st;
	char *text;

	(void)state;
	cloud_tell(&cloud,
		"{\"op\":\"fault\",\"kind\":\"error\",\"service\":\"cloudtrail\",\"code\":"
		"\"AccessDeniedException\",\"message\":\"not authorized\",\"count\":1}");
	add_event(1, "bob");
	watch("--format", "jsonl", "--source", API);
	talk_await_out(&talk, "e-001");
	talk_await_err(&talk, "api: ok\n");
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_non_null(strstr(buf_cstr(&talk.err), said));
	text = test_read(log_file, NULL);
	assert_non_null(strstr(text, said));
	assert_non_null(strstr(text, "api: ok\n"));
	free(text);
	assert_int_equal(stat(log_file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_null(strstr(buf_cstr(&talk.out), "denied:"));
}

static void
the_clock_that_is_set_is_said(void **state)
{
	(void)state;
	watch("--source", SQS);
	talk_await_err(&talk, "keywatch: the clock is set by KEYWATCH_NOW\n");
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
}

/* ---- its configuration ---- */

/* Rows of the screen are none of its business, and no reason to fall over. */
static void
a_configuration_with_rows_for_the_screen_is_watched(void **state)
{
	char text[400], *path;

	(void)state;
	snprintf(text, sizeof(text),
		"[screen]\ntheme = dark\n[keys]\nvalidate = V\n[source prod]\ntype = cloudtrail\n");
	path = test_file(home, "config.ini", text, strlen(text));
	add_event(1, "bob");
	watch("--config", path);
	talk_await_out(&talk, "bob");
	talk_await_err(&talk, "prod: ok");
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	free(path);
}

/* ---- secrets ---- */

/* Written by the program that gives credentials: what it was given itself. */
static const char helper[] =
	"tr '\\0' '\\n' </proc/$$/environ >\"$1/child-environ\"; "
	"tr '\\0' '\\n' </proc/$PPID/cmdline >\"$1/our-cmdline\"; "
	"tr '\\0' '\\n' </proc/$PPID/environ >\"$1/our-environ\"; "
	"printf '{\"Version\":1,\"AccessKeyId\":\"AKIAHELPER0000000001\",\"SecretAccessKey\":"
	"\"helper/secret\",\"SessionToken\":\"helper/token\"}'";

/* A role by keys of the files, and keys by the helper. */
static void
write_profiles(void)
{
	char folder[300], config[1200];

	snprintf(folder, sizeof(folder), "%s/.aws", home);
	assert_int_equal(mkdir(folder, 0700), 0);
	free(test_file(home, "helper", helper, strlen(helper)));
	snprintf(config, sizeof(config),
		"[profile role]\nrole_arn = arn:aws:iam::111122223333:role/Audit\n"
		"source_profile = base\n[profile base]\naws_access_key_id = AKIAFILE000000000001\n"
		"aws_secret_access_key = file/secret\n[profile helper]\n"
		"credential_process = sh %s/helper %s\n",
		home, home);
	free(test_file(folder, "config", config, strlen(config)));
	cloud_tell(&cloud,
		"{\"op\":\"keys\",\"add\":[{\"id\":\"AKIAFILE000000000001\",\"secret\":"
		"\"file/secret\"},{\"id\":\"AKIAHELPER0000000001\",\"secret\":\"helper/secret\","
		"\"token\":\"helper/token\"}]}");
}

static const char *const secrets[] = {
	"file/secret", "helper/secret", "helper/token", "sts+secret/", "sts-token/"};

static void
assert_without_secrets(const char *where, struct str bytes)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		if (str_find(bytes, str_from(secrets[i]), 0) == (size_t)-1)
			continue;
		fail_msg("%s holds %s", where, secrets[i]);
	}
}

static void
assert_file_without_secrets(const char *path)
{
	size_t len;
	char *text = test_read(path, &len);

	assert_true(len > 0);
	assert_without_secrets(path, (struct str){text, len});
	free(text);
}

/* Whatever SQLite put beside it. */
static void
assert_store_without_secrets(void)
{
	static const char *const ends[] = {"", "-wal", "-shm"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char path[400];

		snprintf(path, sizeof(path), "%s%s", db, ends[i]);
		assert_file_without_secrets(path);
	}
}

static void
assert_home_without_secrets(const char *name)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", home, name);
	assert_file_without_secrets(path);
}

static void
assert_no_core(pid_t pid)
{
	char path[64], *text;

	snprintf(path, sizeof(path), "/proc/%d/limits", (int)pid);
	text = test_read(path, NULL);
	assert_non_null(strstr(text, "\nMax core file size        0                    0 "));
	free(text);
}

static void
no_secret_is_anywhere_and_no_core_will_be(void **state)
{
	static const char *const variables[] = {endpoint, "KEYWATCH_NOW=" NOW, NULL};
	const char *const words[] = {"watch", "--format", "jsonl", "--source", API ",profile=role",
		"--source", SQS ",profile=helper", NULL};

	(void)state;
	write_profiles();
	add_event(1, "bob");
	watch_words(variables, words);
	talk_await_out(&talk, "e-001");
	talk_await_err(&talk, "api: ok\n");
	send_message(2, "bob");
	talk_await_out(&talk, "e-002");
	/* Both fail with what the services answer, which is said. */
	cloud_tell(&cloud, "{\"op\":\"keys\",\"remove\":[\"AKIAHELPER0000000001\","
			   "\"ASIATEST000000000001\"]}");
	send_message(3, "bob"); /* ends the long poll */
	talk_await_err(&talk, "api: credentials: ");
	talk_await_err(&talk, "queue: credentials: ");
	assert_no_core(talk.child.pid);
	assert_store_without_secrets();
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_without_secrets("standard output", buf_view(&talk.out));
	assert_without_secrets("standard error", buf_view(&talk.err));
	assert_file_without_secrets(log_file);
	assert_file_without_secrets(db);
	assert_home_without_secrets("child-environ");
	assert_home_without_secrets("our-cmdline");
	assert_home_without_secrets("our-environ");
}

/* ---- what is done by it stands in `sources` ---- */

static void
sources_tells_who_fetches_and_how_they_are(void **state)
{
	char expected[80];

	(void)state;
	add_event(1, "bob");
	watch("--format", "jsonl", "--source", API);
	talk_await_out(&talk, "e-001");
	do
		assert_int_equal(command("sources", "--source", API), 0);
	while (!strstr(buf_cstr(&run.out), " ok ")); /* health is written with the next beat */
	snprintf(expected, sizeof(expected), "fetched by pid %d (", (int)talk.child.pid);
	assert_true(str_starts_with(buf_view(&run.out), str_from(expected)));
	assert_int_equal(talk_end(&talk, SIGTERM, END_MS), 0);
	assert_int_equal(command("sources", "--source", API), 0);
	assert_true(str_starts_with(buf_view(&run.out), STR("nobody fetches now\n")));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_alert_is_a_line_of_json_once_it_is_committed),
		TEST(as_text_there_is_a_line_for_each_as_well),
		TEST(a_filter_leaves_out_what_it_does_not_hold_for),
		TEST(a_filter_by_what_history_answers_is_said_to_see_nothing),
		TEST(the_first_watch_over_a_store_leaves_what_is_there_to_export),
		TEST(after_a_kill_what_was_not_printed_is_and_the_store_has_each_once),
		TEST(a_store_that_is_locked_for_a_while_is_asked_again),
		TEST(a_signal_ends_it_with_0_within_two_seconds_also_during_a_long_poll),
		TEST(a_signal_ends_it_although_its_reader_does_not_read),
		TEST(a_reader_that_goes_away_ends_it_silently),
		TEST(health_goes_to_stderr_and_the_same_to_a_log_of_its_own),
		TEST(the_clock_that_is_set_is_said),
		TEST(a_configuration_with_rows_for_the_screen_is_watched),
		TEST(no_secret_is_anywhere_and_no_core_will_be),
		TEST(sources_tells_who_fetches_and_how_they_are),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, start, stop);
}
