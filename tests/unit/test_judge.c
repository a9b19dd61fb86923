/* What a signed validation reads after somebody wrote into the store who may write all of it. With
 * real signatures. */
#include "tests/support/test.h"

#include <stdio.h>

#include "tests/support/court.h"
#include "tests/support/forger.h"
#include "tests/support/store_file.h"

static const char *const admins[] = {"ada", "bob", NULL};
static struct keyring keys;

static int
open_keys(void **state)
{
	(void)state;
	keyring_open_with(&keys, "ada ed25519", "bob ecdsa", "eve ed25519", NULL);
	return 0;
}

static int
close_keys(void **state)
{
	(void)state;
	keyring_close(&keys);
	return 0;
}

/* ---- what somebody wrote ---- */

/* Alert 1 is validated by ada, 2 by bob, 3 by nobody; decisions 1 and 2. */
static void
set(struct court *c)
{
	court_open(c, &keys, admins);
	court_validate(c, 0, "ada@x", "ada");
	court_validate(c, 1, "bob@x", "bob");
	court_reads(c, 0, "signed");
	court_reads(c, 1, "signed");
	court_reads(c, 2, "none");
}

/* Each as a clumsy forger leaves it and as one who makes the chain anew. */
static const struct {
	const char *sql;
	const char *reads[COURT_ALERTS]; /* NULL: as before */
} edits[] = {
	{"UPDATE decision SET reason = 'another' WHERE seq = 1",
		{"forged: another reason", "forged: stands on no head"}},
	{"UPDATE decision SET signer = 'bob@x' WHERE seq = 1",
		{"forged: names another admin", "forged: stands on no head"}},
	{"UPDATE decision SET statement = replace(statement, 'ada@x', 'bob@x'), signer = 'bob@x'"
	 " WHERE seq = 1",
		{"forged: is not one over this statement", "forged: stands on no head"}},
	{"UPDATE decision SET statement = replace(statement, 'planned', 'secret'),"
	 " reason = 'a secret rotation' WHERE seq = 1",
		{"forged: is not one over this statement", "forged: stands on no head"}},
	{"UPDATE decision SET statement = statement || ' ' WHERE seq = 2",
		{NULL, "forged: something follows the end"}},
	{"UPDATE decision SET statement = '' WHERE seq = 2", {NULL, "forged: line 1"}},
	{"UPDATE decision SET statement = x'00' WHERE seq = 2", {NULL, "forged: line 1"}},
	{"UPDATE decision SET statement = zeroblob(5000000) WHERE seq = 2",
		{NULL, "forged: longer than"}},
	{"UPDATE decision SET signature = NULL WHERE seq = 2", {NULL, "forged: "}},
	{"UPDATE decision SET signature = '' WHERE seq = 2", {NULL, "forged: "}},
	{"UPDATE decision SET signature = hex(zeroblob(2500000)) WHERE seq = 2",
		{NULL, "forged: "}},
	{"UPDATE decision SET signature = replace(signature, 'SSH', 'PGP') WHERE seq = 2",
		{NULL, "forged: "}},
	{"UPDATE decision SET signature = (SELECT signature FROM decision WHERE seq = 1)"
	 " WHERE seq = 2",
		{NULL, "forged: is not one over this statement"}},
	{"UPDATE decision SET signature = NULL, statement = NULL WHERE seq = 2",
		{NULL, "unsigned"}},
	/* Swapped between two alerts, with and without what the columns say. */
	{"UPDATE decision SET alert = 3 - alert", {"forged: ", "forged: the alert is"}},
	{"UPDATE decision SET alert = 3 WHERE seq = 2", {NULL, "none", "forged: the alert is"}},
	/* Copied to another alert; the index tells bytes from text. */
	{"INSERT INTO decision(alert, at, action, actor, reason, signer, statement, signature)"
	 " SELECT 3, at, action, actor, reason, signer, CAST(statement AS BLOB), signature"
	 " FROM decision WHERE seq = 2",
		{NULL, NULL, "forged: the alert is"}},
	{"DELETE FROM decision WHERE seq = 1", {"none", "forged: "}},
	{"DELETE FROM decision", {"none", "none"}},
	{"UPDATE decision SET seq = seq + 1000", {"signed", "forged: no decision 1"}},
	{"UPDATE decision SET seq = -seq", {"forged: on a later decision", "forged: "}},
	{"UPDATE decision SET at = 17673230450000000 WHERE seq = 2",
		{NULL, "forged: dated after it was received"}},
	{"UPDATE decision SET at = 9223372036854775807 WHERE seq = 1", {"signed", "forged: "}},
	{"UPDATE decision SET at = -9223372036854775808 WHERE seq = 1",
		{"forged: dated after it was received", "forged: stands on no head"}},
	{"UPDATE setting SET value = '00000000000000000000000000000000' WHERE name = 'store-id'",
		{"forged: another store", "forged: another store"}},
	/* The event: its bytes with their hash, and what stands beside them. */
	{"UPDATE detail SET raw = replace(raw, 'us-east-1', 'eu-west-1'), region = 'eu-west-1'"
	 " WHERE alert = 2",
		{NULL, "damaged"}},
	{"UPDATE detail SET actor_session = 'bob', actor_principal = 'A:bob' WHERE alert = 2",
		{NULL, "forged: its record says otherwise"}},
	{"UPDATE detail SET target_user = 'another' WHERE alert = 2",
		{NULL, "forged: its record says otherwise"}},
	{"UPDATE detail SET key_id = 'AKIAANOTHER' WHERE alert = 2", {NULL, "forged: "}},
	{"UPDATE detail SET source_ip = '198.51.100.1' WHERE alert = 2",
		{NULL, "forged: its record says otherwise: sourceIPAddress"}},
	{"UPDATE detail SET user_agent = 'console' WHERE alert = 2", {NULL, "forged: userAgent"}},
	{"UPDATE detail SET error_code = 'AccessDenied' WHERE alert = 2",
		{NULL, "forged: errorCode"}},
	{"UPDATE detail SET rule_id = 'another' WHERE alert = 2", {NULL, "forged: "}},
	{"UPDATE alert SET time = time + 10000000 WHERE n = 2", {NULL, "forged: its time"}},
	{"UPDATE alert SET self = 1 WHERE n = 2", {NULL, "forged: self"}},
	{"UPDATE alert SET outcome = 1 WHERE n = 2", {NULL, "forged: the outcome"}},
	{"UPDATE alert SET flags = flags | 1 << 11 WHERE n = 2", {NULL, "forged: kept as a row"}},
	/* The copy that lists show. */
	{"UPDATE alert SET actor = 'mallory' WHERE n = 2", {NULL, "forged: lists show another"}},
	{"UPDATE alert SET id = id || 'x' WHERE n = 2", {NULL, "gone"}},
	{"UPDATE alert SET target = 'mallory' WHERE n = 2", {NULL, "forged: lists show another"}},
	{"UPDATE alert SET ip = '198.51.100.1' WHERE n = 2", {NULL, "forged: lists show another"}},
	{"UPDATE alert SET account = '1' WHERE n = 2", {NULL, "forged: lists show another"}},
	{"UPDATE alert SET status = 2, classification = 1, validation = 4 WHERE n = 3",
		{NULL, NULL, "none"}},
	{"UPDATE alert SET status = 2, classification = 1, validation = 3 WHERE n = 3",
		{NULL, NULL, "none"}},
	{"UPDATE alert SET status = 0, validation = 0", {"signed", "signed", "none"}},
	/* One alert in the place of the other, whole. */
	{"UPDATE detail SET alert = -alert WHERE alert IN (1, 2);"
	 "UPDATE detail SET alert = 3 + alert WHERE alert < 0",
		{"forged: ", "forged: "}},
	/* An unsigned one beside it. */
	{"INSERT INTO decision(alert, at, action, actor, reason)"
	 " VALUES(3, 17950000000000000, 'validate', 'ada@x', 'x')",
		{NULL, NULL, "unsigned"}},
	{"INSERT INTO decision(alert, at, action, actor, reason, signer)"
	 " VALUES(3, 17950000000000000, 'validate', 'ada@x', 'x', 'ada@x')",
		{NULL, NULL, "unsigned"}},
	{"INSERT INTO decision(alert, at, action, actor, reason, signer, statement, signature)"
	 " SELECT 3, at, 'note', actor, reason, signer, CAST(statement AS BLOB), signature"
	 " FROM decision WHERE seq = 2",
		{NULL, NULL, "none"}},
};

static void
reads(struct court *c, int alert, const char *expected)
{
	struct alert loaded = {0};
	struct error err;

	if (!expected) {
		court_reads(c, alert, alert == 2 ? "none" : "signed");
	} else if (strcmp(expected, "gone") == 0) {
		assert_ok(store_load_row(c->scene.store, alert + 1, &loaded, &err), &err);
		judge_alert(&c->judge, &loaded, true);
		assert_int_equal(loaded.state.validation, VALIDATION_FORGED);
		alert_fini(&loaded);
	} else if (strcmp(expected, "damaged") == 0) {
		assert_false(store_load(c->scene.store, c->id[alert], &loaded, &err));
		assert_int_equal(err.kind, ERROR_STORE);
	} else {
		court_reads(c, alert, expected);
	}
}

/* The hash of what was edited is as it was, for verify to name: what stands on it holds. */
static const char *
careless(const char *expected)
{
	return expected && strstr(expected, "stands on no head") ? NULL : expected;
}

static void
what_was_edited_reads_forged(void **state)
{
	struct court c;
	char *pristine;
	size_t len;

	(void)state;
	set(&c);
	pristine = test_read(court_leave(&c), &len);
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++)
		for (int careful = 0; careful < 2; careful++) {
			free(test_file(c.scene.folder, "keywatch.db", pristine, len));
			print_message("%s%s\n", edits[i].sql, careful ? " (rechained)" : "");
			(careful ? forger_sql : store_file_forge)(c.scene.path, edits[i].sql);
			court_return(&c);
			for (int alert = 0; alert < COURT_ALERTS; alert++)
				reads(&c, alert,
					careful ? edits[i].reads[alert]
						: careless(edits[i].reads[alert]));
			court_leave(&c);
		}
	free(pristine);
	court_return(&c);
	court_close(&c);
}

/* A hash that fits the bytes is no more than another event. */
static void
an_event_with_its_hash_edited_reads_forged(void **state)
{
	struct alert alert;
	struct buf sql = {0}, raw = {0};
	char hex[HASH_HEX];
	struct court c;
	size_t at;

	(void)state;
	set(&c);
	scene_load(&c.scene, c.id[1], &alert);
	buf_str(&raw, alert.raw);
	at = str_find(alert.raw, STR("\"extra\":\"a\""), 0);
	raw.data[at + strlen("\"extra\":\"")] = 'b';
	hash_hex(buf_view(&raw), hex);
	buf_printf(&sql,
		"UPDATE detail SET raw_sha256 = '%s', raw = CAST(replace(CAST(raw AS TEXT),"
		" '\"extra\":\"a\"', '\"extra\":\"b\"') AS BLOB) WHERE alert = 2",
		hex);
	forger_sql(court_leave(&c), buf_cstr(&sql));
	court_return(&c);
	court_reads(&c, 1, "forged: the SHA-256 of the event");
	court_reads(&c, 0, "signed");
	alert_fini(&alert);
	buf_fini(&sql);
	buf_fini(&raw);
	court_close(&c);
}

/* ---- what was signed ---- */

enum turn {
	AS_IT_IS,
	ANOTHER_STORE,
	ANOTHER_HEAD,
	LATER_HEAD,
	BEFORE_HEAD,
	AFTER_RECEIPT,
	IN_THE_FUTURE,
	BEFORE_EVENT,
	ANOTHER_ALERT,
	ANOTHER_EVENT,
	ANOTHER_ACTOR,
	ANOTHER_TARGET,
	ANOTHER_KEY,
	ANOTHER_RULE,
};

static const struct {
	enum turn turn;
	const char *key, *namespace, *expected;
} signings[] = {
	{AS_IT_IS, "ada", POLICY_NAMESPACE, "signed"},
	{AS_IT_IS, "bob", POLICY_NAMESPACE, "no-longer-holds: "},
	{AS_IT_IS, "eve", POLICY_NAMESPACE, "no-longer-holds: has no such key"},
	{AS_IT_IS, "ada", "file", "forged: was made for \"file\""},
	{AS_IT_IS, "ada", "git", "forged: was made for \"git\""},
	{ANOTHER_STORE, "ada", POLICY_NAMESPACE, "forged: another store"},
	{ANOTHER_HEAD, "ada", POLICY_NAMESPACE, "forged: stands on no head"},
	{LATER_HEAD, "ada", POLICY_NAMESPACE, "forged: stands on a later"},
	{BEFORE_HEAD, "ada", POLICY_NAMESPACE, "forged: dated before the decision"},
	{AFTER_RECEIPT, "ada", POLICY_NAMESPACE, "forged: dated after it was received"},
	{IN_THE_FUTURE, "ada", POLICY_NAMESPACE, "forged: dated in the future"},
	{BEFORE_EVENT, "ada", POLICY_NAMESPACE, "forged: dated before the event"},
	{ANOTHER_ALERT, "ada", POLICY_NAMESPACE, "forged: the alert is"},
	{ANOTHER_EVENT, "ada", POLICY_NAMESPACE, "forged: the SHA-256 of the event"},
	{ANOTHER_ACTOR, "ada", POLICY_NAMESPACE, "forged: the actor is"},
	{ANOTHER_TARGET, "ada", POLICY_NAMESPACE, "forged: the target is"},
	{ANOTHER_KEY, "ada", POLICY_NAMESPACE, "forged: the new key is"},
	{ANOTHER_RULE, "ada", POLICY_NAMESPACE, "forged: the rule is"},
};

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

/* Returns when it is received. */
static int64_t
turn_statement(struct statement *s, enum turn turn)
{
	const int64_t hour = 3600 * TICKS_PER_SECOND;
	int64_t at = time_now();

	switch (turn) {
	case AS_IT_IS:
		break;
	case ANOTHER_STORE:
		s->text[STATEMENT_STORE_ID] = STR("00000000000000000000000000000000");
		break;
	case ANOTHER_HEAD:
		s->text[STATEMENT_PREVIOUS] = STR(ZEROS);
		break;
	case LATER_HEAD:
		s->sequence = 2;
		break;
	case BEFORE_HEAD:
		s->time -= hour;
		break;
	case AFTER_RECEIPT:
		at = s->time - TICKS_PER_SECOND;
		break;
	case IN_THE_FUTURE:
		s->time += hour;
		at = s->time;
		break;
	case BEFORE_EVENT:
		s->time = FIXTURE_TIME - 25 * hour;
		s->sequence = 0;
		break;
	case ANOTHER_ALERT:
		s->text[STATEMENT_ALERT_ID] = STR("00000000000000000000000000000000");
		break;
	case ANOTHER_EVENT:
		s->text[STATEMENT_EVENT_SHA256] = STR(ZEROS);
		break;
	case ANOTHER_ACTOR:
		s->text[STATEMENT_ACTOR] = STR("dave");
		break;
	case ANOTHER_TARGET:
		s->text[STATEMENT_TARGET] = STR("dave");
		break;
	case ANOTHER_KEY:
		s->text[STATEMENT_KEY_ID] = STR("AKIAOTHER");
		break;
	case ANOTHER_RULE:
		s->text[STATEMENT_RULE_ID] = STR("another");
		break;
	}
	return at;
}

static void
what_was_signed_otherwise_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(signings) / sizeof(signings[0]); i++) {
		struct arena arena = {0};
		struct statement s;
		struct court c;
		int64_t at;

		court_open(&c, &keys, admins);
		if (signings[i].turn != BEFORE_EVENT)
			court_decide(&c, 1, DECIDE_TAKE, "carol");
		court_statement(&c, 0, "ada@x", &arena, &s);
		at = turn_statement(&s, signings[i].turn);
		court_plant(&c, 0, &s, signings[i].key, signings[i].namespace, at);
		print_message("%zu %s\n", i, signings[i].expected);
		court_reads(&c, 0, signings[i].expected);
		arena_fini(&arena);
		court_close(&c);
	}
}

/* ---- replayed ---- */

static void
a_statement_counts_once(void **state)
{
	struct alert alert;
	struct court c;

	(void)state;
	set(&c);
	forger_sql(court_leave(&c), "INSERT INTO decision(alert, at, action, actor, reason, "
				    "signer, statement, signature)"
				    " SELECT alert, at, action, actor, reason, signer, "
				    "CAST(statement AS BLOB), signature"
				    " FROM decision WHERE seq = 2");
	court_return(&c);
	court_judge(&c, 1, &alert);
	assert_int_equal(alert.state.validation, VALIDATION_SIGNED);
	assert_int_equal(alert.state.approvals, 1);
	assert_int_equal(alert.decisions[1].verdict, VERDICT_FORGED);
	alert_fini(&alert);
	court_close(&c);
}

static void
what_was_undone_cannot_be_played_again(void **state)
{
	struct court c;

	(void)state;
	set(&c);
	court_decide(&c, 0, DECIDE_UNDO, "carol");
	court_reads(&c, 0, "none");
	/* As a signature of another shape, over bytes that an index does not take for the text. */
	forger_sql(court_leave(&c),
		"INSERT INTO decision(alert, at, action, actor, reason, signer, statement, "
		"signature)"
		" SELECT alert, at, action, actor, reason, signer, CAST(statement AS BLOB),"
		" replace(signature, char(10), char(13, 10)) FROM decision WHERE seq = 1");
	court_return(&c);
	court_reads(&c, 0, "forged: was imported before, as decision 1");
	court_close(&c);
}

static void
what_was_undone_stays_so_without_the_undo(void **state)
{
	static const char *const ways[] = {
		"DELETE FROM decision WHERE seq = 3",
		"UPDATE decision SET action = 'note' WHERE seq = 3",
		"UPDATE decision SET alert = 2 WHERE seq = 3",
	};
	struct court c;
	char *pristine;
	size_t len;

	(void)state;
	set(&c);
	court_decide(&c, 0, DECIDE_UNDO, "carol");
	court_validate(&c, 2, "bob@x", "bob");
	court_reads(&c, 0, "none");
	pristine = test_read(court_leave(&c), &len);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		free(test_file(c.scene.folder, "keywatch.db", pristine, len));
		store_file_forge(c.scene.path, ways[i]);
		court_return(&c);
		court_reads(&c, 0, "no-longer-holds: decision 3, made after it");
		court_leave(&c);
	}
	free(pristine);
	court_return(&c);
	court_close(&c);
}

/* The first is taken away, so that the second is no copy. */
static void
what_was_decided_since_stands_between(void **state)
{
	struct court c;

	(void)state;
	court_open(&c, &keys, admins);
	court_validate(&c, 0, "ada@x", "ada");
	court_decide(&c, 0, DECIDE_UNDO, "carol");
	forger_sql(court_leave(&c), "INSERT INTO decision(alert, at, action, actor, reason, "
				    "signer, statement, signature)"
				    " SELECT alert, at, action, actor, reason, signer, "
				    "CAST(statement AS BLOB), signature"
				    " FROM decision WHERE seq = 1; UPDATE decision SET action = "
				    "'note', statement = NULL,"
				    " signature = NULL, signer = NULL WHERE seq = 1");
	court_return(&c);
	court_reads(&c, 0, "forged: somebody decided on the alert between");
	court_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_edited_reads_forged),
		cmocka_unit_test(an_event_with_its_hash_edited_reads_forged),
		cmocka_unit_test(what_was_signed_otherwise_is_named),
		cmocka_unit_test(a_statement_counts_once),
		cmocka_unit_test(what_was_undone_cannot_be_played_again),
		cmocka_unit_test(what_was_undone_stays_so_without_the_undo),
		cmocka_unit_test(what_was_decided_since_stands_between),
	};

	return cmocka_run_group_tests(tests, open_keys, close_keys);
}
