#include "core/base/ini.h"

#include "core/base/buf.h"

struct reader {
	const char *file;
	ini_section_handler *begin; /* may be NULL */
	ini_handler *handler;
	void *context;
	struct str section, key;
	size_t indent; /* of the key */
	int line;
};

static bool
split_pair(struct str line, struct str *key, struct str *value)
{
	size_t at = str_find(line, STR("="), 0);

	if (at == (size_t)-1)
		return false;
	*key = str_trim(str_slice(line, 0, at));
	*value = str_trim(str_slice(line, at + 1, line.len));
	return key->len > 0;
}

static bool
refuse(const struct reader *r, const char *reason, struct error *err)
{
	return error_set(err, ERROR_USAGE, "%s:%d: %s", r->file, r->line, reason);
}

static bool
read_section(struct reader *r, struct str line, struct error *err)
{
	size_t end = str_find(line, STR("]"), 0);
	struct str rest;

	if (end == (size_t)-1)
		return refuse(r, "a section needs a closing ]", err);
	rest = str_trim(str_slice(line, end + 1, line.len));
	if (rest.len && rest.data[0] != '#' && rest.data[0] != ';')
		return refuse(r, "only a comment may stand behind a section", err);
	r->section = str_trim(str_slice(line, 1, end - 1));
	r->key = STR_ABSENT;
	return !r->begin || r->begin(r->context, r->section, r->line, err);
}

static bool
read_nested(struct reader *r, struct str line, struct error *err)
{
	struct buf name = {0};
	struct str key, value;
	bool ok;

	if (!split_pair(line, &key, &value))
		return refuse(r, "expected `key = value`", err);
	buf_str(&name, r->key);
	buf_putc(&name, '.');
	buf_str(&name, key);
	ok = r->handler(r->context, r->section, buf_view(&name), value, r->line, err);
	buf_fini(&name);
	return ok;
}

static bool
read_line(struct reader *r, struct str whole, struct error *err)
{
	struct str line = str_trim(whole), value;
	size_t indent = (size_t)(line.data - whole.data);

	if (!line.len || line.data[0] == '#' || line.data[0] == ';')
		return true;
	if (r->key.data && indent > r->indent)
		return read_nested(r, line, err);
	if (line.data[0] == '[')
		return read_section(r, line, err);
	r->indent = indent;
	if (!split_pair(line, &r->key, &value))
		return refuse(r, "expected `key = value`", err);
	return r->handler(r->context, r->section, r->key, value, r->line, err);
}

bool
ini_parse_sections(struct str text, const char *file, ini_section_handler *section,
	ini_handler *handler, void *context, struct error *err)
{
	struct reader r = {.file = file,
		.begin = section,
		.handler = handler,
		.context = context,
		.section = STR("")};

	if (str_starts_with(text, STR("\xef\xbb\xbf")))
		text = str_slice(text, 3, text.len);
	while (text.len) {
		size_t end = str_find(text, STR("\n"), 0);
		size_t used = end == (size_t)-1 ? text.len : end;

		r.line++;
		if (!read_line(&r, str_slice(text, 0, used), err))
			return false;
		text = str_slice(text, used + (end != (size_t)-1), text.len);
	}
	return true;
}

bool
ini_parse(struct str text, const char *file, ini_handler *handler, void *context, struct error *err)
{
	return ini_parse_sections(text, file, NULL, handler, context, err);
}
