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
	};

	return cmocka_run_group_tests(tests, start, stop);
}
