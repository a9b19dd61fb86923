#include "tui/record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/process.h"
#include "core/base/text.h"
#include "tui/term_guard.h"

/* ---- the text ---- */

static void
put_unit(struct buf *out, uint32_t unit)
{
	buf_printf(out, "\\u%04x", (unsigned)unit);
}

static void
put_escaped(struct buf *out, uint32_t cp)
{
	if (cp == TEXT_INVALID)
		cp = 0xfffd;
	if (cp < 0x10000) {
		put_unit(out, cp);
		return;
	}
	put_unit(out, 0xd800 + ((cp - 0x10000) >> 10));
	put_unit(out, 0xdc00 + ((cp - 0x10000) & 0x3ff));
}

static void
put_token(struct buf *out, struct str token)
{
	uint32_t cp;

	for (size_t n; (n = text_decode(token, &cp)) > 0; token = str_slice(token, n, token.len)) {
		if (text_is_hidden(cp))
			put_escaped(out, cp);
		else
			buf_append(out, token.data, n);
	}
}

static void
put_line(struct buf *out, int depth)
{
	buf_putc(out, '\n');
	for (int i = 0; i < depth; i++)
		buf_puts(out, "  ");
}

static bool
is_open(enum json_token_type type)
{
	return type == JSON_TOKEN_OPEN_OBJECT || type == JSON_TOKEN_OPEN_ARRAY;
}

static bool
is_close(enum json_token_type type)
{
	return type == JSON_TOKEN_CLOSE_OBJECT || type == JSON_TOKEN_CLOSE_ARRAY;
}

void
record_text(struct buf *out, struct str raw)
{
	struct json_lexer lexer = {raw, 0};
	enum json_token_type before = JSON_TOKEN_END;
	int depth = 0;

	for (struct json_token t; (t = json_next_token(&lexer)).type != JSON_TOKEN_END;
		before = t.type) {
		depth -= is_close(t.type) && depth > 0;
		if ((is_close(t.type) && !is_open(before)) || before == JSON_TOKEN_COMMA ||
			(is_open(before) && !is_close(t.type)))
			put_line(out, depth);
		put_token(out, str_slice(raw, t.offset, t.len));
		if (t.type == JSON_TOKEN_COLON)
			buf_putc(out, ' ');
		depth += is_open(t.type);
	}
	buf_putc(out, '\n');
}

/* ---- the file ---- */

static bool
write_file(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.data, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text = str_slice(text, (size_t)n, text.len);
	}
	return true;
}

static void
remove_file(const struct buf *path)
{
	unlink(buf_cstr(path));
	term_guard_set_file(NULL);
}

/* mkostemps makes it 0600. */
static bool
make_file(struct buf *path, struct str text, struct error *err)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	bool ok;
	int fd;

	if (!folder || access(folder, W_OK) != 0)
		folder = getenv("TMPDIR");
	buf_printf(path, "%s/keywatch-XXXXXX.json", folder ? folder : "/tmp");
	fd = mkostemps(path->data, (int)strlen(".json"), O_CLOEXEC);
	if (fd < 0)
		return error_set(err, ERROR_SYSTEM, "%s: %s", buf_cstr(path), strerror(errno));
	term_guard_set_file(buf_cstr(path));
	ok = write_file(fd, text);
	if (!ok) {
		error_set(err, ERROR_SYSTEM, "%s: %s", buf_cstr(path), strerror(errno));
		remove_file(path);
	}
	close(fd);
	return ok;
}

/* They may hold arguments of their own, as everywhere: the user's shell takes them apart. */
static const char *
program(void)
{
	const char *pager = getenv("PAGER"), *editor = getenv("EDITOR");

	if (pager && pager[0])
		return pager;
	return editor && editor[0] ? editor : "less";
}

bool
record_show(struct str raw, struct error *err)
{
	struct buf text = {0}, path = {0}, line = {0};
	int status;
	bool ok;

	record_text(&text, raw);
	ok = make_file(&path, buf_view(&text), err);
	if (ok) {
		const char *argv[] = {"/bin/sh", "-c", NULL, "sh", buf_cstr(&path), NULL};

		buf_printf(&line, "%s \"$1\"", program());
		argv[2] = buf_cstr(&line);
		ok = process_lend(argv, &status, err);
		if (ok && (status == 126 || status == 127))
			ok = error_set(err, ERROR_SYSTEM,
				"`%s` cannot be started: set PAGER or EDITOR", program());
		remove_file(&path);
	}
	buf_fini(&text);
	buf_fini(&path);
	buf_fini(&line);
	return ok;
}
