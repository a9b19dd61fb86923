/* `keywatch doctor` asks every source one harmless thing, and names what is missing. */
#include "tests/support/test.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/timefmt.h"
#include "tests/support/cloud.h"
#include "tests/support/run.h"
#include "tests/support/talk.h"

#define QUEUE "https://sqs.us-east-1.amazonaws.com/111122223333/keywatch"
#define CLOUDTRAIL "type=cloudtrail,name=api"
#define SQS "type=sqs,name=queue,queue_url=" QUEUE

enum { WORDS_MAX = 16 };

static struct cloud cloud;
static char *home;
static struct run run;
static char endpoint[80]; /* AWS_ENDPOINT_URL=… */

static const char *const keys[] = {
	"AWS_ACCESS_KEY_ID=" CLOUD_KEY, "AWS_SECRET_ACCESS_KEY=" CLOUD_SECRET, endpoint, NULL};
static const char *const no_keys[] = {endpoint, NULL};

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
	run_fini(&run);
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	cloud_reset(&cloud);
	cloud_tell(&cloud,
		"{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"send\",\"arguments\":{"
		"\"bodies\":[\"{}\"]}}");
	home = test_folder();
	snprintf(endpoint, sizeof(endpoint), "AWS_ENDPOINT_URL=%s", cloud.url);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	test_rmtree(home);
	return 0;
}

static void
put_words(const char *const *specs, const char *words[WORDS_MAX])
{
	size_t count = 0;

	words[count++] = "doctor";
	for (; *specs; specs++) {
		words[count++] = "--source";
		words[count++] = *specs;
	}
	words[count] = NULL;
}

/* Asks those sources; returns the exit status. */
static int
examine_with(const char *const *environment, const char *const *specs)
{
	const char *words[WORDS_MAX];

	put_words(specs, words);
	run_fini(&run);
	run.child = (struct child_options){
		.arguments = words, .environment = environment, .home = home};
	run_program(&run);
	assert_null(strstr(buf_cstr(&run.out), CLOUD_SECRET));
	assert_null(strstr(buf_cstr(&run.err), CLOUD_SECRET));
	return run.status;
}

#define examine(...) examine_with(keys, (const char *const[]){__VA_ARGS__, NULL})

static void
assert_says(const char *part)
{
	if (!strstr(buf_cstr(&run.out), part))
		print_error("%s\nis not said in:\n%s", part, buf_cstr(&run.out));
	assert_non_null(strstr(buf_cstr(&run.out), part));
}

static void
refuse(const char *service, const char *code, const char *message)
{
	cloud_tell(&cloud,
		"{\"op\":\"fault\",\"kind\":\"error\",\"service\":\"%s\",\"code\":\"%s\","
		"\"message\":\"%s\",\"count\":-1}",
		service, code, message);
}

/* ---- good ---- */

static void
sources_that_answer_are_well_and_nothing_is_taken_from_them(void **state)
{
	struct json_doc *doc;
	const struct json *message;
	char expected[300];

	(void)state;
	assert_int_equal(examine(CLOUDTRAIL, SQS), 0);
	snprintf(expected, sizeof(expected),
		"\nsource api (cloudtrail), --source\n"
		"  asked         LookupEvents in us-east-1 at %s\n"
		"  with          environment\n"
		"  ok            answered after ",
		cloud.url);
	assert_says(expected);
	snprintf(expected, sizeof(expected),
		"  asked         GetQueueAttributes in us-east-1 at %s\n", cloud.url);
	assert_says(expected);
	assert_says("  not tried     sqs:ReceiveMessage, sqs:DeleteMessage");
	assert_says("\nall is well\n");
	assert_int_equal(cloud_count(&cloud, NULL, NULL), 2);
	assert_int_equal(cloud_count(&cloud, "cloudtrail", "LookupEvents"), 1);
	assert_int_equal(cloud_count(&cloud, "sqs", "GetQueueAttributes"), 1);
	doc = cloud_ask(&cloud, "{\"op\":\"call\",\"service\":\"sqs\",\"method\":\"queue\"}");
	message = json_at(json_get(json_root(doc), STR("messages")), 0);
	assert_str(json_number_text(json_get(message, STR("receives"))), "0");
	json_doc_free(doc);
}

static void
credentials_at_hand_are_enough_to_ask_cloudtrail(void **state)
{
	(void)state;
	assert_int_equal(examine(NULL), 0);
	assert_says("\nsource cloudtrail (cloudtrail), not configured: AWS credentials are at "
		    "hand\n");
}

static void
credentials_are_named_by_kind_and_never_shown(void **state)
{
	static const char text[] = "[audit]\naws_access_key_id = ASIADOCTOR0000000001\n"
				   "aws_secret_access_key = doctor/secret\n"
				   "aws_session_token = doctor/token\n";
	const char *const specs[] = {CLOUDTRAIL ",profile=audit", NULL};
	char variable[400], *path = test_file(home, "credentials", text, strlen(text));
	const char *const environment[] = {no_keys[0], endpoint, variable, NULL};

	(void)state;
	cloud_tell(&cloud, "{\"op\":\"keys\",\"add\":[{\"id\":\"ASIADOCTOR0000000001\",\"secret\":"
			   "\"doctor/secret\",\"token\":\"doctor/token\"}]}");
	snprintf(variable, sizeof(variable), "AWS_SHARED_CREDENTIALS_FILE=%s", path);
	assert_int_equal(examine_with(environment, specs), 0);
	assert_says("  with          profile audit");
	assert_null(strstr(buf_cstr(&run.out), "doctor/"));
	free(path);
}

/* ---- denied, wrong, expired ---- */

static void
a_denial_names_the_action_that_is_missing(void **state)
{
	static const struct {
		const char *service, *spec, *action;
	} cases[] = {
		{"cloudtrail", CLOUDTRAIL, "cloudtrail:LookupEvents"},
		{"sqs", SQS, "sqs:GetQueueAttributes"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char expected[200];

		refuse(cases[i].service, "AccessDeniedException", "User: x is not authorized");
		assert_int_equal(examine(cases[i].spec), 1);
		snprintf(expected, sizeof(expected),
			"  denied        AccessDeniedException: User: x is not authorized\n"
			"  do            allow the IAM action %s\n",
			cases[i].action);
		assert_says(expected);
	}
}

static void
one_that_is_denied_does_not_hide_one_that_is_well(void **state)
{
	(void)state;
	refuse("cloudtrail", "AccessDeniedException", "no");
	assert_int_equal(examine(CLOUDTRAIL, SQS), 1);
	assert_says("source queue (sqs), --source\n");
	assert_says("  ok            answered after ");
	assert_says("\nnot well: api\n");
}

static void
a_wrong_region_is_not_taken_for_wrong_keys(void **state)
{
	(void)state;
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"cloudtrail\",\"state\":{\"regions\":["
			   "\"us-east-1\"]}}");
	assert_int_equal(examine(CLOUDTRAIL ",region=eu-west-1"), 1);
	assert_says("  asked         LookupEvents in eu-west-1 at ");
	assert_says(
		"  configuration SignatureDoesNotMatch: Credential should be scoped to a valid");
	assert_says("  do            signed for eu-west-1: check `region` and the endpoint\n");
}

static void
without_credentials_it_is_said_what_to_do(void **state)
{
	const char *const specs[] = {CLOUDTRAIL, NULL};

	(void)state;
	assert_int_equal(examine_with(no_keys, specs), 1);
	assert_says("  credentials   no AWS credentials in the environment, profile default, ");
	assert_says("run `aws configure`");
	assert_int_equal(cloud_count(&cloud, NULL, NULL), 0);
}

static void
expired_credentials_say_how_to_get_new_ones(void **state)
{
	(void)state;
	refuse("cloudtrail", "ExpiredTokenException", "The security token is expired");
	assert_int_equal(examine(CLOUDTRAIL), 1);
	assert_says("  credentials   ExpiredTokenException: The security token is expired\n"
		    "  do            get new ones: sign in again (aws sso login)");
}

static void
a_wrong_secret_is_named_as_such(void **state)
{
	const char *const environment[] = {
		keys[0], "AWS_SECRET_ACCESS_KEY=other/secret", keys[2], endpoint, NULL};
	const char *const specs[] = {CLOUDTRAIL, NULL};

	(void)state;
	assert_int_equal(examine_with(environment, specs), 1);
	assert_says("  credentials   SignatureDoesNotMatch");
	assert_says("  do            check the clock of this machine (timedatectl) and the secret "
		    "key\n");
	assert_null(strstr(buf_cstr(&run.out), "other/secret"));
}

static void
a_queue_that_is_not_there_is_a_mistake_of_the_configuration(void **state)
{
	(void)state;
	assert_int_equal(examine(SQS "-2"), 1);
	assert_says("  configuration QueueDoesNotExist: The specified queue does not exist.\n");
}

static void
a_clock_that_is_wrong_is_said_in_minutes(void **state)
{
	char date[64];
	time_t then = time(NULL) + 7 * 60 + 30;

	(void)state;
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime(&then));
	cloud_tell(&cloud,
		"{\"op\":\"fault\",\"kind\":\"headers\",\"service\":\"cloudtrail\",\"headers\":"
		"{\"Date\":\"%s\"},\"count\":-1}",
		date);
	assert_int_equal(examine(CLOUDTRAIL), 1);
	assert_says("  ok            answered after ");
	assert_says("  do            the clock of this machine is 7 min behind: ");
}

/* ---- no answer ---- */

static void
an_endpoint_that_nobody_listens_at_is_named(void **state)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char spec[100], expected[100];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0); /* and no listen */
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	snprintf(spec, sizeof(spec), CLOUDTRAIL ",endpoint_url=http://127.0.0.1:%d",
		ntohs(address.sin_port));
	assert_int_equal(examine(spec), 1);
	snprintf(expected, sizeof(expected),
		"  network       127.0.0.1: Failed to connect to 127.0.0.1 port %d",
		ntohs(address.sin_port));
	assert_says(expected);
	assert_says("  do            can this machine reach it, ");
	close(fd);
}

static void
a_certificate_with_another_name_is_refused(void **state)
{
	char spec[300];

	(void)state;
	snprintf(spec, sizeof(spec), CLOUDTRAIL ",endpoint_url=https://localhost:%d,ca_bundle=%s",
		cloud.https_wrong_name, cloud.ca);
	assert_int_equal(examine(spec), 1);
	assert_says(
		"  network       localhost: SSL: no alternative certificate subject name matches");
	assert_int_equal(cloud_count(&cloud, NULL, NULL), 0);
}

static void
one_that_hangs_is_given_up_in_time_and_does_not_hide_the_others(void **state)
{
	int64_t before = time_monotonic_ms(), lasted;

	(void)state;
	cloud_fault(&cloud, "cloudtrail", "hang", -1);
	assert_int_equal(examine(CLOUDTRAIL, SQS), 1);
	lasted = time_monotonic_ms() - before;
	assert_true(lasted >= 15000 && lasted < 20000);
	assert_says("  network       no answer within 15 s\n");
	assert_says("source queue (sqs), --source\n");
	assert_says("  ok            answered after ");
	assert_says("\nnot well: api\n");
}

static void
a_signal_ends_it_within_two_seconds_while_one_hangs(void **state)
{
	const char *words[WORDS_MAX];
	struct talk talk;

	(void)state;
	cloud_fault(&cloud, "cloudtrail", "hang", -1);
	put_words((const char *const[]){CLOUDTRAIL, SQS, NULL}, words);
	talk_start(&talk,
		&(struct child_options){.arguments = words, .environment = keys, .home = home});
	cloud_await(&cloud, "cloudtrail", "LookupEvents", 1);
	assert_int_equal(talk_end(&talk, SIGTERM, 2000), 128 + SIGTERM);
	assert_int_equal(cloud_count(&cloud, "sqs", NULL), 0);
	assert_non_null(strstr(buf_cstr(&talk.out),
		"\nstopped\n  wrong         by a signal, before everything was asked\n"));
	assert_null(strstr(buf_cstr(&talk.out), "all is well"));
	talk_fini(&talk);
}

/* ---- json ---- */

static void
json_tells_region_endpoint_credentials_and_the_missing_action(void **state)
{
	const char *const words[] = {"doctor", "--format", "json", "--source", SQS, NULL};
	const struct json *source;
	struct json_doc *doc;
	struct error err;

	(void)state;
	refuse("sqs", "AccessDenied", "no");
	run_fini(&run);
	run.child = (struct child_options){.arguments = words, .environment = keys, .home = home};
	run_program(&run);
	assert_int_equal(run.status, 1);
	assert_ok(json_parse(buf_view(&run.out), &doc, &err), &err);
	source = json_at(json_get(json_root(doc), STR("sources")), 0);
	assert_str(json_string(json_get(source, STR("request"))), "GetQueueAttributes");
	assert_str(json_string(json_get(source, STR("region"))), "us-east-1");
	assert_str(json_string(json_get(source, STR("endpoint"))), cloud.url);
	assert_str(json_string(json_get(source, STR("path"))), NULL);
	assert_str(json_string(json_get(source, STR("credentials"))), "environment");
	assert_str(json_string(json_get(source, STR("cause"))), "denied");
	assert_str(json_string(json_get(source, STR("advice"))),
		"allow the IAM action sqs:GetQueueAttributes");
	assert_true(json_number(json_get(source, STR("latencyMs"))) >= 0);
	assert_str(json_number_text(json_get(source, STR("clockSkewMinutes"))), "0");
	json_doc_free(doc);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(sources_that_answer_are_well_and_nothing_is_taken_from_them),
		TEST(credentials_at_hand_are_enough_to_ask_cloudtrail),
		TEST(credentials_are_named_by_kind_and_never_shown),
		TEST(a_denial_names_the_action_that_is_missing),
		TEST(one_that_is_denied_does_not_hide_one_that_is_well),
		TEST(a_wrong_region_is_not_taken_for_wrong_keys),
		TEST(without_credentials_it_is_said_what_to_do),
		TEST(expired_credentials_say_how_to_get_new_ones),
		TEST(a_wrong_secret_is_named_as_such),
		TEST(a_queue_that_is_not_there_is_a_mistake_of_the_configuration),
		TEST(a_clock_that_is_wrong_is_said_in_minutes),
		TEST(an_endpoint_that_nobody_listens_at_is_named),
		TEST(a_certificate_with_another_name_is_refused),
		TEST(one_that_hangs_is_given_up_in_time_and_does_not_hide_the_others),
		TEST(a_signal_ends_it_within_two_seconds_while_one_hangs),
		TEST(json_tells_region_endpoint_credentials_and_the_missing_action),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, start, stop);
}
