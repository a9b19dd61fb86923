#include "tests/support/test.h"

#include "core/base/buf.h"
#include "core/base/timefmt.h"
#include "tests/support/world.h"

static struct world world;
static struct http *http;

static void
use_environment_key(void)
{
	setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret/env", 1);
}

/* ---- environment and files ---- */

static void
the_environment_goes_first_but_not_before_a_given_profile(void **state)
{
	(void)state;
	use_environment_key();
	world_files(&world,
		"[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n"
		"[profile b]\naws_access_key_id = B\naws_secret_access_key = s\n",
		NULL);
	world_profile_gives(&world, NULL, "ENV, environment");
	world_profile_gives(&world, "b", "B, profile b");
	world_profile_gives(&world, "default", "CONFIG, profile default");
	setenv("AWS_PROFILE", "b", 1);
	world_profile_gives(&world, NULL, "ENV, environment");
	unsetenv("AWS_ACCESS_KEY_ID");
	world_profile_gives(&world, NULL, "B, profile b");
}

static void
the_credentials_file_wins_over_the_process_and_that_over_the_config_file(void **state)
{
	(void)state;
	world_files(&world,
		"[profile a]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n"
		"credential_process = echo '{\"Version\":1,\"AccessKeyId\":\"PROCESS\","
		"\"SecretAccessKey\":\"s\"}'\n",
		NULL);
	world_profile_gives(&world, "a", "PROCESS, profile a (credential_process)");
	world_files(&world, NULL, "[a]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
	world_profile_gives(&world, "a", "FILE, profile a");
}

static void
half_a_pair_and_a_missing_profile_are_said(void **state)
{
	(void)state;
	world_files(&world, "[profile a]\nregion = x\n", "[a]\naws_access_key_id = FILE\n");
	world_profile_fails(
		&world, "a", AWS_FAILED, "profile a: an access key id without its secret");
	world_profile_fails(&world, "b", AWS_FAILED, "profile b is neither in ~/.aws/config");
	world_profile_fails(&world, NULL, AWS_NONE, "aws configure");
	setenv("AWS_ACCESS_KEY_ID", "X", 1);
	world_profile_fails(&world, NULL, AWS_FAILED, "environment: an access key id without");
}

static void
keys_that_were_rotated_in_the_file_are_read_again_when_they_expired(void **state)
{
	struct aws_chain *chain = world_chain(&world, "a");

	(void)state;
	world_files(&world, NULL, "[a]\naws_access_key_id = OLD\naws_secret_access_key = s\n");
	world_gives(chain, "OLD, profile a");
	world_files(&world, NULL, "[a]\naws_access_key_id = NEW\naws_secret_access_key = s\n");
	world_gives(chain, "OLD, profile a");
	aws_chain_expire(chain);
	world_gives(chain, "NEW, profile a");
	aws_chain_free(chain);
}

static void
regions_and_endpoints_come_from_environment_services_and_profile(void **state)
{
	struct aws_chain *chain;

	(void)state;
	world_files(&world,
		"[profile a]\nregion = eu-west-3\nendpoint_url = https://profile\n"
		"services = mine\n[services mine]\nsqs =\n  endpoint_url = https://services\n",
		NULL);
	unsetenv("AWS_ENDPOINT_URL");
	chain = world_chain(&world, "a");
	assert_string_equal(aws_chain_region(chain), "eu-west-3");
	assert_string_equal(aws_chain_endpoint(chain, "sqs"), "https://services");
	assert_string_equal(aws_chain_endpoint(chain, "sts"), "https://profile");
	setenv("AWS_ENDPOINT_URL", "https://all", 1);
	setenv("AWS_ENDPOINT_URL_CLOUDTRAIL", "https://one", 1);
	setenv("AWS_REGION", "eu-north-1", 1);
	assert_string_equal(aws_chain_region(chain), "eu-north-1");
	assert_string_equal(aws_chain_endpoint(chain, "cloudtrail"), "https://one");
	assert_string_equal(aws_chain_endpoint(chain, "sqs"), "https://all");
	setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
	assert_null(aws_chain_endpoint(chain, "sqs"));
	aws_chain_free(chain);
}

static void
names_of_profiles_are_read_as_aws_reads_them(void **state)
{
	static const struct {
		const char *header;
		enum aws_file file;
		const char *name;
	} cases[] = {
		{"default", AWS_FILE_CONFIG, "default"},
		{"profile a", AWS_FILE_CONFIG, "a"},
		{"profile\t a b", AWS_FILE_CONFIG, "a b"},
		{"profile \"a b\"", AWS_FILE_CONFIG, "a b"},
		{"profile 'a'", AWS_FILE_CONFIG, "a"},
		{"profile default", AWS_FILE_CONFIG, "default"},
		{"services s", AWS_FILE_CONFIG, "services s"},
		{"profiled", AWS_FILE_CONFIG, ""},
		{"a", AWS_FILE_CONFIG, ""},
		{"sso-session s", AWS_FILE_CONFIG, ""},
		{"a", AWS_FILE_CREDENTIALS, "a"},
		{"profile a", AWS_FILE_CREDENTIALS, "profile a"},
	};
	struct buf name = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&name);
		aws_config_section(&name, str_from(cases[i].header), cases[i].file);
		assert_string_equal(buf_cstr(&name), cases[i].name);
	}
	buf_fini(&name);
}

static void
files_have_comments_nested_settings_long_tokens_and_keys_in_any_case(void **state)
{
	struct buf files = {0};
	struct aws_config config = {0};
	struct error err;

	(void)state;
	buf_puts(&files, "# c\n; c\n[a]\nAWS_Access_Key_Id=K\naws_secret_access_key = s # ;x=\n"
			 "aws_session_token = ");
	for (int i = 0; i < 3000; i++)
		buf_puts(&files, "t");
	buf_puts(&files, "\r\n");
	world_files(&world,
		"[profile a]\ns3 =\n  addressing_style = path\nregion = one\n"
		"aws_access_key_id = C\n[profile a]\nregion = two\nrole_arn =\n",
		buf_cstr(&files));
	assert_ok(aws_config_read(&config, &err), &err);
	assert_string_equal(aws_config_get(&config, "a", "aws_access_key_id", AWS_FILE_ANY), "K");
	assert_string_equal(
		aws_config_get(&config, "a", "aws_access_key_id", AWS_FILE_CONFIG), "C");
	assert_string_equal(
		aws_config_get(&config, "a", "aws_secret_access_key", AWS_FILE_ANY), "s # ;x=");
	assert_int_equal(
		strlen(aws_config_get(&config, "a", "aws_session_token", AWS_FILE_ANY)), 3000);
	assert_string_equal(
		aws_config_get(&config, "a", "s3.addressing_style", AWS_FILE_ANY), "path");
	assert_string_equal(aws_config_get(&config, "a", "region", AWS_FILE_ANY), "two");
	assert_null(aws_config_get(&config, "a", "role_arn", AWS_FILE_ANY));
	aws_config_fini(&config);
	buf_fini(&files);
}

static void
a_file_that_cannot_be_read_is_named_without_its_text(void **state)
{
	(void)state;
	world_files(&world, NULL, "[a]\nsecret/word\n");
	world_profile_fails(&world, "a", AWS_FAILED, ".aws/credentials:2: expected `key = value`");
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/zero", 1);
	world_profile_fails(&world, "a", AWS_FAILED, "/dev/zero: expected a small file");
}

static void
something_is_at_hand_without_asking_the_network(void **state)
{
	struct aws_chain *chain = world_chain(&world, NULL);

	(void)state;
	assert_false(aws_chain_configured(chain));
	setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x", 1);
	assert_true(aws_chain_configured(chain));
	unsetenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	use_environment_key();
	assert_true(aws_chain_configured(chain));
	aws_chain_free(chain);
	unsetenv("AWS_ACCESS_KEY_ID");
	world_files(&world, "[default]\ncredential_process = x\n", NULL);
	chain = world_chain(&world, NULL);
	assert_true(aws_chain_configured(chain));
	aws_chain_free(chain);
}

static void
assert_splits(const char *line, const char *expected)
{
	struct buf out = {0};
	struct error err;
	char **argv = aws_split_command(line, &err);

	assert_non_null(argv);
	for (char **word = argv; *word; word++)
		buf_printf(&out, "[%s]", *word);
	assert_string_equal(buf_cstr(&out), expected);
	free(argv);
	buf_fini(&out);
}

static void
commands_are_split_with_quotes_and_without_a_shell(void **state)
{
	struct error err;

	(void)state;
	assert_splits(" a  b\tc ", "[a][b][c]");
	assert_splits("a 'b c' \"d 'e'\"f", "[a][b c][d 'e'f]");
	assert_splits("a \"\\\"x\\\\\\n\" \\' b\\ c '\\'", "[a][\"x\\\\n]['][b c][\\]");
	assert_splits("a \"\" '' $HOME;x|y", "[a][][][$HOME;x|y]");
	assert_null(aws_split_command("a 'b", &err));
	assert_null(aws_split_command("a \"b", &err));
	assert_null(aws_split_command("a \\", &err));
	assert_null(aws_split_command("  ", &err));
	assert_null(aws_split_command("'' a", &err));
}

static void
every_region_has_its_partition(void **state)
{
	(void)state;
	assert_string_equal(aws_partition_of("eu-central-1")->iam_region, "us-east-1");
	assert_string_equal(aws_partition_of(NULL)->dns_suffix, "amazonaws.com");
	assert_string_equal(aws_partition_of("cn-north-1")->dns_suffix, "amazonaws.com.cn");
	assert_string_equal(aws_partition_of("cn-north-1")->second_region, "cn-northwest-1");
	assert_string_equal(aws_partition_of("us-gov-east-1")->iam_region, "us-gov-west-1");
	assert_string_equal(aws_partition_of("us-iso-west-1")->name, "aws-iso");
	assert_string_equal(aws_partition_of("us-isob-east-1")->name, "aws-iso-b");
	assert_string_equal(aws_partition_of("eusc-de-east-1")->dns_suffix, "amazonaws.eu");
	assert_string_equal(aws_partition_of("eu-isoe-west-1")->dns_suffix, "cloud.adc-e.uk");
}

/* What is read of an answer: "CODE|message|region|what it is". */
static void
assert_error_read(long status, const char *headers, const char *body, const char *expected)
{
	struct http_response response = {.status = status};
	struct aws_error error;
	struct buf out = {0};

	buf_puts(&response.headers, headers);
	buf_puts(&response.body, body);
	aws_error_read(&error, &response);
	buf_printf(&out, "%s|%s|%s|%s%s%s%s%s", error.code, error.message, error.region,
		aws_error_is_throttle(&error) ? "throttle " : "",
		aws_error_is_transient(&error) ? "transient " : "",
		aws_error_is_expired(&error) ? "expired " : "",
		aws_error_is_denied(&error) ? "denied " : "",
		aws_error_is_credentials(&error) ? "credentials " : "");
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
	http_response_fini(&response);
}

static void
errors_are_read_in_every_protocol(void **state)
{
	(void)state;
	assert_error_read(400, "", "{\"__type\":\"ThrottlingException\",\"message\":\"m\"}",
		"ThrottlingException|m||throttle ");
	assert_error_read(400, "",
		"{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\","
		"\"Message\":\"m\"}",
		"QueueDoesNotExist|m||");
	assert_error_read(400, "x-amzn-ErrorType: AccessDeniedException:http://i/\r\n",
		"{\"message\":\"m\"}", "AccessDeniedException|m||denied ");
	assert_error_read(403, "",
		"<?xml version=\"1.0\"?><ErrorResponse xmlns=\"u\"><Error><Type>Sender</Type>"
		"<Code>ExpiredToken</Code><Message>m</Message></Error></ErrorResponse>",
		"ExpiredToken|m||expired ");
	assert_error_read(400, "",
		"<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message>"
		"<Region>eu-west-1</Region></Error>",
		"AuthorizationHeaderMalformed|m|eu-west-1|");
	assert_error_read(301, "x-amz-bucket-region: eu-north-1\r\n", "", "||eu-north-1|");
	assert_error_read(301, "x-amz-bucket-region: evil.example/\r\n", "", "|||");
	assert_error_read(
		503, "", "<Error><Code>SlowDown</Code></Error>", "SlowDown|||throttle transient ");
	assert_error_read(429, "", "", "|||throttle ");
	assert_error_read(502, "", "<!DOCTYPE html><html><Error><Code>AccessDenied</Code></Error>",
		"|||transient ");
	assert_error_read(403, "", "{\"__type\":\"UnrecognizedClientException\"}",
		"UnrecognizedClientException|||credentials ");
	assert_error_read(400, "", "{not json", "|||");
	assert_error_read(403, "",
		"{\"__type\":\"InvalidSignatureException\",\"message\":\"\\nno match. \\n\\nThe "
		"Canonical String should have been\\n'POST\\nx-amz-security-token:secret\"}",
		"InvalidSignatureException|no match.||credentials ");
}

static int
new_world(void **state)
{
	(void)state;
	world_open(&world, http, NULL);
	return 0;
}

static int
start(void **state)
{
	(void)state;
	http_global_init();
	http = http_new(-1, NULL);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	http_free(http);
	world_close(&world);
	http_global_fini();
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, new_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_environment_goes_first_but_not_before_a_given_profile),
		TEST(the_credentials_file_wins_over_the_process_and_that_over_the_config_file),
		TEST(half_a_pair_and_a_missing_profile_are_said),
		TEST(keys_that_were_rotated_in_the_file_are_read_again_when_they_expired),
		TEST(regions_and_endpoints_come_from_environment_services_and_profile),
		TEST(names_of_profiles_are_read_as_aws_reads_them),
		TEST(files_have_comments_nested_settings_long_tokens_and_keys_in_any_case),
		TEST(a_file_that_cannot_be_read_is_named_without_its_text),
		TEST(something_is_at_hand_without_asking_the_network),
		TEST(commands_are_split_with_quotes_and_without_a_shell),
		TEST(every_region_has_its_partition),
		TEST(errors_are_read_in_every_protocol),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
