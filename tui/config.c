#include "tui/config.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/base/mem.h"

enum { FILE_MAX = 1 << 20 };

struct reader {
	struct config *config;
	const char *file;
};

static bool
refuse(const struct reader *r, int line, const char *text, struct error *err)
{
	return error_set(err, ERROR_USAGE, "%s:%d: %s", r->file, line, text);
}

static char *
copy(struct str s)
{
	char *text = mem_alloc(s.len + 1);

	memcpy(text, s.data ? s.data : "", s.len);
	text[s.len] = '\0';
	return text;
}

static bool
read_screen(struct reader *r, struct str key, struct str value, int line, struct error *err)
{
	if (str_is(key, "theme")) {
		free(r->config->theme);
		r->config->theme = copy(value);
		return true;
	}
	if (!str_is(key, "time"))
		return refuse(r, line, "[screen] has the keys theme and time", err);
	r->config->local = str_is(value, "local");
	if (r->config->local || str_is(value, "utc"))
		return true;
	return refuse(r, line, "time is `utc` or `local`", err);
}

static bool
read_key(struct reader *r, struct str key, struct str value, int line, struct error *err)
{
	enum action action = action_find(key);

	if (action == ACTION_NONE)
		return error_set(err, ERROR_USAGE, "%s:%d: there is no action `%.*s`; ? lists them",
			r->file, line, STR_ARG(key));
	return keymap_bind(&r->config->keymap, action, value, err) ||
	       error_prefix(err, "%s:%d", r->file, line);
}

static bool
read_filter(struct reader *r, struct str key, struct str value)
{
	struct config *config = r->config;

	MEM_GROW(config->filters, config->filter_count, config->filter_capacity);
	config->filters[config->filter_count++] = (struct config_filter){copy(key), copy(value)};
	return true;
}

static bool
read_row(void *context, struct str section, struct str key, struct str value, int line,
	struct error *err)
{
	struct reader *r = context;

	if (str_is(section, "screen"))
		return read_screen(r, key, value, line, err);
	if (str_is(section, "keys"))
		return read_key(r, key, value, line, err);
	if (str_is(section, "filters"))
		return read_filter(r, key, value);
	return true;
}

bool
config_parse(struct config *config, struct str text, const char *file, struct error *err)
{
	struct reader r = {config, file};

	*config = (struct config){0};
	keymap_init(&config->keymap);
	return ini_parse(text, file, read_row, &r, err);
}

/* A file below the user's configuration folder; false when there is no such folder. */
static bool
user_path(struct buf *path, const char *rest)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	buf_clear(path);
	if (config && config[0] == '/') /* a relative one is to be ignored: XDG base directories */
		buf_printf(path, "%s/keywatch/%s", config, rest);
	else if (home && home[0])
		buf_printf(path, "%s/.config/keywatch/%s", home, rest);
	return path->len > 0;
}

/* Reads the first that is there: found says whether any was. */
static bool
read_first(struct buf *text, struct buf *path, const char *rest, const char *second, bool *found,
	struct error *err)
{
	struct error missing = {0};

	*found = true;
	if (user_path(path, rest)) {
		if (file_read(buf_cstr(path), FILE_MAX, text, &missing))
			return true;
		if (missing.kind != ERROR_NOT_FOUND)
			return error_set(err, missing.kind, "%s", missing.text);
	}
	buf_clear(path);
	buf_puts(path, second);
	if (file_read(second, FILE_MAX, text, &missing))
		return true;
	*found = false;
	return missing.kind == ERROR_NOT_FOUND || error_set(err, missing.kind, "%s", missing.text);
}

bool
config_load(struct config *config, const char *file, struct error *err)
{
	struct buf text = {0}, path = {0};
	bool found = true, ok;

	*config = (struct config){0};
	keymap_init(&config->keymap);
	if (file) {
		buf_puts(&path, file);
		ok = file_read(file, FILE_MAX, &text, err);
	} else {
		ok = read_first(
			&text, &path, "config.ini", "/etc/keywatch/config.ini", &found, err);
	}
	if (ok && found)
		ok = config_parse(config, buf_view(&text), buf_cstr(&path), err);
	buf_fini(&text);
	buf_fini(&path);
	return ok;
}

void
config_fini(struct config *config)
{
	for (size_t i = 0; i < config->filter_count; i++) {
		free(config->filters[i].name);
		free(config->filters[i].predicate);
	}
	free(config->filters);
	free(config->theme);
	*config = (struct config){0};
}

const char *
config_find_filter(const struct config *config, struct str name)
{
	for (size_t i = 0; i < config->filter_count; i++)
		if (str_is(name, config->filters[i].name))
			return config->filters[i].predicate;
	return NULL;
}

static bool
is_plain_name(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/') && strlen(name) < 32;
}

bool
config_load_theme(struct theme *theme, const char *name, struct error *err)
{
	struct buf text = {0}, path = {0}, rest = {0}, installed = {0};
	struct str builtin = theme_builtin_text(name);
	bool found = false, ok;

	if (!is_plain_name(name))
		return error_set(
			err, ERROR_USAGE, "theme `%s`: a theme is named by a plain word", name);
	buf_printf(&rest, "themes/%s.ini", name);
	buf_printf(&installed, "%s/%s", KEYWATCH_DATADIR, buf_cstr(&rest));
	ok = read_first(&text, &path, buf_cstr(&rest), buf_cstr(&installed), &found, err);
	if (ok && found)
		ok = theme_parse(theme, name, buf_view(&text), buf_cstr(&path), err);
	else if (ok && builtin.data)
		ok = theme_parse(theme, name, builtin, name, err);
	else if (ok)
		ok = error_set(err, ERROR_USAGE,
			"theme `%s`: neither configured nor installed; built in are dark and light",
			name);
	buf_fini(&text);
	buf_fini(&path);
	buf_fini(&rest);
	buf_fini(&installed);
	return ok;
}
