#include "tests/support/test.h"

#include <stdio.h>

#include "tui/key.h"
#include "tui/keydecode.h"

enum { ESCAPE_MS = 25 };

/* Reads of a terminal, each with the time since the one before. */
struct read_at {
	const char *bytes;
	int after_ms;
};

static void
drain(struct keydecode *decode, int64_t now, struct buf *out)
{
	enum keydecode_result result;
	uint32_t code;

	while ((result = keydecode_next(decode, now, &code)) != KEYDECODE_NOTHING) {
		char name[KEY_NAME];

		if (out->len)
			buf_putc(out, ' ');
		if (result == KEYDECODE_PASTE) {
			buf_printf(out, "<%s>", buf_cstr(&decode->paste));
			continue;
		}
		if (result == KEYDECODE_MOUSE) {
			static const char *const kinds[] = {"nothing", "click", "up", "down"};

			buf_printf(out, "%s@%d,%d", kinds[decode->mouse.kind], decode->mouse.y,
				decode->mouse.x);
			continue;
		}
		key_spell(code & ~(uint32_t)KEYCODE_ALT, name);
		buf_printf(out, "%s%s", code & KEYCODE_ALT ? "Alt-" : "", name);
	}
}

/* What the reads decode to, asked again whenever the decoder wants it. */
static void
assert_keys(const struct read_at *reads, size_t count, const char *expected)
{
	struct keydecode decode = {0};
	struct buf out = {0};
	int64_t now = 1000;
	int wait;

	keydecode_init(&decode, ESCAPE_MS);
	for (size_t i = 0; i < count; i++) {
		int64_t at = now + reads[i].after_ms;

		while ((wait = keydecode_wait_ms(&decode, now)) >= 0 && now + wait < at) {
			now += wait + 1;
			drain(&decode, now, &out);
		}
		now = at;
		keydecode_feed(&decode, str_from(reads[i].bytes), now);
		drain(&decode, now, &out);
	}
	while ((wait = keydecode_wait_ms(&decode, now)) >= 0) {
		now += wait + 1;
		drain(&decode, now, &out);
	}
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
	keydecode_fini(&decode);
}

#define assert_decoded(expected, ...)                                                              \
	assert_keys((const struct read_at[]){__VA_ARGS__},                                         \
		sizeof((const struct read_at[]){__VA_ARGS__}) / sizeof(struct read_at), expected)

static void
plain_control_and_utf8_keys_are_what_they_are(void **state)
{
	(void)state;
	assert_decoded("a Ctrl-A Tab Enter Enter Backspace Backspace \xc3\xab",
		{"a\001\t\r\n\x7f\b\xc3\xab", 0});
}

static void
known_sequences_are_keys_in_both_their_spellings(void **state)
{
	(void)state;
	assert_decoded("Up Up Home End Delete PageDown Shift-Tab",
		{"\033[A\033OA\033[H\033[4~\033[3~\033[6~\033[Z", 0});
}

static void
a_sequence_may_arrive_in_pieces(void **state)
{
	(void)state;
	assert_decoded("Down", {"\033", 0}, {"[", 5}, {"B", 5});
	assert_decoded("Down", {"\033[", 0}, {"B", 200});
	assert_decoded("PageUp", {"\033[", 0}, {"5", 200}, {"~", 200});
}

static void
a_lone_escape_is_the_key_after_its_time(void **state)
{
	(void)state;
	assert_decoded("Esc", {"\033", 0});
	assert_decoded("Esc q", {"\033", 0}, {"q", 30});
	assert_decoded("Esc Esc", {"\033\033", 0});
}

static void
an_unknown_sequence_vanishes_as_a_whole(void **state)
{
	(void)state;
	assert_decoded("q", {"\033[99;5uq", 0});
	assert_decoded("q", {"\033[1;5Aq", 0});
	assert_decoded("q", {"\033O5Pq", 0});
	assert_decoded("q", {"\033[<0;10Mq", 0});
	assert_decoded("q", {"\033[<0;10;20;30Mq", 0});
	assert_decoded("q", {"\033[<0;10;99999999Mq", 0});
	assert_decoded("q", {"\033]11;rgb:1e1e/1e1e/1e1e\033\\q", 0});
	assert_decoded("q", {"\033P1$r0m\033\\q", 0});
	assert_decoded("q", {"\033_vx\aq", 0});
	assert_decoded("q", {"\033\033[Aq", 0});
}

static void
reports_of_the_mouse_are_no_keys(void **state)
{
	(void)state;
	assert_decoded("click@19,9 nothing@19,9 q", {"\033[<0;10;20M\033[<0;10;20mq", 0});
	assert_decoded("up@0,0 down@0,0", {"\033[<64;1;1M\033[<65;1;1M", 0});
	assert_decoded("nothing@0,0 nothing@0,0", {"\033[<2;1;1M\033[<32;1;1M", 0});
	assert_decoded("click@0,299", {"\033[<16;300;1M", 0});
	assert_decoded("click@1,0 nothing@1,0 q", {"\033[M !\"\033[M#!\"q", 0});
	assert_decoded("up@0,222 down@222,0", {"\033[M`\xff!\033[Ma!\xff", 0});
	assert_decoded("click@21,32", {"\033[M", 0}, {" A", 20}, {"6", 20});
	assert_decoded("nothing@0,0 Up", {"\033[M \033[A", 0});
	assert_decoded("q", {"\033[M ", 0}, {"q", 600});
}

static void
an_incomplete_sequence_never_becomes_keys(void **state)
{
	(void)state;
	assert_decoded("", {"\033[", 0});
	assert_decoded("", {"\033[1;", 0});
	assert_decoded("", {"\033O", 0});
	assert_decoded("j", {"\033[", 0}, {"j", 600});
	assert_decoded("", {"\033]0;vx", 0});
	assert_decoded("", {"\xc3", 0});
}

static void
the_rest_of_a_sequence_whose_escape_came_early_is_no_typing(void **state)
{
	(void)state;
	assert_decoded("Esc Down", {"\033", 0}, {"[B", 60});
	assert_decoded("Esc Down", {"\033", 0}, {"[", 60}, {"B", 60});
	assert_decoded("Esc [ q", {"\033", 0}, {"[", 60}, {"q", 160});
	assert_decoded("Esc PageUp", {"\033", 0}, {"[5~", 60});
	assert_decoded("Esc [", {"\033", 0}, {"[", 60});
	assert_decoded("Esc [ B", {"\033", 0}, {"[B", 600});
}

static void
a_control_byte_ends_a_broken_sequence(void **state)
{
	(void)state;
	assert_decoded("Ctrl-L", {"\033[12\014", 0});
	assert_decoded("Up", {"\033[1\033[A", 0});
}

static void
alt_is_a_key_of_its_own(void **state)
{
	(void)state;
	assert_decoded("Alt-x", {"\033x", 0});
	assert_decoded("Alt-b", {"\033", 0}, {"b", 10});
}

static void
pasted_text_is_no_keys(void **state)
{
	(void)state;
	assert_decoded("<validate\r> q", {"\033[200~validate\r\033[201~q", 0});
	assert_decoded("<ab>", {"\033[20", 0}, {"0~a", 5}, {"b\033[20", 5}, {"1~", 5});
	assert_decoded("<a\033[Ab>", {"\033[200~a\033[Ab\033[201~", 0});
}

static void
a_paste_without_an_end_gives_the_keyboard_back(void **state)
{
	(void)state;
	assert_decoded("<text> q", {"\033[200~text", 0}, {"q", 1500});
}

static void
a_huge_paste_is_cut(void **state)
{
	struct keydecode decode = {0};
	char block[1024];
	uint32_t code;

	(void)state;
	memset(block, 'v', sizeof(block));
	keydecode_init(&decode, ESCAPE_MS);
	keydecode_feed(&decode, STR("\033[200~"), 0);
	for (int i = 0; i < 200; i++) {
		keydecode_feed(&decode, (struct str){block, sizeof(block)}, 0);
		assert_int_equal(keydecode_next(&decode, 0, &code), KEYDECODE_NOTHING);
	}
	keydecode_feed(&decode, STR("\033[201~"), 0);
	assert_int_equal(keydecode_next(&decode, 0, &code), KEYDECODE_PASTE);
	assert_int_equal(decode.paste.len, KEYDECODE_PASTE_MAX);
	keydecode_fini(&decode);
}

/* Whatever arrives in whatever pieces, it is decoded to the end and never to an Esc that nobody
 * sent alone. */
static void
no_bytes_confuse_it(void **state)
{
	static const char alphabet[] = "\033\033\033[[]OP~;0192<MABmu\\\a\r\x7f\xc3\xab\xe2 qv";
	struct keydecode decode = {0};
	unsigned seed = 1;
	int64_t now = 0;
	uint32_t code;

	(void)state;
	keydecode_init(&decode, ESCAPE_MS);
	for (int i = 0; i < 20000; i++) {
		char piece[8];
		size_t len = 1 + (seed >> 7) % 7;

		for (size_t k = 0; k < len; k++) {
			seed = seed * 1103515245 + 12345;
			piece[k] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		keydecode_feed(&decode, (struct str){piece, len}, now);
		while (keydecode_next(&decode, now, &code) != KEYDECODE_NOTHING)
			assert_true((code & ~(uint32_t)KEYCODE_ALT) <= KEYCODE_F12);
		now += (seed >> 20) % 40;
	}
	now += 10000;
	while (keydecode_next(&decode, now, &code) != KEYDECODE_NOTHING)
		;
	assert_int_equal(keydecode_wait_ms(&decode, now), -1);
	keydecode_fini(&decode);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_control_and_utf8_keys_are_what_they_are),
		cmocka_unit_test(known_sequences_are_keys_in_both_their_spellings),
		cmocka_unit_test(a_sequence_may_arrive_in_pieces),
		cmocka_unit_test(a_lone_escape_is_the_key_after_its_time),
		cmocka_unit_test(an_unknown_sequence_vanishes_as_a_whole),
		cmocka_unit_test(reports_of_the_mouse_are_no_keys),
		cmocka_unit_test(an_incomplete_sequence_never_becomes_keys),
		cmocka_unit_test(the_rest_of_a_sequence_whose_escape_came_early_is_no_typing),
		cmocka_unit_test(a_control_byte_ends_a_broken_sequence),
		cmocka_unit_test(alt_is_a_key_of_its_own),
		cmocka_unit_test(pasted_text_is_no_keys),
		cmocka_unit_test(a_paste_without_an_end_gives_the_keyboard_back),
		cmocka_unit_test(a_huge_paste_is_cut),
		cmocka_unit_test(no_bytes_confuse_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
