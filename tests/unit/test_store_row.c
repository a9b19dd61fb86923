/* Rows of a table in the store: no record, so an AWS copy takes their place (settled.md 3). */
#include "tests/support/test.h"

#include "tests/support/scene.h"

#define ROW(agent)                                                                                 \
	"{\"AwsEventId\":\"e-1\",\"EventName\":\"CreateAccessKey\",\"UserAgent\":\"" agent "\"}"

/* The row as an alert of e-1; `target` is what it tells of the target. */
static enum store_put
put_row(struct scene *s, const char *row, const char *target, int64_t input, uint64_t offset,
	char id[ALERT_ID_SIZE])
{
	struct alert alert = {0};
	char hash[HASH_HEX];
	struct event event;
	enum store_put put;
	struct error err;

	fixture_alert(&alert, "e-1", row, 100);
	alert.raw = str_from(row);
	hash_hex(alert.raw, hash);
	alert.text[ALERT_RAW_SHA256] = str_from(hash);
	alert.text[ALERT_TARGET_USER] = str_from(target);
	alert.flags = 1U << FLAG_FROM_TABLE;
	assert_ok(event_parse_row(&event, alert.raw, &err), &err);
	event_canonical_hash(&event, alert.record_hash);
	event_fini(&event);
	put = scene_put_alert(s, &alert, input, offset);
	if (id)
		memcpy(id, alert.id, ALERT_ID_SIZE);
	alert_fini(&alert);
	return put;
}

static bool
see_row(void *context, const struct store_row *row)
{
	buf_printf(context, "%.*s %u\n", STR_ARG(row->target), row->flags);
	return true;
}

/* Target and flags of every row of the list, in their order. */
static void
assert_list(struct scene *s, const char *expected)
{
	struct store_query query = {.order = STORE_BY_ROWID};
	struct buf out = {0};
	struct error err;

	assert_ok(store_rows(s->store, &query, see_row, &out, &err), &err);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
an_aws_copy_replaces_a_row_and_keeps_what_was_decided(void **state)
{
	struct scene s;
	struct alert got;
	char id[ALERT_ID_SIZE], again[ALERT_ID_SIZE];
	struct error err;
	int64_t other;

	(void)state;
	scene_open(&s);
	assert_int_equal(put_row(&s, ROW("x"), "unknown", s.input, 5, id), STORE_NEW);
	assert_ok(store_decide(s.store,
			  &(struct store_decision){.id = id,
				  .if_seq = 0,
				  .action = DECIDE_TAKE,
				  .actor = STR("alice"),
				  .reason = STR("mine"),
				  .now = 1},
			  NULL, &err),
		&err);
	scene_begin_run(&s); /* nor does it matter that the row was there before this run */
	other = scene_begin_input(&s, "logs/b.json", "key", NULL);
	assert_int_equal(scene_put_at(&s, "e-1", "a", other, 77, again), STORE_KNOWN);
	assert_string_equal(again, id);
	scene_load(&s, id, &got);
	assert_non_null(strstr(got.raw.data, "\"eventID\":\"e-1\""));
	assert_str(got.text[ALERT_TARGET_USER], "svc-backup");
	assert_int_equal(got.text[ALERT_RAW_SHA256].len, 64);
	assert_int_equal(got.flags, 0);
	assert_int_equal(got.decision_count, 1);
	assert_int_equal(got.state.status, STATUS_ACTIVE);
	assert_int_equal(got.source_count, 2);
	assert_str(got.sources[0].path, "logs/a.json");
	assert_str(got.sources[1].path, "logs/b.json");
	assert_int_equal(got.sources[1].offset, 77);
	alert_fini(&got);
	assert_list(&s, "svc-backup 0\n");
	/* From now on it is a record like any other. */
	assert_int_equal(scene_put(&s, "e-1", "a", NULL), STORE_KNOWN);
	assert_int_equal(scene_put(&s, "e-1", "b", NULL), STORE_CONFLICT);
	scene_close(&s);
}

static void
when_a_row_was_first_seen_stays(void **state)
{
	struct scene s;
	struct alert row = {0}, got;

	(void)state;
	scene_open(&s);
	fixture_alert(&row, "e-1", "row", 100);
	row.flags = 1U << FLAG_FROM_TABLE;
	row.raw = STR(ROW("x"));
	row.arrived = 42;
	scene_put_alert(&s, &row, s.input, 0);
	scene_put(&s, "e-1", "a", NULL);
	scene_load(&s, row.id, &got);
	assert_int_equal(got.arrived, 42);
	alert_fini(&got);
	alert_fini(&row);
	scene_close(&s);
}

static void
a_row_of_a_known_record_adds_its_source_and_nothing_else(void **state)
{
	struct scene s;
	struct alert got;
	char id[ALERT_ID_SIZE], again[ALERT_ID_SIZE];
	int64_t second;

	(void)state;
	scene_open(&s);
	second = scene_begin_input(&s, "logs/b.json", "key", NULL);
	assert_int_equal(scene_put_at(&s, "e-1", "a", second, 9, id), STORE_NEW);
	/* Although its input stands first. */
	assert_int_equal(put_row(&s, ROW("x"), "unknown", s.input, 5, again), STORE_KNOWN);
	assert_string_equal(again, id);
	scene_load(&s, id, &got);
	assert_non_null(strstr(got.raw.data, "\"eventID\":\"e-1\""));
	assert_int_equal(got.flags, 0);
	assert_int_equal(got.source_count, 2);
	alert_fini(&got);
	assert_list(&s, "svc-backup 0\n");
	scene_close(&s);
}

static void
rows_that_agree_are_one_and_the_first_in_order_is_kept(void **state)
{
	static const char projected[] =
		"{\"AwsEventId\":\"e-1\",\"EventName\":\"CreateAccessKey\"}";
	struct scene s;
	struct alert got;
	char id[ALERT_ID_SIZE];

	(void)state;
	scene_open(&s);
	assert_int_equal(put_row(&s, projected, "p", s.input, 50, id), STORE_NEW);
	assert_int_equal(put_row(&s, ROW("x"), "x", s.input, 90, id), STORE_KNOWN);
	assert_list(&s, "p 2048\n");
	assert_int_equal(put_row(&s, ROW("x"), "x", s.input, 10, id), STORE_KNOWN);
	assert_list(&s, "x 2048\n");
	scene_load(&s, id, &got);
	assert_str(got.raw, ROW("x"));
	assert_int_equal(got.source_count, 3);
	alert_fini(&got);
	scene_close(&s);
}

static void
rows_that_contradict_each_other_are_in_conflict(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	assert_int_equal(put_row(&s, ROW("x"), "x", s.input, 0, NULL), STORE_NEW);
	assert_int_equal(put_row(&s, ROW("y"), "y", s.input, 1, NULL), STORE_CONFLICT);
	assert_int_equal(put_row(&s, ROW("y"), "y", s.input, 2, NULL), STORE_KNOWN);
	assert_list(&s, "x 3072\ny 3072\n");
	scene_close(&s);
}

static void
a_row_says_nothing_between_records_in_conflict(void **state)
{
	struct scene s;
	struct alert got;
	char a[ALERT_ID_SIZE], b[ALERT_ID_SIZE], id[ALERT_ID_SIZE];

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", a);
	scene_put(&s, "e-1", "b", b);
	assert_int_equal(put_row(&s, ROW("x"), "x", s.input, 3, id), STORE_KNOWN);
	assert_list(&s, "svc-backup 1024\nsvc-backup 1024\n");
	scene_load(&s, id, &got);
	assert_int_equal(got.source_count, 2);
	alert_fini(&got);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_aws_copy_replaces_a_row_and_keeps_what_was_decided),
		cmocka_unit_test(when_a_row_was_first_seen_stays),
		cmocka_unit_test(a_row_of_a_known_record_adds_its_source_and_nothing_else),
		cmocka_unit_test(rows_that_agree_are_one_and_the_first_in_order_is_kept),
		cmocka_unit_test(rows_that_contradict_each_other_are_in_conflict),
		cmocka_unit_test(a_row_says_nothing_between_records_in_conflict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
