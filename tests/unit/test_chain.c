/* The chain walked from its beginning, over stores that somebody wrote into. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/validation/chain.h"
#include "tests/support/scene.h"
#include "tests/support/store_file.h"

enum { DECISIONS = 6 };

/* Two alerts, six decisions, three for each in turn. */
static void
set_scene(struct scene *s)
{
	char ids[2][ALERT_ID_SIZE];
	struct error err;

	scene_open(s);
	scene_put(s, "e-1", "a", ids[0]);
	scene_put(s, "e-2", "a", ids[1]);
	for (int i = 0; i < DECISIONS; i++) {
		char reason[32];

		snprintf(reason, sizeof(reason), "reason %d", i + 1);
		assert_ok(store_decide(s->store,
				  &(struct store_decision){.id = ids[i % 2],
					  .if_seq = -1,
					  .action = DECIDE_NOTE,
					  .actor = STR("alice"),
					  .reason = str_from(reason),
					  .now = FIXTURE_TIME},
				  NULL, &err),
			&err);
	}
}

static void
note_fault(void *context, const struct chain_fault *fault)
{
	buf_printf(context, "%s%lld %s", ((struct buf *)context)->len ? ", " : "",
		(long long)fault->seq, chain_fault_name(fault->kind));
}

static void
assert_faults(struct store *store, const char *anchor, bool met, const char *expected)
{
	struct chain_summary summary;
	struct buf found = {0};
	struct error err;

	assert_ok(chain_walk(store, anchor, note_fault, &found, &summary, &err), &err);
	assert_string_equal(found.len ? buf_cstr(&found) : "", expected);
	assert_int_equal(summary.met_anchor, met);
	buf_fini(&found);
}

static void
a_chain_that_nobody_touched_has_no_fault(void **state)
{
	struct scene s;
	struct chain_summary summary;
	struct buf found = {0};
	struct error err;
	char head[HASH_HEX];
	int64_t seq;

	(void)state;
	set_scene(&s);
	assert_ok(store_chain_head(s.store, &seq, head, &err), &err);
	assert_ok(chain_walk(s.store, NULL, note_fault, &found, &summary, &err), &err);
	assert_int_equal(found.len, 0);
	assert_int_equal(summary.decisions, DECISIONS);
	assert_int_equal(summary.chained, DECISIONS);
	assert_string_equal(summary.head, head);
	scene_close(&s);
}

/* What somebody writes, and what is named then. */
static const struct {
	const char *sql, *faults;
} cases[] = {
	{"UPDATE decision SET reason = 'x' WHERE seq = 3", "3 altered"},
	{"UPDATE decision SET actor = 'mallory' WHERE seq = 1", "1 altered"},
	{"UPDATE decision SET at = at + 1 WHERE seq = 6", "6 altered"},
	{"UPDATE decision SET action = 'take' WHERE seq = 2", "2 altered"},
	{"UPDATE decision SET action = 'bless' WHERE seq = 2", "2 altered, 2 altered"},
	{"UPDATE decision SET undoes = 1 WHERE seq = 4", "4 altered"},
	{"UPDATE decision SET signer = 'ada' WHERE seq = 4", "4 altered"},
	{"UPDATE decision SET alert = 2 WHERE seq = 3", "3 altered, 3 event"},
	{"UPDATE decision SET hash = upper(hash) WHERE seq = 3", "3 altered, 4 altered"},
	{"UPDATE decision SET hash = 'x' WHERE seq = 3", "3 altered"},
	{"UPDATE decision SET hash = NULL WHERE seq = 3", "3 unchained"},
	/* As if all of it were older than the chain: no such decision says so much. */
	{"UPDATE decision SET hash = NULL",
		"1 unchained, 2 unchained, 3 unchained, 4 unchained, 5 unchained, 6 "
		"unchained"},
	{"UPDATE decision SET hash = NULL, previous = NULL, event = NULL WHERE seq = 1",
		"1 unchained, 2 altered"},
	{"UPDATE decision SET seq = -3 WHERE seq = 1", "-3 reordered, -3 altered, 2 missing"},
	{"UPDATE decision SET seq = 9223372036854775807 WHERE seq = 6",
		"9223372036854775807 missing, 9223372036854775807 altered"},
	{"UPDATE decision SET statement = 's', signature = 't' WHERE seq = 3",
		"3 altered, 3 altered"},
	{"DELETE FROM decision WHERE seq = 3", "4 missing"},
	{"DELETE FROM decision WHERE seq < 3", "3 missing"},
	{"DELETE FROM decision WHERE seq IN (2, 3, 5)", "4 missing, 6 missing"},
	/* Renumbered to close the gap. */
	{"DELETE FROM decision WHERE seq = 3; UPDATE decision SET seq = seq - 1 WHERE seq "
	 "> 3",
		"3 altered, 3 altered, 4 altered, 5 altered"},
	/* Two that change places. */
	{"UPDATE decision SET seq = 99 WHERE seq = 2; UPDATE decision SET seq = 2 WHERE"
	 " seq = 3; UPDATE decision SET seq = 3 WHERE seq = 99",
		"2 altered, 2 altered, 3 reordered, 3 altered, 4 reordered"},
	{"INSERT INTO decision SELECT 7, alert, at, action, actor, reason, undoes, "
	 "alert_id,"
	 " event, signer, statement, signature, previous, hash FROM decision WHERE seq = 2",
		"7 reordered, 7 duplicated"},
	{"INSERT INTO decision(alert, at, action, actor, reason) VALUES(1, 1, 'validate',"
	 " 'alice', 'x')",
		"7 unchained"},
	{"PRAGMA foreign_keys=OFF; DELETE FROM detail WHERE alert = 2",
		"2 event, 4 event, 6 event"},
	{"UPDATE detail SET raw_sha256 = 'x' WHERE alert = 1", "1 event, 3 event, 5 event"},
	/* A cut tail is a chain: only a head that was kept shows it. */
	{"DELETE FROM decision WHERE seq > 4", ""},
};

/* Each is named where it stands, and nothing else is. */
static void
what_somebody_wrote_into_the_chain_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene s;
		char head[HASH_HEX];
		struct error err;
		int64_t seq;

		set_scene(&s);
		assert_ok(store_chain_head(s.store, &seq, head, &err), &err);
		store_close(s.store);
		store_file_forge(s.path, cases[i].sql);
		s.store = NULL;
		assert_ok(store_open(&s.store, s.path, &err), &err);
		print_message("%s\n", cases[i].sql);
		assert_faults(s.store, NULL, false, cases[i].faults);
		scene_close(&s);
	}
}

static void
where_no_number_is_left_nothing_is_decided(void **state)
{
	char id[ALERT_ID_SIZE];
	struct scene s;
	struct error err;

	(void)state;
	set_scene(&s);
	assert_ok(store_find(s.store, STR("e-1"), id, &err), &err);
	store_close(s.store);
	store_file_forge(s.path, "UPDATE decision SET seq = 9223372036854775807 WHERE seq = 6");
	s.store = NULL;
	assert_ok(store_open(&s.store, s.path, &err), &err);
	assert_false(store_decide(s.store,
		&(struct store_decision){.id = id,
			.if_seq = -1,
			.action = DECIDE_NOTE,
			.actor = STR("a"),
			.reason = STR("b")},
		NULL, &err));
	assert_non_null(strstr(err.text, "leaves no number for another"));
	scene_close(&s);
}

static void
a_head_that_was_kept_shows_a_cut_tail(void **state)
{
	struct scene s;
	char middle[HASH_HEX], head[HASH_HEX];
	struct error err;
	int64_t seq, at;

	(void)state;
	set_scene(&s);
	assert_ok(store_chain_at(s.store, 4, middle, &at, &err), &err);
	assert_ok(store_chain_head(s.store, &seq, head, &err), &err);
	assert_faults(s.store, head, true, "");
	assert_faults(s.store, middle, true, "");
	store_close(s.store);
	store_file_forge(s.path, "DELETE FROM decision WHERE seq > 4");
	s.store = NULL;
	assert_ok(store_open(&s.store, s.path, &err), &err);
	assert_faults(s.store, head, false, "");
	assert_faults(s.store, middle, true, "");
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_that_nobody_touched_has_no_fault),
		cmocka_unit_test(what_somebody_wrote_into_the_chain_is_named),
		cmocka_unit_test(where_no_number_is_left_nothing_is_decided),
		cmocka_unit_test(a_head_that_was_kept_shows_a_cut_tail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
