/* `keywatch doctor` on what holds logs: a trail's bucket and Sentinel's workspace.
 * tests/live/test_doctor.c has the rest. */
#include "tests/support/test.h"

#include <stdio.h>

#include "tests/support/bucket.h"
#include "tests/support/run.h"
#include "tests/support/workspace.h"

#define S3 "type=s3,name=trail,bucket=trail"
#define LAW "type=loganalytics,name=law,workspace_id=" WORKSPACE_ID

static struct cloud cloud;
static char *home;
static struct run run;
static char endpoint[80], authority[80], no_machine[120]; /* NAME=URL */

/* Either cloud's credentials, and nowhere else to ask for some. */
#define NOBODY_ELSE endpoint, authority, no_machine
#define AWS "AWS_ACCESS_KEY_ID=" CLOUD_KEY, "AWS_SECRET_ACCESS_KEY=" CLOUD_SECRET
#define CLIENT "AZURE_TENANT_ID=" WORKSPACE_TENANT, "AZURE_CLIENT_ID=" WORKSPACE_CLIENT

static const char *const nobody[] = {NOBODY_ELSE, NULL};
static const char *const keys[] = {
	NOBODY_ELSE, AWS, CLIENT, "AZURE_CLIENT_SECRET=" WORKSPACE_SECRET, NULL};
static const char *const wrong[] = {
	NOBODY_ELSE, AWS, CLIENT, "AZURE_CLIENT_SECRET=other+secret/1", NULL};

static int
start(void **state)
{
	(void)state;
	cloud_start(&cloud);
	snprintf(endpoint, sizeof(endpoint), "AWS_ENDPOINT_URL=%s", cloud.url);
	snprintf(authority, sizeof(authority), "AZURE_AUTHORITY_HOST=%s", cloud.url);
	snprintf(no_machine, sizeof(no_machine),
		"AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:1"); /* nobody listens there */
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
	bucket_make(&cloud, "trail", "us-east-1", "");
	home = test_folder();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	test_rmtree(home);
	return 0;
}

static int
examine_with(const char *const *environment, const char *spec)
{
	const char *const words[] = {"doctor", "--source", spec, NULL};
	static const char *const secrets[] = {
		CLOUD_SECRET, WORKSPACE_SECRET, "other+secret/1", "azure-token-"};

	run_fini(&run);
	run.child = (struct child_options){
		.arguments = words, .environment = environment, .home = home};
	run_program(&run);
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		assert_null(strstr(buf_cstr(&run.out), secrets[i]));
		assert_null(strstr(buf_cstr(&run.err), secrets[i]));
	}
	return run.status;
}

/* A workspace asks where the fake is; AWS's sources know that by the environment. */
static int
examine_law(const char *const *environment, const char *more)
{
	char spec[400];

	snprintf(spec, sizeof(spec), LAW ",endpoint_url=%s%s", cloud.url, more);
	return examine_with(environment, spec);
}

static void
assert_says(const char *part)
{
	if (!strstr(buf_cstr(&run.out), part))
		print_error("%s\nis not said in:\n%s", part, buf_cstr(&run.out));
	assert_non_null(strstr(buf_cstr(&run.out), part));
}

/* ---- a bucket ---- */

static void
a_bucket_that_answers_is_well_and_nothing_of_it_is_read(void **state)
{
	char expected[200];

	(void)state;
	bucket_put(&cloud, "trail", TRAIL_TODAY "0300Z_aaaa.json.gz", "e-1");
	assert_int_equal(examine_with(keys, S3), 0);
	snprintf(expected, sizeof(expected),
		"  asked         ListObjectsV2 in us-east-1 at %s/trail/\n"
		"  with          environment\n"
		"  ok            answered after ",
		cloud.url);
	assert_says(expected);
	assert_says("  not tried     s3:GetObject; ");
	assert_int_equal(cloud_count(&cloud, "s3", NULL), 1);
	assert_int_equal(cloud_count(&cloud, "s3", "ListObjectsV2"), 1);
}

static void
a_bucket_of_another_region_is_well_where_it_is(void **state)
{
	(void)state;
	bucket_make(&cloud, "trail", "eu-west-1", "");
	assert_int_equal(examine_with(keys, S3), 0);
	assert_says("  asked         ListObjectsV2 in eu-west-1 at ");
}

static void
a_bucket_that_may_not_be_listed_names_the_action(void **state)
{
	(void)state;
	bucket_state(&cloud, "{\"denied_operations\":[\"ListObjectsV2\"]}");
	assert_int_equal(examine_with(keys, S3), 1);
	assert_says("  denied        AccessDenied: Access Denied\n"
		    "  do            allow the IAM action s3:ListBucket\n");
	assert_says("\nnot well: trail\n");
}

static void
a_bucket_that_is_not_there_is_a_mistake_of_the_configuration(void **state)
{
	(void)state;
	assert_int_equal(examine_with(keys, "type=s3,name=trail,bucket=trial"), 1);
	assert_says("  configuration NoSuchBucket: ");
	assert_says("  do            check the bucket's name\n");
}

static void
a_bucket_without_credentials_says_what_to_do(void **state)
{
	(void)state;
	assert_int_equal(examine_with(nobody, S3), 1);
	assert_says("  credentials   no AWS credentials in the environment, ");
	assert_says("run `aws configure`");
	assert_int_equal(cloud_count(&cloud, NULL, NULL), 0);
}

/* ---- a workspace ---- */

static void
a_workspace_that_answers_is_well_by_a_query_of_one_row(void **state)
{
	char expected[400], *body;

	(void)state;
	assert_int_equal(examine_law(keys, ""), 0);
	snprintf(expected, sizeof(expected),
		"  asked         a query of one row at %s/v1/workspaces/" WORKSPACE_ID "/query\n"
		"  with          client " WORKSPACE_CLIENT " (secret)\n"
		"  ok            answered after ",
		cloud.url);
	assert_says(expected);
	assert_int_equal(cloud_count(&cloud, "azure", "query"), 1);
	body = cloud_last(&cloud, "azure", "query", "body");
	assert_non_null(strstr(body, "| take 1"));
	free(body);
}

static void
a_workspace_without_the_role_names_it(void **state)
{
	(void)state;
	cloud_tell(&cloud, "{\"op\":\"set\",\"service\":\"azure\",\"state\":{\"denied\":true}}");
	assert_int_equal(examine_law(keys, ""), 1);
	assert_says("  denied        InsufficientAccessError: ");
	assert_says("  do            give client " WORKSPACE_CLIENT
		    " (secret) the Azure role Log Analytics Reader on the workspace " WORKSPACE_ID
		    "\n");
	assert_says("\nnot well: law\n");
}

static void
a_wrong_client_secret_is_named_as_such(void **state)
{
	(void)state;
	assert_int_equal(examine_law(wrong, ""), 1);
	assert_says("  credentials   ");
	assert_says("invalid_client");
	assert_int_equal(cloud_count(&cloud, "azure", "query"), 0);
}

static void
without_a_way_to_sign_in_every_one_is_named_with_what_it_lacks(void **state)
{
	(void)state;
	assert_int_equal(examine_law(nobody, ""), 1);
	assert_says("  credentials   no way to sign in to Azure is at hand: neither "
		    "client_secret_file nor AZURE_CLIENT_SECRET is set");
	assert_says("  do            set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, "
		    "or sign in: az login\n");
}

static void
a_workspace_that_is_not_there_is_a_mistake_of_the_configuration(void **state)
{
	char spec[300];

	(void)state;
	snprintf(spec, sizeof(spec),
		"type=loganalytics,name=law,workspace_id=44444444-0000-0000-0000-000000000004,"
		"endpoint_url=%s",
		cloud.url);
	assert_int_equal(examine_with(keys, spec), 1);
	assert_says("  configuration ");
	assert_says("  do            check workspace_id: its overview shows it\n");
}

static void
a_workspace_without_data_is_well_and_says_so(void **state)
{
	(void)state;
	cloud_tell(&cloud, "{\"op\":\"fault\",\"service\":\"azure\",\"operation\":\"query\","
			   "\"kind\":\"status\",\"status\":204,\"body\":\"\",\"count\":1}");
	assert_int_equal(examine_law(keys, ""), 0);
	assert_says("  ok            answered after ");
	assert_says("\n                the workspace has no data (HTTP 204)\n");
}

static void
what_is_no_answer_of_a_workspace_is_named(void **state)
{
	(void)state;
	cloud_tell(&cloud,
		"{\"op\":\"fault\",\"service\":\"azure\",\"operation\":\"query\",\"kind\":"
		"\"status\",\"status\":200,\"body\":\"<html>sign in</html>\",\"count\":1}");
	assert_int_equal(examine_law(keys, ""), 1);
	assert_says("  answer        ");
	assert_says("\nnot well: law\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_bucket_that_answers_is_well_and_nothing_of_it_is_read),
		TEST(a_bucket_of_another_region_is_well_where_it_is),
		TEST(a_bucket_that_may_not_be_listed_names_the_action),
		TEST(a_bucket_that_is_not_there_is_a_mistake_of_the_configuration),
		TEST(a_bucket_without_credentials_says_what_to_do),
		TEST(a_workspace_that_answers_is_well_by_a_query_of_one_row),
		TEST(a_workspace_without_the_role_names_it),
		TEST(a_wrong_client_secret_is_named_as_such),
		TEST(without_a_way_to_sign_in_every_one_is_named_with_what_it_lacks),
		TEST(a_workspace_that_is_not_there_is_a_mistake_of_the_configuration),
		TEST(a_workspace_without_data_is_well_and_says_so),
		TEST(what_is_no_answer_of_a_workspace_is_named),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, start, stop);
}
