#include "tui/line_edit.h"

#include "core/base/text.h"
#include "tui/key.h"

void
line_edit_fini(struct line_edit *edit)
{
	buf_fini(&edit->text);
	buf_fini(&edit->killed);
}

void
line_edit_set(struct line_edit *edit, struct str text)
{
	buf_clear(&edit->text);
	buf_str(&edit->text, str_slice(text, 0, LINE_EDIT_MAX));
	edit->at = edit->text.len;
}

static void
insert(struct line_edit *edit, struct str s)
{
	if (edit->text.len + s.len > LINE_EDIT_MAX)
		return;
	buf_append(&edit->text, s.data, s.len);
	memmove(edit->text.data + edit->at + s.len, edit->text.data + edit->at,
		edit->text.len - s.len - edit->at);
	memcpy(edit->text.data + edit->at, s.data, s.len);
	edit->at += s.len;
}

static void
cut(struct line_edit *edit, size_t from, size_t to, bool keep)
{
	size_t rest = edit->text.len - to;

	if (from >= to)
		return;
	if (keep) {
		buf_clear(&edit->killed);
		buf_append(&edit->killed, edit->text.data + from, to - from);
	}
	memmove(edit->text.data + from, edit->text.data + to, rest);
	edit->text.len = from + rest;
	edit->text.data[edit->text.len] = '\0';
	edit->at = from;
}

/* Marks belong to the character before them. */
static size_t
after(const struct line_edit *edit, size_t at)
{
	struct str s = str_slice(buf_view(&edit->text), at, edit->text.len);
	uint32_t cp;
	size_t n = text_decode(s, &cp), more;

	while (n && (more = text_decode(str_slice(s, n, s.len), &cp)) && !text_is_hidden(cp) &&
		text_width(cp) == 0)
		n += more;
	return at + n;
}

static size_t
before(const struct line_edit *edit, size_t at)
{
	size_t p = 0, next;

	while (p < at && (next = after(edit, p)) < at)
		p = next;
	return p;
}

static bool
is_space(const struct line_edit *edit, size_t at)
{
	return edit->text.data[at] == ' ';
}

static size_t
word_before(const struct line_edit *edit)
{
	size_t p = edit->at;

	while (p > 0 && is_space(edit, p - 1))
		p--;
	while (p > 0 && !is_space(edit, p - 1))
		p--;
	return p;
}

static size_t
word_after(const struct line_edit *edit)
{
	size_t p = edit->at;

	while (p < edit->text.len && is_space(edit, p))
		p++;
	while (p < edit->text.len && !is_space(edit, p))
		p++;
	return p;
}

static bool
insert_key(struct line_edit *edit, uint32_t key)
{
	struct buf encoded = {0};

	if (key < 0x20 || key >= KEYCODE_SPECIAL)
		return false;
	text_encode(&encoded, key);
	insert(edit, buf_view(&encoded));
	buf_fini(&encoded);
	return true;
}

static bool
move(struct line_edit *edit, uint32_t key)
{
	switch (key) {
	case KEYCODE_CTRL('A'):
	case KEYCODE_HOME:
		edit->at = 0;
		return true;
	case KEYCODE_CTRL('E'):
	case KEYCODE_END:
		edit->at = edit->text.len;
		return true;
	case KEYCODE_CTRL('B'):
	case KEYCODE_LEFT:
		edit->at = before(edit, edit->at);
		return true;
	case KEYCODE_CTRL('F'):
	case KEYCODE_RIGHT:
		edit->at = after(edit, edit->at);
		return true;
	case KEYCODE_ALT | 'b':
		edit->at = word_before(edit);
		return true;
	case KEYCODE_ALT | 'f':
		edit->at = word_after(edit);
		return true;
	default:
		return false;
	}
}

bool
line_edit_key(struct line_edit *edit, uint32_t key)
{
	buf_reserve(&edit->text, 0);
	switch (key) {
	case KEYCODE_BACKSPACE:
		cut(edit, before(edit, edit->at), edit->at, false);
		return true;
	case KEYCODE_CTRL('D'):
	case KEYCODE_DELETE:
		cut(edit, edit->at, after(edit, edit->at), false);
		return true;
	case KEYCODE_CTRL('W'):
		cut(edit, word_before(edit), edit->at, true);
		return true;
	case KEYCODE_ALT | 'd':
		cut(edit, edit->at, word_after(edit), true);
		return true;
	case KEYCODE_CTRL('U'):
		cut(edit, 0, edit->at, true);
		return true;
	case KEYCODE_CTRL('K'):
		cut(edit, edit->at, edit->text.len, true);
		return true;
	case KEYCODE_CTRL('Y'):
		insert(edit, buf_view(&edit->killed));
		return true;
	default:
		return move(edit, key) || insert_key(edit, key);
	}
}

void
line_edit_paste(struct line_edit *edit, struct str text)
{
	struct buf line = {0};

	text = str_slice(str_trim(text), 0, LINE_EDIT_MAX - edit->text.len);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c == '\n' && i && text.data[i - 1] == '\r')
			continue;
		buf_putc(&line, c < 0x20 || c == 0x7f ? ' ' : text.data[i]);
	}
	buf_reserve(&edit->text, 0);
	insert(edit, buf_view(&line));
	buf_fini(&line);
}
