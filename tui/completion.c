#include "tui/completion.h"

#include <glob.h>
#include <string.h>

enum { NAMES_MAX = 400 }; /* more than any line shows */

void
completion_begin(struct completion *c, struct str typed)
{
	*c = (struct completion){.typed = typed};
}

static void
add(struct completion *c, struct str word)
{
	size_t same = 0;

	if (c->names.len < NAMES_MAX) {
		buf_puts(&c->names, c->names.len ? " " : "");
		buf_str(&c->names, word);
	}
	if (++c->count == 1) {
		buf_str(&c->common, word);
		return;
	}
	while (same < c->common.len && same < word.len && c->common.data[same] == word.data[same])
		same++;
	while (same && same < word.len && (word.data[same] & 0xc0) == 0x80) /* whole characters */
		same--;
	c->common.len = same;
}

void
completion_add(struct completion *c, struct str word)
{
	if (str_starts_with(word, c->typed))
		add(c, word);
}

void
completion_add_nocase(struct completion *c, struct str word)
{
	if (str_equal_ascii_nocase(str_slice(word, 0, c->typed.len), c->typed))
		add(c, word);
}

void
completion_add_files(struct completion *c)
{
	struct buf pattern = {0};
	glob_t found;

	for (size_t i = 0; i < c->typed.len; i++) {
		if (strchr("*?[\\", c->typed.data[i]))
			buf_putc(&pattern, '\\');
		buf_putc(&pattern, c->typed.data[i]);
	}
	buf_putc(&pattern, '*');
	if (glob(buf_cstr(&pattern), GLOB_MARK, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			completion_add(c, str_from(found.gl_pathv[i]));
		globfree(&found);
	}
	buf_fini(&pattern);
}

void
completion_end(struct completion *c, struct prompt *prompt, struct str before, struct str rest)
{
	struct buf line = {0};

	if (c->count == 1 || c->common.len > c->typed.len) {
		buf_str(&line, before);
		buf_str(&line, buf_view(&c->common));
		buf_str(&line, rest);
		line_edit_set(&prompt->edit, buf_view(&line));
		prompt->edit.at = line.len - rest.len;
	} else {
		buf_clear(&prompt->help);
		buf_str(&prompt->help,
			c->count ? buf_view(&c->names) : STR("nothing begins like this"));
	}
	buf_fini(&line);
	buf_fini(&c->common);
	buf_fini(&c->names);
}
