#include "tests/support/picture.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
enum { LETTERS = sizeof(letters) - 1, SIDE = 1000 };

struct legend {
	struct pty_cell looks[LETTERS];
	size_t count;
};

static const struct {
	const char *word;
	size_t at;
} bits[] = {{"bold", offsetof(struct pty_cell, bold)},
	{"underline", offsetof(struct pty_cell, underline)},
	{"reverse", offsetof(struct pty_cell, reverse)},
	{"blink", offsetof(struct pty_cell, blink)}};
enum { BITS = sizeof(bits) / sizeof(bits[0]) };

void
picture_init(struct picture *picture, int rows, int cols, const char *look)
{
	size_t count = (size_t)rows * (size_t)cols;

	*picture = (struct picture){.rows = rows, .cols = cols, .cursor_row = -1};
	snprintf(picture->look, sizeof(picture->look), "%s", look);
	picture->cells = mem_alloc(count * sizeof(picture->cells[0]));
	for (size_t i = 0; i < count; i++)
		picture->cells[i] = (struct pty_cell){.text = " ", .fg = -1, .bg = -1};
}

void
picture_fini(struct picture *picture)
{
	free(picture->cells);
	*picture = (struct picture){0};
}

struct pty_cell *
picture_at(const struct picture *picture, int row, int col)
{
	return &picture->cells[row * picture->cols + col];
}

bool
picture_same_look(const struct pty_cell *a, const struct pty_cell *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->bold == b->bold &&
	       a->underline == b->underline && a->reverse == b->reverse && a->blink == b->blink;
}

bool
picture_is_plain(const struct pty_cell *cell)
{
	return picture_same_look(cell, &(struct pty_cell){.fg = -1, .bg = -1});
}

/* ---- writing ---- */

static struct pty_cell
seen(const struct pty_cell *cell)
{
	struct pty_cell out = *cell;

	if (strcmp(cell->text, " ") == 0 && !cell->underline && !cell->reverse) {
		out.fg = -1;
		out.bold = out.blink = false;
	}
	return out;
}

/* '?' beyond the last letter, which no legend explains. */
static char
letter_of(struct legend *legend, const struct pty_cell *cell)
{
	struct pty_cell look = seen(cell);
	size_t i = 0;

	if (picture_is_plain(&look))
		return ' ';
	while (i < legend->count && !picture_same_look(&legend->looks[i], &look))
		i++;
	if (i == LETTERS)
		return '?';
	if (i == legend->count)
		legend->looks[legend->count++] = look;
	return letters[i];
}

static void
end_line(struct buf *out)
{
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		out->len--;
	buf_putc(out, '\n');
}

static void
write_colour(struct buf *out, const char *ground, int colour)
{
	if (colour >= PTY_RGB)
		buf_printf(out, " %s #%06x", ground, (unsigned)colour & 0xffffff);
	else if (colour >= 0)
		buf_printf(out, " %s %d", ground, colour);
}

static void
write_legend(const struct legend *legend, struct buf *out)
{
	for (size_t i = 0; i < legend->count; i++) {
		const struct pty_cell *look = &legend->looks[i];

		buf_putc(out, letters[i]);
		write_colour(out, "fg", look->fg);
		write_colour(out, "bg", look->bg);
		for (size_t bit = 0; bit < BITS; bit++)
			if (*((const bool *)((const char *)look + bits[bit].at)))
				buf_printf(out, " %s", bits[bit].word);
		buf_putc(out, '\n');
	}
}

void
picture_write(const struct picture *picture, struct buf *out)
{
	struct legend legend = {.count = 0};

	buf_printf(out, "%dx%d %s", picture->cols, picture->rows, picture->look);
	if (picture->cursor_row >= 0)
		buf_printf(out, ", cursor %d:%d", picture->cursor_row, picture->cursor_col);
	buf_putc(out, '\n');
	for (int row = 0; row < picture->rows; row++) {
		for (int col = 0; col < picture->cols; col++)
			buf_puts(out, picture_at(picture, row, col)->text);
		end_line(out);
	}
	buf_puts(out, "attributes\n");
	for (int row = 0; row < picture->rows; row++) {
		for (int col = 0; col < picture->cols; col++)
			buf_putc(out, letter_of(&legend, picture_at(picture, row, col)));
		end_line(out);
	}
	buf_puts(out, "legend\n");
	write_legend(&legend, out);
}

/* ---- reading ---- */

/* Without its \n; false at the end. */
static bool
next_line(struct str *rest, struct str *line)
{
	size_t end = str_find(*rest, STR("\n"), 0);

	if (end == (size_t)-1)
		return false;
	*line = str_slice(*rest, 0, end);
	*rest = str_slice(*rest, end + 1, rest->len);
	return true;
}

static bool
read_text(struct picture *picture, int row, struct str line)
{
	struct pty_cell *cell = NULL;
	uint32_t cp;
	int col = 0;

	for (size_t len; (len = text_decode(line, &cp)) > 0;
		line = str_slice(line, len, line.len)) {
		int width = text_is_hidden(cp) ? -1 : text_width(cp);

		if (width < 0 || col + width > picture->cols || (!cell && width == 0))
			return false;
		if (width > 0) {
			cell = picture_at(picture, row, col);
			cell->text[0] = '\0';
		}
		if (width == 2)
			cell[1].text[0] = '\0';
		if (strlen(cell->text) + len >= sizeof(cell->text))
			return false;
		strncat(cell->text, line.data, len);
		col += width;
	}
	return true;
}

static bool
read_attributes(struct picture *picture, int row, struct str line, size_t *legend)
{
	for (size_t col = 0; col < line.len; col++) {
		const char *letter = strchr(letters, line.data[col]);

		if (line.data[col] == ' ')
			continue;
		if (!letter || !*letter || col >= (size_t)picture->cols)
			return false;
		picture_at(picture, row, (int)col)->fg = -2 - (int)(letter - letters);
		if ((size_t)(letter - letters) >= *legend)
			*legend = (size_t)(letter - letters) + 1;
	}
	return true;
}

/* The word at the front of the line, taken off it. */
static struct str
take_word(struct str *line)
{
	size_t end = str_find(*line, STR(" "), 0);
	struct str word = str_slice(*line, 0, end);

	*line = str_slice(*line, end == (size_t)-1 ? line->len : end + 1, line->len);
	return word;
}

static bool
read_colour(struct str word, int *colour)
{
	char text[12];
	char *end;

	snprintf(text, sizeof(text), "%.*s", STR_ARG(word));
	if (text[0] == '#')
		*colour = PTY_RGB | (int)strtol(text + 1, &end, 16);
	else
		*colour = (int)strtol(text, &end, 10);
	return end != text && *end == '\0' && *colour >= 0;
}

static bool
read_look(struct pty_cell *look, struct str line)
{
	*look = (struct pty_cell){.fg = -1, .bg = -1};
	while (line.len > 0) {
		struct str word = take_word(&line);
		size_t bit = 0;

		if (str_is(word, "fg") || str_is(word, "bg")) {
			if (!read_colour(
				    take_word(&line), str_is(word, "fg") ? &look->fg : &look->bg))
				return false;
			continue;
		}
		while (bit < BITS && !str_is(word, bits[bit].word))
			bit++;
		if (bit == BITS)
			return false;
		*(bool *)((char *)look + bits[bit].at) = true;
	}
	return !picture_is_plain(look);
}

static void
give_look(struct picture *picture, int mark, const struct pty_cell *look)
{
	for (int i = 0; i < picture->rows * picture->cols; i++) {
		struct pty_cell *cell = &picture->cells[i];
		char text[sizeof(cell->text)];

		if (cell->fg != mark)
			continue;
		memcpy(text, cell->text, sizeof(text));
		*cell = *look;
		memcpy(cell->text, text, sizeof(text));
	}
}

static bool
read_head(struct picture *picture, struct str line)
{
	char head[80], look[PICTURE_LOOK];
	int rows, cols, row = -1, col = 0;

	snprintf(head, sizeof(head), "%.*s", STR_ARG(line));
	if (sscanf(head, "%dx%d %15[a-z], cursor %d:%d", &cols, &rows, look, &row, &col) < 3)
		return false;
	if (rows < 1 || cols < 1 || rows > SIDE || cols > SIDE || row >= rows || col >= cols ||
		col < 0)
		return false;
	picture_init(picture, rows, cols, look);
	picture->cursor_row = row;
	picture->cursor_col = col;
	return true;
}

static bool
read_rows(struct picture *picture, struct str rest)
{
	struct pty_cell look;
	struct str line;
	size_t legend = 0;

	for (int row = 0; row < picture->rows; row++)
		if (!next_line(&rest, &line) || !read_text(picture, row, line))
			return false;
	if (!next_line(&rest, &line) || !str_is(line, "attributes"))
		return false;
	for (int row = 0; row < picture->rows; row++)
		if (!next_line(&rest, &line) || !read_attributes(picture, row, line, &legend))
			return false;
	if (!next_line(&rest, &line) || !str_is(line, "legend"))
		return false;
	for (size_t i = 0; i < legend; i++) {
		if (!next_line(&rest, &line) || line.len < 3 || line.data[0] != letters[i] ||
			line.data[1] != ' ' || !read_look(&look, str_slice(line, 2, line.len)))
			return false;
		give_look(picture, -2 - (int)i, &look);
	}
	return rest.len == 0;
}

bool
picture_read(struct picture *picture, struct str text)
{
	struct str line;

	*picture = (struct picture){0};
	if (next_line(&text, &line) && read_head(picture, line) && read_rows(picture, text))
		return true;
	picture_fini(picture);
	return false;
}
