#include "tests/support/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vterm.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/timefmt.h"
#include "tests/support/test.h"

struct pty {
	struct child child;
	int master;
	int slave; /* kept open, so that the end of the program loses no output */
	struct termios before;
	VTerm *vterm;
	VTermScreen *screen;
	struct buf raw;
	size_t mark;
	size_t questions; /* bytes the terminal would have answered */
	bool alternate, cursor_visible;
};

static int
on_property(VTermProp property, VTermValue *value, void *user)
{
	struct pty *pty = user;

	if (property == VTERM_PROP_ALTSCREEN)
		pty->alternate = value->boolean;
	if (property == VTERM_PROP_CURSORVISIBLE)
		pty->cursor_visible = value->boolean;
	return 1;
}

static void
on_answer(const char *bytes, size_t len, void *user)
{
	struct pty *pty = user;

	(void)bytes;
	pty->questions += len;
}

static void
open_screen(struct pty *pty, int rows, int cols)
{
	static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

	pty->vterm = vterm_new(rows, cols);
	vterm_set_utf8(pty->vterm, 1);
	vterm_output_set_callback(pty->vterm, on_answer, pty);
	pty->screen = vterm_obtain_screen(pty->vterm);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
	vterm_screen_reset(pty->screen, 1);
	pty->cursor_visible = true;
}

struct pty *
pty_open(const struct pty_options *options)
{
	struct pty *pty = MEM_NEW(struct pty);
	const struct winsize size = {.ws_row = (unsigned short)(options->rows ? options->rows : 24),
		.ws_col = (unsigned short)(options->cols ? options->cols : 80)};

	assert_int_equal(openpty(&pty->master, &pty->slave, NULL, NULL, &size), 0);
	assert_int_equal(fcntl(pty->master, F_SETFD, FD_CLOEXEC), 0);
	assert_int_equal(fcntl(pty->master, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(tcgetattr(pty->slave, &pty->before), 0);
	open_screen(pty, size.ws_row, size.ws_col);
	child_start(&pty->child, &options->child, options->in ? options->in : pty->slave,
		pty->slave, pty->slave, pty->slave);
	return pty;
}

void
pty_close(struct pty *pty)
{
	struct child child = pty->child;

	if (pty->master >= 0)
		close(pty->master);
	close(pty->slave);
	vterm_free(pty->vterm);
	buf_fini(&pty->raw);
	free(pty);
	child_finish(&child);
}

/* Takes what is there; true when there was something. */
static bool
drain(struct pty *pty)
{
	char bytes[65536];
	bool any = false;
	ssize_t n;

	while (pty->master >= 0 && (n = read(pty->master, bytes, sizeof(bytes))) > 0) {
		buf_append(&pty->raw, bytes, (size_t)n);
		vterm_input_write(pty->vterm, bytes, (size_t)n);
		any = true;
	}
	return any;
}

/* Waits for output or the end; false when neither came in time. */
static bool
step(struct pty *pty, int timeout_ms)
{
	struct pollfd fds[2] = {
		{pty->master, POLLIN, 0}, {pty->child.ended ? -1 : pty->child.pidfd, POLLIN, 0}};

	if (poll(fds, 2, timeout_ms) <= 0)
		return drain(pty);
	if (fds[1].revents)
		child_reap(&pty->child);
	drain(pty);
	return true;
}

bool
pty_step(struct pty *pty, int64_t *deadline)
{
	int64_t now = time_monotonic_ms();

	if (*deadline == 0)
		*deadline = now + CHILD_DEADLINE_MS;
	if (pty->child.ended)
		return drain(pty);
	return now < *deadline && step(pty, (int)(*deadline - now));
}

bool
pty_quiet(struct pty *pty, int ms)
{
	size_t before = pty->raw.len;

	step(pty, ms);
	return pty->raw.len == before;
}

void
pty_settle(struct pty *pty)
{
	while (!pty_quiet(pty, 200))
		;
}

void
pty_send(struct pty *pty, const char *keys)
{
	size_t len = strlen(keys);

	while (len > 0) {
		ssize_t n = write(pty->master, keys, len);

		if (n < 0) {
			assert_int_equal(errno, EAGAIN);
			step(pty, CHILD_DEADLINE_MS);
			continue;
		}
		keys += n;
		len -= (size_t)n;
	}
}

void
pty_paste(struct pty *pty, const char *text)
{
	pty_send(pty, "\033[200~");
	pty_send(pty, text);
	pty_send(pty, "\033[201~");
}

void
pty_resize(struct pty *pty, int rows, int cols)
{
	const struct winsize size = {
		.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

	drain(pty);
	vterm_set_size(pty->vterm, rows, cols);
	assert_int_equal(ioctl(pty->master, TIOCSWINSZ, &size), 0); /* sends SIGWINCH */
}

void
pty_signal(struct pty *pty, int signal)
{
	assert_int_equal(kill(pty->child.pid, signal), 0);
}

void
pty_hangup(struct pty *pty)
{
	drain(pty);
	close(pty->master);
	pty->master = -1;
}

static void
fail_wait(struct pty *pty, const char *what, const char *text, const char *file, int line)
{
	char *screen = pty_screen(pty);

	print_error("%s \"%s\"; the screen (%s):\n", what, text,
		pty->child.ended ? "ended" : "running");
	fputs(screen, stderr); /* print_error cuts at 1024 bytes */
	free(screen);
	_fail(file, line);
}

void
pty_wait_text_at(struct pty *pty, const char *text, const char *file, int line)
{
	int64_t deadline = 0;

	while (!pty_has(pty, text))
		if (!pty_step(pty, &deadline))
			fail_wait(pty, "never saw", text, file, line);
}

void
pty_wait_gone_at(struct pty *pty, const char *text, const char *file, int line)
{
	int64_t deadline = 0;

	while (pty_has(pty, text))
		if (!pty_step(pty, &deadline))
			fail_wait(pty, "still there:", text, file, line);
}

static bool
row_has(struct pty *pty, int row, const char *text)
{
	char *shown = pty_row(pty, row);
	bool has = strstr(shown, text) != NULL;

	free(shown);
	return has;
}

void
pty_wait_row_at(struct pty *pty, int row, const char *text, const char *file, int line)
{
	int64_t deadline = 0;

	while (!row_has(pty, row, text))
		if (!pty_step(pty, &deadline))
			fail_wait(pty, "never in its row:", text, file, line);
}

void
pty_wait_raw_at(struct pty *pty, const char *text, const char *file, int line)
{
	int64_t deadline = 0;

	while (str_find(pty_raw_since(pty), str_from(text), 0) == (size_t)-1)
		if (!pty_step(pty, &deadline))
			fail_wait(pty, "never written:", text, file, line);
}

int
pty_wait_exit(struct pty *pty)
{
	int64_t deadline = 0;

	while (!pty->child.ended)
		if (!pty_step(pty, &deadline))
			fail_wait(pty, "never", "ended", __FILE__, __LINE__);
	drain(pty);
	return pty->child.status;
}

int
pty_wait_exit_unread(struct pty *pty)
{
	struct pollfd end = {pty->child.pidfd, POLLIN, 0};

	assert_int_equal(poll(&end, 1, CHILD_DEADLINE_MS), 1);
	child_reap(&pty->child);
	return pty->child.status;
}

void
pty_wait_unread(struct pty *pty, int bytes)
{
	struct pollfd end = {pty->child.pidfd, POLLIN, 0};
	int64_t deadline = time_monotonic_ms() + CHILD_DEADLINE_MS;
	int unread = 0;

	while (unread < bytes && time_monotonic_ms() < deadline) {
		assert_int_equal(poll(&end, 1, 1), 0);
		assert_int_equal(ioctl(pty->master, FIONREAD, &unread), 0);
	}
	assert_true(unread >= bytes);
}

/* ---- the screen ---- */

static int
colour(VTermColor c)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(&c) || VTERM_COLOR_IS_DEFAULT_BG(&c))
		return -1;
	if (!VTERM_COLOR_IS_INDEXED(&c))
		return PTY_RGB | c.rgb.red << 16 | c.rgb.green << 8 | c.rgb.blue;
	return c.indexed.idx;
}

static void
cell_text(const VTermScreenCell *cell, struct buf *out)
{
	if (cell->chars[0] == (uint32_t)-1) /* right half of a wide character */
		return;
	if (!cell->chars[0])
		buf_putc(out, ' ');
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
		text_encode(out, cell->chars[i]);
}

struct pty_cell
pty_cell(struct pty *pty, int row, int col)
{
	VTermScreenCell cell;
	struct pty_cell out = {.fg = -1, .bg = -1};
	struct buf text = {0};

	assert_true(vterm_screen_get_cell(pty->screen, (VTermPos){row, col}, &cell));
	cell_text(&cell, &text);
	snprintf(out.text, sizeof(out.text), "%s", buf_cstr(&text));
	buf_fini(&text);
	out.bold = cell.attrs.bold;
	out.underline = cell.attrs.underline;
	out.reverse = cell.attrs.reverse;
	out.blink = cell.attrs.blink;
	out.fg = colour(cell.fg);
	out.bg = colour(cell.bg);
	return out;
}

void
pty_picture(struct pty *pty, struct picture *picture, const char *look)
{
	int rows, cols;

	vterm_get_size(pty->vterm, &rows, &cols);
	picture_init(picture, rows, cols, look);
	for (int row = 0; row < rows; row++) {
		for (int col = 0; col < cols; col++) {
			struct pty_cell *cell = picture_at(picture, row, col);

			*cell = pty_cell(pty, row, col);
			if (cell->text[0] || col == 0)
				continue;
			*cell = cell[-1]; /* libvterm leaves the right half what it was */
			cell->text[0] = '\0';
		}
	}
	if (pty->cursor_visible) {
		VTermPos at;

		vterm_state_get_cursorpos(vterm_obtain_state(pty->vterm), &at);
		picture->cursor_row = at.row;
		picture->cursor_col = at.col;
	}
}

char *
pty_row(struct pty *pty, int row)
{
	struct buf out = {0};
	int rows, cols;

	vterm_get_size(pty->vterm, &rows, &cols);
	for (int col = 0; row < rows && col < cols; col++) {
		VTermScreenCell cell;

		vterm_screen_get_cell(pty->screen, (VTermPos){row, col}, &cell);
		cell_text(&cell, &out);
	}
	while (out.len > 0 && out.data[out.len - 1] == ' ')
		out.data[--out.len] = '\0';
	return out.data ? buf_take(&out) : mem_strdup("");
}

char *
pty_screen(struct pty *pty)
{
	struct buf out = {0};
	int rows, cols;

	vterm_get_size(pty->vterm, &rows, &cols);
	for (int row = 0; row < rows; row++) {
		char *text = pty_row(pty, row);

		buf_printf(&out, "%s\n", text);
		free(text);
	}
	return buf_take(&out);
}

bool
pty_has(struct pty *pty, const char *text)
{
	int row, col;

	return pty_find(pty, text, &row, &col);
}

bool
pty_find(struct pty *pty, const char *text, int *row, int *col)
{
	int rows, cols;

	vterm_get_size(pty->vterm, &rows, &cols);
	for (*row = 0; *row < rows; (*row)++) {
		char *shown = pty_row(pty, *row);
		const char *at = strstr(shown, text);

		if (at)
			*col = text_columns((struct str){shown, (size_t)(at - shown)});
		free(shown);
		if (at)
			return true;
	}
	return false;
}

void
pty_cursor(struct pty *pty, int *row, int *col, bool *visible)
{
	VTermPos pos;

	vterm_state_get_cursorpos(vterm_obtain_state(pty->vterm), &pos);
	*row = pos.row;
	*col = pos.col;
	*visible = pty->cursor_visible;
}

bool
pty_alternate(struct pty *pty)
{
	return pty->alternate;
}

/* ---- what it wrote ---- */

struct str
pty_raw(struct pty *pty)
{
	return buf_view(&pty->raw);
}

void
pty_raw_mark(struct pty *pty)
{
	drain(pty);
	pty->mark = pty->raw.len;
}

struct str
pty_raw_since(struct pty *pty)
{
	return (struct str){buf_cstr(&pty->raw) + pty->mark, pty->raw.len - pty->mark};
}

/* In terminfo, but others like them are questions: xterm's title put away and taken back, its
 * palette reset, the cursor of the Linux console. */
static const char *const exact[] = {
	"\033[22;0;0t", "\033[23;0;0t", "\033]104\007", "\033[?0c", "\033[?1c", "\033[?8c"};

/* The length of a sequence of the usual terminfo entries at s, which begins with ESC; 0: none. */
static size_t
sequence(struct str s)
{
	size_t i = 2;

	if (s.len < 2)
		return 0;
	for (size_t n = 0; n < sizeof(exact) / sizeof(exact[0]); n++)
		if (str_starts_with(s, str_from(exact[n])))
			return strlen(exact[n]);
	if (strchr("78=>DM", s.data[1]))
		return 2;
	if (strchr("()", s.data[1]))
		return s.len > 2 && strchr("0AB", s.data[2]) ? 3 : 0;
	if (s.data[1] != '[')
		return 0;
	while (i < s.len && strchr("0123456789;?!>", s.data[i]))
		i++;
	return i < s.len && strchr("ABCDGHJKLMPSTXZ@bdfhlmpr", s.data[i]) ? i + 1 : 0;
}

static size_t
forbidden_at(struct str raw)
{
	size_t at = 0;

	while (at < raw.len) {
		struct str rest = {raw.data + at, raw.len - at};
		uint32_t cp;
		size_t len = text_decode(rest, &cp);

		if (cp == 033)
			len = sequence(rest);
		else if (text_is_hidden(cp) && !(cp < 32 && strchr("\r\n\b\t\016\017", (int)cp)))
			len = 0;
		if (len == 0)
			return at;
		at += len;
	}
	return at;
}

void
pty_assert_clean(struct pty *pty)
{
	struct str raw = pty_raw(pty);
	size_t at = forbidden_at(raw);

	if (at < raw.len) {
		struct buf shown = {0};
		size_t from = at > 40 ? at - 40 : 0;

		text_clean(&shown, str_slice(raw, from, 80));
		print_error("byte %zu must not reach a terminal: %s\n", at, buf_cstr(&shown));
		buf_fini(&shown);
	}
	assert_int_equal(at, raw.len);
	assert_int_equal(pty->questions, 0);
}

void
pty_modes(struct pty *pty, struct termios *before, struct termios *now)
{
	*before = pty->before;
	assert_int_equal(tcgetattr(pty->slave, now), 0);
}

pid_t
pty_pid(const struct pty *pty)
{
	return pty->child.pid;
}
