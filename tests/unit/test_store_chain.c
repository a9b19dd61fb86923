/* The chain that decisions form in the store, and signed ones in it. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/alert/chain_link.h"
#include "tests/support/scene.h"
#include "tests/support/store_file.h"

struct walk {
	struct buf says; /* "1 take, 2 note" and, where a link does not fit, "!" */
	char head[HASH_HEX];
};

static bool
see_link(void *context, const struct store_link *link)
{
	struct walk *w = context;
	const struct decision *d = &link->decision;
	char hash[HASH_HEX];

	chain_hash(d, str_from(w->head), hash);
	buf_printf(&w->says, "%s%lld %s", w->says.len ? ", " : "", (long long)d->seq,
		decision_rules[d->action].name);
	if (d->hash.data && (!str_is(d->previous, w->head) || !str_is(d->hash, hash)))
		buf_putc(&w->says, '!');
	memcpy(w->head, hash, HASH_HEX);
	return true;
}

/* Walks from the beginning; the head that the store names is where it ends. */
static void
assert_chain(struct store *store, const char *says)
{
	struct walk w = {0};
	char id[ALERT_ID_SIZE], head[HASH_HEX];
	struct error err;
	int64_t seq;

	assert_ok(store_id(store, id, &err), &err);
	chain_begin(str_from(id), w.head);
	assert_ok(store_chain(store, see_link, &w, &err), &err);
	assert_string_equal(buf_cstr(&w.says), says);
	assert_ok(store_chain_head(store, &seq, head, &err), &err);
	assert_string_equal(head, w.head);
	buf_fini(&w.says);
}

static bool
decide(struct store *store, const char *id, enum decision_action action, struct error *err)
{
	return store_decide(store,
		&(struct store_decision){.id = id,
			.if_seq = -1,
			.action = action,
			.actor = STR("alice"),
			.reason = STR("because"),
			.now = FIXTURE_TIME},
		NULL, err);
}

static bool
sign(struct store *store, const char *id, const char *statement, const char *principal,
	int64_t sequence, const char *previous, struct error *err)
{
	const struct store_signed by = {
		.statement = str_from(statement),
		.signature = STR("a signature"),
		.principal = str_from(principal),
		.sequence = sequence,
		.previous = str_from(previous),
	};

	return store_decide(store,
		&(struct store_decision){.id = id,
			.if_seq = -1,
			.action = DECIDE_VALIDATE,
			.actor = STR("bob"),
			.reason = STR("ticket 1"),
			.now = FIXTURE_TIME,
			.signed_by = &by},
		NULL, err);
}

static void
every_decision_stands_on_the_one_before(void **state)
{
	struct scene s;
	char a[ALERT_ID_SIZE], b[ALERT_ID_SIZE];
	struct error err;

	(void)state;
	scene_open(&s);
	assert_chain(s.store, "");
	scene_put(&s, "e-1", "a", a);
	scene_put(&s, "e-2", "a", b);
	assert_ok(decide(s.store, a, DECIDE_TAKE, &err), &err);
	assert_ok(decide(s.store, b, DECIDE_NOTE, &err), &err);
	assert_ok(decide(s.store, a, DECIDE_VALIDATE, &err), &err);
	assert_chain(s.store, "1 take, 2 note, 3 validate");
	scene_reopen(&s);
	assert_ok(decide(s.store, a, DECIDE_UNDO, &err), &err);
	assert_chain(s.store, "1 take, 2 note, 3 validate, 4 undo");
	scene_close(&s);
}

static void
two_stores_have_two_chains(void **state)
{
	struct scene a, b;
	char of_a[HASH_HEX], of_b[HASH_HEX];
	struct error err;
	int64_t seq;

	(void)state;
	scene_open(&a);
	scene_open(&b);
	assert_ok(store_chain_head(a.store, &seq, of_a, &err), &err);
	assert_ok(store_chain_head(b.store, &seq, of_b, &err), &err);
	assert_int_equal(seq, 0);
	assert_string_not_equal(of_a, of_b);
	scene_close(&a);
	scene_close(&b);
}

static void
a_changed_word_breaks_its_link_and_no_other(void **state)
{
	struct scene s;
	char id[ALERT_ID_SIZE];
	struct error err;

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", id);
	for (int i = 0; i < 3; i++)
		assert_ok(decide(s.store, id, DECIDE_NOTE, &err), &err);
	store_close(s.store);
	store_file_forge(s.path, "UPDATE decision SET reason = 'Because' WHERE seq = 2");
	s.store = NULL;
	scene_reopen(&s);
	struct walk w = {0};
	char store[ALERT_ID_SIZE];

	assert_ok(store_id(s.store, store, &err), &err);
	chain_begin(str_from(store), w.head);
	assert_ok(store_chain(s.store, see_link, &w, &err), &err);
	assert_string_equal(buf_cstr(&w.says), "1 note, 2 note!, 3 note!");
	buf_fini(&w.says);
	scene_close(&s);
}

static void
decisions_older_than_the_chain_stay_as_they_are_and_are_covered(void **state)
{
	struct scene s;
	char id[ALERT_ID_SIZE];
	struct alert alert;
	struct error err;

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", id);
	assert_ok(decide(s.store, id, DECIDE_TAKE, &err), &err);
	assert_ok(decide(s.store, id, DECIDE_REQUEST, &err), &err);
	store_close(s.store);
	store_file_age(s.path, 2);
	s.store = NULL;
	scene_reopen(&s);
	assert_chain(s.store, "1 take, 2 request");
	assert_ok(decide(s.store, id, DECIDE_VALIDATE, &err), &err);
	assert_chain(s.store, "1 take, 2 request, 3 validate");
	scene_load(&s, id, &alert);
	assert_null(alert.decisions[1].hash.data);
	assert_non_null(alert.decisions[2].hash.data);
	assert_int_equal(alert.state.status, STATUS_CLOSED);
	alert_fini(&alert);
	scene_close(&s);
}

/* ---- signed ---- */

static void
a_signed_validation_is_kept_as_it_came_and_only_claimed(void **state)
{
	struct scene s;
	char id[ALERT_ID_SIZE], head[HASH_HEX];
	struct alert alert;
	struct error err;
	int64_t seq;

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", id);
	assert_ok(store_chain_head(s.store, &seq, head, &err), &err);
	assert_ok(sign(s.store, id, "a statement", "ada", 0, head, &err), &err);
	scene_load(&s, id, &alert);
	assert_str(alert.decisions[0].statement, "a statement");
	assert_str(alert.decisions[0].signature, "a signature");
	assert_str(alert.decisions[0].principal, "ada");
	assert_int_equal(alert.decisions[0].verdict, VERDICT_CHECKING);
	assert_int_equal(alert.state.validation, VALIDATION_CHECKING);
	assert_int_equal(alert.state.status, STATUS_CLOSED);
	alert_fini(&alert);
	assert_chain(s.store, "1 validate");
	assert_false(sign(s.store, id, "a statement", "ada", 0, head, &err));
	assert_int_equal(err.kind, ERROR_CONFLICT);
	assert_non_null(strstr(err.text, "imported before, as decision 1"));
	scene_close(&s);
}

static void
a_statement_of_another_head_or_before_a_newer_decision_is_refused(void **state)
{
	struct scene s;
	char a[ALERT_ID_SIZE], b[ALERT_ID_SIZE], first[HASH_HEX], head[HASH_HEX];
	struct error err;
	int64_t seq;

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", a);
	scene_put(&s, "e-2", "a", b);
	assert_ok(store_chain_head(s.store, &seq, first, &err), &err);
	assert_ok(decide(s.store, a, DECIDE_TAKE, &err), &err);
	assert_ok(store_chain_head(s.store, &seq, head, &err), &err);
	/* Another chain, a head that is not there, and one of this chain at another place. */
	assert_false(sign(s.store, a, "1", "ada", 1, first, &err));
	assert_non_null(strstr(err.text, "another chain"));
	assert_false(sign(s.store, a, "2", "ada", 9, head, &err));
	assert_false(sign(s.store, a, "3", "ada", 0, head, &err));
	/* Requested before the alert was taken: somebody was first. */
	assert_false(sign(s.store, a, "4", "ada", 0, first, &err));
	assert_non_null(strstr(err.text, "somebody was first"));
	/* A decision on another alert does not matter. */
	assert_ok(sign(s.store, b, "5", "ada", 0, first, &err), &err);
	assert_ok(sign(s.store, a, "6", "ada", 1, head, &err), &err);
	assert_chain(s.store, "1 take, 2 validate, 3 validate");
	scene_close(&s);
}

static void
two_of_two_close_and_one_twice_does_not(void **state)
{
	struct scene s;
	char id[ALERT_ID_SIZE], head[HASH_HEX];
	struct alert alert;
	struct error err;
	int64_t seq;

	(void)state;
	scene_open(&s);
	store_set_approvals(s.store, 2);
	scene_put(&s, "e-1", "a", id);
	assert_ok(store_chain_head(s.store, &seq, head, &err), &err);
	assert_ok(sign(s.store, id, "1", "ada", 0, head, &err), &err);
	assert_ok(sign(s.store, id, "2", "ada", 0, head, &err), &err);
	scene_load(&s, id, &alert);
	assert_int_equal(alert.state.status, STATUS_ACTIVE);
	assert_int_equal(alert.state.approvals, 1);
	alert_fini(&alert);
	assert_ok(sign(s.store, id, "3", "eve", 0, head, &err), &err);
	scene_load(&s, id, &alert);
	assert_int_equal(alert.state.status, STATUS_CLOSED);
	assert_int_equal(alert.state.approvals, 2);
	alert_fini(&alert);
	scene_close(&s);
}

static bool
see_validation(void *context, const struct store_row *row)
{
	*(enum validation_state *)context = row->validation;
	return true;
}

/* With what came of verifying the first decision. */
static bool
decide_judged(struct store *store, struct alert *alert, enum verdict verdict,
	enum decision_action action, struct error *err)
{
	alert->decisions[0].verdict = verdict;
	return store_decide(store,
		&(struct store_decision){.id = alert->id,
			.if_seq = -1,
			.action = action,
			.actor = STR("bob"),
			.reason = STR("because"),
			.now = FIXTURE_TIME,
			.judged = alert},
		NULL, err);
}

static void
a_decision_is_made_on_what_was_verified_and_lists_show_only_what_is_claimed(void **state)
{
	enum validation_state shown = VALIDATION_NONE;
	char id[ALERT_ID_SIZE], head[HASH_HEX];
	struct alert alert;
	struct scene s;
	struct error err;
	int64_t seq;

	(void)state;
	scene_open(&s);
	scene_put(&s, "e-1", "a", id);
	assert_ok(store_chain_head(s.store, &seq, head, &err), &err);
	assert_ok(sign(s.store, id, "a statement", "ada", 0, head, &err), &err);
	scene_load(&s, id, &alert);
	assert_false(decide(s.store, id, DECIDE_MALICIOUS, &err));
	assert_false(decide_judged(s.store, &alert, VERDICT_HOLDS, DECIDE_MALICIOUS, &err));
	assert_int_equal(err.kind, ERROR_CONFLICT);
	assert_ok(decide_judged(s.store, &alert, VERDICT_HOLDS, DECIDE_NOTE, &err), &err);
	assert_ok(store_row(s.store, alert.decisions[0].row, see_validation, &shown, &err), &err);
	assert_int_equal(shown, VALIDATION_CHECKING);
	/* Another text than the one that was verified is not what was verified. */
	alert.decisions[0].statement = STR("another statement");
	assert_false(decide_judged(s.store, &alert, VERDICT_FORGED, DECIDE_MALICIOUS, &err));
	alert.decisions[0].statement = STR("a statement");
	assert_ok(decide_judged(s.store, &alert, VERDICT_FORGED, DECIDE_MALICIOUS, &err), &err);
	alert_fini(&alert);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_decision_stands_on_the_one_before),
		cmocka_unit_test(two_stores_have_two_chains),
		cmocka_unit_test(a_changed_word_breaks_its_link_and_no_other),
		cmocka_unit_test(decisions_older_than_the_chain_stay_as_they_are_and_are_covered),
		cmocka_unit_test(a_signed_validation_is_kept_as_it_came_and_only_claimed),
		cmocka_unit_test(a_statement_of_another_head_or_before_a_newer_decision_is_refused),
		cmocka_unit_test(two_of_two_close_and_one_twice_does_not),
		cmocka_unit_test(
			a_decision_is_made_on_what_was_verified_and_lists_show_only_what_is_claimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
