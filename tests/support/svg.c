#include "tests/support/svg.h"

#include "core/base/text.h"
#include "tui/theme.h"

/* A cell, its base line, and what is around the cells; in pixels. */
enum { WIDE = 9, HIGH = 20, BASE = 15, EDGE = 18, BAR = 36, RADIUS = 9 };
enum { CLASSES = 64 }; /* a picture has at most 53 looks */

struct ground {
	unsigned fg, bg, edge, dots;
};

static const struct ground dark = {0xd3d7de, 0x14171c, 0x2e343d, 0x3a414c};
static const struct ground light = {0x22272e, 0xfdfdfb, 0xd0d4d9, 0xd8dce1};

struct drawing {
	struct buf body;
	const struct picture *picture;
	const struct ground *ground;
	struct pty_cell classes[CLASSES];
	size_t count;
};

/* What is drawn as shapes, in pixels from the upper left corner of its cell. */
static const struct {
	uint32_t cp;
	struct {
		int x, y, wide, high;
	} bars[2];
} shapes[] = {{0x2500, {{0, 10, WIDE, 1}}},	    /* ─ */
	{0x2501, {{0, 9, WIDE, 3}}},		    /* ━ */
	{0x2502, {{4, 0, 1, HIGH}}},		    /* │ */
	{0x251c, {{4, 0, 1, HIGH}, {5, 10, 4, 1}}}, /* ├ */
	{0x258e, {{0, 0, 3, HIGH}}}};		    /* ▎ */
enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

/* ---- colours ---- */

static unsigned
rgb(int colour, unsigned own)
{
	if (colour >= PTY_RGB)
		return (unsigned)colour & 0xffffff;
	return colour < 0 ? own : theme_palette(colour);
}

static unsigned
fg_of(const struct drawing *d, const struct pty_cell *cell)
{
	return cell->reverse ? rgb(cell->bg, d->ground->bg) : rgb(cell->fg, d->ground->fg);
}

static unsigned
bg_of(const struct drawing *d, const struct pty_cell *cell)
{
	return cell->reverse ? rgb(cell->fg, d->ground->fg) : rgb(cell->bg, d->ground->bg);
}

/* The class of what the text looks like; its ground is drawn apart. */
static size_t
class_of(struct drawing *d, const struct pty_cell *cell)
{
	struct pty_cell look = {.bold = cell->bold,
		.underline = cell->underline,
		.fg = PTY_RGB | (int)fg_of(d, cell),
		.bg = -1};
	size_t i = 0;

	while (i < d->count && !picture_same_look(&d->classes[i], &look))
		i++;
	if (i == d->count && d->count < CLASSES)
		d->classes[d->count++] = look;
	return i;
}

/* ---- a row ---- */

static const struct pty_cell *
at(const struct drawing *d, int row, int col)
{
	return picture_at(d->picture, row, col);
}

static uint32_t
sign_of(const struct pty_cell *cell)
{
	uint32_t cp = 0;

	text_decode(str_from(cell->text), &cp);
	return cp;
}

static size_t
shape_of(const struct pty_cell *cell)
{
	uint32_t sign = sign_of(cell);
	size_t i = 0;

	while (i < SHAPES && shapes[i].cp != sign)
		i++;
	return i;
}

static bool
is_blank(const struct pty_cell *cell)
{
	return strcmp(cell->text, " ") == 0 && !cell->underline;
}

/* Signs, arrows and wide characters come from whatever font has them, at widths of their own. */
static bool
is_sign(const struct pty_cell *cell)
{
	return sign_of(cell) >= 0x2100;
}

static void
write_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			buf_puts(out, "&amp;");
		else if (*text == '<')
			buf_puts(out, "&lt;");
		else
			buf_putc(out, *text);
	}
}

static void
put_rect(struct drawing *d, int x, int y, int wide, int high)
{
	buf_printf(&d->body, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"", x, y - BASE,
		wide, high);
}

static void
draw_grounds(struct drawing *d, int row)
{
	for (int col = 0, end; col < d->picture->cols; col = end) {
		unsigned bg = bg_of(d, at(d, row, col));

		for (end = col + 1; end < d->picture->cols; end++)
			if (bg_of(d, at(d, row, end)) != bg)
				break;
		if (bg == d->ground->bg)
			continue;
		put_rect(d, col * WIDE, 0, (end - col) * WIDE, HIGH);
		buf_printf(&d->body, " fill=\"#%06x\"/>\n", bg);
	}
}

/* A line of the same shapes is one. Returns the column behind it. */
static int
draw_shape(struct drawing *d, int row, int col)
{
	size_t shape = shape_of(at(d, row, col)), class = class_of(d, at(d, row, col));
	int end = col + 1;

	while (shapes[shape].bars[0].wide == WIDE && end < d->picture->cols &&
		shape_of(at(d, row, end)) == shape && class_of(d, at(d, row, end)) == class)
		end++;
	for (size_t i = 0; i < 2 && shapes[shape].bars[i].wide; i++) {
		put_rect(d, col * WIDE + shapes[shape].bars[i].x, shapes[shape].bars[i].y,
			(end - col - 1) * WIDE + shapes[shape].bars[i].wide,
			shapes[shape].bars[i].high);
		buf_printf(&d->body, " class=\"c%zu\"/>\n", class);
	}
	return end;
}

static int
draw_sign(struct drawing *d, int row, int col)
{
	const struct pty_cell *cell = at(d, row, col);
	int cells = col + 1 < d->picture->cols && !cell[1].text[0] ? 2 : 1;
	int middle = col * 2 * WIDE + cells * WIDE; /* halves of a pixel */

	buf_printf(&d->body, "<text x=\"%d%s\" class=\"c%zu s\">", middle / 2,
		middle % 2 ? ".5" : "", class_of(d, cell));
	write_escaped(&d->body, cell->text);
	buf_puts(&d->body, "</text>\n");
	return col + cells;
}

/* Up to another look, a sign, or two blanks. */
static int
text_end(struct drawing *d, int row, int col)
{
	size_t class = class_of(d, at(d, row, col));
	int end = col;

	for (; col < d->picture->cols && col - end < 2; col++) {
		const struct pty_cell *cell = at(d, row, col);

		if (is_blank(cell))
			continue;
		if (is_sign(cell) || class_of(d, cell) != class)
			break;
		end = col + 1;
	}
	return end;
}

static int
draw_text(struct drawing *d, int row, int col)
{
	int end = text_end(d, row, col);

	buf_printf(&d->body, "<text x=\"%d\" class=\"c%zu\"", col * WIDE,
		class_of(d, at(d, row, col)));
	if (end - col > 1)
		buf_printf(&d->body, " textLength=\"%d\"", (end - col) * WIDE);
	buf_putc(&d->body, '>');
	for (; col < end; col++)
		write_escaped(&d->body, at(d, row, col)->text);
	buf_puts(&d->body, "</text>\n");
	return end;
}

/* What stands there is still seen. */
static void
draw_cursor(struct drawing *d)
{
	put_rect(d, d->picture->cursor_col * WIDE, 0, WIDE, HIGH);
	buf_printf(&d->body, " fill=\"#%06x\" fill-opacity=\"0.75\"/>\n", d->ground->fg);
}

static void
draw_row(struct drawing *d, int row)
{
	buf_printf(&d->body, "<g transform=\"translate(%d %d)\">\n", EDGE, BAR + row * HIGH + BASE);
	draw_grounds(d, row);
	for (int col = 0; col < d->picture->cols;) {
		const struct pty_cell *cell = at(d, row, col);

		if (is_blank(cell))
			col++;
		else if (shape_of(cell) < SHAPES)
			col = draw_shape(d, row, col);
		else
			col = (is_sign(cell) ? draw_sign : draw_text)(d, row, col);
	}
	if (row == d->picture->cursor_row)
		draw_cursor(d);
	buf_puts(&d->body, "</g>\n");
}

/* ---- the whole ---- */

static void
write_styles(const struct drawing *d, struct buf *out)
{
	buf_puts(out, "<style>\n"
		      "text{font:15px \"DejaVu Sans Mono\",Menlo,Consolas,\"Liberation Mono\","
		      "monospace}\n"
		      ".s{text-anchor:middle}\nrect{shape-rendering:crispEdges}\n");
	for (size_t i = 0; i < d->count; i++) {
		const struct pty_cell *look = &d->classes[i];

		buf_printf(out, ".c%zu{fill:#%06x%s%s}\n", i, (unsigned)look->fg & 0xffffff,
			look->bold ? ";font-weight:700" : "",
			look->underline ? ";text-decoration:underline" : "");
	}
	buf_puts(out, "</style>\n");
}

static void
write_window(const struct drawing *d, struct buf *out)
{
	int wide = d->picture->cols * WIDE + 2 * EDGE, high = d->picture->rows * HIGH + BAR + EDGE;

	buf_printf(out,
		"<rect x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"%d\" fill=\"#%06x\" "
		"stroke=\"#%06x\" style=\"shape-rendering:auto\"/>\n",
		wide - 1, high - 1, RADIUS, d->ground->bg, d->ground->edge);
	for (int i = 0; i < 3; i++)
		buf_printf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"5\" fill=\"#%06x\"/>\n",
			EDGE + 5 + i * 18, BAR / 2, d->ground->dots);
}

void
svg_draw(struct buf *out, const struct picture *picture, struct str name)
{
	struct drawing d = {
		.picture = picture, .ground = strcmp(picture->look, "light") == 0 ? &light : &dark};
	int wide = picture->cols * WIDE + 2 * EDGE, high = picture->rows * HIGH + BAR + EDGE;

	for (int row = 0; row < picture->rows; row++)
		draw_row(&d, row);
	buf_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" role=\"img\">\n<title>keywatch: %.*s</title>\n",
		wide, high, wide, high, STR_ARG(name));
	write_styles(&d, out);
	write_window(&d, out);
	buf_str(out, buf_view(&d.body));
	buf_puts(out, "</svg>\n");
	buf_fini(&d.body);
}
