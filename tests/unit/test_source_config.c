/* What may stand in [source NAME] and behind --source, and how mistakes are named. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/ini.h"
#include "core/source/source.h"

static bool
begin(void *context, struct str section, int line, struct error *err)
{
	return source_configs_take(context, "c.ini", section, STR_ABSENT, STR_ABSENT, line, err);
}

static bool
take(void *context, struct str section, struct str key, struct str value, int line,
	struct error *err)
{
	return source_configs_take(context, "c.ini", section, key, value, line, err);
}

static bool
read_text(struct source_configs *configs, const char *text, struct error *err)
{
	static const struct source_defaults none = {0};

	*configs = (struct source_configs){0};
	return ini_parse_sections(str_from(text), "c.ini", begin, take, configs, err) &&
	       source_configs_check(configs, &none, err);
}

static void
assert_refused(const char *text, const char *expected)
{
	struct source_configs configs;
	struct error err = {0};

	assert_false(read_text(&configs, text, &err));
	if (!strstr(err.text, expected))
		print_error("%s\n", err.text);
	assert_non_null(strstr(err.text, expected));
	assert_int_equal(err.kind, ERROR_USAGE);
	source_configs_fini(&configs);
}

#define UUID "11111111-2222-3333-4444-555555555555"

static void
every_type_is_read_with_its_keys(void **state)
{
	struct source_configs c;
	struct error err;

	(void)state;
	assert_ok(read_text(&c,
			  "[source prod]\ntype = cloudtrail\nprofile = audit\nregion = eu-west-1\n"
			  "first_fill = 90d\noverlap = 45m\n"
			  "[source trail]\nbucket = a.b-c\ntype = s3\nprefix = x=y, z/\n"
			  "request_payer = requester\n[source quick]\ntype = sqs\n"
			  "queue_url = https://sqs.us-east-1.amazonaws.com/111122223333/keywatch\n"
			  "poll_interval = 500ms\n[source sentinel]\ntype = loganalytics\n"
			  "workspace_id = " UUID "\ntenant_id = contoso.example\nclient_id = " UUID
			  "\n"
			  "auth = managed-identity\nclient_secret_file = /run/secret\n"
			  "authority_host = https://login.microsoftonline.us\n"
			  "[source \xc3\xbc_1.log]\ntype = follow\npath = /var/log/ct.ndjson\n",
			  &err),
		&err);
	assert_int_equal(c.count, 5);
	assert_string_equal(c.list[0].name, "prod");
	assert_ptr_equal(c.list[0].ops, &source_cloudtrail);
	assert_string_equal(c.list[0].value[SOURCE_KEY_REGION], "eu-west-1");
	assert_int_equal(c.list[0].span_ms[SOURCE_KEY_FIRST_FILL], INT64_C(90) * 86400000);
	assert_int_equal(c.list[0].span_ms[SOURCE_KEY_OVERLAP], 45 * 60000);
	assert_int_equal(c.list[0].span_ms[SOURCE_KEY_POLL_INTERVAL], 0);
	assert_string_equal(c.list[1].value[SOURCE_KEY_PREFIX], "x=y, z/");
	assert_null(c.list[1].value[SOURCE_KEY_REGION]);
	assert_int_equal(c.list[2].span_ms[SOURCE_KEY_POLL_INTERVAL], 500);
	assert_string_equal(c.list[4].file, "c.ini");
	assert_int_equal(c.list[4].line, 24);
	source_configs_fini(&c);
}

/* clang-format off */
static const struct { const char *text, *refusal; } mistakes[] = {
	{"[source a]\ntype = cloudtail\n", "c.ini:2: there is no type `cloudtail`: did you mean `cloudtrail`?"},
	{"[source a]\ntype = kafka\n", "c.ini:2: there is no type `kafka`; there are cloudtrail, s3, sqs, loganalytics, follow"},
	{"[source a]\ntype = S3\n", "c.ini:2: there is no type `S3`: did you mean `s3`?"},
	{"[source a]\ntype = s3\nbukcet = b\n", "c.ini:3: a source has no key `bukcet`: did you mean `bucket`?"},
	{"[source a]\ntype = s3\nflux = b\n", "c.ini:3: a source has no key `flux`"},
	{"[source a]\ntype = s3\nbucket = bkt\nqueue_url = https://h/q\n", "c.ini:4: `queue_url` is no key of type s3"},
	{"\n[source a]\ntype = s3\n", "c.ini:2: source `a` needs `bucket`: the bucket that"},
	{"[source a]\ntype = sqs\n", "c.ini:1: source `a` needs `queue_url`"},
	{"[source a]\ntype = loganalytics\n", "c.ini:1: source `a` needs `workspace_id`"},
	{"[source a]\ntype = follow\n", "c.ini:1: source `a` needs `path`"},
	{"[source a]\n", "c.ini:1: [source a] needs a `type`"},
	{"[source]\n", "c.ini:1: a source has a name: [source NAME]"},
	{"[source a b]\n", "c.ini:1: a source's name is up to 40 letters"},
	{"[source a/b]\n", "c.ini:1: a source's name is up to 40 letters"},
	{"[source \xe2\x80\xae]\n", "c.ini:1: a source's name is up to 40 letters"},
	{"[source file]\n", "c.ini:1: no source is called `file`"},
	{"[source a]\ntype = cloudtrail\n[source b]\ntype = cloudtrail\n[source a]\n", "c.ini:5: there is a source `a` already, in c.ini:1"},
	{"[source a]\ntype = s3\ntype = s3\n", "c.ini:3: `type` is said twice"},
	{"[source a]\nregion = us-east-1\nregion = us-east-1\n", "c.ini:3: `region` is said twice"},
	{"[source a]\nregion =\n", "c.ini:2: `region` is empty"},
	{"[source a]\nregion = us-east-1.evil.example\n", "c.ini:2: `region` is a region's name"},
	{"[source a]\nregion = us-east-1/\n", "c.ini:2: `region` is a region's name"},
	{"[source a]\nprofile = a\xe2\x80\xae\n", "c.ini:2: `profile` holds characters that cannot be seen"},
	{"[source a]\nfirst_fill = 3 days\n", "c.ini:2: `first_fill` is a span above 0 such as"},
	{"[source a]\noverlap = 0s\n", "c.ini:2: `overlap` is a span above 0"},
	{"[source a]\nfirst_fill = 4000d\n", "c.ini:2: `first_fill` is a span"},
	{"[source a]\nbucket = s3://b/p\n", "c.ini:2: `bucket` is a bucket's name alone"},
	{"[source a]\nrequest_payer = owner\n", "c.ini:2: `request_payer` can only be `requester`"},
	{"[source a]\nendpoint_url = http://cloudtrail.example\n", "c.ini:2: `endpoint_url` "},
	{"[source a]\nendpoint_url = ftp://127.0.0.1\n", "c.ini:2: `endpoint_url` "},
	{"[source a]\nendpoint_url = https://h/?x\n", "c.ini:2: `endpoint_url` is a URL without"},
	{"[source a]\nqueue_url = https://sqs.us-east-1.amazonaws.com/\n", "c.ini:2: `queue_url` is the queue's URL, such as"},
	{"[source a]\nqueue_url = keywatch\n", "c.ini:2: `queue_url` "},
	{"[source a]\nworkspace_id = prod\n", "c.ini:2: `workspace_id` is a GUID"},
	{"[source a]\nworkspace_id = " UUID "0\n", "c.ini:2: `workspace_id` is a GUID"},
	{"[source a]\nclient_id = 1111111122223333-4444-555555555555\n", "c.ini:2: `client_id` is a GUID"},
	{"[source a]\ntenant_id = common\n", "c.ini:2: `tenant_id` is a tenant's GUID or domain"},
	{"[source a]\nauth = password\n", "c.ini:2: `auth` is client-credentials, managed-identity or az"},
	{"[source a]\npath = logs\n", "c.ini:2: `path` is a path that begins with `/`"},
	{"[source a]\nca_bundle = ~/ca.pem\n", "c.ini:2: `ca_bundle` is a path that begins with `/`"},
	{"[source a]\ns3 =\n  x = y\n", "c.ini:2: a source has no key `s3`"},
};
/* clang-format on */

static void
mistakes_are_named_with_their_line_and_a_suggestion(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		assert_refused(mistakes[i].text, mistakes[i].refusal);
}

static void
secrets_are_refused_and_not_repeated(void **state)
{
	/* clang-format off */
	static const char *const texts[] = {
		"[source a]\nclient_secret = hunter2\n", "[source a]\nAWS_SECRET_ACCESS_KEY = hunter2\n",
		"[source a]\naws_access_key_id = hunter2\n", "[source a]\naws_session_token = hunter2\n",
		"[source a]\npasword = hunter2\n", "[source a]\nsecret = hunter2\n",
		"[source a]\nendpoint_url = https://user:hunter2@h/\n",
		"[source a]\nqueue_url = http://user:hunter2@h/q\n",
		"[source a]\nregion = hunter2/\n", "[source a]\nclient_id = hunter2\n",
	};
	/* clang-format on */
	struct source_configs configs;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(read_text(&configs, texts[i], &err));
		assert_null(strstr(err.text, "hunter2"));
		assert_non_null(strstr(err.text, "c.ini:2: "));
		source_configs_fini(&configs);
	}
	assert_refused(texts[0], "c.ini:2: `client_secret` is a secret and does not belong here: "
				 "name a file that holds it by client_secret_file");
	assert_refused(texts[1], "`aws_secret_access_key` is a secret");
}

/* ---- --source ---- */

static void
sources_of_the_command_line_are_named_by_type_and_number(void **state)
{
	struct source_configs c;
	struct error err;

	(void)state;
	assert_ok(read_text(&c, "[source sqs1]\ntype = cloudtrail\n", &err), &err);
	assert_ok(source_configs_add(&c, "type=sqs,queue_url=https://h/q", &err), &err);
	assert_ok(source_configs_add(&c, "queue_url=https://h/q,type=sqs", &err), &err);
	assert_ok(source_configs_add(&c, "type=cloudtrail,name=mine,first_fill=1h", &err), &err);
	assert_ok(source_configs_add(&c, "type=s3,bucket=bkt,prefix=a\\,b=c\\\\d/", &err), &err);
	assert_ok(source_configs_add(&c, "type=follow,path=logs/ct.ndjson", &err), &err);
	assert_string_equal(c.list[1].name, "sqs2");
	assert_string_equal(c.list[2].name, "sqs3");
	assert_string_equal(c.list[3].name, "mine");
	assert_int_equal(c.list[3].span_ms[SOURCE_KEY_FIRST_FILL], 3600000);
	assert_string_equal(c.list[4].value[SOURCE_KEY_PREFIX], "a,b=c\\d/");
	assert_null(c.list[4].file);
	assert_string_equal(c.list[5].name, "follow1");
	assert_ok(source_configs_check(&c, &(struct source_defaults){0}, &err), &err);
	source_configs_fini(&c);
}

static void
mistakes_on_the_command_line_are_named(void **state)
{
	/* clang-format off */
	static const char *const cases[][2] = {
		{"queue_url=https://h/q", "--source: needs a type: type=TYPE,KEY=VALUE"},
		{"", "--source: needs a type"},
		{"sqs", "--source: expected type=TYPE,KEY=VALUE"},
		{"type=sqs,queue=https://h/q", "--source: a source has no key `queue`"},
		{"type=sqss", "--source: there is no type `sqss`: did you mean `sqs`?"},
		{"type=loganalytics,client_secret=hunter2", "--source: `client_secret` is a secret"},
		{"type=cloudtrail,name=prod", "--source: there is a source `prod` already, in c.ini:1"},
		{"type=cloudtrail,name=a b", "--source: a source's name is"},
		{"type=cloudtrail,name=a,name=b", "--source: `name` is said twice"},
	};
	/* clang-format on */
	struct source_configs c;
	struct error err;

	(void)state;
	assert_ok(read_text(&c, "[source prod]\ntype = cloudtrail\n", &err), &err);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(source_configs_add(&c, cases[i][0], &err));
		if (!strstr(err.text, cases[i][1]))
			print_error("%s\n", err.text);
		assert_non_null(strstr(err.text, cases[i][1]));
		assert_null(strstr(err.text, "hunter2"));
		assert_int_equal(c.count, 1);
	}
	assert_ok(source_configs_add(&c, "type=s3", &err), &err);
	assert_false(source_configs_check(&c, &(struct source_defaults){0}, &err));
	assert_non_null(strstr(err.text, "--source: source `s3-1` needs `bucket`"));
	source_configs_fini(&c);
}

static void
options_fill_in_what_an_aws_source_leaves_open(void **state)
{
	const struct source_defaults defaults = {"audit", "eu-west-1", "http://127.0.0.1:8000"};
	struct source_configs c;
	struct error err;

	(void)state;
	assert_ok(read_text(&c,
			  "[source a]\ntype = cloudtrail\nregion = us-east-1\n"
			  "[source b]\ntype = loganalytics\nworkspace_id = " UUID "\n"
			  "[source c]\ntype = follow\npath = /x\n",
			  &err),
		&err);
	assert_ok(source_configs_check(&c, &defaults, &err), &err);
	assert_string_equal(c.list[0].value[SOURCE_KEY_PROFILE], "audit");
	assert_string_equal(c.list[0].value[SOURCE_KEY_REGION], "us-east-1");
	assert_string_equal(c.list[0].value[SOURCE_KEY_ENDPOINT_URL], "http://127.0.0.1:8000");
	assert_null(c.list[1].value[SOURCE_KEY_ENDPOINT_URL]);
	assert_null(c.list[2].value[SOURCE_KEY_PROFILE]);
	source_configs_fini(&c);
}

static void
options_that_make_no_sense_are_refused_without_any_source(void **state)
{
	static const struct {
		struct source_defaults defaults;
		const char *refusal;
	} cases[] = {
		{{.region = "Europe"}, "--region is a region's name"},
		{{.profile = ""}, "--profile is empty"},
		{{.endpoint_url = "http://example.com"}, "--endpoint-url "},
	};
	struct source_configs c = {0};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(source_configs_check(&c, &cases[i].defaults, &err));
		assert_non_null(strstr(err.text, cases[i].refusal));
	}
}

/* A key that no type has would be a row that does nothing; a type's key without a row could not be
 * written. */
static void
every_key_belongs_to_a_type_and_every_types_key_has_a_row(void **state)
{
	bool used[SOURCE_KEY_COUNT] = {[SOURCE_KEY_POLL_INTERVAL] = true};

	(void)state;
	for (size_t k = 0; source_kinds[k]; k++)
		for (size_t i = 0; source_kinds[k]->keys[i]; i++) {
			size_t row = 0;

			while (row < SOURCE_KEY_COUNT &&
				strcmp(source_keys[row].name, source_kinds[k]->keys[i]) != 0)
				row++;
			assert_true(row < SOURCE_KEY_COUNT);
			used[row] = true;
		}
	for (size_t i = 0; i < SOURCE_KEY_COUNT; i++)
		assert_true(used[i]);
}

static void
every_cause_has_a_word(void **state)
{
	(void)state;
	for (int i = CAUSE_NETWORK; i <= CAUSE_ANSWER; i++)
		assert_true(strlen(source_cause_word((enum source_cause)i)) > 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read_with_its_keys),
		cmocka_unit_test(mistakes_are_named_with_their_line_and_a_suggestion),
		cmocka_unit_test(secrets_are_refused_and_not_repeated),
		cmocka_unit_test(sources_of_the_command_line_are_named_by_type_and_number),
		cmocka_unit_test(mistakes_on_the_command_line_are_named),
		cmocka_unit_test(options_fill_in_what_an_aws_source_leaves_open),
		cmocka_unit_test(options_that_make_no_sense_are_refused_without_any_source),
		cmocka_unit_test(every_key_belongs_to_a_type_and_every_types_key_has_a_row),
		cmocka_unit_test(every_cause_has_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
