#include "tui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <termcap.h>

#include "core/base/mem.h"
#include "core/base/process.h"
#include "tui/clipboard.h"
#include "tui/console.h"
#include "tui/grid_moved.h"
#include "tui/key.h"
#include "tui/shown_role.h"
#include "tui/term_guard.h"

enum { ESCAPE_MS = 25, TMUX_MS = 2000 };

struct terminal {
	SCREEN *screen; /* owns */
	FILE *in;	/* owns when it is not stdin */
	int in_fd, out_fd;
	struct termios saved;
	enum depth depth; /* of its colours */
	struct keydecode keys;
	struct grid shown; /* what the terminal shows */
	struct grid moved; /* the same with rows moved to where they go */
	bool moves;	   /* rows, by itself */
	bool all;	   /* of it is to be written again */
	int cursor;	   /* curs_set as it is */
	struct console console;
	bool mouse;	/* is reported to us */
	char title[64]; /* "": it was not set */
	bool begun;	/* curses has taken the screen, and put the title away before that */
	attr_t attributes[ROLE_COUNT];
	struct shown_roles roles;
};

static const struct {
	const char *capability;
	uint32_t code;
} capabilities[] = {
	{"kcuu1", KEYCODE_UP},
	{"kcud1", KEYCODE_DOWN},
	{"kcub1", KEYCODE_LEFT},
	{"kcuf1", KEYCODE_RIGHT},
	{"kpp", KEYCODE_PAGE_UP},
	{"knp", KEYCODE_PAGE_DOWN},
	{"khome", KEYCODE_HOME},
	{"kend", KEYCODE_END},
	{"kich1", KEYCODE_INSERT},
	{"kdch1", KEYCODE_DELETE},
	{"kbs", KEYCODE_BACKSPACE},
	{"kcbt", KEYCODE_BACK_TAB},
	{"kent", KEYCODE_ENTER},
	{"kf1", KEYCODE_F1},
	{"kf2", KEYCODE_F1 + 1},
	{"kf3", KEYCODE_F1 + 2},
	{"kf4", KEYCODE_F1 + 3},
	{"kf5", KEYCODE_F1 + 4},
	{"kf6", KEYCODE_F1 + 5},
	{"kf7", KEYCODE_F1 + 6},
	{"kf8", KEYCODE_F1 + 7},
	{"kf9", KEYCODE_F1 + 8},
	{"kf10", KEYCODE_F1 + 9},
	{"kf11", KEYCODE_F1 + 10},
	{"kf12", KEYCODE_F12},
};

/* A string capability, or NULL. */
static const char *
capability(const char *name)
{
	char *value = tigetstr(name);

	return value && value != (char *)-1 ? value : NULL;
}

static int
open_keyboard(void)
{
	if (isatty(STDIN_FILENO))
		return STDIN_FILENO;
	return open("/dev/tty", O_RDONLY | O_CLOEXEC);
}

bool
term_known(const char *name)
{
	return tgetent(NULL, name) == 1;
}

void
term_library(struct buf *out)
{
	buf_puts(out, curses_version());
}

bool
term_usable(void)
{
	const char *name = getenv("TERM");
	int fd;

	if (!isatty(STDOUT_FILENO) || !name || !name[0] || !term_known(name))
		return false;
	if (!tgetstr("cm", NULL) || tgetflag("gn") || tgetflag("hc"))
		return false;
	fd = open_keyboard();
	if (fd > STDIN_FILENO)
		close(fd);
	return fd >= 0;
}

bool
term_locale_is_ascii(void)
{
	setlocale(LC_CTYPE, "");
	return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

/* ---- restoring ---- */

/* Without the padding that only hardware terminals need. */
static void
add_capability(struct buf *out, const char *name)
{
	for (const char *p = capability(name); p && *p; p++) {
		const char *end = p[0] == '$' && p[1] == '<' ? strchr(p, '>') : NULL;

		if (end)
			p = end;
		else
			buf_putc(out, *p);
	}
}

static void
write_all(const struct terminal *term, struct str bytes)
{
	while (bytes.len) {
		ssize_t n = write(term->out_fd, bytes.data, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* a terminal that is gone shows as the end of its input */
		bytes = str_slice(bytes, (size_t)n, bytes.len);
	}
}

/* How the mouse is turned on (1) and off (0): XM, or what curses does without it where there are
 * reports at all. */
static void
add_mouse(struct buf *out, int on)
{
	const char *how = capability("XM");

	if (!capability("kmous"))
		return;
	buf_puts(out, tparm(how ? how : "\033[?1000%?%p1%{1}%=%th%el%;", on));
}

static void
arm_guard(const struct terminal *term)
{
	struct buf restore = {0};

	buf_puts(&restore, "\033[?2004l");
	if (term->mouse)
		add_mouse(&restore, 0);
	add_capability(&restore, "sgr0");
	add_capability(&restore, "rmkx");
	add_capability(&restore, "cnorm");
	add_capability(&restore, "rmcup");
	term_guard_set_restore(restore.data, restore.len);
	buf_fini(&restore);
}

/* ---- keys ---- */

static int
escape_ms(void)
{
	const char *text = getenv("ESCDELAY");
	char *end;
	long ms = text ? strtol(text, &end, 10) : 0;

	return text && *text && !*end && ms >= 0 && ms <= 10000 ? (int)ms : ESCAPE_MS;
}

static void
begin_keys(struct terminal *term)
{
	keydecode_init(&term->keys, escape_ms());
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++) {
		const char *bytes = capability(capabilities[i].capability);

		if (bytes)
			keydecode_add(&term->keys, bytes, capabilities[i].code);
	}
}

/* ---- opening and closing ---- */

/* Where terminfo has a status line, that is the title of terminals in windows. */
static void
write_title(const struct terminal *term, const char *title)
{
	const char *begin = tigetflag("hs") > 0 ? capability("tsl") : NULL;
	const char *end = begin ? capability("fsl") : NULL;
	struct buf bytes = {0};

	if (end)
		buf_printf(&bytes, "%s%s%s", tparm(begin, 0), title, end);
	else if (tigetflag("XT") > 0)
		buf_printf(&bytes, "\033]2;%s\a", title);
	write_all(term, buf_view(&bytes));
	buf_fini(&bytes);
}

void
term_set_title(struct terminal *term, const char *title)
{
	snprintf(term->title, sizeof(term->title), "%s", title);
	if (term->begun)
		write_title(term, title);
}

static void
report_mouse(const struct terminal *term, int on)
{
	struct buf bytes = {0};

	if (term->mouse)
		add_mouse(&bytes, on);
	write_all(term, buf_view(&bytes));
	buf_fini(&bytes);
}

void
term_take_mouse(struct terminal *term)
{
	term->mouse = true;
	arm_guard(term);
	report_mouse(term, 1);
}

void
term_bell(struct terminal *term)
{
	(void)term;
	beep();
}

static void
take(struct terminal *term)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	term->cursor = -1;
	term->all = true;
	term->begun = false;
	write_all(term, STR("\033[?2004h"));
	report_mouse(term, 1);
}

/* A title that smcup put away comes back with rmcup; elsewhere none is better than ours. */
void
term_lend(struct terminal *term)
{
	write_all(term, STR("\033[?2004l"));
	report_mouse(term, 0);
	if (term->title[0])
		write_title(term, "");
	curs_set(1);
	/* Where no other screen comes back, what follows has a line of its own. */
	if (!capability("rmcup") && move(LINES - 1, 0) == OK && clrtoeol() == OK)
		refresh();
	endwin();
	tcsetattr(term->in_fd, TCSADRAIN, &term->saved);
}

static void
begin_colours(struct terminal *term)
{
	const char *no_colour = getenv("NO_COLOR");

	if (!has_colors() || (no_colour && no_colour[0]))
		return;
	start_color();
	use_default_colors();
	term->depth = theme_depth(COLORS);
}

static bool
begin_curses(struct terminal *term, struct error *err)
{
	term->screen = newterm(NULL, stdout, term->in);
	if (!term->screen)
		return error_set(err, ERROR_SYSTEM, "curses cannot start on this terminal");
	set_term(term->screen);
	typeahead(-1);
	scrollok(stdscr, FALSE);
	idlok(stdscr, TRUE);
	term->moves = has_il();
	return true;
}

bool
term_open(struct terminal **out, const struct wake *wake, struct error *err)
{
	struct terminal *term = MEM_NEW(struct terminal);

	term->out_fd = STDOUT_FILENO;
	term->in_fd = open_keyboard();
	term->in = term->in_fd == STDIN_FILENO ? stdin : NULL;
	if (term->in_fd > STDIN_FILENO)
		term->in = fdopen(term->in_fd, "r");
	if (!term->in || tcgetattr(term->in_fd, &term->saved) != 0) {
		free(term);
		return error_set(err, ERROR_SYSTEM, "no terminal to read keys from");
	}
	term_guard_begin(wake, term->out_fd, &term->saved);
	if (!begin_curses(term, err)) {
		term_guard_end();
		free(term);
		return false;
	}
	begin_colours(term);
	console_init(&term->console, getenv("TERM"));
	begin_keys(term);
	arm_guard(term);
	take(term);
	*out = term;
	return true;
}

void
term_close(struct terminal *term)
{
	term_lend(term);
	term_guard_end();
	delscreen(term->screen);
	if (term->in != stdin)
		fclose(term->in);
	keydecode_fini(&term->keys);
	grid_fini(&term->shown);
	grid_fini(&term->moved);
	free(term);
}

int
term_input(const struct terminal *term)
{
	return term->in_fd;
}

void
term_size(const struct terminal *term, int *rows, int *cols)
{
	struct winsize size;

	*rows = LINES;
	*cols = COLS;
	if (ioctl(term->out_fd, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col) {
		*rows = size.ws_row;
		*cols = size.ws_col;
	}
}

/* ---- colours ---- */

/* A terminal of all colours takes the first eight numbers for its palette: next to black is black.
 */
static int
curses_colour(int colour)
{
	int rgb = colour & (COLOUR_RGB - 1);

	if (colour < COLOUR_RGB)
		return colour;
	return rgb < 8 ? 8 : rgb;
}

void
term_set_theme(struct terminal *term, const struct theme *theme)
{
	static const attr_t bits[] = {A_BOLD, A_DIM, A_UNDERLINE, A_REVERSE, A_ITALIC};

	shown_roles_init(&term->roles, theme, term->depth);
	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct style *style = &theme->styles[term->depth][i];

		if (term->depth != DEPTH_NONE)
			init_extended_pair(
				i + 1, curses_colour(style->fg), curses_colour(style->bg));
		term->attributes[i] = 0;
		for (size_t bit = 0; bit < sizeof(bits) / sizeof(bits[0]); bit++)
			if (style->bits & 1U << bit)
				term->attributes[i] |= bits[bit];
	}
	term->all = true;
}

/* ---- output ---- */

/* The colour of a skin: two columns by itself, none where it is drawn into the emoji before. */
static bool
is_modifier(uint32_t cp)
{
	return cp >= 0x1f3fb && cp <= 0x1f3ff;
}

/* Where others think that a character is of another width, its cells would shift the row. */
static bool
is_drawable(const struct grid_cell *cell)
{
	if (is_modifier(cell->text[0]))
		return false;
	if (wcwidth((wchar_t)cell->text[0]) != cell->width)
		return false;
	for (int i = 1; i < GRID_CELL_TEXT && cell->text[i]; i++)
		if (wcwidth((wchar_t)cell->text[i]) != 0)
			return false;
	return true;
}

static void
show_cell(const struct terminal *term, const struct grid *grid, int y, int x)
{
	const struct grid_cell *cell = grid_at(grid, y, x);
	enum role role = shown_role(&term->roles, grid, y, x);
	short pair = term->depth != DEPTH_NONE ? (short)(role + 1) : 0;
	wchar_t text[GRID_CELL_TEXT + 1] = {0};
	cchar_t out;

	for (int i = 0; i < GRID_CELL_TEXT; i++)
		text[i] = (wchar_t)console_character(&term->console, cell->text[i]);
	if (!is_drawable(cell)) {
		text[0] = L'?';
		text[1] = 0;
	}
	setcchar(&out, text, term->attributes[role], pair, NULL);
	mvadd_wch(y, x, &out);
	if (cell->width == 2 && text[1] == 0 && text[0] == L'?')
		mvadd_wch(y, x + 1, &out);
}

static bool
row_differs(const struct terminal *term, const struct grid *grid, int y)
{
	return term->all || memcmp(grid_at(grid, y, 0), grid_at(&term->shown, y, 0),
				    (size_t)grid->cols * sizeof(struct grid_cell)) != 0;
}

static void
show_row(struct terminal *term, const struct grid *grid, int y)
{
	for (int x = 0; x < grid->cols; x++)
		if (grid_at(grid, y, x)->width)
			show_cell(term, grid, y, x);
	memcpy(&term->shown.cells[(size_t)y * (size_t)grid->cols], grid_at(grid, y, 0),
		(size_t)grid->cols * sizeof(struct grid_cell));
}

static void
show_cursor(struct terminal *term, const struct grid *grid)
{
	int visible = grid->cursor_y >= 0;

	if (visible != term->cursor)
		curs_set(visible);
	term->cursor = visible;
	leaveok(stdscr, !visible);
	if (visible)
		move(grid->cursor_y, grid->cursor_x);
}

static void
show_frame(struct terminal *term, const struct grid *grid)
{
	for (int y = 0; y < grid->rows; y++)
		if (row_differs(term, grid, y))
			show_row(term, grid, y);
	show_cursor(term, grid);
	wnoutrefresh(stdscr);
	doupdate();
}

/* Curses moves rows that stay as they are. Of those that change as well it does not know whence
 * they came, so they are moved first. */
static void
move_rows(struct terminal *term, const struct grid *grid)
{
	if (!term->all && term->moves && grid_moved(&term->shown, grid, &term->moved))
		show_frame(term, &term->moved);
}

void
term_show(struct terminal *term, const struct grid *grid)
{
	if (grid->rows != term->shown.rows || grid->cols != term->shown.cols) {
		grid_resize(&term->shown, grid->rows, grid->cols);
		resizeterm(grid->rows, grid->cols);
		term->all = true;
	}
	if (term->all)
		clearok(stdscr, TRUE);
	move_rows(term, grid);
	show_frame(term, grid);
	term->all = false;
	if (!term->begun && term->title[0])
		write_title(term, term->title);
	term->begun = true;
}

void
term_refresh(struct terminal *term)
{
	term->all = true;
}

/* ---- input ---- */

bool
term_read(struct terminal *term, int64_t now_ms)
{
	char bytes[4096];
	ssize_t n;

	do
		n = read(term->in_fd, bytes, sizeof(bytes));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	keydecode_feed(&term->keys, (struct str){bytes, (size_t)n}, now_ms);
	return true;
}

struct keydecode *
term_keys(struct terminal *term)
{
	return &term->keys;
}

void
term_retake(struct terminal *term)
{
	reset_prog_mode();
	take(term);
}

void
term_suspend(struct terminal *term)
{
	term_lend(term);
	term_guard_stop();
	term_retake(term);
}

/* tmux keeps OSC 52 of programs inside it to itself; it passes on what it is given to load. */
static bool
copy_by_tmux(struct str text)
{
	static const char *const argv[] = {"tmux", "load-buffer", "-w", "-", NULL};
	const struct process process = {.argv = argv, .input = text, .timeout_ms = TMUX_MS};
	struct process_result result = {0};
	bool ok = process_run(&process, &result, NULL) && result.status == 0;

	process_result_fini(&result);
	return ok;
}

void
term_copy(struct terminal *term, struct str text)
{
	const char *tmux = getenv("TMUX");
	struct buf sequence = {0};

	if (tmux && tmux[0] && copy_by_tmux(text))
		return;
	clipboard_sequence(&sequence, text);
	write_all(term, buf_view(&sequence));
	buf_fini(&sequence);
}
