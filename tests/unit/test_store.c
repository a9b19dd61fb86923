/* What goes in comes out, under one identity. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tests/support/scene.h"

/* ---- what goes in comes out ---- */

static void
an_alert_comes_back_as_it_was_put(void **state)
{
	struct scene s;
	struct alert put_in = {0}, got;

	(void)state;
	scene_open(&s);
	fixture_alert(&put_in, "e-1", "a", 3000);
	put_in.text[ALERT_USER_AGENT] = STR("\xff\xc0\x80 '\"; DROP TABLE alert;--");
	put_in.text[ALERT_ERROR_CODE] = STR("");
	put_in.self = true;
	put_in.outcome = OUTCOME_DENIED;
	put_in.flags = 1U << FLAG_NUL | 1U << FLAG_FROM_TABLE;
	assert_int_equal(scene_put_alert(&s, &put_in, s.input, 77), STORE_NEW);
	scene_reopen(&s);
	scene_load(&s, put_in.id, &got);
	assert_string_equal(got.id, put_in.id);
	assert_string_equal(got.record_hash, put_in.record_hash);
	assert_int_equal(got.time, put_in.time);
	for (int i = 0; i < ALERT_TEXT_COUNT; i++) {
		assert_true(str_equal(got.text[i], put_in.text[i]));
		assert_int_equal(got.text[i].data == NULL, put_in.text[i].data == NULL);
	}
	assert_true(got.self);
	assert_int_equal(got.outcome, OUTCOME_DENIED);
	assert_int_equal(got.flags, put_in.flags);
	assert_true(str_equal(got.raw, put_in.raw));
	assert_int_equal(got.source_count, 1);
	assert_str(got.sources[0].name, "file");
	assert_str(got.sources[0].path, "logs/a.json");
	assert_int_equal(got.sources[0].offset, 77);
	assert_int_equal(got.state.status, STATUS_NEW);
	alert_fini(&got);
	alert_fini(&put_in);
	scene_close(&s);
}

static void
an_alert_without_time_or_eventid_is_kept(void **state)
{
	struct scene s;
	struct alert alert = {0}, got;

	(void)state;
	scene_open(&s);
	fixture_alert(&alert, "", "a", 100);
	alert.time = TIME_NONE;
	assert_int_equal(scene_put_alert(&s, &alert, s.input, 0), STORE_NEW);
	scene_load(&s, alert.id, &got);
	assert_int_equal(got.time, TIME_NONE);
	assert_str(got.text[ALERT_EVENT_ID], NULL);
	alert_fini(&got);
	alert_fini(&alert);
	assert_int_equal(scene_put(&s, "", "a", NULL), STORE_KNOWN);
	assert_int_equal(scene_put(&s, "", "b", NULL), STORE_NEW);
	scene_close(&s);
}

static bool
see_target(void *context, const struct store_row *row)
{
	buf_str(context, row->target);
	return true;
}

static void
a_name_of_megabytes_is_cut_in_the_list_and_kept_in_the_alert(void **state)
{
	struct scene s;
	struct alert alert = {0}, got;
	struct buf name = {0}, shown = {0};
	struct error err;

	(void)state;
	scene_open(&s);
	fixture_alert(&alert, "e-1", "a", 100);
	buf_puts(&name, "x");
	while (name.len < 1 << 20)
		buf_puts(&name, "\xe2\x82\xac");
	alert.text[ALERT_TARGET_USER] = buf_view(&name);
	scene_put_alert(&s, &alert, s.input, 0);
	assert_ok(store_row(s.store, 1, see_target, &shown, &err), &err);
	assert_int_equal(shown.len, 511); /* whole characters */
	scene_load(&s, alert.id, &got);
	assert_true(str_equal(got.text[ALERT_TARGET_USER], buf_view(&name)));
	alert_fini(&got);
	alert_fini(&alert);
	buf_fini(&name);
	buf_fini(&shown);
	scene_close(&s);
}

static void
what_is_rolled_back_was_never_there(void **state)
{
	struct scene s;
	struct alert alert = {0};
	struct store_counts counts;
	struct error err;

	(void)state;
	scene_open(&s);
	fixture_alert(&alert, "e-1", "a", 100);
	assert_ok(store_begin(s.store, &err), &err);
	assert_int_equal(store_put_alert(s.store, &alert, s.input, 0, &err), STORE_NEW);
	store_rollback(s.store);
	assert_ok(store_count(s.store, &(struct store_query){0}, &counts, &err), &err);
	assert_int_equal(counts.alerts, 0);
	assert_int_equal(scene_put(&s, "e-1", "a", NULL), STORE_NEW);
	alert_fini(&alert);
	scene_close(&s);
}

/* ---- identity ---- */

static void
an_equal_record_is_one_alert_that_names_both_sources(void **state)
{
	struct scene s;
	struct alert got;
	char first[ALERT_ID_SIZE], second[ALERT_ID_SIZE];
	int64_t other;

	(void)state;
	scene_open(&s);
	other = scene_begin_input(&s, "logs/b.json", "key", NULL);
	assert_int_equal(scene_put_at(&s, "e-1", "a", other, 5, first), STORE_NEW);
	assert_int_equal(scene_put_at(&s, "e-1", "a", s.input, 9, second), STORE_KNOWN);
	assert_int_equal(scene_put_at(&s, "e-1", "a", s.input, 9, second), STORE_KNOWN);
	assert_string_equal(first, second);
	scene_load(&s, first, &got);
	assert_int_equal(got.source_count, 2);
	assert_str(got.sources[0].path, "logs/a.json");
	assert_int_equal(got.sources[0].offset, 9);
	assert_str(got.sources[1].path, "logs/b.json");
	assert_int_equal(got.flags, 0);
	alert_fini(&got);
	scene_close(&s);
}

/* Puts an equal record with other bytes. */
static void
put_spelled(struct scene *s, const char *raw, int64_t input, uint64_t offset)
{
	struct alert alert = {0};
	char hex[HASH_HEX];

	fixture_alert(&alert, "e-1", "a", 100);
	alert.raw = str_from(raw);
	hash_hex(alert.raw, hex);
	alert.text[ALERT_RAW_SHA256] = str_from(hex);
	alert.text[ALERT_ROW] = str_from(raw);
	scene_put_alert(s, &alert, input, offset);
	alert_fini(&alert);
}

static void
the_first_copy_is_the_first_in_the_order_of_the_inputs(void **state)
{
	struct scene s;
	struct alert got, probe = {0};
	struct error err;
	int64_t second;

	(void)state;
	scene_open(&s);
	fixture_alert(&probe, "e-1", "a", 100);
	second = scene_begin_input(&s, "logs/b.json", "key", NULL);
	put_spelled(&s, "from b", second, 0);
	put_spelled(&s, "from a, later in it", s.input, 500);
	put_spelled(&s, "from a", s.input, 100);
	put_spelled(&s, "from b again", second, 50);
	scene_load(&s, probe.id, &got);
	assert_str(got.raw, "from a");
	assert_str(got.text[ALERT_ROW], "from a");
	alert_fini(&got);
	/* A decision binds the bytes it was made on. */
	assert_ok(store_decide(s.store,
			  &(struct store_decision){.id = probe.id,
				  .if_seq = 0,
				  .action = DECIDE_TAKE,
				  .actor = STR("alice"),
				  .reason = STR(""),
				  .now = 1},
			  NULL, &err),
		&err);
	put_spelled(&s, "too late", s.input, 1);
	/* So does being there before this run. */
	scene_load(&s, probe.id, &got);
	assert_str(got.raw, "from a");
	alert_fini(&got);
	alert_fini(&probe);
	scene_close(&s);
}

static void
a_later_run_does_not_replace_the_first_copy(void **state)
{
	struct scene s;
	struct alert got, probe = {0};

	(void)state;
	scene_open(&s);
	fixture_alert(&probe, "e-1", "a", 100);
	put_spelled(&s, "first", s.input, 100);
	scene_begin_run(&s);
	put_spelled(&s, "second", s.input, 1);
	scene_load(&s, probe.id, &got);
	assert_str(got.raw, "first");
	assert_int_equal(got.source_count, 2);
	alert_fini(&got);
	alert_fini(&probe);
	scene_close(&s);
}

/* Ids and flags of everything, in order of id. */
static bool
note_row(void *context, const struct store_row *row)
{
	buf_printf(context, "%s %u\n", row->id, row->flags);
	return true;
}

static char *
ids_and_flags(struct store *store)
{
	struct buf out = {0};
	struct error err;

	assert_ok(store_rows(store, &(struct store_query){0}, note_row, &out, &err), &err);
	return buf_take(&out);
}

static void
conflicts_look_the_same_in_whatever_order_they_came(void **state)
{
	static const char *const orders[] = {"abc", "acb", "bac", "bca", "cab", "cba", "aabbcc"};
	char *expected = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct scene s;
		char *got;

		scene_open(&s);
		for (const char *p = orders[i]; *p; p++)
			scene_put(&s, "e-1", (char[]){*p, '\0'}, NULL);
		got = ids_and_flags(s.store);
		if (expected)
			assert_string_equal(got, expected);
		else
			expected = mem_strdup(got);
		free(got);
		scene_close(&s);
	}
	free(expected);
}

static void
an_unequal_record_of_one_eventid_flags_both(void **state)
{
	struct scene s;
	char a[ALERT_ID_SIZE], b[ALERT_ID_SIZE], again[ALERT_ID_SIZE];
	struct error err;
	struct alert got;

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", a);
	assert_ok(store_decide(s.store,
			  &(struct store_decision){.id = a,
				  .if_seq = 0,
				  .action = DECIDE_TAKE,
				  .actor = STR("alice"),
				  .reason = STR(""),
				  .now = 1},
			  NULL, &err),
		&err);
	assert_int_equal(scene_put(&s, "e-1", "b", b), STORE_CONFLICT);
	assert_string_not_equal(a, b);
	scene_load(&s, a, &got); /* decided on: it keeps its id */
	assert_int_equal(got.flags, 1U << FLAG_CONFLICT);
	assert_int_equal(got.decision_count, 1);
	alert_fini(&got);
	scene_load(&s, b, &got);
	assert_int_equal(got.flags, 1U << FLAG_CONFLICT);
	alert_fini(&got);
	assert_int_equal(scene_put(&s, "e-1", "b", again), STORE_KNOWN);
	assert_string_equal(again, b);
	assert_int_equal(scene_put(&s, "e-1", "a", again), STORE_KNOWN);
	assert_string_equal(again, a);
	scene_close(&s);
}

/* ---- finding ---- */

static void
an_alert_is_found_by_id_prefix_and_eventid(void **state)
{
	struct scene s;
	char id[ALERT_ID_SIZE], found[ALERT_ID_SIZE];
	struct error err;

	(void)state;
	scene_open(&s);
	scene_put(&s, "5f0a7a1c-0000-4000-8000-000000000001", "a", id);
	assert_ok(store_find(s.store, str_from(id), found, &err), &err);
	assert_string_equal(found, id);
	assert_ok(store_find(s.store, str_slice(str_from(id), 0, 6), found, &err), &err);
	assert_string_equal(found, id);
	assert_ok(store_find(s.store, STR("5f0a7a1c-0000-4000-8000-000000000001"), found, &err),
		&err);
	assert_string_equal(found, id);
	assert_false(store_find(s.store, STR("zzz"), found, &err));
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_false(store_find(s.store, STR("5f0a7a1c"), found, &err));
	assert_false(store_find(s.store, STR(""), found, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	scene_close(&s);
}

static void
an_ambiguous_name_is_refused_and_says_between_which(void **state)
{
	struct scene s;
	char found[ALERT_ID_SIZE], id[ALERT_ID_SIZE], name[16], plain[ALERT_ID_SIZE];
	struct error err;

	(void)state;
	scene_open(&s);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "e-%d", i);
		scene_put(&s, name, "a", id);
	}
	assert_false(store_find(s.store, str_slice(str_from(id), 0, 1), found, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	alert_identity(plain, STR(FIXTURE_RULE), STR("e-3"), "");
	scene_put(&s, "e-3", "b", id);
	assert_false(store_find(s.store, STR("e-3"), found, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_non_null(strstr(err.text, id));
	/* The id it had before the conflict names both as well. */
	assert_false(store_find(s.store, str_from(plain), found, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_non_null(strstr(err.text, id));
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alert_comes_back_as_it_was_put),
		cmocka_unit_test(an_alert_without_time_or_eventid_is_kept),
		cmocka_unit_test(a_name_of_megabytes_is_cut_in_the_list_and_kept_in_the_alert),
		cmocka_unit_test(what_is_rolled_back_was_never_there),
		cmocka_unit_test(an_equal_record_is_one_alert_that_names_both_sources),
		cmocka_unit_test(the_first_copy_is_the_first_in_the_order_of_the_inputs),
		cmocka_unit_test(a_later_run_does_not_replace_the_first_copy),
		cmocka_unit_test(conflicts_look_the_same_in_whatever_order_they_came),
		cmocka_unit_test(an_unequal_record_of_one_eventid_flags_both),
		cmocka_unit_test(an_alert_is_found_by_id_prefix_and_eventid),
		cmocka_unit_test(an_ambiguous_name_is_refused_and_says_between_which),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
