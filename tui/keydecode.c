#include "tui/keydecode.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "tui/key.h"

static const struct key_sequence common[] = {
	{"\033[A", KEYCODE_UP},
	{"\033[B", KEYCODE_DOWN},
	{"\033[C", KEYCODE_RIGHT},
	{"\033[D", KEYCODE_LEFT},
	{"\033OA", KEYCODE_UP},
	{"\033OB", KEYCODE_DOWN},
	{"\033OC", KEYCODE_RIGHT},
	{"\033OD", KEYCODE_LEFT},
	{"\033[H", KEYCODE_HOME},
	{"\033[F", KEYCODE_END},
	{"\033OH", KEYCODE_HOME},
	{"\033OF", KEYCODE_END},
	{"\033[1~", KEYCODE_HOME},
	{"\033[4~", KEYCODE_END},
	{"\033[7~", KEYCODE_HOME},
	{"\033[8~", KEYCODE_END},
	{"\033[2~", KEYCODE_INSERT},
	{"\033[3~", KEYCODE_DELETE},
	{"\033[5~", KEYCODE_PAGE_UP},
	{"\033[6~", KEYCODE_PAGE_DOWN},
	{"\033[Z", KEYCODE_BACK_TAB},
	{"\033OM", KEYCODE_ENTER},
	{"\033[200~", KEYCODE_PASTE_BEGIN},
	{"\033[201~", KEYCODE_PASTE_END},
};

void
keydecode_init(struct keydecode *decode, int escape_ms)
{
	decode->escape_ms = escape_ms;
	decode->escaped_ms = INT64_MIN / 2;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		keydecode_add(decode, common[i].bytes, common[i].code);
}

void
keydecode_fini(struct keydecode *decode)
{
	free(decode->sequences);
	buf_fini(&decode->pending);
	buf_fini(&decode->paste);
}

void
keydecode_add(struct keydecode *decode, const char *bytes, uint32_t code)
{
	struct key_sequence *s;

	if (strlen(bytes) >= sizeof(s->bytes) || !bytes[0])
		return;
	MEM_GROW(decode->sequences, decode->sequence_count, decode->sequence_capacity);
	s = &decode->sequences[decode->sequence_count++];
	snprintf(s->bytes, sizeof(s->bytes), "%s", bytes);
	s->code = code;
}

/* What stands at the front of some bytes. */
struct front {
	bool complete;
	size_t len;    /* of the sequence when complete */
	uint32_t code; /* KEYCODE_NONE: a sequence without a meaning here */
	bool is_mouse;
	struct mouse mouse;
};

static const struct front incomplete = {false, 0, KEYCODE_NONE, false, {0}};

static struct front
known(size_t len, uint32_t code)
{
	return (struct front){.complete = true, .len = len, .code = code};
}

static struct front
unknown(size_t len)
{
	return known(len, KEYCODE_NONE);
}

/* CSI: parameters, intermediates, one final byte. A byte that may not stand there ends it. */
static struct front
front_csi(struct str s)
{
	struct front mouse = {.complete = true, .is_mouse = true};
	int n = mouse_read(s, &mouse.mouse);

	mouse.len = n > 0 ? (size_t)n : 0;
	if (n != MOUSE_NO_REPORT)
		return n == MOUSE_INCOMPLETE ? incomplete : mouse;
	for (size_t i = 2; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c >= 0x40 && c <= 0x7e)
			return unknown(i + 1);
		if (c < 0x20 || c > 0x7e)
			return unknown(i);
	}
	return incomplete;
}

/* OSC, DCS, SOS, PM, APC: up to BEL or ST. */
static struct front
front_string(struct str s)
{
	for (size_t i = 2; i < s.len; i++) {
		if (s.data[i] == '\a')
			return unknown(i + 1);
		if (s.data[i] == '\033' && i + 1 < s.len)
			return unknown(s.data[i + 1] == '\\' ? i + 2 : i);
	}
	return incomplete;
}

static struct front
front_escape(struct str s)
{
	struct front f;
	uint32_t cp;

	if (s.len == 1)
		return incomplete;
	switch (s.data[1]) {
	case '[':
		return front_csi(s);
	case 'O': /* one byte, or digits of old xterms and one byte */
		for (size_t i = 2; i < s.len; i++)
			if (s.data[i] < '0' || s.data[i] > '9')
				return unknown(i + (s.data[i] != '\033'));
		return incomplete;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		return front_string(s);
	case '\033': /* Alt and a sequence, or Esc twice */
		if (s.len == 2)
			return incomplete;
		if (s.data[2] != '[' && s.data[2] != 'O')
			return known(1, KEYCODE_ESC);
		f = front_escape(str_slice(s, 1, s.len));
		return f.complete ? unknown(f.len + 1) : f;
	default:
		cp = 0;
		f.len = 1 + text_decode(str_slice(s, 1, s.len), &cp);
		if (cp == TEXT_INVALID || text_is_hidden(cp))
			return unknown(f.len);
		return known(f.len, cp | KEYCODE_ALT);
	}
}

/* The longest known sequence; or wait while a longer one may come. */
static bool
front_known(const struct keydecode *decode, struct str s, struct front *front)
{
	bool may_grow = false;

	*front = incomplete;
	for (size_t i = 0; i < decode->sequence_count; i++) {
		struct str bytes = str_from(decode->sequences[i].bytes);

		if (str_starts_with(s, bytes) && bytes.len > front->len)
			*front = known(bytes.len, decode->sequences[i].code);
		else if (bytes.len > s.len && str_starts_with(bytes, s))
			may_grow = true;
	}
	return front->complete || (may_grow && s.data[0] == '\033' && s.len > 1);
}

/* Bytes a UTF-8 character should have by its first one. */
static size_t
utf8_length(unsigned char first)
{
	return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
}

static struct front
front_plain(struct str s)
{
	unsigned char c = (unsigned char)s.data[0];
	uint32_t cp;
	size_t n;

	if (c == '\n' || c == '\r')
		return known(1, KEYCODE_ENTER);
	if (c == 0x7f || c == '\b')
		return known(1, KEYCODE_BACKSPACE);
	if (c < 0x20)
		return known(1, c);
	n = text_decode(s, &cp);
	if (cp == TEXT_INVALID && c < 0xf5 && s.len < utf8_length(c))
		return incomplete;
	if (text_is_hidden(cp))
		return unknown(n);
	return known(n, cp);
}

static struct front
front_of(const struct keydecode *decode, struct str s)
{
	struct front front;

	if (front_known(decode, s, &front))
		return front;
	return s.data[0] == '\033' ? front_escape(s) : front_plain(s);
}

/* What may be the rest of a sequence whose ESC was taken for the key: it waits a little for more,
 * as the sequence would have. */
static bool
is_late_rest(const struct keydecode *decode, struct str bytes, int64_t now_ms)
{
	return !decode->pasting && !decode->pending.len && bytes.len &&
	       now_ms - decode->escaped_ms <= KEYDECODE_PAUSE_MS &&
	       (bytes.data[0] == '[' || bytes.data[0] == 'O');
}

void
keydecode_feed(struct keydecode *decode, struct str bytes, int64_t now_ms)
{
	decode->fed_ms = now_ms;
	decode->late = decode->late || is_late_rest(decode, bytes, now_ms);
	if (decode->late && !decode->pending.len)
		buf_putc(&decode->pending, '\033');
	buf_str(&decode->pending, bytes);
	decode->escaped_ms = INT64_MIN / 2;
}

/* Moves pending bytes into the paste up to its end mark. True when the paste has ended. */
static bool
collect_paste(struct keydecode *decode)
{
	static const char mark[] = "\033[201~";
	struct str s = buf_view(&decode->pending);
	size_t end = str_find(s, STR(mark), 0);
	size_t take = end;

	if (end == (size_t)-1) {
		take = s.len;
		for (size_t keep = 1; keep < sizeof(mark) - 1 && keep <= s.len; keep++)
			if (memcmp(s.data + s.len - keep, mark, keep) == 0)
				take = s.len - keep;
	}
	if (decode->paste.len + take <= KEYDECODE_PASTE_MAX)
		buf_append(&decode->paste, s.data, take);
	else if (decode->paste.len < KEYDECODE_PASTE_MAX)
		buf_append(&decode->paste, s.data, KEYDECODE_PASTE_MAX - decode->paste.len);
	buf_consume(&decode->pending, take + (end == (size_t)-1 ? 0 : sizeof(mark) - 1));
	return end != (size_t)-1;
}

static enum keydecode_result
next_paste(struct keydecode *decode, int64_t now_ms)
{
	/* A paste whose end never comes must not eat the keyboard for ever. */
	bool ended = collect_paste(decode) || now_ms - decode->fed_ms >= 2 * KEYDECODE_PAUSE_MS;

	if (!ended)
		return KEYDECODE_NOTHING;
	decode->pasting = false;
	return KEYDECODE_PASTE;
}

/* One ESC, or two that no sequence has followed so far. */
static bool
is_lone_escape(const struct keydecode *decode)
{
	struct str s = buf_view(&decode->pending);

	return s.len && s.len <= 2 && s.data[0] == '\033' && s.data[s.len - 1] == '\033';
}

static enum keydecode_result
give_up_waiting(struct keydecode *decode, int64_t now_ms, uint32_t *code)
{
	int64_t waited = now_ms - decode->fed_ms;

	if (decode->late && waited >= KEYDECODE_LATE_MS) {
		decode->late = false;
		buf_consume(&decode->pending, 1); /* it was typing after all */
		return keydecode_next(decode, now_ms, code);
	}
	if (is_lone_escape(decode)) {
		if (waited < decode->escape_ms)
			return KEYDECODE_NOTHING;
		buf_consume(&decode->pending, 1);
		decode->escaped_ms = now_ms;
		*code = KEYCODE_ESC;
		return KEYDECODE_KEY;
	}
	if (waited >= KEYDECODE_PAUSE_MS)
		buf_clear(&decode->pending);
	return KEYDECODE_NOTHING;
}

enum keydecode_result
keydecode_next(struct keydecode *decode, int64_t now_ms, uint32_t *code)
{
	*code = KEYCODE_NONE;
	while (decode->pasting || decode->pending.len) {
		struct front front;

		if (decode->pasting)
			return next_paste(decode, now_ms);
		front = front_of(decode, buf_view(&decode->pending));
		if (!front.complete)
			return give_up_waiting(decode, now_ms, code);
		buf_consume(&decode->pending, front.len);
		decode->late = false;
		if (front.is_mouse) {
			decode->mouse = front.mouse;
			return KEYDECODE_MOUSE;
		}
		if (front.code == KEYCODE_PASTE_BEGIN) {
			buf_clear(&decode->paste);
			decode->pasting = true;
		} else if (front.code != KEYCODE_NONE && front.code != KEYCODE_PASTE_END) {
			*code = front.code;
			return KEYDECODE_KEY;
		}
	}
	return KEYDECODE_NOTHING;
}

int
keydecode_wait_ms(const struct keydecode *decode, int64_t now_ms)
{
	int64_t pause, left;

	if (!decode->pasting && !decode->pending.len)
		return -1;
	pause = decode->late ? KEYDECODE_LATE_MS : KEYDECODE_PAUSE_MS;
	if (decode->pasting)
		pause = 2 * KEYDECODE_PAUSE_MS;
	if (!decode->pasting && is_lone_escape(decode))
		pause = decode->escape_ms;
	left = decode->fed_ms + pause - now_ms;
	return left > 0 ? (int)left : 0;
}
