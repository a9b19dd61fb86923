/* What needs no network of S3: keys, addresses, queries, pages, and how far a trail was read. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/source/s3_private.h"
#include "core/source/s3_trail.h"
#include "tests/support/bucket.h"

/* ---- keys ---- */

static void
a_trail_key_is_one_below_exactly_cloudtrail_behind_the_account(void **state)
{
	static const struct {
		const char *key;
		bool is;
	} cases[] = {
		{"AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/02/x.json.gz", true},
		{"a/b/AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/02/x.json.gz", true},
		{"AWSLogs/o-abc/111122223333/CloudTrail/us-east-1/2026/01/02/x.json.gz", true},
		{"AWSLogs/AWSLogs/111122223333/CloudTrail/x.json.gz", true},
		{"copied/CloudTrail/x.json.gz", true},
		{"AWSLogs/111122223333/CloudTrail-Digest/us-east-1/x.json.gz", false},
		{"AWSLogs/111122223333/CloudTrail-Insight/us-east-1/x.json.gz", false},
		{"CloudTrail/AWSLogs/111122223333/CloudTrail-Digest/x.json.gz", false},
		{"AWSLogs/111122223333/vpcflowlogs/CloudTrail/x.json.gz", false},
		{"AWSLogs/111122223333/CloudTrail/us-east-1/x.json", false},
		{"AWSLogs/111122223333/CloudTrail.json.gz", false},
		{"x.json.gz", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (s3_is_trail_key(str_from(cases[i].key)) != cases[i].is)
			fail_msg("%s", cases[i].key);
}

static void
a_bucket_of_a_message_is_no_way_to_another_host(void **state)
{
	static const char *const good[] = {"trail", "my.trail", "Old_Trail-1"};
	static const char *const bad[] = {
		"", "ab", "evil/", "a@b.example", "a#b", "..", ".a.", "a b c", "a%2fb", "a:80"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(s3_is_bucket(str_from(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(s3_is_bucket(str_from(bad[i])));
	assert_false(s3_is_bucket((struct str){"a\0bc", 4}));
}

/* ---- requests ---- */

static void
assert_url(const char *endpoint, const char *region, const char *bucket, const char *key,
	const char *expected)
{
	const struct s3_call call = {.bucket = str_from(bucket), .key = str_from(key)};
	struct buf url = {0};

	s3_url(&url, endpoint, region, &call);
	assert_string_equal(buf_cstr(&url), expected);
	buf_fini(&url);
}

static void
a_bucket_is_a_host_unless_it_cannot_or_an_endpoint_is_given(void **state)
{
	(void)state;
	assert_url(
		NULL, "eu-central-1", "trail", "", "https://trail.s3.eu-central-1.amazonaws.com/");
	assert_url(
		NULL, "cn-north-1", "trail", "a", "https://trail.s3.cn-north-1.amazonaws.com.cn/a");
	assert_url(NULL, "us-east-1", "my.trail", "a",
		"https://s3.us-east-1.amazonaws.com/my.trail/a");
	assert_url(NULL, "us-east-1", "Old_Trail", "a",
		"https://s3.us-east-1.amazonaws.com/Old_Trail/a");
	assert_url("http://127.0.0.1:80", "us-east-1", "trail", "a", "http://127.0.0.1:80/trail/a");
}

static void
every_byte_of_a_key_reaches_the_url_encoded_once(void **state)
{
	(void)state;
	assert_url(NULL, "us-east-1", "trail", "/a//../b c+%20=&?#\xc3\xbc~\n",
		"https://trail.s3.us-east-1.amazonaws.com/"
		"/a//../b%20c%2B%2520%3D%26%3F%23%C3%BC~%0A");
}

static void
a_listing_asks_with_its_parameters_in_order(void **state)
{
	const struct s3_listing all = {.prefix = STR("a b/+"),
		.start_after = STR("a b/+1"),
		.delimited = true,
		.max_keys = 1};
	const struct s3_listing plain = {.prefix = STR_ABSENT};
	struct buf query = {0};

	(void)state;
	s3_list_query(&query, &all, STR("t/=+"));
	assert_string_equal(buf_cstr(&query),
		"continuation-token=t%2F%3D%2B&delimiter=%2F&encoding-type=url&list-type=2&"
		"max-keys=1&prefix=a%20b%2F%2B&start-after=a%20b%2F%2B1");
	buf_clear(&query);
	s3_list_query(&query, &plain, STR_ABSENT);
	assert_string_equal(buf_cstr(&query), "encoding-type=url&list-type=2&prefix=");
	buf_fini(&query);
}

static void
a_denial_names_the_action_where_aws_does(void **state)
{
	char action[64];

	(void)state;
	assert_true(s3_denied_action("User: arn:aws:iam::1:user/x is not authorized to perform: "
				     "kms:Decrypt on resource: arn:aws:kms:x",
		action, sizeof(action)));
	assert_string_equal(action, "kms:Decrypt");
	assert_false(s3_denied_action("Access Denied", action, sizeof(action)));
	assert_false(s3_denied_action("authorized to perform: ", action, sizeof(action)));
	assert_false(s3_denied_action("authorized to perform: x; rm -rf", action, sizeof(action)));
}

/* ---- answers ---- */

#define LISTING(inner)                                                                             \
	"<?xml version=\"1.0\"?><ListBucketResult "                                                \
	"xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" inner "</ListBucketResult>"

static void
a_page_gives_keys_decoded_and_in_order(void **state)
{
	struct s3_page page;
	struct error err;

	(void)state;
	assert_ok(s3_page_read(&page,
			  STR(LISTING("<IsTruncated>true</IsTruncated>"
				      "<NextContinuationToken>t+/=</NextContinuationToken>"
				      "<Contents><Key>b%2Bc+d%25</Key><LastModified>2026-01-02T03:"
				      "04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag>"
				      "<Size>12</Size></Contents>"
				      "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"
				      "<EncodingType>url</EncodingType>")),
			  &err),
		&err);
	assert_int_equal(page.count, 2);
	assert_str(page.entries[0].key, "a/");
	assert_true(page.entries[0].prefix);
	assert_str(page.entries[1].key, "b+c d%");
	assert_int_equal(page.entries[1].size, 12);
	assert_str(page.entries[1].etag, "\"e\"");
	assert_true(page.entries[1].modified != TIME_NONE);
	assert_str(page.token, "t+/=");
	s3_page_fini(&page);
}

static void
keys_that_were_not_encoded_are_not_decoded(void **state)
{
	struct s3_page page;
	struct error err;

	(void)state;
	assert_ok(s3_page_read(&page,
			  STR(LISTING("<IsTruncated>false</IsTruncated><NextContinuationToken>t"
				      "</NextContinuationToken>"
				      "<Contents><Key>a+%20 b</Key></Contents>")),
			  &err),
		&err);
	assert_str(page.entries[0].key, "a+%20 b");
	assert_null(page.token.data);
	s3_page_fini(&page);
}

static void
an_answer_that_is_no_whole_page_is_refused(void **state)
{
	static const char *const bad[] = {"", "<html><body>Sign in</body></html>",
		LISTING("<IsTruncated>true</IsTruncated>"),
		LISTING("<Contents><Size>1</Size></Contents>"),
		"<ListBucketResult><Contents><Key>a</Key></Contents>"};
	struct s3_page page;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (s3_page_read(&page, str_from(bad[i]), &err))
			fail_msg("%s", bad[i]);
		s3_page_fini(&page);
	}
}

/* ---- how far a trail was read ---- */

/* Positions as a store keeps them: a line "NAME=VALUE" each. */
struct kept {
	char *name[64], *value[64];
	size_t count;
};

static bool
keep(void *context, struct str name, struct str value)
{
	struct kept *k = context;
	size_t i = 0;

	while (i < k->count && !str_is(name, k->name[i]))
		i++;
	if (i < k->count) {
		free(k->name[i]);
		free(k->value[i]);
		k->count--;
		k->name[i] = k->name[k->count];
		k->value[i] = k->value[k->count];
	}
	if (!value.data)
		return true;
	k->name[k->count] = strndup(name.data, name.len);
	k->value[k->count++] = strndup(value.data, value.len);
	return true;
}

static struct str
kept_value(void *context, struct str name)
{
	struct kept *k = context;

	for (size_t i = 0; i < k->count; i++)
		if (str_is(name, k->name[i]))
			return str_from(k->value[i]);
	return STR_ABSENT;
}

static void
visit_kept(void *context, struct str prefix,
	void (*visit)(void *visitor, struct str name, struct str value), void *visitor)
{
	struct kept *k = context;

	for (size_t i = 0; i < k->count; i++)
		if (str_starts_with(str_from(k->name[i]), prefix))
			visit(visitor, str_from(k->name[i]), str_from(k->value[i]));
}

static struct kept kept;
static struct source_sink sink = {.context = &kept, .position = keep};
static struct source_config config;
static struct source_options options = {.config = &config,
	.sink = &sink,
	.position = kept_value,
	.positions = visit_kept,
	.position_context = &kept};

static int
begin(void **state)
{
	(void)state;
	kept = (struct kept){0};
	config.value[SOURCE_KEY_BUCKET] = mem_strdup("trail");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	for (size_t i = 0; i < kept.count; i++) {
		free(kept.name[i]);
		free(kept.value[i]);
	}
	free(config.value[SOURCE_KEY_BUCKET]);
	return 0;
}

static int64_t
ticks(const char *text)
{
	int64_t t;

	assert_true(time_parse(str_from(text), &t));
	return t;
}

static void
a_name_tells_the_minute_of_its_delivery(void **state)
{
	struct s3_trail trail;
	struct s3_stream *stream;

	(void)state;
	s3_trail_init(&trail, &options);
	stream = s3_trail_add(&trail, STR("p/" TRAIL_FOLDER));
	assert_str(stream->account, "111122223333");
	assert_str(stream->region, "us-east-1");
	assert_int_equal(s3_name_minute(stream, STR(TRAIL_NAME "20260102T0304Z_aaaa.json.gz")),
		ticks("2026-01-02T03:04:00Z"));
	assert_int_equal(
		s3_name_minute(stream, STR(TRAIL_NAME "20261302T0304Z_a.json.gz")), TIME_NONE);
	assert_int_equal(s3_name_minute(stream, STR(TRAIL_NAME "2026")), TIME_NONE);
	assert_int_equal(s3_name_minute(stream, STR("other.json.gz")), TIME_NONE);
	assert_null(s3_trail_add(&trail, STR("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/")));
	assert_null(s3_trail_add(&trail, STR("CloudTrail/us-east-1")));
	s3_trail_fini(&trail);
}

static void
a_listing_begins_at_the_mark_less_the_overlap_within_its_day(void **state)
{
	struct s3_trail trail;
	struct s3_stream *stream;
	struct s3_day *day;
	struct buf name = {0};

	(void)state;
	s3_trail_init(&trail, &options);
	stream = s3_trail_add(&trail, STR(TRAIL_FOLDER));
	day = s3_stream_day(stream, ticks("2026-01-02"));
	s3_first_name(&name, stream, day, TICKS_PER_HOUR);
	assert_int_equal(name.len, 0);
	day->mark = ticks("2026-01-02T00:30:00Z");
	s3_first_name(&name, stream, day, TICKS_PER_HOUR);
	assert_int_equal(name.len, 0);
	day->mark = ticks("2026-01-02T03:30:00Z");
	s3_first_name(&name, stream, day, TICKS_PER_HOUR);
	assert_string_equal(buf_cstr(&name), TRAIL_NAME "20260102T0230");
	buf_fini(&name);
	s3_trail_fini(&trail);
}

static void
see(struct s3_trail *trail, struct s3_stream *stream, struct s3_day *day, const char *name)
{
	assert_true(s3_day_see(trail, stream, day, str_from(name)));
}

static void
what_was_seen_lasts_over_a_start_and_goes_with_the_overlap(void **state)
{
	struct s3_trail trail;
	struct s3_stream *stream;
	struct s3_day *day;

	(void)state;
	s3_trail_init(&trail, &options);
	assert_true(s3_trail_settle(&trail));
	stream = s3_trail_add(&trail, STR(TRAIL_FOLDER));
	stream->open = ticks("2026-01-02");
	stream->fill_next = ticks("2026-01-01");
	stream->fill_from = ticks("2025-12-30");
	assert_true(s3_stream_keep(&trail, stream));
	day = s3_stream_day(stream, stream->open);
	see(&trail, stream, day, TRAIL_NAME "20260102T0300Z_b.json.gz");
	see(&trail, stream, day, TRAIL_NAME "20260102T0100Z_b.json.gz");
	see(&trail, stream, day, TRAIL_NAME "20260102T0300Z_a.json.gz");
	assert_true(
		s3_day_mark(&trail, stream, day, ticks("2026-01-02T03:00:00Z"), TICKS_PER_HOUR));
	assert_true(s3_trail_discovered(&trail, ticks("2026-01-02T03:30:00Z")));
	s3_trail_fini(&trail);

	s3_trail_init(&trail, &options);
	assert_int_equal(trail.count, 1);
	stream = &trail.streams[0];
	day = s3_stream_day(stream, ticks("2026-01-02"));
	assert_int_equal(trail.discovered, ticks("2026-01-02T03:30:00Z"));
	assert_int_equal(stream->open, ticks("2026-01-02"));
	assert_int_equal(stream->fill_next, ticks("2026-01-01"));
	assert_int_equal(stream->fill_from, ticks("2025-12-30"));
	assert_int_equal(day->mark, ticks("2026-01-02T03:00:00Z"));
	assert_int_equal(day->count, 2);
	assert_true(s3_day_has_seen(day, STR(TRAIL_NAME "20260102T0300Z_a.json.gz")));
	assert_false(s3_day_has_seen(day, STR(TRAIL_NAME "20260102T0100Z_b.json.gz")));
	assert_true(s3_day_close(&trail, stream, day->date));
	s3_trail_fini(&trail);
	assert_int_equal(kept.count, 4); /* bucket, discovered, open, fill */
}

static void
a_mark_never_goes_back(void **state)
{
	struct s3_trail trail;
	struct s3_stream *stream;
	struct s3_day *day;

	(void)state;
	s3_trail_init(&trail, &options);
	stream = s3_trail_add(&trail, STR(TRAIL_FOLDER));
	day = s3_stream_day(stream, ticks("2026-01-02"));
	assert_true(s3_day_mark(&trail, stream, day, ticks("2026-01-02T03:00:00Z"), 0));
	assert_true(s3_day_mark(&trail, stream, day, ticks("2026-01-02T02:00:00Z"), 0));
	assert_true(s3_day_mark(&trail, stream, day, TIME_NONE, 0));
	assert_int_equal(day->mark, ticks("2026-01-02T03:00:00Z"));
	s3_trail_fini(&trail);
}

static void
another_bucket_has_no_part_in_what_was_kept(void **state)
{
	struct s3_trail trail;

	(void)state;
	keep(&kept, STR("bucket"), STR("other"));
	keep(&kept, STR("open/" TRAIL_FOLDER), STR("2026-01-02T00:00:00Z"));
	keep(&kept, STR("seen/" TRAIL_TODAY "0300Z_a.json.gz"), STR("1"));
	s3_trail_init(&trail, &options);
	assert_int_equal(trail.count, 0);
	assert_true(s3_trail_settle(&trail));
	assert_int_equal(kept.count, 1);
	assert_str(kept_value(&kept, STR("bucket")), "trail");
	s3_trail_fini(&trail);
}

int
main(void)
{
#define KEPT(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trail_key_is_one_below_exactly_cloudtrail_behind_the_account),
		cmocka_unit_test(a_bucket_of_a_message_is_no_way_to_another_host),
		cmocka_unit_test(a_bucket_is_a_host_unless_it_cannot_or_an_endpoint_is_given),
		cmocka_unit_test(every_byte_of_a_key_reaches_the_url_encoded_once),
		cmocka_unit_test(a_listing_asks_with_its_parameters_in_order),
		cmocka_unit_test(a_denial_names_the_action_where_aws_does),
		cmocka_unit_test(a_page_gives_keys_decoded_and_in_order),
		cmocka_unit_test(keys_that_were_not_encoded_are_not_decoded),
		cmocka_unit_test(an_answer_that_is_no_whole_page_is_refused),
		KEPT(a_name_tells_the_minute_of_its_delivery),
		KEPT(a_listing_begins_at_the_mark_less_the_overlap_within_its_day),
		KEPT(what_was_seen_lasts_over_a_start_and_goes_with_the_overlap),
		KEPT(a_mark_never_goes_back),
		KEPT(another_bucket_has_no_part_in_what_was_kept),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
