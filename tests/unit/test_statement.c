#include "tests/support/test.h"

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/validation/statement.h"
#include "core/validation/value.h"
#include "tests/support/child.h"
#include "tests/support/fixture.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define EXAMPLE                                                                                    \
	"keywatch validation statement 1\n"                                                        \
	"decision: validate\n"                                                                     \
	"classification: BenignPositive SuspiciousButExpected\n"                                   \
	"principal: carol@corp.example\n"                                                          \
	"reason: rotation of the backup key, OPS-1742\n"                                           \
	"rule: 9a6554e6-63d9-4f94-9b32-64d1d40628f2\n"                                             \
	"alert: 0123456789abcdef0123456789abcdef\n"                                                \
	"event-sha256: " ZEROS "\n"                                                                \
	"event-id: e1\n"                                                                           \
	"account: 111122223333\n"                                                                  \
	"actor: AdminRole/alice (arn:aws:sts::111122223333:assumed-role/AdminRole/alice)\n"        \
	"target: svc-backup\n"                                                                     \
	"new-key:\n"                                                                               \
	"store: 00112233445566778899aabbccddeeff\n"                                                \
	"previous: " ZEROS "\n"                                                                    \
	"nonce: ffeeddccbbaa99887766554433221100\n"                                                \
	"sequence: 41\n"                                                                           \
	"time: 2026-01-02T03:04:05Z\n"

static void
parse_example(struct statement *s, struct arena *arena)
{
	struct error err;

	assert_ok(statement_parse(s, STR(EXAMPLE), arena, &err), &err);
}

static void
the_text_is_read_and_written_as_it_was(void **state)
{
	struct arena arena = {0};
	struct buf out = {0};
	struct statement s;

	(void)state;
	parse_example(&s, &arena);
	assert_str(s.text[STATEMENT_PRINCIPAL], "carol@corp.example");
	assert_str(s.text[STATEMENT_KEY_ID], "");
	assert_int_equal(s.sequence, 41);
	assert_true(s.time == FIXTURE_TIME);
	statement_write(&s, &out);
	assert_string_equal(buf_cstr(&out), EXAMPLE);
	buf_fini(&out);
	arena_fini(&arena);
}

static void
the_manual_shows_one(void **state)
{
	char *page = test_read(child_source("man/keywatch-validation.5"), NULL);
	char *begin = strstr(page, "\nkeywatch validation statement 1\n") + 1;
	struct arena arena = {0};
	struct statement s;
	struct error err;

	(void)state;
	*strstr(begin, ".Ed\n") = '\0';
	assert_ok(statement_parse(&s, str_from(begin), &arena, &err), &err);
	arena_fini(&arena);
	free(page);
}

static void
what_stays_the_same_is_what_a_validation_decides(void **state)
{
	const struct decision_rule *rule = &decision_rules[DECIDE_VALIDATE];
	struct buf lines = {0};

	(void)state;
	buf_printf(&lines, "\ndecision: %s\nclassification: %s %s\n", rule->name,
		classification_name(rule->classification), class_reason_name(rule->reason));
	assert_non_null(strstr(EXAMPLE, buf_cstr(&lines)));
	buf_fini(&lines);
}

static void
fill(struct buf *out, const char *with, size_t times)
{
	buf_clear(out);
	while (times--)
		buf_puts(out, with);
}

/* The example with the first `from` in it replaced. */
static void
change(struct buf *out, const char *from, struct str to)
{
	const char *at = strstr(EXAMPLE, from);

	assert_non_null(at);
	buf_append(out, EXAMPLE, (size_t)(at - EXAMPLE));
	buf_str(out, to);
	buf_puts(out, at + strlen(from));
}

struct breach {
	const char *from;
	struct str to;
	const char *why; /* begins err */
};

#define BREACH(from, to, why)                                                                      \
	{                                                                                          \
		from, {to, sizeof(to) - 1}, why                                                    \
	}
#define STATEMENT_LINE(n) "line " #n " of the statement: "

/* clang-format off */
static const struct breach breaches[] = {
	BREACH("statement 1", "statement 2", "line 1 of the statement is not `keywatch validation statement 1`"),
	BREACH("statement 1\n", "statement 1\r\n", STATEMENT_LINE(1) "a carriage return"),
	BREACH("keywatch v", "\xef\xbb\xbfkeywatch v", "line 1 of the statement is not"),
	BREACH("keywatch v", "\nkeywatch v", "line 1 of the statement is not"),
	BREACH("decision: validate", "decision: malicious", "line 2 of the statement is not `decision: validate`"),
	BREACH("BenignPositive S", "TruePositive S", "line 3 of the statement is not"),
	BREACH("principal: carol", "Principal: carol", STATEMENT_LINE(4) "`principal:` belongs here"),
	BREACH("principal: carol@corp.example\n", "", STATEMENT_LINE(4) "`principal:` belongs here"),
	BREACH("principal: carol@corp.example\n", "principal:\n", "the statement: the principal is empty"),
	BREACH("principal: carol", "principal:carol", STATEMENT_LINE(4) "one blank stands"),
	BREACH("principal: carol", "principal : carol", STATEMENT_LINE(4) "`principal:` belongs here"),
	BREACH("principal: carol", "principal:  carol", STATEMENT_LINE(4) "a blank at an end"),
	BREACH("principal: carol", "principal:\tcarol", STATEMENT_LINE(4) "one blank stands"),
	BREACH("carol@corp.example\n", "carol@corp.example \n", STATEMENT_LINE(4) "a blank at an end"),
	BREACH("carol@corp.example\n", "carol\nprincipal: mallory\n", STATEMENT_LINE(5) "`reason:` belongs here"),
	BREACH("carol", "\\u{0020}carol", "the statement: the principal begins or ends with a blank"),
	BREACH("carol", "car\\u{200b}ol", "the statement: the principal begins or ends with a blank or holds hidden"),
	BREACH("carol", "car\\nol", "the statement: the principal begins"),
	BREACH("rotation", "\\u{0072}otation", STATEMENT_LINE(5) "an escape that is not needed"),
	BREACH("rotation", "\\u{00000a}rotation", STATEMENT_LINE(5) "an escape that is not needed"),
	BREACH("rotation", "\\u{000a}rotation", STATEMENT_LINE(5) "an escape that is not needed"),
	BREACH("rotation", "\\u{000D}rotation", STATEMENT_LINE(5) "a backslash that begins no escape"),
	BREACH("rotation", "\\u{d}rotation", STATEMENT_LINE(5) "a backslash that begins no escape"),
	BREACH("rotation", "\\u{110000}rotation", STATEMENT_LINE(5) "a backslash that begins no escape"),
	BREACH("rotation", "\\u{000drotation", STATEMENT_LINE(5) "a backslash that begins no escape"),
	BREACH("rotation", "\\x4", STATEMENT_LINE(5) "a backslash that begins no escape"),
	BREACH("rotation", "\\t", STATEMENT_LINE(5) "a backslash that begins no escape"),
	BREACH("rotation", "\\xc3\\xa9", STATEMENT_LINE(5) "an escape that is not needed"),
	BREACH("OPS-1742", "\\", STATEMENT_LINE(5) "a backslash that begins no escape"),
	BREACH("rotation", "ro\0tation", STATEMENT_LINE(5) "a character that must be escaped"),
	BREACH("rotation", "ro\rtation", STATEMENT_LINE(5) "a carriage return"),
	BREACH("rotation", "ro\ttation", STATEMENT_LINE(5) "a character that must be escaped"),
	BREACH("rotation", "ro\xe2\x80\xaetation", STATEMENT_LINE(5) "a character that must be escaped"),
	BREACH("rotation", "ro\xf3\xa0\x81\x81tation", STATEMENT_LINE(5) "a character that must be escaped"),
	BREACH("rotation", "ro\xfftation", STATEMENT_LINE(5) "a character that must be escaped"),
	BREACH("rotation", "ro\xc0\x80tation", STATEMENT_LINE(5) "a character that must be escaped"),
	BREACH("rotation of the backup key, OPS-1742", "\\u{200b}", "the statement: validate needs a reason"),
	BREACH("rotation", "ro\\xff", "the statement: the reason is not valid UTF-8"),
	BREACH("alert: 0", "alert: ", "the statement: alert must be 32 digits"),
	BREACH("alert: 0123456789a", "alert: 0123456789A", "the statement: alert must be 32 digits"),
	BREACH("event-sha256: 0", "event-sha256: 00", "the statement: event-sha256 must be 64 digits"),
	BREACH("nonce: ff", "nonce: fg", "the statement: nonce must be 32 digits"),
	BREACH("previous: 0", "previous: -", "the statement: previous must be 64 digits"),
	BREACH("store: 00112233445566778899aabbccddeeff", "store:", "the statement: the store is empty"),
	BREACH("new-key:", "new-key: ", STATEMENT_LINE(13) "one blank stands"),
	BREACH("event-id: e1\naccount: 111122223333\n", "account: 111122223333\nevent-id: e1\n", STATEMENT_LINE(9) "`event-id:` belongs here"),
	BREACH("event-id: e1\n", "event-id: e1\nevent-id: e1\n", STATEMENT_LINE(10) "`account:` belongs here"),
	BREACH("event-id: e1\n", "event-id: e1\nremark: x\n", STATEMENT_LINE(10) "`account:` belongs here"),
	BREACH("sequence: 41", "sequence: 041", STATEMENT_LINE(17) "no number"),
	BREACH("sequence: 41", "sequence: +41", STATEMENT_LINE(17) "no number"),
	BREACH("sequence: 41", "sequence: -1", STATEMENT_LINE(17) "no number"),
	BREACH("sequence: 41", "sequence:", STATEMENT_LINE(17) "no number"),
	BREACH("sequence: 41", "sequence: 9223372036854775808", STATEMENT_LINE(17) "no number"),
	BREACH("T03:04:05Z", "T03:04:05.5Z", "the statement: the time is no whole second"),
	BREACH("T03:04:05Z", " 03:04:05Z", STATEMENT_LINE(18) "not spelled as"),
	BREACH("T03:04:05Z", "T03:04:05+00:00", STATEMENT_LINE(18) "not spelled as"),
	BREACH("2026-01-02T", "2026-02-30T", STATEMENT_LINE(18) "no time"),
	BREACH("2026-01-02T", "1969-01-02T", "the statement: the time is no whole second"),
	BREACH("03:04:05Z\n", "03:04:05Z", STATEMENT_LINE(18) "it does not end with a line feed"),
	BREACH("time: 2026-01-02T03:04:05Z\n", "", STATEMENT_LINE(18) "missing"),
	BREACH("03:04:05Z\n", "03:04:05Z\n\n", STATEMENT_LINE(19) "something follows"),
	BREACH("03:04:05Z\n", "03:04:05Z\n\0", STATEMENT_LINE(19) "something follows"),
	BREACH("03:04:05Z\n", "03:04:05Z\n" EXAMPLE, STATEMENT_LINE(19) "something follows"),
};
/* clang-format on */

static void
what_is_not_exactly_the_text_is_refused_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(breaches) / sizeof(breaches[0]); i++) {
		struct arena arena = {0};
		struct statement s;
		struct error err = {0};
		struct buf text = {0};

		change(&text, breaches[i].from, breaches[i].to);
		assert_false(statement_parse(&s, buf_view(&text), &arena, &err));
		if (err.kind != ERROR_INPUT ||
			strncmp(err.text, breaches[i].why, strlen(breaches[i].why)))
			print_error("%zu: `%s`, not `%s`\n", i, err.text, breaches[i].why);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_int_equal(strncmp(err.text, breaches[i].why, strlen(breaches[i].why)), 0);
		buf_fini(&text);
		arena_fini(&arena);
	}
}

static void
a_long_text_is_refused_before_it_is_read(void **state)
{
	struct arena arena = {0};
	struct buf text = {0};
	struct statement s;
	struct error err;

	(void)state;
	for (int i = 0; i < STATEMENT_MAX; i++)
		buf_putc(&text, '\n');
	buf_puts(&text, "\n");
	assert_false(statement_parse(&s, buf_view(&text), &arena, &err));
	assert_string_equal(err.text, "the statement is longer than 16384 bytes");
	buf_fini(&text);
	arena_fini(&arena);
}

/* It would be written as its digest. */
static void
a_value_that_is_too_long_is_refused(void **state)
{
	struct arena arena = {0};
	struct buf value = {0}, statement = {0};
	struct statement s;
	struct error err;

	(void)state;
	fill(&value, "t", STATEMENT_VALUE_MAX);
	change(&statement, "svc-backup", buf_view(&value));
	assert_ok(statement_parse(&s, buf_view(&statement), &arena, &err), &err);
	buf_putc(&value, 't');
	buf_clear(&statement);
	change(&statement, "svc-backup", buf_view(&value));
	assert_false(statement_parse(&s, buf_view(&statement), &arena, &err));
	assert_string_equal(err.text, "line 12 of the statement: the value is too long");
	buf_fini(&value);
	buf_fini(&statement);
	arena_fini(&arena);
}

/* ---- values ---- */

static const struct {
	struct str value;
	const char *written;
} values[] = {
	{{"", 0}, ""},
	{{"a b", 3}, "a b"},
	{{" a ", 3}, "\\u{0020}a\\u{0020}"},
	{{" ", 1}, "\\u{0020}"},
	{{"a\nreason: b", 11}, "a\\nreason: b"},
	{{"a\r\n\tb", 5}, "a\\u{000d}\\n\\u{0009}b"},
	{{"\\u{000a}", 8}, "\\\\u{000a}"},
	{{"C:\\new", 6}, "C:\\\\new"},
	{{"\0", 1}, "\\x00"},
	{{"\xc0\x80", 2}, "\\u{0000}"},
	{{"\xed\xa0\x80", 3}, "\\u{d800}"},
	{{"\xff\xfe", 2}, "\\xff\\xfe"},
	{{"\xc3", 1}, "\\xc3"},
	{{"\xe2\x80\xaegnp.exe", 10}, "\\u{202e}gnp.exe"},
	{{"\xf3\xa0\x81\x81", 4}, "\\u{e0041}"},
	{{"a\xc2\xa0z", 4}, "a\\u{00a0}z"},
	{{"\xe2\x80\xa8", 3}, "\\u{2028}"},
	{{"\x7f\xc2\x85", 3}, "\\u{007f}\\u{0085}"},
	{{"\xe2\xa0\x80", 3}, "\\u{2800}"},
	{{"J\xc3\xbcrgen \xe6\x98\x8e \xf0\x9f\x94\x91", 16},
		"J\xc3\xbcrgen \xe6\x98\x8e \xf0\x9f\x94\x91"},
	/* U+1E6C0, of Unicode 17: no library may change what is signed. */
	{{"\xf0\x9e\x9b\x80", 4}, "\\u{1e6c0}"},
};

static void
a_value_is_one_visible_line_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct buf written = {0}, value = {0};

		value_write(&written, values[i].value);
		assert_string_equal(buf_cstr(&written), values[i].written);
		assert_null(value_read(&value, buf_view(&written)));
		assert_true(str_equal(buf_view(&value), values[i].value));
		buf_fini(&written);
		buf_fini(&value);
	}
}

static void
nothing_hidden_stands_for_itself(void **state)
{
	size_t visible = 0;

	(void)state;
	for (uint32_t cp = 0; cp <= 0x110000; cp++) {
		visible += value_is_visible(cp);
		if (value_is_visible(cp) && text_is_hidden(cp))
			print_error("U+%04X is hidden\n", cp);
		assert_false(value_is_visible(cp) && text_is_hidden(cp));
	}
	assert_int_equal(visible, 95867);
}

/* ---- what may be signed ---- */

static void
expect_refused(const struct statement *s, const char *why)
{
	struct error err = {0};

	assert_false(statement_check(s, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	if (!strstr(err.text, why))
		print_error("`%s`, not `%s`\n", err.text, why);
	assert_non_null(strstr(err.text, why));
}

static void
what_the_admin_says_must_be_readable(void **state)
{
	struct arena arena = {0};
	struct statement s, good;
	struct buf text = {0};

	(void)state;
	parse_example(&good, &arena);
	s = good;
	fill(&text, "x\x01", 1000);
	s.text[STATEMENT_REASON] = buf_view(&text);
	expect_refused(&s, "the reason takes 9000 bytes with its escapes, 7168 are the limit");
	fill(&text, "x", DECISION_TEXT_MAX + 1);
	s.text[STATEMENT_REASON] = buf_view(&text);
	expect_refused(&s, "please shorten it");
	s = good;
	fill(&text, "p", STATEMENT_PRINCIPAL_MAX + 1);
	s.text[STATEMENT_PRINCIPAL] = buf_view(&text);
	expect_refused(&s, "the principal is longer than 256 bytes");
	s = good;
	s.time += 1;
	expect_refused(&s, "no whole second");
	s = good;
	s.time = TIME_NONE;
	expect_refused(&s, "no whole second");
	s = good;
	s.sequence = -1;
	expect_refused(&s, "negative");
	buf_fini(&text);
	arena_fini(&arena);
}

static void
the_longest_statement_is_within_the_limit(void **state)
{
	struct arena arena = {0};
	struct buf reason = {0}, value = {0}, out = {0}, again = {0};
	struct statement s, read;
	struct error err;

	(void)state;
	parse_example(&s, &arena);
	fill(&reason, "\n", STATEMENT_REASON_MAX / 2 - 1);
	buf_putc(&reason, 'x');
	fill(&value, "\xff", STATEMENT_VALUE_MAX / 4);
	s.text[STATEMENT_REASON] = buf_view(&reason);
	for (int i = STATEMENT_RULE_ID; i <= STATEMENT_STORE_ID; i++)
		if (i != STATEMENT_ALERT_ID && i != STATEMENT_EVENT_SHA256)
			s.text[i] = buf_view(&value);
	assert_ok(statement_check(&s, &err), &err);
	statement_write(&s, &out);
	assert_in_range(out.len, STATEMENT_MAX - 2048, STATEMENT_MAX);
	assert_ok(statement_parse(&read, buf_view(&out), &arena, &err), &err);
	statement_write(&read, &again);
	assert_true(str_equal(buf_view(&out), buf_view(&again)));
	buf_fini(&reason);
	buf_fini(&value);
	buf_fini(&out);
	buf_fini(&again);
	arena_fini(&arena);
}

/* ---- the alert ---- */

static void
statement_for(struct statement *s, const struct alert *alert, struct arena *arena)
{
	parse_example(s, arena);
	statement_of(s, alert, arena);
}

static void
it_says_what_the_alert_says(void **state)
{
	struct alert alert = {0};
	struct arena arena = {0};
	char hash[HASH_HEX];
	struct statement s;
	struct error err;

	(void)state;
	fixture_alert(&alert, "e1", "", 100);
	statement_for(&s, &alert, &arena);
	hash_hex(alert.raw, hash);
	assert_str(s.text[STATEMENT_RULE_ID], FIXTURE_RULE);
	assert_str(s.text[STATEMENT_ALERT_ID], alert.id);
	assert_str(s.text[STATEMENT_EVENT_SHA256], hash);
	assert_str(s.text[STATEMENT_EVENT_ID], "e1");
	assert_str(s.text[STATEMENT_ACCOUNT], "111122223333");
	assert_str(s.text[STATEMENT_ACTOR],
		"AdminRole/alice@corp.example "
		"(arn:aws:sts::111122223333:assumed-role/AdminRole/alice@corp.example)");
	assert_str(s.text[STATEMENT_TARGET], "svc-backup");
	assert_str(s.text[STATEMENT_KEY_ID], "AKIAEXAMPLEEXAMPLE7Q");
	assert_str(s.text[STATEMENT_REASON], "rotation of the backup key, OPS-1742");
	assert_ok(statement_is_about(&s, &alert, &err), &err);
	arena_fini(&arena);
	alert_fini(&alert);
}

static void
expect_other(const struct statement *s, const struct alert *alert, const char *what)
{
	struct error err = {0};

	assert_false(statement_is_about(s, alert, &err));
	assert_int_equal(err.kind, ERROR_CONFLICT);
	if (strncmp(err.text, what, strlen(what)))
		print_error("`%s`, not `%s`\n", err.text, what);
	assert_int_equal(strncmp(err.text, what, strlen(what)), 0);
}

static void
an_alert_that_changed_since_is_another(void **state)
{
	static const struct {
		enum alert_text text;
		const char *what;
	} changes[] = {
		{ALERT_RULE_ID, "the rule is \"" FIXTURE_RULE "\" in the statement, now \"other\""},
		{ALERT_EVENT_ID, "the event's id is"},
		{ALERT_RECIPIENT, "the account is"},
		{ALERT_ACTOR_ARN, "the actor is"},
		{ALERT_ACTOR_SESSION, "the actor is"},
		{ALERT_TARGET_USER, "the target is \"svc-backup\" in the statement, now \"other\""},
		{ALERT_KEY_ID, "the new key is"},
	};
	struct alert alert = {0}, other = {0};
	struct arena arena = {0};
	struct statement s;

	(void)state;
	fixture_alert(&alert, "e1", "", 100);
	fixture_alert(&other, "e1", "another", 100);
	statement_for(&s, &alert, &arena);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct str before = alert.text[changes[i].text];

		alert.text[changes[i].text] = STR("other");
		expect_other(&s, &alert, changes[i].what);
		alert.text[changes[i].text] = before;
	}
	memcpy(other.id, alert.id, sizeof(alert.id));
	expect_other(&s, &other, "the SHA-256 of the event is");
	other.id[0] ^= 1;
	expect_other(&s, &other, "the alert is");
	arena_fini(&arena);
	alert_fini(&alert);
	alert_fini(&other);
}

static void
a_name_of_a_megabyte_is_signed_by_its_digest(void **state)
{
	struct alert alert = {0};
	struct arena arena = {0};
	struct buf name = {0}, out = {0};
	struct statement s, read;
	struct error err;

	(void)state;
	fixture_alert(&alert, "e1", "", 100);
	fill(&name, "n", 1 << 20);
	alert.text[ALERT_TARGET_USER] = buf_view(&name);
	statement_for(&s, &alert, &arena);
	statement_write(&s, &out);
	assert_true(out.len < STATEMENT_MAX);
	assert_ok(statement_parse(&read, buf_view(&out), &arena, &err), &err);
	assert_true(str_ends_with(read.text[STATEMENT_TARGET], STR(" (1048576 bytes)")));
	assert_ok(statement_is_about(&read, &alert, &err), &err);
	name.data[500000] = 'm';
	expect_other(&read, &alert, "the target is");
	buf_fini(&name);
	buf_fini(&out);
	arena_fini(&arena);
	alert_fini(&alert);
}

static void
a_nonce_is_never_the_same(void **state)
{
	char a[STATEMENT_NONCE_SIZE], b[STATEMENT_NONCE_SIZE];

	(void)state;
	statement_nonce(a);
	statement_nonce(b);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_string_not_equal(a, b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_is_read_and_written_as_it_was),
		cmocka_unit_test(the_manual_shows_one),
		cmocka_unit_test(what_stays_the_same_is_what_a_validation_decides),
		cmocka_unit_test(what_is_not_exactly_the_text_is_refused_with_its_line),
		cmocka_unit_test(a_long_text_is_refused_before_it_is_read),
		cmocka_unit_test(a_value_that_is_too_long_is_refused),
		cmocka_unit_test(a_value_is_one_visible_line_there_and_back),
		cmocka_unit_test(nothing_hidden_stands_for_itself),
		cmocka_unit_test(what_the_admin_says_must_be_readable),
		cmocka_unit_test(the_longest_statement_is_within_the_limit),
		cmocka_unit_test(it_says_what_the_alert_says),
		cmocka_unit_test(an_alert_that_changed_since_is_another),
		cmocka_unit_test(a_name_of_a_megabyte_is_signed_by_its_digest),
		cmocka_unit_test(a_nonce_is_never_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
