#include "tui/config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/command/config_file.h"

struct reader {
	struct config *config;
	const char *file;
};

static char *
copy(struct str s)
{
	char *text = mem_alloc(s.len + 1);

	memcpy(text, s.data ? s.data : "", s.len);
	text[s.len] = '\0';
	return text;
}

/* ---- [screen] ---- */

const struct config_key_def config_keys[CONFIG_KEY_COUNT] = {
#define X(id, name, values, help) [CONFIG_##id] = {name, values, help},
	CONFIG_KEYS(X)
#undef X
};

static bool
refuse_screen(const struct reader *r, int line, struct error *err)
{
	struct buf names = {0};

	for (enum config_key key = 0; key < CONFIG_KEY_COUNT; key++)
		buf_printf(&names, "%s%s", key ? ", " : "", config_keys[key].name);
	error_set(err, ERROR_USAGE, "%s:%d: [screen] has the keys %s", r->file, line,
		buf_cstr(&names));
	buf_fini(&names);
	return false;
}

/* Which of the words of `A | B | C` it is; -1: none. */
static int
choice(const char *values, struct str value)
{
	struct str rest = str_from(values);

	for (int n = 0; rest.len; n++) {
		size_t end = str_find(rest, STR(" | "), 0);

		if (str_equal(value, str_slice(rest, 0, end)))
			return n;
		rest = end == (size_t)-1 ? STR("") : str_slice(rest, end + 3, rest.len);
	}
	return -1;
}

static bool
read_screen(struct reader *r, struct str key, struct str value, int line, struct error *err)
{
	struct config *config = r->config;
	enum config_key which = 0;
	int chosen;

	while (which < CONFIG_KEY_COUNT && !str_is(key, config_keys[which].name))
		which++;
	if (which == CONFIG_KEY_COUNT)
		return refuse_screen(r, line, err);
	if (which == CONFIG_THEME) {
		free(config->theme);
		config->theme = copy(value);
		return true;
	}
	chosen = choice(config_keys[which].values, value);
	if (chosen < 0)
		return error_set(err, ERROR_USAGE, "%s:%d: %s is %s", r->file, line,
			config_keys[which].name, config_keys[which].values);
	if (which == CONFIG_TIME)
		config->local = chosen;
	else if (which == CONFIG_MOUSE)
		config->mouse = chosen;
	else if (which == CONFIG_TITLE)
		config->title = chosen;
	else
		config->bell = (enum config_bell)chosen;
	return true;
}

/* ---- [keys], [filters] ---- */

static struct str
name_of_action(const void *context, size_t i)
{
	(void)context;
	return str_from(actions[i].name);
}

static bool
refuse_action(const struct reader *r, struct str name, int line, struct error *err)
{
	struct str near = str_nearest(name, name_of_action, NULL, ACTION_COUNT);

	if (near.data)
		return error_set(err, ERROR_USAGE,
			"%s:%d: there is no action `%.*s`: did you mean `%.*s`?", r->file, line,
			STR_ARG(name), STR_ARG(near));
	return error_set(err, ERROR_USAGE, "%s:%d: there is no action `%.*s`; ? lists them",
		r->file, line, STR_ARG(name));
}

static bool
read_key(struct reader *r, struct str key, struct str value, int line, struct error *err)
{
	enum action action = action_find(key);

	if (action == ACTION_NONE)
		return refuse_action(r, key, line, err);
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

void
config_init(struct config *config)
{
	*config = (struct config){0};
	keymap_init(&config->keymap);
}

bool
config_take(void *context, const char *file, struct str section, struct str key, struct str value,
	int line, struct error *err)
{
	struct reader r = {context, file};

	if (str_is(section, "screen"))
		return read_screen(&r, key, value, line, err);
	if (str_is(section, "keys"))
		return read_key(&r, key, value, line, err);
	return read_filter(&r, key, value);
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

/* ---- themes ---- */

static bool
is_plain_name(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/') && strlen(name) < THEME_NAME &&
	       !text_has_hidden(str_from(name));
}

static bool
refuse_theme(const char *name, struct error *err)
{
	struct theme_names names;
	struct buf list = {0};

	config_list_themes(&names);
	for (size_t i = 0; i < names.count; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", names.list[i]);
	error_set(err, ERROR_USAGE, "there is no theme `%s`; there are %s", name, buf_cstr(&list));
	buf_fini(&list);
	theme_names_fini(&names);
	return false;
}

bool
config_load_theme(struct theme *theme, const char *name, struct error *err)
{
	struct buf text = {0}, path = {0}, rest = {0}, installed = {0};
	struct str builtin = theme_builtin_text(name);
	struct theme loaded;
	bool found = false, ok;

	if (!is_plain_name(name))
		return error_set(
			err, ERROR_USAGE, "theme `%s`: a theme is named by a plain word", name);
	buf_printf(&rest, "themes/%s.ini", name);
	buf_printf(&installed, "%s/%s", KEYWATCH_DATADIR, buf_cstr(&rest));
	ok = config_file_first(&text, &path, buf_cstr(&rest), buf_cstr(&installed), &found, err);
	if (ok && found)
		ok = theme_parse(&loaded, name, buf_view(&text), buf_cstr(&path), err);
	else if (ok && builtin.data)
		ok = theme_parse(&loaded, name, builtin, name, err);
	else if (ok)
		ok = refuse_theme(name, err);
	if (ok)
		*theme = loaded;
	buf_fini(&text);
	buf_fini(&path);
	buf_fini(&rest);
	buf_fini(&installed);
	return ok;
}

static void
add_name(struct theme_names *names, struct str name)
{
	char plain[THEME_NAME] = "";

	if (name.len >= THEME_NAME)
		return;
	memcpy(plain, name.data, name.len);
	if (!is_plain_name(plain))
		return;
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i], plain) == 0)
			return;
	MEM_GROW(names->list, names->count, names->capacity);
	memcpy(names->list[names->count++], plain, sizeof(plain));
}

static void
add_folder(struct theme_names *names, const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		struct str file = str_from(entry->d_name);

		if (str_ends_with(file, STR(".ini")))
			add_name(names, str_slice(file, 0, file.len - 4));
	}
	if (folder)
		closedir(folder);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

void
config_list_themes(struct theme_names *names)
{
	struct buf path = {0};
	size_t builtin;

	*names = (struct theme_names){0};
	for (size_t i = 0; i < theme_builtin_count(); i++)
		add_name(names, str_from(theme_builtin_name(i)));
	builtin = names->count;
	if (config_file_user_path(&path, "themes"))
		add_folder(names, buf_cstr(&path));
	add_folder(names, KEYWATCH_DATADIR "/themes");
	qsort(names->list + builtin, names->count - builtin, sizeof(*names->list), compare_names);
	buf_fini(&path);
}

void
theme_names_fini(struct theme_names *names)
{
	free(names->list);
	*names = (struct theme_names){0};
}
