#include "tui/mouse.h"

enum { MODIFIERS = 4 | 8 | 16, WHEEL = 64, LONGEST = 24, BYTES = 6 };

static struct mouse
what(int button, int column, int row, bool pressed)
{
	struct mouse mouse = {MOUSE_NOTHING, row - 1, column - 1};

	button &= ~MODIFIERS;
	if (pressed && button == 0)
		mouse.kind = MOUSE_CLICK;
	else if (pressed && button == WHEEL)
		mouse.kind = MOUSE_WHEEL_UP;
	else if (pressed && button == WHEEL + 1)
		mouse.kind = MOUSE_WHEEL_DOWN;
	return mouse;
}

/* Up to three numbers with ; between them; what is too many or too large is nothing we know. */
static int
read_numbers(struct str s, struct mouse *mouse)
{
	int numbers[3] = {0}, at = 0;

	for (size_t i = 3; i < s.len && i < LONGEST; i++) {
		char c = s.data[i];

		if (c >= '0' && c <= '9' && numbers[at] < 10000) {
			numbers[at] = numbers[at] * 10 + (c - '0');
		} else if (c == ';' && at < 2) {
			at++;
		} else if ((c == 'M' || c == 'm') && at == 2) {
			*mouse = what(numbers[0], numbers[1], numbers[2], c == 'M');
			return (int)i + 1;
		} else {
			return MOUSE_NO_REPORT;
		}
	}
	return s.len < LONGEST ? MOUSE_INCOMPLETE : MOUSE_NO_REPORT;
}

int
mouse_read(struct str s, struct mouse *mouse)
{
	*mouse = (struct mouse){0};
	if (str_starts_with(s, STR("\033[<")))
		return read_numbers(s, mouse);
	if (!str_starts_with(s, STR("\033[M")))
		return MOUSE_NO_REPORT;
	for (size_t i = 3; i < s.len && i < BYTES; i++)
		if ((unsigned char)s.data[i] < 32)
			return (int)i; /* broken off: what came of it is no keys either */
	if (s.len < BYTES)
		return MOUSE_INCOMPLETE;
	*mouse = what((unsigned char)s.data[3] - 32, (unsigned char)s.data[4] - 32,
		(unsigned char)s.data[5] - 32, true);
	return BYTES;
}
