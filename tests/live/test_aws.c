#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/timefmt.h"
#include "core/base/wake.h"
#include "tests/support/cloud.h"
#include "tests/support/world.h"

static struct cloud cloud;
static struct wake wake;
static struct http *http;
static struct world world;

static int
new_world(void **state)
{
	(void)state;
	world_open(&world, http, cloud.url);
	wake_clear(&wake);
	cloud_reset(&cloud);
	return 0;
}

static void
use_environment_key(void)
{
	setenv("AWS_ACCESS_KEY_ID", CLOUD_KEY, 1);
	setenv("AWS_SECRET_ACCESS_KEY", CLOUD_SECRET, 1);
}

static void
assert_body_holds(const char *service, const char *part)
{
	char *body = cloud_last(&cloud, service, NULL, "body");

	assert_non_null(body);
	if (!strstr(body, part))
		assert_string_equal(body, part);
	free(body);
}

/* ---- roles ---- */

static const char base[] =
	"[base]\naws_access_key_id = " CLOUD_KEY "\naws_secret_access_key = " CLOUD_SECRET "\n";

static void
a_role_is_assumed_with_the_source_profile_s_keys(void **state)
{
	char *signature;

	(void)state;
	world_files(&world,
		"[profile a]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = base\n"
		"external_id = a b/=c\nduration_seconds = 1800\nrole_session_name = me@x\n"
		"region = eu-central-1\n",
		base);
	cloud_tell(&cloud,
		"{\"op\":\"set\",\"service\":\"sts\",\"state\":{\"roles\":"
		"{\"arn:aws:iam::1:role/A\":\"a b/=c\"},\"regions\":[\"eu-central-1\"]}}");
	world_profile_gives(
		&world, "a", "ASIATEST000000000001, profile a (role arn:aws:iam::1:role/A)");
	assert_body_holds("sts", "&RoleSessionName=me%40x&");
	assert_body_holds("sts", "&DurationSeconds=1800");
	signature = cloud_last(&cloud, "sts", NULL, "signature");
	assert_string_equal(signature, "ok");
	free(signature);
}

static void
a_role_may_lead_to_a_role_with_its_session_token(void **state)
{
	char *token;

	(void)state;
	world_files(&world,
		"[profile a]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = b\n"
		"[profile b]\nrole_arn = arn:aws:iam::1:role/B\nsource_profile = base\n",
		base);
	world_profile_gives(
		&world, "a", "ASIATEST000000000002, profile a (role arn:aws:iam::1:role/A)");
	token = cloud_last(&cloud, "sts", NULL, "headers.x-amz-security-token");
	assert_true(strncmp(token, "sts-token/1+", 12) == 0);
	free(token);
	assert_int_equal(cloud_count(&cloud, "sts", "AssumeRole"), 2);
}

static void
a_role_may_come_from_the_environment_the_container_or_the_instance(void **state)
{
	char url[80];

	(void)state;
	world_files(&world,
		"[profile e]\nrole_arn = arn:aws:iam::1:role/E\n"
		"credential_source = Environment\n"
		"[profile c]\nrole_arn = arn:aws:iam::1:role/C\n"
		"credential_source = EcsContainer\n"
		"[profile i]\nrole_arn = arn:aws:iam::1:role/I\n"
		"credential_source = Ec2InstanceMetadata\n",
		NULL);
	snprintf(url, sizeof(url), "%s/container/x", cloud.url);
	world_profile_fails(
		&world, "e", AWS_FAILED, "nothing at hand from credential_source = Env");
	use_environment_key();
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", cloud.url, 1);
	unsetenv("AWS_EC2_METADATA_DISABLED");
	world_profile_gives(
		&world, "e", "ASIATEST000000000001, profile e (role arn:aws:iam::1:role/E)");
	world_profile_gives(
		&world, "c", "ASIATEST000000000002, profile c (role arn:aws:iam::1:role/C)");
	world_profile_gives(
		&world, "i", "ASIATEST000000000003, profile i (role arn:aws:iam::1:role/I)");
}

static void
circles_and_contradictions_of_profiles_are_refused(void **state)
{
	(void)state;
	world_files(&world,
		"[profile a]\nrole_arn = r:A\nsource_profile = b\n"
		"[profile b]\nrole_arn = r:B\nsource_profile = a\n"
		"[profile self]\nrole_arn = r:S\nsource_profile = self\n"
		"[profile both]\nrole_arn = r:X\nsource_profile = a\n"
		"credential_source = Environment\n"
		"[profile none]\nrole_arn = r:X\n"
		"[profile gone]\nrole_arn = r:X\nsource_profile = nobody\n"
		"[profile word]\nrole_arn = r:X\ncredential_source = Ec2\n",
		NULL);
	world_profile_fails(
		&world, "a", AWS_FAILED, "profile b: its source_profile leads in a circle: a");
	world_profile_fails(&world, "self", AWS_FAILED, "leads in a circle: self");
	world_profile_fails(&world, "both", AWS_FAILED, "exclude each other");
	world_profile_fails(
		&world, "none", AWS_FAILED, "needs source_profile or credential_source");
	world_profile_fails(&world, "gone", AWS_FAILED, "in neither file: nobody");
	world_profile_fails(&world, "word", AWS_FAILED, "not Ec2");
	assert_int_equal(cloud_count(&cloud, NULL, NULL), 0);
}

static void
a_profile_may_hold_its_keys_and_its_role(void **state)
{
	(void)state;
	world_files(&world,
		"[profile base]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = base\n", base);
	world_profile_gives(
		&world, "base", "ASIATEST000000000001, profile base (role arn:aws:iam::1:role/A)");
}

static void
what_sts_refuses_is_said_and_throttles_are_tried_again(void **state)
{
	(void)state;
	world_files(&world,
		"[profile a]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = base\n", base);
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"sts\",\"state\":{\"roles\":{}}}");
	world_profile_fails(&world, "a", AWS_FAILED,
		"STS does not give arn:aws:iam::1:role/A: HTTP 403 AccessDenied: ");
	assert_int_equal(cloud_count(&cloud, "sts", NULL), 1);
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"sts\",\"state\":{\"roles\":null}}");
	cloud_tell(&cloud, "{\"op\":\"fault\",\"kind\":\"error\",\"code\":\"Throttling\"}");
	world_profile_gives(
		&world, "a", "ASIATEST000000000001, profile a (role arn:aws:iam::1:role/A)");
	cloud_fault(&cloud, "sts", "cut", 1);
	world_profile_gives(
		&world, "a", "ASIATEST000000000003, profile a (role arn:aws:iam::1:role/A)");
}

/* ---- web identity ---- */

static void
web_identity_comes_from_environment_or_profile_and_is_not_signed(void **state)
{
	char *path = world_file(&world, "token", "ey.J/+=\n"), *signature;
	struct buf config = {0};

	(void)state;
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"sts\",\"state\":"
			   "{\"identity_token\":\"ey.J/+=\"}}");
	buf_printf(&config,
		"[profile w]\nrole_arn = arn:aws:iam::1:role/W\nweb_identity_token_file = %s\n"
		"[profile a]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = w\n",
		path);
	world_files(&world, buf_cstr(&config), NULL);
	world_profile_gives(
		&world, "w", "ASIATEST000000000001, web identity (role arn:aws:iam::1:role/W)");
	signature = cloud_last(&cloud, "sts", NULL, "headers.authorization");
	assert_null(signature);
	world_profile_gives(
		&world, "a", "ASIATEST000000000003, profile a (role arn:aws:iam::1:role/A)");
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
	world_profile_fails(&world, NULL, AWS_FAILED, "neither AWS_ROLE_ARN nor role_arn");
	setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/env", 1);
	setenv("AWS_ROLE_SESSION_NAME", "pod", 1);
	world_profile_gives(
		&world, NULL, "ASIATEST000000000004, web identity (role arn:aws:iam::1:role/env)");
	assert_body_holds("sts", "&RoleSessionName=pod&WebIdentityToken=ey.J%2F%2B%3D");
	buf_fini(&config);
	free(path);
}

/* ---- process ---- */

static void
a_process_gets_its_words_without_a_shell(void **state)
{
	(void)state;
	world_files(&world,
		"[profile a]\ncredential_process = printf %s "
		"'{\"Version\": 1, \"AccessKeyId\": \"$HOME\", \"SecretAccessKey\": \"s;\"}'\n"
		"[profile fails]\ncredential_process = sh -c \"echo 'log in; first' >&2; exit 3\"\n"
		"[profile mute]\ncredential_process = false\n"
		"[profile text]\ncredential_process = echo secret/word\n"
		"[profile old]\ncredential_process = echo {\\\"Version\\\":2}\n"
		"[profile empty]\ncredential_process = echo {\\\"Version\\\":1}\n"
		"[profile open]\ncredential_process = echo 'x\n"
		"[profile gone]\ncredential_process = /nonexistent/tool\n"
		"[profile late]\ncredential_process = echo "
		"'{\"Version\":1,\"AccessKeyId\":\"K\",\"SecretAccessKey\":\"s\","
		"\"Expiration\":\"2020-01-01T00:00:00Z\"}'\n",
		NULL);
	world_profile_gives(&world, "a", "$HOME, profile a (credential_process)");
	world_profile_fails(&world, "fails", AWS_FAILED, "ended with 3: log in; first");
	world_profile_fails(&world, "mute", AWS_FAILED, "ended with 1: it said nothing");
	world_profile_fails(&world, "text", AWS_FAILED, "expected JSON");
	world_profile_fails(&world, "old", AWS_FAILED, "expected Version 1");
	world_profile_fails(&world, "empty", AWS_FAILED, "no AccessKeyId");
	world_profile_fails(&world, "open", AWS_FAILED, "a quote stays open");
	world_profile_fails(&world, "gone", AWS_FAILED, "/nonexistent/tool: No such file");
	world_profile_fails(&world, "late", AWS_FAILED, "expired at 2020-01-01T00:00:00Z");
}

static void
a_stop_ends_a_process_that_takes_its_time(void **state)
{
	struct aws_chain *chain = world_chain(&world, "a");
	const struct aws_keys *keys;
	struct error err;

	(void)state;
	world_files(&world, "[profile a]\ncredential_process = tail -f /dev/null\n", NULL);
	wake_raise(&wake);
	assert_int_equal(aws_chain_get(chain, &keys, &err), AWS_STOPPED);
	aws_chain_free(chain);
}

/* ---- container and instance ---- */

static void
the_container_s_token_goes_along_but_never_with_a_line_end(void **state)
{
	char *path = world_file(&world, "token", "Bearer abc"), url[80];

	(void)state;
	snprintf(url, sizeof(url), "%s/container/x?y=1", cloud.url);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"container\",\"state\":"
			   "{\"authorization\":\"Bearer abc\"}}");
	world_profile_fails(&world, NULL, AWS_FAILED, "container credentials: HTTP 403");
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "wrong", 1);
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path, 1);
	world_profile_gives(&world, NULL, "ASIACTNR000000000001, container");
	free(path);
	free(world_file(&world, "token", "Bearer abc\r\nX-Evil: 1"));
	world_profile_fails(&world, NULL, AWS_FAILED, "holds a line end");
	assert_int_equal(cloud_count(&cloud, "container", NULL), 2);
}

static void
a_container_elsewhere_is_not_asked_over_plain_http(void **state)
{
	(void)state;
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/x", 1);
	world_profile_fails(&world, NULL, AWS_FAILED, "plain http goes to this machine only");
}

static void
the_instance_is_asked_by_version_2_only(void **state)
{
	char *ttl;

	(void)state;
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", cloud.url, 1);
	world_profile_fails(&world, NULL, AWS_NONE, "no AWS credentials"); /* disabled */
	assert_int_equal(cloud_count(&cloud, "imds", NULL), 0);
	unsetenv("AWS_EC2_METADATA_DISABLED");
	world_profile_gives(&world, NULL, "ASIAIMDS000000000001, instance profile");
	ttl = cloud_last(&cloud, "imds", "token", "headers.x-aws-ec2-metadata-token-ttl-seconds");
	assert_string_equal(ttl, "21600");
	free(ttl);
	cloud_tell(&cloud, "{\"op\":\"fault\",\"kind\":\"status\",\"status\":403,"
			   "\"service\":\"imds\",\"operation\":\"token\"}");
	world_profile_fails(&world, NULL, AWS_NONE, "no AWS credentials");
	assert_int_equal(cloud_count(&cloud, "imds", NULL), 4); /* nothing after the refusal */
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"imds\",\"state\":{\"role\":null}}");
	world_profile_fails(&world, NULL, AWS_NONE, "no AWS credentials");
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"imds\",\"state\":{\"role\":\"a b\","
			   "\"code\":\"AssumeRoleUnauthorizedAccess\"}}");
	world_profile_fails(
		&world, NULL, AWS_NONE, "no AWS credentials"); /* "a%20b" is not that role */
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"imds\",\"state\":{\"role\":\"r\"}}");
	world_profile_fails(
		&world, NULL, AWS_FAILED, "instance profile: AssumeRoleUnauthorizedAccess");
}

static void
an_instance_s_endpoint_elsewhere_is_refused_aloud(void **state)
{
	(void)state;
	unsetenv("AWS_EC2_METADATA_DISABLED");
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://192.0.2.1", 1);
	world_profile_fails(&world, NULL, AWS_FAILED,
		"instance metadata: 192.0.2.1: plain http goes to this machine only");
}

static void
an_instance_that_falls_silent_is_named(void **state)
{
	const struct aws_keys *keys;
	struct aws_chain *chain;
	struct error err;

	(void)state;
	unsetenv("AWS_EC2_METADATA_DISABLED");
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", cloud.url, 1);
	chain = world_chain(&world, NULL);
	world_gives(chain, "ASIAIMDS000000000001, instance profile");
	world_later(7 * TICKS_PER_HOUR);
	cloud_fault(&cloud, "imds", "reset", 2); /* libcurl dials anew where a kept line breaks */
	assert_int_equal(aws_chain_get(chain, &keys, &err), AWS_FAILED);
	assert_string_equal(err.text, "the credentials from instance profile could not be renewed");
	aws_chain_free(chain);
}

/* ---- renewal ---- */

static void
keys_are_renewed_from_fifteen_minutes_before_their_end_on(void **state)
{
	struct aws_chain *chain;

	(void)state;
	world_files(&world,
		"[profile a]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = base\n", base);
	chain = world_chain(&world, "a");
	world_gives(chain, "ASIATEST000000000001, profile a (role arn:aws:iam::1:role/A)");
	world_later(44 * TICKS_PER_MINUTE);
	world_gives(chain, "ASIATEST000000000001, profile a (role arn:aws:iam::1:role/A)");
	world_later(46 * TICKS_PER_MINUTE); /* 14 left: a try that fails costs nothing yet */
	cloud_fault(&cloud, "sts", "html-502", 3);
	world_gives(chain, "ASIATEST000000000001, profile a (role arn:aws:iam::1:role/A)");
	assert_int_equal(cloud_count(&cloud, "sts", NULL), 4);
	world_gives(chain, "ASIATEST000000000001, profile a (role arn:aws:iam::1:role/A)");
	assert_int_equal(cloud_count(&cloud, "sts", NULL), 4); /* not at once again */
	world_later(47 * TICKS_PER_MINUTE);
	world_gives(chain, "ASIATEST000000000002, profile a (role arn:aws:iam::1:role/A)");
	aws_chain_free(chain);
}

static void
ten_minutes_before_their_end_keys_must_be_renewed(void **state)
{
	const struct aws_keys *keys;
	struct aws_chain *chain;
	struct error err;

	(void)state;
	world_files(&world,
		"[profile a]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = base\n", base);
	chain = world_chain(&world, "a");
	world_gives(chain, "ASIATEST000000000001, profile a (role arn:aws:iam::1:role/A)");
	world_later(51 * TICKS_PER_MINUTE);
	cloud_fault(&cloud, "sts", "html-502", 6);
	assert_int_equal(aws_chain_get(chain, &keys, &err), AWS_FAILED);
	assert_non_null(strstr(err.text, "HTTP 502"));
	assert_string_equal(aws_chain_kind(chain), "profile a (role arn:aws:iam::1:role/A)");
	assert_int_equal(aws_chain_get(chain, &keys, &err), AWS_FAILED); /* asks each time */
	world_gives(chain, "ASIATEST000000000002, profile a (role arn:aws:iam::1:role/A)");
	aws_chain_free(chain);
}

static void
keys_that_live_shortly_are_not_asked_for_at_every_request(void **state)
{
	struct aws_chain *chain;

	(void)state;
	world_files(&world,
		"[profile a]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = base\n", base);
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"sts\",\"state\":{\"lifetime\":300}}");
	chain = world_chain(&world, "a");
	for (int i = 0; i < 10; i++)
		world_gives(chain, "ASIATEST000000000001, profile a (role arn:aws:iam::1:role/A)");
	world_later(TICKS_PER_MINUTE);
	world_gives(chain, "ASIATEST000000000002, profile a (role arn:aws:iam::1:role/A)");
	aws_chain_expire(chain);
	world_gives(chain, "ASIATEST000000000003, profile a (role arn:aws:iam::1:role/A)");
	aws_chain_free(chain);
}

/* ---- what is left to the AWS CLI ---- */

static void
sso_login_and_mfa_are_delegated_by_one_line(void **state)
{
	(void)state;
	world_files(&world,
		"[profile s]\nsso_session = x\nsso_account_id = 1\nsso_role_name = r\n"
		"[profile l]\nlogin_session = arn\n"
		"[profile m]\nrole_arn = r:M\nsource_profile = base\nmfa_serial = arn:m\n"
		"[profile over]\nrole_arn = r:O\nsource_profile = s\n",
		base);
	world_profile_fails(&world, "s", AWS_FAILED,
		"credential_process = aws configure export-credentials --profile s --format "
		"process");
	world_profile_fails(
		&world, "l", AWS_FAILED, "export-credentials --profile l --format process");
	world_profile_fails(
		&world, "m", AWS_FAILED, "export-credentials --profile m --format process");
	world_profile_fails(
		&world, "over", AWS_FAILED, "export-credentials --profile s --format process");
	assert_int_equal(cloud_count(&cloud, NULL, NULL), 0);
}

static int
start(void **state)
{
	struct error err;

	(void)state;
	http_global_init();
	assert_ok(wake_open(&wake, &err), &err);
	cloud_start(&cloud);
	http = http_new(wake.fd, NULL);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	http_free(http);
	cloud_stop(&cloud);
	wake_close(&wake);
	world_close(&world);
	http_global_fini();
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, new_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_role_is_assumed_with_the_source_profile_s_keys),
		TEST(a_role_may_lead_to_a_role_with_its_session_token),
		TEST(a_role_may_come_from_the_environment_the_container_or_the_instance),
		TEST(circles_and_contradictions_of_profiles_are_refused),
		TEST(a_profile_may_hold_its_keys_and_its_role),
		TEST(what_sts_refuses_is_said_and_throttles_are_tried_again),
		TEST(web_identity_comes_from_environment_or_profile_and_is_not_signed),
		TEST(a_process_gets_its_words_without_a_shell),
		TEST(a_stop_ends_a_process_that_takes_its_time),
		TEST(the_container_s_token_goes_along_but_never_with_a_line_end),
		TEST(a_container_elsewhere_is_not_asked_over_plain_http),
		TEST(the_instance_is_asked_by_version_2_only),
		TEST(an_instance_s_endpoint_elsewhere_is_refused_aloud),
		TEST(an_instance_that_falls_silent_is_named),
		TEST(keys_are_renewed_from_fifteen_minutes_before_their_end_on),
		TEST(ten_minutes_before_their_end_keys_must_be_renewed),
		TEST(keys_that_live_shortly_are_not_asked_for_at_every_request),
		TEST(sso_login_and_mfa_are_delegated_by_one_line),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
