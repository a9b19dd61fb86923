#include "tui/key.h"

#include <stdio.h>

#include "core/base/text.h"

static const struct {
	uint32_t code;
	const char *name;
} names[] = {
	{KEYCODE_TAB, "Tab"},
	{KEYCODE_ENTER, "Enter"},
	{KEYCODE_ESC, "Esc"},
	{' ', "Space"},
	{KEYCODE_UP, "Up"},
	{KEYCODE_DOWN, "Down"},
	{KEYCODE_LEFT, "Left"},
	{KEYCODE_RIGHT, "Right"},
	{KEYCODE_PAGE_UP, "PageUp"},
	{KEYCODE_PAGE_DOWN, "PageDown"},
	{KEYCODE_HOME, "Home"},
	{KEYCODE_END, "End"},
	{KEYCODE_INSERT, "Insert"},
	{KEYCODE_DELETE, "Delete"},
	{KEYCODE_BACKSPACE, "Backspace"},
	{KEYCODE_BACK_TAB, "Shift-Tab"},
};

void
key_spell(uint32_t code, char name[KEY_NAME])
{
	struct buf text = {0};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].code == code) {
			snprintf(name, KEY_NAME, "%s", names[i].name);
			return;
		}
	if (code >= KEYCODE_F1 && code <= KEYCODE_F12) {
		snprintf(name, KEY_NAME, "F%u", code - KEYCODE_F1 + 1);
	} else if (code < 0x20) {
		snprintf(name, KEY_NAME, "Ctrl-%c", (int)code + '@');
	} else {
		text_encode(&text, code);
		snprintf(name, KEY_NAME, "%s", buf_cstr(&text));
		buf_fini(&text);
	}
}

static uint32_t
find_function_key(struct str name)
{
	uint32_t n = 0;

	if (name.len < 2 || name.len > 3 || (name.data[0] != 'F' && name.data[0] != 'f'))
		return KEYCODE_NONE;
	for (size_t i = 1; i < name.len; i++) {
		if (name.data[i] < '0' || name.data[i] > '9')
			return KEYCODE_NONE;
		n = n * 10 + (uint32_t)(name.data[i] - '0');
	}
	return n >= 1 && n <= 12 ? KEYCODE_F1 + n - 1 : KEYCODE_NONE;
}

uint32_t
key_find(struct str name)
{
	uint32_t cp;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_equal_ascii_nocase(name, str_from(names[i].name)))
			return names[i].code;
	if (name.len == 6 && str_equal_ascii_nocase(str_slice(name, 0, 5), STR("Ctrl-"))) {
		char c = name.data[5];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			return (uint32_t)KEYCODE_CTRL(c);
		return KEYCODE_NONE;
	}
	if (name.len && text_decode(name, &cp) == name.len && !text_is_hidden(cp))
		return cp;
	return find_function_key(name);
}
