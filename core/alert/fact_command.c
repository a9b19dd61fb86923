/* The command of question 26, as a line to paste into any POSIX shell. */
#include "core/alert/facts.h"
#include "core/base/text.h"

/* The AWS CLI reads these from elsewhere instead of taking them as a value; nothing turns that
 * off for a file. */
static const char *const read_from_elsewhere[] = {"file://", "fileb://", "http://", "https://"};

static bool
can_be_argument(struct str s)
{
	for (size_t i = 0; i < sizeof(read_from_elsewhere) / sizeof(*read_from_elsewhere); i++)
		if (str_starts_with(s, str_from(read_from_elsewhere[i])))
			return false;
	/* No argument holds a NUL, and a command substitution loses line feeds at its end. */
	return s.len > 0 && s.data[s.len - 1] != '\n' &&
	       str_find(s, STR("\xc0\x80"), 0) == (size_t)-1;
}

/* Needs no quoting. '=' does: at the beginning of a word it is zsh's for "where is". */
static bool
is_plain(struct str s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_+,.@-/:";

	for (size_t i = 0; i < s.len; i++)
		if (!memchr(plain, s.data[i], sizeof(plain) - 1))
			return false;
	return true;
}

static void
put_quoted(struct buf *out, struct str s)
{
	buf_putc(out, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, s.data[i]);
	}
	buf_putc(out, '\'');
}

/* What must not reach a terminal raw is spelled in octal and comes back to its bytes in the
 * shell. */
static void
put_printed(struct buf *out, struct str s)
{
	buf_puts(out, "\"$(printf '");
	for (size_t i = 0; i < s.len; i++) {
		if (is_plain(str_slice(s, i, 1)) && s.data[i] != '-') /* printf has options too */
			buf_putc(out, s.data[i]);
		else
			buf_printf(out, "\\%03o", (unsigned char)s.data[i]);
	}
	buf_puts(out, "')\"");
}

/* A value that begins like an option is joined to its own by '='. */
static void
put_option(struct buf *out, const char *option, struct str value)
{
	buf_printf(out, " %s%c", option, value.data[0] == '-' ? '=' : ' ');
	if (is_plain(value))
		buf_str(out, value);
	else if (!text_has_hidden(value))
		put_quoted(out, value);
	else
		put_printed(out, value);
}

struct str
fact_deactivate_command(struct arena *arena, const struct alert *alert)
{
	struct str user = alert->text[ALERT_TARGET_USER];
	struct str key = alert->text[ALERT_KEY_ID];
	bool root = str_is(alert->text[ALERT_ACTOR_TYPE], "Root") && alert->self;
	struct buf out = {0};
	struct str command;

	if (!can_be_argument(key) || !can_be_argument(user))
		return STR_ABSENT;
	buf_puts(&out, "aws iam update-access-key");
	put_option(&out, "--access-key-id", key);
	buf_puts(&out, " --status Inactive");
	if (!root)
		put_option(&out, "--user-name", user);
	command = arena_str(arena, buf_view(&out));
	buf_fini(&out);
	return command;
}
