/*
 * A folder of records and file names made to attack the terminal: on a real pty, on stdout and on
 * stderr, nothing of them arrives but escapes. Settled: what a terminal must not see is shown as
 * \u202e, \U000e0041, \xff …, never dropped.
 */
#include <stdio.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/alert/alert.h"
#include "tests/support/stage.h"

/* Each as it stands in a JSON string, and what is shown for it. */
static const struct payload {
	const char *json, *shown;
} payloads[] = {
	{"\\u001b]0;owned\\u0007", "\\u001b]0;owned\\u0007"},
	{"\\u001b[31;5;41mred", "\\u001b[31;5;41mred"},
	{"\\u001bP$q\\\"p\\u001b\\\\\\\\", "\\u001bP$q\"p\\u001b\\\\"},
	{"\\u009b31m", "\\u009b31m"},
	{"\xc2\x9b"
	 "31m",
		"\\u009b31m"},
	{"\\u0000zero", "\\u0000zero"},
	{"\\u007f", "\\u007f"},
	{"\\r\\n\\t\\b", "\\r\\n\\t\\u0008"},
	{"\\u202etxt.exe", "\\u202etxt.exe"},
	{"\xe2\x80\xae"
	 "txt.exe",
		"\\u202etxt.exe"},
	{"\xe2\x81\xa6iso\xe2\x81\xa9", "\\u2066iso\\u2069"},
	{"a\xe2\x80\x8b"
	 "b",
		"a\\u200bb"},
	{"\\udb40\\udc41tag", "\\U000e0041tag"},
	{"\xe2\x80\xa8line", "\\u2028line"},
	{"\\ud800half", "\\ud800half"},
	{"\xff\xfe", "\\xff"},
	{"\xc0\xaf", "\\xc0"},
	{"\xed\xa0\x80raw", "raw"},
	{"\xf4\x90\x80\x80", "\\xf4"},
	{"x\xef\xb8\x8f", "x\\ufe0f"},
	{"\xe3\x85\xa4"
	 "blank",
		"\\u3164blank"},
	{"\xe1\x85\x9f"
	 "jamo",
		"\\u115fjamo"},
	{"\xee\x80\x80private", "\\ue000private"},
	{"\xef\xbf\xbfnone", "\\uffffnone"},
	{"\xd8\x9cmark", "\\u061cmark"},
};

enum { PAYLOADS = sizeof(payloads) / sizeof(payloads[0]) };

/* One record with the payload in everything that a caller can choose, and in what one cannot. */
static char *
record(size_t n)
{
	struct buf out = {0};
	const char *p = payloads[n].json;

	buf_printf(&out,
		"{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"AssumedRole\","
		"\"principalId\":\"AROA%02zu:s%s\",\"arn\":\"arn:aws:sts::1:assumed-role/r/%s\","
		"\"accountId\":\"1111%s\",\"accessKeyId\":\"ASIA%s\",\"sessionContext\":"
		"{\"sessionIssuer\":{\"type\":\"Role\",\"userName\":\"r%s\"}}},"
		"\"eventTime\":\"2026-01-12T08:00:%02zuZ\",\"eventSource\":\"iam.amazonaws.com\","
		"\"eventName\":\"CreateAccessKey\",\"awsRegion\":\"us%s\",\"sourceIPAddress\":\"ip%"
		"s\","
		"\"userAgent\":\"agent%s\",\"errorCode\":\"E%s\",\"errorMessage\":\"M%s\","
		"\"requestParameters\":{\"userName\":\"u%s\",\"key%s\":[\"v%s\"]},"
		"\"responseElements\":{\"accessKey\":{\"userName\":\"u%s\",\"accessKeyId\":\"k%s\"}"
		"},"
		"\"eventID\":\"id%02zu%s\",\"recipientAccountId\":\"%s\"}\n",
		n, p, p, p, p, p, n, p, p, p, p, p, p, p, p, p, p, n, p, p);
	return buf_take(&out);
}

static void
write_folder(const struct stage *stage)
{
	for (size_t i = 0; i < PAYLOADS; i++) {
		char *text = record(i), name[64];

		snprintf(name, sizeof(name), "h%02zu.json", i);
		free(test_file(stage->home, name, text, strlen(text)));
		free(text);
	}
	free(test_file(
		stage->home, "\033]0;file\007\xe2\x80\xae.json", "{\"eventName\": oops", 18));
	free(test_file(stage->home, "\033[31m\xff\xc2\x9b\n.txt", "no log", 6));
}

/* Nothing that a terminal must not see, but the white space that the format is made of. */
static void
assert_clean(struct str text, const char *allowed)
{
	for (size_t at = 0; at < text.len;) {
		uint32_t cp;
		size_t len = text_decode(str_slice(text, at, text.len), &cp);
		bool ok = !text_is_hidden(cp) || (cp && cp < 128 && strchr(allowed, (int)cp));

		if (!ok) {
			struct buf shown = {0};

			text_clean(&shown, str_slice(text, at > 40 ? at - 40 : 0, 80));
			print_error("byte %zu: %s\n", at, buf_cstr(&shown));
			buf_fini(&shown);
		}
		assert_true(ok);
		at += len;
	}
}

static void
no_format_lets_anything_through(void **state)
{
	static const struct {
		const char *format, *allowed;
	} formats[] = {
		{"text", "\n"}, {"csv", "\r\n"}, {"md", "\n"}, {"json", "\n"}, {"jsonl", "\n"}};
	const struct stage *stage = *state;

	write_folder(stage);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct run run = {0};

		stage_run(
			stage, &run, "scan", "--facts", "--format", formats[i].format, stage->home);
		assert_int_equal(run.status, 3);
		assert_clean(buf_view(&run.out), formats[i].allowed);
		assert_clean(buf_view(&run.err), "\n");
		run_fini(&run);
	}
}

static void
hidden_characters_are_shown_not_dropped(void **state)
{
	const struct stage *stage = *state;
	struct run run = {0};

	write_folder(stage);
	stage_run(stage, &run, "scan", "--format", "csv", stage->home);
	assert_int_equal(stage_count(buf_view(&run.out), "\r\n"), PAYLOADS + 1);
	for (size_t i = 0; i < PAYLOADS; i++) {
		struct buf quoted = {0};

		for (const char *c = payloads[i].shown; *c; c++) /* CSV doubles quotes */
			buf_printf(&quoted, *c == '"' ? "\"\"" : "%c", *c);
		if (!strstr(buf_cstr(&run.out), buf_cstr(&quoted)))
			print_error("payload %zu is not shown as %s\n", i, buf_cstr(&quoted));
		assert_non_null(strstr(buf_cstr(&run.out), buf_cstr(&quoted)));
		buf_fini(&quoted);
	}
	run_fini(&run);
}

static void
file_names_are_cleaned_on_stderr(void **state)
{
	const struct stage *stage = *state;
	struct run run = {0};

	write_folder(stage);
	stage_run(stage, &run, "scan", stage->home);
	assert_non_null(strstr(buf_cstr(&run.err), "/\\u001b]0;file\\u0007\\u202e.json: "));
	assert_non_null(strstr(buf_cstr(&run.err), "/\\u001b[31m\\xff\\u009b\\n.txt: "));
	run_fini(&run);
}

static void
errors_of_the_command_line_are_cleaned(void **state)
{
	const struct stage *stage = *state;
	struct run run = {0};

	stage_run(stage, &run, "scan", "--format", "\033[31mred", "x");
	assert_int_equal(run.status, 2);
	assert_clean(buf_view(&run.err), "\n");
	stage_run(stage, &run, "scan", "--\033[31mred", "x");
	assert_clean(buf_view(&run.err), "\n");
	stage_run(stage, &run, "scan", "--filter", "\033]0;x\007 == 1", "x");
	assert_int_equal(run.status, 2);
	assert_clean(buf_view(&run.err), "\n");
	stage_run(stage, &run, "scan", "\033[31mmissing");
	assert_int_equal(run.status, 3);
	assert_clean(buf_view(&run.err), "\n");
	stage_run(stage, &run, "rule", "check", "\033[31mmissing");
	assert_clean(buf_view(&run.err), "\n");
	stage_run(stage, &run, "decide", "\033[31m", "--take", "--store", stage->store);
	assert_clean(buf_view(&run.err), "\n");
	run_fini(&run);
}

static void
json_reads_back_to_the_same_strings(void **state)
{
	static const char text[] =
		"{\"eventVersion\":\"1.09\",\"eventName\":\"CreateAccessKey\","
		"\"eventID\":\"i\",\"userAgent\":\"\xe2\x80\xae\\u0000\\ud800\xc3\xa9\"}";
	struct run run = {.input = text, .input_len = sizeof(text) - 1};

	stage_run((struct stage *)*state, &run, "scan", "--format", "jsonl", "-");
	assert_non_null(strstr(
		buf_cstr(&run.out), "\"userAgent\":\"\\u202e\\u0000\\ud800\xc3\xa9\",\"flags\""));
	run_fini(&run);
}

static void
scan_on_a_terminal_writes_nothing_of_it_either(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty;

	write_folder(stage);
	pty = stage_screen(stage, 50, 200, "scan", stage->home);
	assert_int_equal(pty_wait_exit(pty), 3);
	pty_assert_clean(pty);
	pty_close(pty);
}

static void
the_screen_shows_every_record_and_stays_clean(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty;

	write_folder(stage);
	pty = stage_screen(stage, 50, 200, stage->home);
	pty_wait_text(pty, "25 alerts");
	for (size_t i = PAYLOADS; i-- > 0;) { /* the newest is the last */
		char agent[32];

		snprintf(agent, sizeof(agent), "AROA%02zu", i);
		pty_wait_text(pty, agent);
		pty_send(pty, "j");
	}
	pty_send(pty, "\t\t");
	pty_send(pty, "G");
	pty_send(pty, ":peek\r");
	pty_wait_text(pty, "eventVersion");
	pty_send(pty, "\033");
	pty_send(pty, "p");
	pty_wait_text(pty, "\\u001b]0;file\\u0007");
	pty_send(pty, "q");
	if (pty_has(pty, "\\u001b]0;file\\u0007"))
		pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_assert_clean(pty);
	pty_close(pty);
}

static void
at_80_columns_nothing_gets_through_either(void **state)
{
	const struct stage *stage = *state;
	struct pty *pty;

	write_folder(stage);
	pty = stage_screen(stage, 24, 80, stage->home);
	pty_wait_text(pty, "25 alerts");
	for (size_t i = 0; i < PAYLOADS; i++)
		pty_send(pty, "\tj");
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_assert_clean(pty);
	pty_close(pty);
}

static uint32_t
base64_digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(digits, c);

	assert_non_null(at);
	return (uint32_t)(at - digits);
}

/* What the first OSC 52 of these bytes puts on the clipboard. */
static struct buf
clipboard(struct str raw)
{
	static const char begin[] = "\033]52;c;";
	size_t at = str_find(raw, str_from(begin), 0);
	struct buf out = {0};

	assert_true(at != (size_t)-1);
	at += strlen(begin);
	while (at + 4 <= raw.len && raw.data[at] != '\a' && raw.data[at] != '\033') {
		int pad = (raw.data[at + 2] == '=') + (raw.data[at + 3] == '=');
		uint32_t three = 0;

		for (size_t i = 0; i < 4; i++, at++)
			three = three << 6 | (raw.data[at] == '=' ? 0 : base64_digit(raw.data[at]));
		for (int i = 0; i < 3 - pad; i++)
			buf_putc(&out, (char)(three >> (16 - 8 * i) & 0xff));
	}
	return out;
}

static struct buf
copied(struct pty *pty, const char *key)
{
	pty_raw_mark(pty);
	pty_send(pty, key);
	pty_wait_raw(pty, "\033]52;c;");
	pty_wait_raw(pty, "\a"); /* the end of it */
	return clipboard(pty_raw_since(pty));
}

static void
what_is_copied_is_cleaned_and_safe_in_a_shell(void **state)
{
	static const char text[] =
		"{\"eventVersion\":\"1.09\",\"eventName\":\"CreateAccessKey\",\"eventID\":\"i\","
		"\"userAgent\":\"\xe2\x80\xaetxt.exe\",\"requestParameters\":{\"userName\":\"a';"
		"reboot\"},"
		"\"responseElements\":{\"accessKey\":{\"userName\":\"a';reboot\","
		"\"accessKeyId\":\"AKIAIOSFODNN7EXAMPLE\",\"status\":\"Active\"}}}";
	const struct stage *stage = *state;
	char *path = test_file(stage->home, "a.json", text, sizeof(text) - 1);
	struct pty *pty = stage_screen(stage, 24, 80, path);
	struct buf record, command;

	pty_wait_text(pty, "1 of 1");
	record = copied(pty, "y");
	assert_clean(buf_view(&record), "\n");
	assert_non_null(strstr(buf_cstr(&record), "\"userAgent\":\"\\u202etxt.exe\""));
	command = copied(pty, "Y");
	assert_non_null(strstr(buf_cstr(&command), "aws iam update-access-key"));
	assert_non_null(strstr(buf_cstr(&command), "--user-name 'a'\\'';reboot'"));
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_close(pty);
	buf_fini(&record);
	buf_fini(&command);
	free(path);
}

static void
the_key_id_and_the_ids_of_the_marked_are_copied(void **state)
{
	struct pty *pty = stage_sample(*state, 24, 80);
	struct buf text;

	pty_send(pty, "  ");
	pty_wait_text(pty, "3 of 42");
	text = copied(pty, "y");
	assert_int_equal(text.len, 2 * (ALERT_ID_SIZE));
	assert_int_equal(stage_count(buf_view(&text), "\n"), 2);
	buf_fini(&text);
	pty_wait_text(pty, "copied the ids of 2 marked alerts");
	pty_send(pty, "g\r/new key\r");
	pty_wait_text(pty, "AKIAEXAMPLEDECNIDW4C");
	text = copied(pty, "y");
	assert_str(buf_view(&text), "AKIAEXAMPLEDECNIDW4C");
	buf_fini(&text);
	pty_send(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	pty_close(pty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(no_format_lets_anything_through),
		stage_test(hidden_characters_are_shown_not_dropped),
		stage_test(file_names_are_cleaned_on_stderr),
		stage_test(errors_of_the_command_line_are_cleaned),
		stage_test(json_reads_back_to_the_same_strings),
		stage_test(scan_on_a_terminal_writes_nothing_of_it_either),
		stage_test(the_screen_shows_every_record_and_stays_clean),
		stage_test(at_80_columns_nothing_gets_through_either),
		stage_test(the_key_id_and_the_ids_of_the_marked_are_copied),
		stage_test(what_is_copied_is_cleaned_and_safe_in_a_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
