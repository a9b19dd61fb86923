#include "core/command/config_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/file.h"
#include "core/base/ini.h"

enum { FILE_MAX = 1 << 20 };

/* ---- finding ---- */

bool
config_file_user_path(struct buf *path, const char *rest)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	buf_clear(path);
	if (config && config[0] == '/') /* a relative one is to be ignored: XDG base directories */
		buf_printf(path, "%s/keywatch/%s", config, rest);
	else if (home && home[0])
		buf_printf(path, "%s/.config/keywatch/%s", home, rest);
	return path->len > 0;
}

bool
config_file_first(struct buf *text, struct buf *path, const char *rest, const char *second,
	bool *found, struct error *err)
{
	struct error missing = {0};

	*found = true;
	if (config_file_user_path(path, rest)) {
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

/* ---- reading ---- */

struct reader {
	const char *file;
	struct source_configs *sources;
	const struct config_screen *screen;
	struct known *known;
};

static const char *const screen_sections[] = {"screen", "keys", "filters"};
enum { SCREEN_SECTIONS = sizeof(screen_sections) / sizeof(screen_sections[0]) };

static bool
is_screen(struct str section)
{
	for (size_t i = 0; i < SCREEN_SECTIONS; i++)
		if (str_is(section, screen_sections[i]))
			return true;
	return false;
}

/* The other sections that there are, for "did you mean". */
static struct str
section_name(const void *context, size_t i)
{
	(void)context;
	if (i < SCREEN_SECTIONS)
		return str_from(screen_sections[i]);
	return i == SCREEN_SECTIONS ? STR("known") : STR("source");
}

static bool
refuse_section(const struct reader *r, struct str section, int line, struct error *err)
{
	size_t blank = str_find(section, STR(" "), 0);
	struct str word = str_slice(section, 0, blank);
	struct str near = str_nearest(word, section_name, NULL, SCREEN_SECTIONS + 2);

	if (near.data)
		return error_set(err, ERROR_USAGE,
			"%s:%d: there is no section [%.*s]: did you mean [%.*s%s]?", r->file, line,
			STR_ARG(section), STR_ARG(near), str_is(near, "source") ? " NAME" : "");
	return error_set(err, ERROR_USAGE,
		"%s:%d: there is no section [%.*s]; there are [screen], [keys], [filters], [known] "
		"and [source NAME]",
		r->file, line, STR_ARG(section));
}

static bool
begin_section(void *context, struct str section, int line, struct error *err)
{
	struct reader *r = context;

	if (source_configs_owns(section))
		return source_configs_take(
			r->sources, r->file, section, STR_ABSENT, STR_ABSENT, line, err);
	return is_screen(section) || str_is(section, "known") ||
	       refuse_section(r, section, line, err);
}

static bool
take_row(void *context, struct str section, struct str key, struct str value, int line,
	struct error *err)
{
	struct reader *r = context;

	if (!section.len)
		return error_set(err, ERROR_USAGE, "%s:%d: `%.*s` stands outside of any section",
			r->file, line, STR_ARG(key));
	if (str_is(section, "known"))
		return known_take(r->known, r->file, key, value, line, err);
	if (!is_screen(section))
		return source_configs_take(r->sources, r->file, section, key, value, line, err);
	return !r->screen || !r->screen->take ||
	       r->screen->take(r->screen->context, r->file, section, key, value, line, err);
}

bool
config_file_parse(struct str text, const char *file, struct source_configs *sources,
	const struct config_screen *screen, struct error *err)
{
	struct known unwanted = {0};
	struct reader r = {file, sources, screen, screen ? screen->known : NULL};
	bool ok;

	if (!r.known)
		r.known = &unwanted;
	ok = ini_parse_sections(text, file, begin_section, take_row, &r, err);
	known_fini(&unwanted);
	return ok;
}

static bool
read_configured(struct source_configs *sources, const char *file,
	const struct config_screen *screen, struct error *err)
{
	struct buf text = {0}, path = {0};
	bool found = true, ok;

	if (file) {
		buf_puts(&path, file);
		ok = file_read(file, FILE_MAX, &text, err);
	} else {
		ok = config_file_first(
			&text, &path, "config.ini", "/etc/keywatch/config.ini", &found, err);
	}
	if (ok && found)
		ok = config_file_parse(buf_view(&text), buf_cstr(&path), sources, screen, err);
	buf_fini(&text);
	buf_fini(&path);
	return ok;
}

bool
config_file_load(struct source_configs *sources, const struct command_line *line,
	const struct config_screen *screen, struct error *err)
{
	const struct source_defaults defaults = {line->profile, line->region, line->endpoint_url};

	*sources = (struct source_configs){0};
	if (!read_configured(sources, line->config, screen, err))
		return false;
	for (size_t i = 0; i < line->source_count; i++)
		if (!source_configs_add(sources, line->sources[i], err))
			return false;
	return source_configs_check(sources, &defaults, err);
}

bool
config_file_load_known(struct known *known, const struct command_line *line, struct error *err)
{
	const struct config_screen rows = {.known = known};
	struct source_configs sources = {0};
	bool ok;

	*known = (struct known){0};
	ok = read_configured(&sources, line->config, &rows, err);
	source_configs_fini(&sources);
	return ok;
}
