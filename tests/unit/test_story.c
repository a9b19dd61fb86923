/* The history of one alert, loaded from the store. */
#include "tests/support/test.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "core/history/story.h"
#include "tests/support/trace.h"

#define KEY "AKIANEW0000000000001"

/* alice makes a key for bob, from an address, with an agent. */
#define RECORD(error, key)                                                                         \
	"{\"userIdentity\":{\"type\":\"IAMUser\",\"arn\":\"alice\",\"userName\":\"alice\","        \
	"\"accessKeyId\":\"AKIAOFALICE\"},\"eventTime\":\"2026-01-02T03:04:05Z\","                 \
	"\"eventName\":\"CreateAccessKey\",\"eventSource\":\"iam.amazonaws.com\","                 \
	"\"sourceIPAddress\":\"192.0.2.1\",\"userAgent\":\"cli\",\"eventID\":\"e0\"," error        \
	"\"requestParameters\":{\"userName\":\"bob\"},\"responseElements\":" key ","               \
	"\"recipientAccountId\":\"111122223333\"}"

struct tale {
	struct scene s;
	struct arena arena;
	struct alert alert;
	struct history history;
	struct story_cache *cache; /* NULL: none */
	int64_t terms;		   /* the highest number */
};

/* Traces are put under each of their terms that is there. */
static void
tell(struct tale *t, const char *words)
{
	struct trace trace = trace_of_words(&t->arena, words);
	struct term_use uses[TERMS_MAX];
	size_t count = terms_of_trace(&trace, &t->arena, uses);
	struct error err;
	int64_t n;

	for (size_t i = 0; i < count; i++) {
		assert_ok(store_term_find(t->s.store, &uses[i].term, &n, &err), &err);
		if (n)
			trace_put(&t->s, n, &trace, t->s.input);
	}
}

static void
want(struct tale *t, enum term_kind kind, const char *value)
{
	t->terms = trace_term(&t->s, kind, value);
}

static void
tale_open(struct tale *t)
{
	*t = (struct tale){0};
	scene_open(&t->s);
	t->s.input = trace_input(&t->s, "logs/a.json");
	t->alert.raw = STR(RECORD("", "{\"accessKey\":{\"accessKeyId\":\"" KEY "\"}}"));
	t->alert.text[ALERT_KEY_ID] = STR(KEY);
	t->alert.time = FIXTURE_TIME;
	want(t, TERM_KEY, KEY);
	want(t, TERM_USER, "111122223333/bob");
	want(t, TERM_ACTOR, "alice");
	want(t, TERM_ADDRESS, "192.0.2.1");
	want(t, TERM_AGENT, "cli");
}

static void
tale_close(struct tale *t)
{
	alert_fini(&t->alert);
	arena_fini(&t->arena);
	scene_close(&t->s);
}

static void
load_as(struct tale *t, enum history_state state)
{
	const struct story_scope scope = {t->s.run, state, t->cache};
	struct error err;

	assert_ok(story_load(&t->history, &t->arena, t->s.store, &t->alert, &scope, &err), &err);
}

static void
looked(struct tale *t)
{
	trace_looked(&t->s, t->s.input, t->terms, -100, 100, false);
}

static void
assert_found(struct tale *t, const char *expected)
{
	struct buf ids = {0};

	for (size_t i = 0; i < t->history.trace_count; i++)
		buf_printf(&ids, "%.*s ", STR_ARG(t->history.traces[i].text[TRACE_EVENT_ID]));
	assert_string_equal(buf_cstr(&ids), expected);
	buf_fini(&ids);
}

/* Each key: its id, depth, parent's id, `~` when temporary, and the event that made it. */
static void
assert_keys(struct tale *t, const char *expected)
{
	const struct history *h = &t->history;
	struct buf text = {0};

	for (size_t i = 0; i < h->key_count; i++) {
		const struct history_key *key = &h->keys[i];

		buf_printf(&text, "%.*s%s %u of %.*s by %.*s\n", STR_ARG(key->id),
			key->temporary ? "~" : "", key->depth, STR_ARG(h->keys[key->parent].id),
			STR_ARG(key->made == HISTORY_NONE
					? STR("the alert")
					: h->traces[key->made].text[TRACE_EVENT_ID]));
	}
	assert_string_equal(buf_cstr(&text), expected);
	buf_fini(&text);
}

static void
all_that_is_known_of_an_alert_comes_once_in_the_order_of_time(void **state)
{
	struct tale t;

	(void)state;
	tale_open(&t);
	/* Under five terms, and once in the story. */
	tell(&t, "CreateAccessKey id=e0 subject=" KEY
		 " user=bob actor=alice ip=192.0.2.1 agent=cli");
	tell(&t, "DeleteAccessKey id=e9 subject=" KEY " user=bob actor=carol at=90");
	tell(&t, "GetObject id=e5 key=" KEY " ip=198.51.100.7 at=50");
	tell(&t, "StopLogging id=no actor=carol at=60");
	tell(&t, "CreateUser id=e-1 user=eve actor=alice at=-10");
	looked(&t);
	load_as(&t, HISTORY_LOOKED);
	assert_found(&t, "e-1 e0 e5 e9 ");
	assert_keys(&t, KEY " 0 of " KEY " by the alert\n");
	assert_str(t.history.traces[2].text[TRACE_IP], "198.51.100.7");
	assert_str(t.history.traces[2].path, "logs/a.json");
	assert_int_equal(t.history.cut, 0);
	assert_int_equal(t.history.state, HISTORY_LOOKED);
	assert_int_equal(t.history.span_count, 1);
	assert_int_equal(t.history.inputs, 1);
	assert_null(t.history.lacking.data);
	tale_close(&t);
}

/* Whatever their identities are: of several ids one would come in between. */
static void
within_a_second_what_is_made_comes_first_and_what_is_deleted_last(void **state)
{
	static const char *const ids[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct buf text = {0};
		struct tale t;

		tale_open(&t);
		buf_printf(&text, "DeleteAccessKey id=%s subject=" KEY " user=bob at=0", ids[i]);
		tell(&t, buf_cstr(&text));
		tell(&t, "UpdateAccessKey id=x subject=" KEY " user=bob at=0");
		tell(&t, "CreateAccessKey id=e0 subject=" KEY " user=bob actor=alice at=0");
		looked(&t);
		load_as(&t, HISTORY_LOOKED);
		buf_clear(&text);
		buf_printf(&text, "e0 x %s ", ids[i]);
		assert_found(&t, buf_cstr(&text));
		buf_fini(&text);
		tale_close(&t);
	}
}

static void
keys_made_or_obtained_with_the_key_are_its_tree_at_any_depth(void **state)
{
	struct tale t;

	(void)state;
	tale_open(&t);
	want(&t, TERM_KEY, "ASIA1");
	want(&t, TERM_KEY, "AKIA2");
	want(&t, TERM_KEY, "AKIA3");
	tell(&t, "AssumeRole id=e1 key=" KEY " subject=ASIA1 at=1");
	tell(&t, "CreateAccessKey id=e2 key=" KEY " subject=AKIA2 user=x at=2");
	tell(&t, "CreateAccessKey id=e3 key=ASIA1 subject=AKIA3 user=y at=3");
	tell(&t, "CreateAccessKey id=e4 key=" KEY " subject=AKIANO user=z error=AccessDenied at=4");
	tell(&t, "UpdateAccessKey id=e5 key=" KEY " subject=AKIANO2 user=z at=5");
	tell(&t, "CreateAccessKey id=e6 key=AKIA3 subject=" KEY " user=z at=6"); /* a ring */
	tell(&t, "GetObject id=e7 key=AKIA3 at=7");
	looked(&t);
	load_as(&t, HISTORY_LOOKED);
	assert_keys(&t, KEY " 0 of " KEY " by the alert\n"
			    "ASIA1~ 1 of " KEY " by e1\n"
			    "AKIA2 1 of " KEY " by e2\n"
			    "AKIA3 2 of ASIA1 by e3\n");
	assert_found(&t, "e1 e2 e3 e4 e5 e6 e7 ");
	assert_int_equal(t.history.state, HISTORY_LOOKED);
	tale_close(&t);
}

static void
a_key_that_was_not_looked_for_makes_the_story_a_part(void **state)
{
	struct tale t;

	(void)state;
	tale_open(&t);
	tell(&t, "AssumeRole id=e1 key=" KEY " subject=ASIA1 at=1");
	looked(&t);
	load_as(&t, HISTORY_LOOKED);
	assert_int_equal(t.history.key_count, 2);
	assert_int_equal(t.history.state, HISTORY_PART);
	assert_str(t.history.lacking, "not all keys that were made with it were looked for");
	/* A term, but the input was looked through before that. */
	want(&t, TERM_KEY, "ASIA1");
	load_as(&t, HISTORY_LOOKED);
	assert_int_equal(t.history.state, HISTORY_NOT_LOOKED);
	assert_int_equal(t.history.span_count, 0);
	looked(&t);
	load_as(&t, HISTORY_LOOKED);
	assert_int_equal(t.history.state, HISTORY_LOOKED);
	tale_close(&t);
}

static void
inputs_that_were_not_looked_through_are_said(void **state)
{
	struct tale t;

	(void)state;
	tale_open(&t);
	trace_input(&t.s, "logs/b.json");
	looked(&t);
	load_as(&t, HISTORY_LOOKED);
	assert_int_equal(t.history.state, HISTORY_PART);
	assert_str(t.history.lacking, "1 input was not looked through for it");
	assert_int_equal(t.history.inputs, 1);
	load_as(&t, HISTORY_LOOKING);
	assert_int_equal(t.history.state, HISTORY_LOOKING);
	trace_looked(&t.s, t.s.input, t.terms, 0, 1, true);
	load_as(&t, HISTORY_PART);
	assert_int_equal(t.history.state, HISTORY_PART);
	assert_int_equal(t.history.unread, 1);
	tale_close(&t);
}

static void
an_alert_of_which_a_term_is_missing_was_not_looked_for(void **state)
{
	struct tale t;

	(void)state;
	tale_open(&t);
	looked(&t);
	t.alert.raw = STR(RECORD("", "{\"accessKey\":{\"accessKeyId\":\"AKIAOTHER\"}}"));
	load_as(&t, HISTORY_LOOKED);
	assert_int_equal(t.history.state, HISTORY_NOT_LOOKED);
	load_as(&t, HISTORY_LOOKING);
	assert_int_equal(t.history.state, HISTORY_LOOKING);
	tale_close(&t);
}

static void
a_denied_call_has_no_keys_and_still_a_history(void **state)
{
	struct tale t;

	(void)state;
	tale_open(&t);
	t.alert.raw = STR(RECORD("\"errorCode\":\"AccessDenied\",", "null"));
	t.alert.outcome = OUTCOME_DENIED;
	tell(&t, "CreateUser id=e1 user=eve actor=alice at=-10");
	looked(&t);
	load_as(&t, HISTORY_LOOKED);
	assert_keys(&t, "");
	assert_found(&t, "e1 ");
	assert_int_equal(t.history.state, HISTORY_LOOKED);
	tale_close(&t);
}

/* ---- bounds ---- */

static void
put_many(struct tale *t, enum term_kind kind, const char *value, const char *words, int count)
{
	const struct term term = {kind, str_from(value)};
	struct trace trace = trace_of_words(&t->arena, words);
	struct error err;
	char id[16];
	int64_t n;
	bool fresh;

	assert_ok(store_begin(t->s.store, &err), &err);
	assert_ok(store_term_find(t->s.store, &term, &n, &err), &err);
	trace.time -= (int64_t)count * TICKS_PER_SECOND;
	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "m%d", i);
		trace.text[TRACE_EVENT_ID] = str_from(id);
		trace.time += TICKS_PER_SECOND;
		assert_ok(store_trace_put(t->s.store, n, &trace, t->s.input, &fresh, &err), &err);
	}
	assert_ok(store_commit(t->s.store, &err), &err);
}

static bool
has(const struct tale *t, const char *id)
{
	for (size_t i = 0; i < t->history.trace_count; i++)
		if (str_is(t->history.traces[i].text[TRACE_EVENT_ID], id))
			return true;
	return false;
}

static void
of_a_busy_actor_the_earliest_come_and_those_around_the_alert(void **state)
{
	struct tale t;

	(void)state;
	tale_open(&t);
	put_many(&t, TERM_ACTOR, "alice", "CreateUser at=10", 50000);
	looked(&t);
	load_as(&t, HISTORY_LOOKED);
	assert_int_equal(t.history.cut, 1U << TERM_ACTOR);
	assert_true(has(&t, "m0"));
	assert_false(has(&t, "m25000"));
	assert_true(has(&t, "m47000"));
	assert_true(t.history.trace_count < 5000);
	tale_close(&t);
}

/* What it was used for hides neither its end, what was made with it, nor another place. */
static void
of_a_busy_key_all_that_was_done_to_it_comes(void **state)
{
	struct tale t;

	(void)state;
	tale_open(&t);
	want(&t, TERM_KEY, "AKIA2");
	put_many(&t, TERM_KEY, KEY, "GetObject key=" KEY " at=50000", 50000);
	tell(&t, "CreateAccessKey id=made key=" KEY " subject=AKIA2 user=x at=49999");
	tell(&t, "UpdateAccessKey id=end subject=" KEY " user=bob at=60000");
	tell(&t, "GetObject id=there key=" KEY " ip=192.0.2.9 at=200000");
	tell(&t, "GetObject id=again key=" KEY " ip=192.0.2.9 at=200001");
	tell(&t, "GetObject id=with key=" KEY " ip=192.0.2.9 agent=evil at=200002");
	looked(&t);
	load_as(&t, HISTORY_LOOKED);
	assert_int_equal(t.history.cut, HISTORY_CUT_LIGHT(1U << TERM_KEY));
	assert_true(has(&t, "m0"));
	assert_true(has(&t, "made"));
	assert_true(has(&t, "end"));
	assert_true(has(&t, "there"));
	assert_true(has(&t, "with"));
	assert_false(has(&t, "again"));
	assert_int_equal(t.history.key_count, 2);
	tale_close(&t);
}

static void
a_tree_of_too_many_keys_is_cut(void **state)
{
	struct tale t;
	char words[128];

	(void)state;
	tale_open(&t);
	for (int i = 0; i < STORY_KEYS_MAX; i++) {
		snprintf(words, sizeof(words), "AssumeRole id=e%d key=" KEY " subject=ASIA%d at=%d",
			i, i, i);
		tell(&t, words);
	}
	looked(&t);
	load_as(&t, HISTORY_LOOKED);
	assert_int_equal(t.history.key_count, STORY_KEYS_MAX);
	assert_int_equal(t.history.cut, 1U << TERM_KEY);
	tale_close(&t);
}

/* On the handle of a transaction that goes on afterwards. */
static void
a_story_can_be_loaded_within_a_transaction(void **state)
{
	struct tale t;
	struct error err;
	uint64_t version;

	(void)state;
	tale_open(&t);
	version = store_version(t.s.store);
	assert_ok(store_begin(t.s.store, &err), &err);
	assert_ok(store_setting_put(t.s.store, "name", STR("value"), &err), &err);
	load_as(&t, HISTORY_LOOKED);
	store_rollback(t.s.store);
	assert_null(store_setting_get(t.s.store, "name", &t.arena).data);
	assert_int_equal(store_version(t.s.store), version);
	tale_close(&t);
}

/* Where the address of the first trace lies. */
static const char *
read_again(struct tale *t)
{
	load_as(t, HISTORY_LOOKED);
	return t->history.traces[0].text[TRACE_IP].data;
}

static void
what_stories_have_in_common_is_read_once(void **state)
{
	struct tale t;
	const char *lies;

	(void)state;
	tale_open(&t);
	tell(&t, "ListUsers id=e1 actor=alice ip=192.0.2.1");
	looked(&t);
	lies = read_again(&t);
	assert_ptr_not_equal(read_again(&t), lies);
	t.cache = story_cache_new();
	lies = read_again(&t);
	assert_ptr_equal(read_again(&t), lies);
	assert_found(&t, "e1 ");
	story_cache_free(t.cache);
	tale_close(&t);
}

static void
what_was_put_between_two_stories_is_in_the_second(void **state)
{
	struct tale t;
	struct store *own, *other;
	struct error err;

	(void)state;
	tale_open(&t);
	own = t.s.store;
	assert_ok(store_open_again(&other, own, &err), &err);
	t.cache = story_cache_new();
	tell(&t, "CreateUser id=e1 actor=alice");
	load_as(&t, HISTORY_LOOKED);
	assert_found(&t, "e1 ");
	tell(&t, "CreateUser id=e2 actor=alice at=1");
	load_as(&t, HISTORY_LOOKED);
	assert_found(&t, "e1 e2 ");
	t.s.store = other;
	tell(&t, "CreateUser id=e3 actor=alice at=2");
	t.s.store = own;
	load_as(&t, HISTORY_LOOKED);
	assert_found(&t, "e1 e2 e3 ");
	story_cache_free(t.cache);
	store_close(other);
	tale_close(&t);
}

static void
what_was_taken_back_between_two_stories_is_not_in_the_second(void **state)
{
	struct tale t;
	struct trace trace;
	struct error err;
	bool fresh;
	const struct term alice = {TERM_ACTOR, STR("alice")};
	int64_t n;

	(void)state;
	tale_open(&t);
	t.cache = story_cache_new();
	trace = trace_of_words(&t.arena, "CreateUser id=e1 actor=alice");
	assert_ok(store_term_find(t.s.store, &alice, &n, &err), &err);
	assert_ok(store_begin(t.s.store, &err), &err);
	assert_ok(store_trace_put(t.s.store, n, &trace, t.s.input, &fresh, &err), &err);
	load_as(&t, HISTORY_LOOKED);
	assert_found(&t, "e1 ");
	store_rollback(t.s.store);
	load_as(&t, HISTORY_LOOKED);
	assert_found(&t, "");
	story_cache_free(t.cache);
	tale_close(&t);
}

/* More than a cache holds, so that it forgets in between. */
static void
stories_of_many_busy_actors_are_told_one_after_another(void **state)
{
	struct tale t;
	char name[32], words[64], raw[1024];

	(void)state;
	tale_open(&t);
	t.cache = story_cache_new();
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "actor%d", i);
		snprintf(words, sizeof(words), "CreateUser actor=%s at=1", name);
		want(&t, TERM_ACTOR, name);
		put_many(&t, TERM_ACTOR, name, words, 1000);
	}
	for (int i = 0; i < 100; i++) {
		snprintf(raw, sizeof(raw),
			"{\"userIdentity\":{\"type\":\"IAMUser\",\"arn\":\"actor%d\"},"
			"\"eventName\":\"CreateAccessKey\",\"eventSource\":\"iam.amazonaws.com\"}",
			i % 50);
		t.alert.raw = str_from(raw);
		arena_reset(&t.arena);
		load_as(&t, HISTORY_LOOKED);
		assert_int_equal(t.history.trace_count, 1000);
		snprintf(name, sizeof(name), "actor%d", i % 50);
		assert_str(t.history.traces[999].text[TRACE_ACTOR], name);
	}
	t.alert.raw = STR("");
	story_cache_free(t.cache);
	tale_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_known_of_an_alert_comes_once_in_the_order_of_time),
		cmocka_unit_test(within_a_second_what_is_made_comes_first_and_what_is_deleted_last),
		cmocka_unit_test(keys_made_or_obtained_with_the_key_are_its_tree_at_any_depth),
		cmocka_unit_test(a_key_that_was_not_looked_for_makes_the_story_a_part),
		cmocka_unit_test(inputs_that_were_not_looked_through_are_said),
		cmocka_unit_test(an_alert_of_which_a_term_is_missing_was_not_looked_for),
		cmocka_unit_test(a_denied_call_has_no_keys_and_still_a_history),
		cmocka_unit_test(of_a_busy_actor_the_earliest_come_and_those_around_the_alert),
		cmocka_unit_test(of_a_busy_key_all_that_was_done_to_it_comes),
		cmocka_unit_test(a_tree_of_too_many_keys_is_cut),
		cmocka_unit_test(a_story_can_be_loaded_within_a_transaction),
		cmocka_unit_test(what_stories_have_in_common_is_read_once),
		cmocka_unit_test(what_was_put_between_two_stories_is_in_the_second),
		cmocka_unit_test(what_was_taken_back_between_two_stories_is_not_in_the_second),
		cmocka_unit_test(stories_of_many_busy_actors_are_told_one_after_another),
	};

	cmocka_set_test_filter(getenv("KEYWATCH_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
