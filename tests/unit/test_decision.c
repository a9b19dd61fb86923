#include "tests/support/test.h"

#include <stdio.h>

#include "core/alert/decision.h"
#include "core/base/timefmt.h"

/* A story: one action a letter; who decided is the letter after it. */
enum { STORY_MAX = 16 };

struct story {
	struct decision decisions[STORY_MAX];
	size_t count;
};

static enum decision_action
action_of(char letter)
{
	static const char letters[] = "trvxldmu"; /* in the order of enum decision_action */

	return (enum decision_action)(strchr(letters, letter) - letters);
}

static struct str
person(char letter)
{
	return letter == 'A' ? STR("alice") : STR("bob");
}

static struct story
tell(const char *text)
{
	struct story story = {0};

	for (; text[0]; text += text[1] && text[2] ? 3 : 2) {
		story.decisions[story.count] = (struct decision){
			.seq = (int64_t)story.count + 10,
			.at = INT64_C(1767323045) * TICKS_PER_SECOND,
			.action = action_of(text[0]),
			.actor = person(text[1]),
			.reason = STR("because"),
		};
		story.count++;
		if (!text[2])
			break;
	}
	return story;
}

static struct alert_state
fold(const struct story *story)
{
	return decision_fold(story->decisions, story->count, 1);
}

/* What each story comes to. */
static const struct {
	const char *story;
	enum alert_status status;
	enum classification classification;
	enum class_reason reason;
	enum validation_state validation;
	const char *owner;
} stories[] = {
	{"", STATUS_NEW, CLASS_NONE, REASON_NONE, VALIDATION_NONE, ""},
	{"tA", STATUS_ACTIVE, CLASS_NONE, REASON_NONE, VALIDATION_NONE, "alice"},
	{"rA", STATUS_ACTIVE, CLASS_NONE, REASON_NONE, VALIDATION_AWAITING, ""},
	{"tA rB", STATUS_ACTIVE, CLASS_NONE, REASON_NONE, VALIDATION_AWAITING, "alice"},
	{"tA rA vB", STATUS_CLOSED, CLASS_BENIGN_POSITIVE, REASON_SUSPICIOUS_BUT_EXPECTED,
		VALIDATION_UNSIGNED, "alice"},
	{"xA", STATUS_CLOSED, CLASS_TRUE_POSITIVE, REASON_SUSPICIOUS_ACTIVITY, VALIDATION_NONE, ""},
	{"rA xA", STATUS_CLOSED, CLASS_TRUE_POSITIVE, REASON_SUSPICIOUS_ACTIVITY, VALIDATION_NONE,
		""},
	{"lA", STATUS_CLOSED, CLASS_FALSE_POSITIVE, REASON_INCORRECT_ALERT_LOGIC, VALIDATION_NONE,
		""},
	{"dA", STATUS_CLOSED, CLASS_FALSE_POSITIVE, REASON_INACCURATE_DATA, VALIDATION_NONE, ""},
	{"mA", STATUS_NEW, CLASS_NONE, REASON_NONE, VALIDATION_NONE, ""},
	{"tA mB uA", STATUS_NEW, CLASS_NONE, REASON_NONE, VALIDATION_NONE, ""},
	{"tA rA vB uB", STATUS_ACTIVE, CLASS_NONE, REASON_NONE, VALIDATION_AWAITING, "alice"},
	{"tA rA vB uB uA", STATUS_ACTIVE, CLASS_NONE, REASON_NONE, VALIDATION_NONE, "alice"},
	{"tA rA vB uB uA uA", STATUS_NEW, CLASS_NONE, REASON_NONE, VALIDATION_NONE, ""},
	{"vA uA xB", STATUS_CLOSED, CLASS_TRUE_POSITIVE, REASON_SUSPICIOUS_ACTIVITY,
		VALIDATION_NONE, ""},
	{"uA tA", STATUS_ACTIVE, CLASS_NONE, REASON_NONE, VALIDATION_NONE, "alice"},
};

static void
every_story_comes_to_its_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		struct story story = tell(stories[i].story);
		struct alert_state s = fold(&story);

		print_message("story \"%s\"\n", stories[i].story);
		assert_int_equal(s.status, stories[i].status);
		assert_int_equal(s.classification, stories[i].classification);
		assert_int_equal(s.reason, stories[i].reason);
		assert_int_equal(s.validation, stories[i].validation);
		assert_true(str_is(s.owner, stories[i].owner));
	}
}

/* product.md's table: which action is open in which status. */
static void
every_action_is_open_exactly_where_the_table_says(void **state)
{
	static const char *const before[] = {"", "tB", "vB"}; /* New, Active, Closed */
	static const char allowed[DECIDE_COUNT][3] = {
		[DECIDE_TAKE] = {1, 0, 0},
		[DECIDE_REQUEST] = {1, 1, 0},
		[DECIDE_VALIDATE] = {1, 1, 0},
		[DECIDE_MALICIOUS] = {1, 1, 0},
		[DECIDE_FALSE_LOGIC] = {1, 1, 0},
		[DECIDE_FALSE_DATA] = {1, 1, 0},
		[DECIDE_NOTE] = {1, 1, 1},
		[DECIDE_UNDO] = {0, 1, 1},
	};
	struct error err;

	(void)state;
	for (size_t action = 0; action < DECIDE_COUNT; action++) {
		for (size_t s = 0; s < 3; s++) {
			struct story story = tell(before[s]);

			assert_int_equal(decision_allowed(story.decisions, story.count, 1,
						 (enum decision_action)action, STR("bob"),
						 STR("because"), &err),
				allowed[action][s]);
		}
	}
}

static void
a_refusal_by_state_is_a_lost_race_and_names_the_winner(void **state)
{
	struct story story = tell("vA mB");
	struct error err;

	(void)state;
	assert_false(decision_allowed(
		story.decisions, story.count, 1, DECIDE_TAKE, STR("bob"), STR(""), &err));
	assert_int_equal(err.kind, ERROR_CONFLICT);
	assert_non_null(strstr(err.text, "alice decided validate"));
	assert_non_null(strstr(err.text, "because"));
}

static void
only_whoever_decided_may_undo(void **state)
{
	struct story story = tell("tA vB");
	struct error err;

	(void)state;
	assert_false(decision_allowed(
		story.decisions, story.count, 1, DECIDE_UNDO, STR("alice"), STR("why"), &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_non_null(strstr(err.text, "bob"));
	assert_true(decision_allowed(
		story.decisions, story.count, 1, DECIDE_UNDO, STR("bob"), STR("why"), &err));
	story = tell("tA vB uB");
	assert_true(decision_allowed(
		story.decisions, story.count, 1, DECIDE_UNDO, STR("alice"), STR("why"), &err));
}

static void
there_is_nothing_to_undo_on_a_new_alert_or_after_a_lost_race(void **state)
{
	struct story story = tell("mA");
	struct error err;

	(void)state;
	assert_false(decision_allowed(
		story.decisions, story.count, 1, DECIDE_UNDO, STR("alice"), STR("why"), &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	story = tell("tA uA");
	assert_false(decision_allowed(
		story.decisions, story.count, 1, DECIDE_UNDO, STR("alice"), STR("why"), &err));
	assert_int_equal(err.kind, ERROR_CONFLICT);
}

static void
a_state_knows_its_newest_entry_its_notes_and_what_an_undo_would_take_back(void **state)
{
	struct story story = tell("tA rA uA mB mA");
	struct alert_state s = fold(&story);

	(void)state;
	assert_int_equal(s.last_seq, 14);
	assert_int_equal(s.last_change, 0);
	assert_int_equal(s.notes, 2);
	assert_int_equal(fold(&(struct story){0}).last_change, -1);
}

static const struct {
	const char *text;
	size_t len;
	bool ok;
} reasons[] = {
	{"", 0, false},
	{" \t\n", 3, false},
	{"\xc2\xa0\xe3\x80\x80", 5, false},	/* no-break and ideographic space */
	{"\xe2\x80\x8b\xe2\x80\xae", 6, false}, /* zero width, bidi override */
	{"\xe2\xa0\x80", 3, false},		/* braille blank */
	{"\xe3\x85\xa4", 3, false},		/* Hangul filler */
	{"a", 1, true},
	{"ticket \xc3\xa4", 9, true},
	{"a\0b", 3, false},
	{"\xff", 1, false},
	{"\xc0\x80", 2, false},
};

static void
a_reason_must_hold_something_to_read(void **state)
{
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		struct str text = {reasons[i].text, reasons[i].len};

		print_message("reason %zu\n", i);
		assert_int_equal(
			decision_allowed(NULL, 0, 1, DECIDE_VALIDATE, STR("alice"), text, &err),
			reasons[i].ok);
	}
	assert_true(decision_allowed(NULL, 0, 1, DECIDE_REQUEST, STR("alice"), STR(""), &err));
	assert_true(decision_allowed(NULL, 0, 1, DECIDE_TAKE, STR("alice"), STR_ABSENT, &err));
	assert_false(decision_allowed(NULL, 0, 1, DECIDE_NOTE, STR("alice"), STR(" "), &err));
	assert_false(decision_allowed(NULL, 0, 1, DECIDE_NOTE, STR(""), STR("text"), &err));
}

static void
a_reason_has_a_limit_that_is_said(void **state)
{
	static char text[DECISION_TEXT_MAX + 1];
	struct error err;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_true(decision_allowed(NULL, 0, 1, DECIDE_NOTE, STR("alice"),
		(struct str){text, DECISION_TEXT_MAX}, &err));
	assert_false(decision_allowed(
		NULL, 0, 1, DECIDE_NOTE, STR("alice"), (struct str){text, sizeof(text)}, &err));
	assert_non_null(strstr(err.text, "4096"));
}

static void
a_decision_is_described_to_the_second(void **state)
{
	struct story story = tell("vB");
	struct buf text = {0};

	(void)state;
	story.decisions[0].at += 1234567;
	story.decisions[0].reason = STR("why");
	decision_describe(&text, &story.decisions[0]);
	assert_string_equal(buf_cstr(&text), "bob decided validate at 2026-01-02T03:04:05Z: why");
	buf_fini(&text);
}

static void
names_in_the_store_lead_back_to_their_actions(void **state)
{
	(void)state;
	for (size_t i = 0; i < DECIDE_COUNT; i++)
		assert_int_equal(decision_find(str_from(decision_rules[i].name)), i);
	assert_int_equal(decision_find(STR("approve")), DECIDE_COUNT);
	assert_int_equal(decision_find(STR_ABSENT), DECIDE_COUNT);
	assert_string_equal(decision_rules[DECIDE_FALSE_LOGIC].name, "false-logic");
}

/* ---- signed ---- */

/* `ada+` ada's holds, `ada?` is checked, `ada-` is void, `ada!` forged, `ada0` not judged by any
 * policy; else an action's name. */
static size_t
read_signed(const char *story, struct decision *out)
{
	static const struct {
		char sign;
		enum verdict verdict;
	} verdicts[] = {{'+', VERDICT_HOLDS}, {'?', VERDICT_CHECKING}, {'-', VERDICT_VOID},
		{'!', VERDICT_FORGED}, {'0', VERDICT_UNSIGNED}};
	struct str rest = str_from(story);
	size_t n = 0;

	while (rest.len) {
		size_t end = str_find(rest, STR(" "), 0);
		struct str word = str_slice(rest, 0, end);
		enum decision_action action = decision_find(word);

		rest = end == (size_t)-1 ? STR("") : str_slice(rest, end + 1, rest.len);
		out[n] = (struct decision){
			.seq = (int64_t)n + 1, .action = action, .actor = STR("x")};
		if (action == DECIDE_COUNT) {
			out[n].action = DECIDE_VALIDATE;
			out[n].statement = STR("signed");
			out[n].why = STR("because");
			out[n].principal = str_slice(word, 0, word.len - 1);
			for (size_t i = 0; i < 5; i++)
				if (verdicts[i].sign == word.data[word.len - 1])
					out[n].verdict = verdicts[i].verdict;
		}
		n++;
	}
	return n;
}

static void
a_signature_counts_as_it_was_verified_and_each_principal_once(void **state)
{
	static const struct {
		const char *story;
		unsigned needed;
		enum alert_status status;
		enum validation_state validation;
		unsigned approvals;
	} cases[] = {
		{"ada+", 1, STATUS_CLOSED, VALIDATION_SIGNED, 1},
		{"ada?", 1, STATUS_CLOSED, VALIDATION_CHECKING, 1},
		{"ada0", 1, STATUS_CLOSED, VALIDATION_UNSIGNED, 0},
		{"ada-", 1, STATUS_ACTIVE, VALIDATION_VOID, 0},
		{"ada!", 1, STATUS_ACTIVE, VALIDATION_FORGED, 0},
		{"ada+", 2, STATUS_ACTIVE, VALIDATION_AWAITING, 1},
		{"ada+ ada+", 2, STATUS_ACTIVE, VALIDATION_AWAITING, 1},
		{"ada+ bob+", 2, STATUS_CLOSED, VALIDATION_SIGNED, 2},
		{"ada+ bob?", 2, STATUS_CLOSED, VALIDATION_CHECKING, 2},
		{"ada+ bob-", 2, STATUS_ACTIVE, VALIDATION_VOID, 1},
		{"ada+ bob!", 2, STATUS_ACTIVE, VALIDATION_FORGED, 1},
		{"ada! bob+", 1, STATUS_CLOSED, VALIDATION_SIGNED, 1},
		{"ada+ undo", 1, STATUS_NEW, VALIDATION_NONE, 0},
		{"ada+ undo bob+", 2, STATUS_ACTIVE, VALIDATION_AWAITING, 1},
		{"malicious ada!", 1, STATUS_CLOSED, VALIDATION_FORGED, 0},
		{"malicious ada-", 1, STATUS_CLOSED, VALIDATION_NONE, 0},
		{"ada+ malicious undo bob+", 2, STATUS_CLOSED, VALIDATION_SIGNED, 2},
		{"ada? malicious", 1, STATUS_CLOSED, VALIDATION_CHECKING, 0},
		{"ada+ malicious", 2, STATUS_CLOSED, VALIDATION_NONE, 0},
		{"validate", 2, STATUS_CLOSED, VALIDATION_UNSIGNED, 0},
		{"request ada-", 1, STATUS_ACTIVE, VALIDATION_VOID, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct decision list[8];
		size_t count = read_signed(cases[i].story, list);
		struct alert_state got = decision_fold(list, count, cases[i].needed);

		if (got.status != cases[i].status || got.validation != cases[i].validation ||
			got.approvals != cases[i].approvals)
			fail_msg("%s of %u: %s %s %u", cases[i].story, cases[i].needed,
				alert_status_name(got.status),
				validation_state_name(got.validation), got.approvals);
	}
}

static void
a_validation_rests_on_the_newest_that_is_what_it_reads(void **state)
{
	static const struct {
		const char *story;
		unsigned needed;
		int64_t seq; /* 0: on nothing */
		const char *signers, *says;
	} cases[] = {
		{"take", 1, 0, "", ""},
		{"request", 1, 1, "", ""},
		{"validate", 1, 1, "", ""},
		{"ada+", 1, 1, "ada", ""},
		{"ada+ mel!", 1, 1, "ada", ""},
		{"mel- ada+", 1, 2, "ada", ""},
		{"ada+ bob+", 2, 2, "ada, bob", ""},
		{"ada+ ada+", 2, 2, "ada", ""},
		{"ada+ request", 2, 1, "ada", ""},
		{"ada+ bob-", 2, 2, "ada", "because"},
		{"mel!", 1, 1, "", "because"},
		{"mel! ada-", 1, 1, "", "because"},
		{"ada? bob+", 2, 1, "bob", ""},
		{"ada+ undo", 1, 0, "", ""},
		{"ada+ malicious", 1, 0, "", ""},
		{"malicious mel!", 1, 2, "", "because"},
		{"ada0", 1, 1, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct decision list[8];
		size_t count = read_signed(cases[i].story, list);
		struct alert_state folded = decision_fold(list, count, cases[i].needed);
		const struct decision *behind = decision_behind(list, count, &folded);
		struct buf signers = {0};

		decision_principals(list, count, &signers);
		if ((behind ? behind->seq : 0) != cases[i].seq ||
			strcmp(buf_cstr(&signers), cases[i].signers) != 0)
			fail_msg("%s of %u: %lld by %s", cases[i].story, cases[i].needed,
				(long long)(behind ? behind->seq : 0), buf_cstr(&signers));
		if (behind && *cases[i].says)
			assert_str(decision_says(behind), cases[i].says);
		else if (behind)
			assert_null(decision_says(behind).data);
		buf_fini(&signers);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_story_comes_to_its_state),
		cmocka_unit_test(every_action_is_open_exactly_where_the_table_says),
		cmocka_unit_test(a_refusal_by_state_is_a_lost_race_and_names_the_winner),
		cmocka_unit_test(only_whoever_decided_may_undo),
		cmocka_unit_test(there_is_nothing_to_undo_on_a_new_alert_or_after_a_lost_race),
		cmocka_unit_test(
			a_state_knows_its_newest_entry_its_notes_and_what_an_undo_would_take_back),
		cmocka_unit_test(a_reason_must_hold_something_to_read),
		cmocka_unit_test(a_reason_has_a_limit_that_is_said),
		cmocka_unit_test(a_decision_is_described_to_the_second),
		cmocka_unit_test(names_in_the_store_lead_back_to_their_actions),
		cmocka_unit_test(a_signature_counts_as_it_was_verified_and_each_principal_once),
		cmocka_unit_test(a_validation_rests_on_the_newest_that_is_what_it_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
