#include "core/source/source_config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/timefmt.h"
#include "core/source/source.h"

enum { NAME_MAX_LEN = 40, SPAN_MAX_DAYS = 3650 };

/* Where a word stands; file NULL: on the command line. */
struct place {
	const char *file;
	int line;
};

__attribute__((format(printf, 3, 4))) static bool
refuse(struct error *err, struct place at, const char *fmt, ...)
{
	struct buf text = {0};
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	if (at.file)
		error_set(err, ERROR_USAGE, "%s:%d: %s", at.file, at.line, buf_cstr(&text));
	else
		error_set(err, ERROR_USAGE, "--source: %s", buf_cstr(&text));
	buf_fini(&text);
	return false;
}

static char *
copy(struct str s)
{
	char *text = mem_alloc(s.len + 1);

	memcpy(text, s.data ? s.data : "", s.len);
	text[s.len] = '\0';
	return text;
}

/* ---- names ---- */

static struct source_config *
find(const struct source_configs *configs, struct str name)
{
	for (size_t i = 0; i < configs->count; i++)
		if (str_is(name, configs->list[i].name))
			return &configs->list[i];
	return NULL;
}

static bool
is_name(struct str name)
{
	uint32_t cp;

	if (!name.len || text_length(name) > NAME_MAX_LEN)
		return false;
	for (size_t i = 0; i < name.len; i += text_decode(str_slice(name, i, name.len), &cp)) {
		text_decode(str_slice(name, i, name.len), &cp);
		if (!text_is_alnum(cp) && (cp > 127 || !strchr("._-", (int)cp)))
			return false;
	}
	return true;
}

/* Saved logs are told apart from live sources by that name. */
static bool
check_name(
	const struct source_configs *configs, struct str name, struct place at, struct error *err)
{
	const struct source_config *other = find(configs, name);

	if (!is_name(name))
		return refuse(err, at,
			"a source's name is up to %d letters, digits, `.`, `_` and `-`",
			NAME_MAX_LEN);
	if (str_is(name, "file"))
		return refuse(err, at, "no source is called `file`: saved logs are");
	if (other && other->file)
		return refuse(err, at, "there is a source `%.*s` already, in %s:%d", STR_ARG(name),
			other->file, other->line);
	if (other)
		return refuse(err, at, "there is a source `%.*s` already", STR_ARG(name));
	return true;
}

static struct source_config *
push(struct source_configs *configs, struct str name, struct place at)
{
	struct source_config *config;

	MEM_GROW(configs->list, configs->count, configs->capacity);
	config = &configs->list[configs->count++];
	*config = (struct source_config){
		.name = copy(name), .file = at.file ? mem_strdup(at.file) : NULL, .line = at.line};
	return config;
}

/* ---- keys ---- */

/* What must not stand in a file that is copied, printed and backed up, nor on a command line. */
static const struct {
	const char *key, *advice;
} secrets[] = {
	{"client_secret",
		"name a file that holds it by client_secret_file, or set AZURE_CLIENT_SECRET"},
	{"aws_access_key_id", "keep it in a profile of AWS's own files and name that by `profile`"},
	{"aws_secret_access_key",
		"keep it in a profile of AWS's own files and name that by `profile`"},
	{"aws_session_token", "keep it in a profile of AWS's own files and name that by `profile`"},
	{"access_key", "keep it in a profile of AWS's own files and name that by `profile`"},
	{"access_key_id", "keep it in a profile of AWS's own files and name that by `profile`"},
	{"secret_key", "keep it in a profile of AWS's own files and name that by `profile`"},
	{"secret_access_key", "keep it in a profile of AWS's own files and name that by `profile`"},
	{"session_token", "keep it in a profile of AWS's own files and name that by `profile`"},
	{"access_token", "keywatch fetches tokens itself: see `auth`"},
	{"password", "keywatch(1) says where credentials come from"},
};

static struct str
key_name(const void *context, size_t i)
{
	(void)context;
	return i < SOURCE_KEY_COUNT ? str_from(source_keys[i].name) : STR("type");
}

static struct str
kind_name(const void *context, size_t i)
{
	(void)context;
	return str_from(source_kinds[i]->type);
}

static size_t
find_key(struct str name)
{
	size_t i = 0;

	while (i < SOURCE_KEY_COUNT && !str_is(name, source_keys[i].name))
		i++;
	return i;
}

static bool
refuse_key(struct str key, struct place at, struct error *err)
{
	struct str near = str_nearest(key, key_name, NULL, SOURCE_KEY_COUNT + 1);

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (str_equal_ascii_nocase(key, str_from(secrets[i].key)))
			return refuse(err, at, "`%s` is a secret and does not belong here: %s",
				secrets[i].key, secrets[i].advice);
	if (near.data)
		return refuse(err, at, "a source has no key `%.*s`: did you mean `%.*s`?",
			STR_ARG(key), STR_ARG(near));
	return refuse(err, at, "a source has no key `%.*s`", STR_ARG(key));
}

static bool
take_type(struct source_config *config, struct str value, struct place at, struct error *err)
{
	struct str near;
	struct buf names = {0};
	size_t count = 0;

	if (config->ops)
		return refuse(err, at, "`type` is said twice");
	config->ops = source_find(value);
	if (config->ops)
		return true;
	for (; source_kinds[count]; count++)
		buf_printf(&names, "%s%s", count ? ", " : "", source_kinds[count]->type);
	near = str_nearest(value, kind_name, NULL, count);
	if (near.data)
		refuse(err, at, "there is no type `%.*s`: did you mean `%.*s`?", STR_ARG(value),
			STR_ARG(near));
	else
		refuse(err, at, "there is no type `%.*s`; there are %s", STR_ARG(value),
			buf_cstr(&names));
	buf_fini(&names);
	return false;
}

static bool
take_span(struct source_config *config, size_t key, struct str value, struct place at,
	struct error *err)
{
	int64_t ticks;

	if (!time_parse_span(value, &ticks) || ticks <= 0 || ticks > SPAN_MAX_DAYS * TICKS_PER_DAY)
		return refuse(err, at, "`%s` is a span above 0 such as 30s, 15m, 24h or 90d",
			source_keys[key].name);
	config->span_ms[key] = ticks / TICKS_PER_MS;
	return true;
}

static bool
take_value(struct source_config *config, size_t key, struct str value, struct place at,
	struct error *err)
{
	const struct source_key_def *def = &source_keys[key];
	const char *reason = NULL;
	struct error why;

	if (!value.len)
		return refuse(err, at, "`%s` is empty", def->name);
	if (memchr(value.data, '\0', value.len))
		return refuse(err, at, "`%s` holds a NUL", def->name);
	config->value[key] = copy(value);
	config->key_line[key] = at.line;
	if (def->span)
		return take_span(config, key, value, at, err);
	if (def->check)
		reason = def->check(config->value[key], at.file != NULL, &why);
	return !reason || refuse(err, at, "`%s` %s", def->name, reason);
}

static bool
take(struct source_config *config, struct str key, struct str value, struct place at,
	struct error *err)
{
	size_t which = find_key(key);

	if (str_is(key, "type"))
		return take_type(config, value, at, err);
	if (which == SOURCE_KEY_COUNT)
		return refuse_key(key, at, err);
	if (config->value[which])
		return refuse(err, at, "`%.*s` is said twice", STR_ARG(key));
	return take_value(config, which, value, at, err);
}

/* ---- the file ---- */

bool
source_configs_owns(struct str section)
{
	return str_starts_with(section, STR("source")) &&
	       (section.len == 6 || section.data[6] == ' ' || section.data[6] == '\t');
}

bool
source_configs_take(struct source_configs *configs, const char *file, struct str section,
	struct str key, struct str value, int line, struct error *err)
{
	struct str name = str_trim(str_slice(section, 6, section.len));
	struct place at = {file, line};
	struct source_config *config;

	if (key.data) {
		config = find(configs, name);
		return config ? take(config, key, value, at, err)
			      : refuse(err, at, "`%.*s` stands before its section", STR_ARG(key));
	}
	if (!name.len)
		return refuse(err, at, "a source has a name: [source NAME]");
	if (!check_name(configs, name, at, err))
		return false;
	push(configs, name, at);
	return true;
}

/* ---- the command line ---- */

/* The next part up to a comma, unescaped; false at the end. */
static bool
next_part(const char **text, struct buf *part)
{
	const char *c = *text;

	buf_clear(part);
	if (!*c)
		return false;
	for (; *c && *c != ','; c++) {
		if (*c == '\\' && (c[1] == ',' || c[1] == '\\'))
			c++;
		buf_putc(part, *c);
	}
	*text = *c ? c + 1 : c;
	return true;
}

static bool
take_part(struct source_config *config, struct str part, struct error *err)
{
	size_t at = str_find(part, STR("="), 0);
	struct str key = str_trim(str_slice(part, 0, at));
	struct place place = {0};

	if (at == (size_t)-1)
		return refuse(
			err, place, "expected type=TYPE,KEY=VALUE,… (`\\,` is a comma in a value)");
	part = str_trim(str_slice(part, at + 1, part.len));
	if (!str_is(key, "name"))
		return take(config, key, part, place, err);
	if (config->name)
		return refuse(err, place, "`name` is said twice");
	config->name = copy(part);
	return true;
}

/* sqs1, sqs2, s3-1, …: the first that is free. */
static void
give_name(const struct source_configs *configs, struct source_config *config)
{
	const char *type = config->ops->type;
	bool digit = isdigit((unsigned char)type[strlen(type) - 1]);
	struct buf name = {0};

	for (unsigned i = 1; !config->name; i++) {
		buf_clear(&name);
		buf_printf(&name, "%s%s%u", type, digit ? "-" : "", i);
		if (!find(configs, buf_view(&name)))
			config->name = copy(buf_view(&name));
	}
	buf_fini(&name);
}

static void
config_fini(struct source_config *config)
{
	for (size_t i = 0; i < SOURCE_KEY_COUNT; i++)
		free(config->value[i]);
	free(config->name);
	free(config->file);
}

static bool
check_added(
	const struct source_configs *configs, const struct source_config *config, struct error *err)
{
	if (!config->ops)
		return refuse(err, (struct place){0}, "needs a type: type=TYPE,KEY=VALUE,…");
	return !config->name || check_name(configs, str_from(config->name), (struct place){0}, err);
}

bool
source_configs_add(struct source_configs *configs, const char *text, struct error *err)
{
	struct source_config config = {0};
	struct buf part = {0};
	bool ok = true;

	while (ok && next_part(&text, &part))
		ok = take_part(&config, buf_view(&part), err);
	buf_fini(&part);
	if (!ok || !check_added(configs, &config, err)) {
		config_fini(&config);
		return false;
	}
	give_name(configs, &config);
	MEM_GROW(configs->list, configs->count, configs->capacity);
	configs->list[configs->count++] = config;
	return true;
}

/* ---- as a whole ---- */

static bool
has_key(const struct source_ops *ops, size_t key)
{
	if (key == SOURCE_KEY_POLL_INTERVAL)
		return true;
	for (size_t i = 0; ops->keys && ops->keys[i]; i++)
		if (str_is(str_from(ops->keys[i]), source_keys[key].name))
			return true;
	return false;
}

static bool
check_one(const struct source_config *config, struct error *err)
{
	struct place at = {config->file, config->line};

	if (!config->ops)
		return refuse(err, at, "[source %s] needs a `type`", config->name);
	for (size_t i = 0; i < SOURCE_KEY_COUNT; i++) {
		bool has = has_key(config->ops, i);

		at.line = config->value[i] ? config->key_line[i] : config->line;
		if (config->value[i] && !has)
			return refuse(err, at, "`%s` is no key of type %s", source_keys[i].name,
				config->ops->type);
		if (!config->value[i] && has && source_keys[i].required)
			return refuse(err, at, "source `%s` needs `%s`: %s", config->name,
				source_keys[i].name, source_keys[i].help);
	}
	return true;
}

static void
fill_in(struct source_config *config, enum source_key key, const char *value)
{
	if (value && !config->value[key] && has_key(config->ops, key) &&
		has_key(config->ops, SOURCE_KEY_PROFILE))
		config->value[key] = mem_strdup(value);
}

/* An option holds for sources that may not be there; it must make sense all the same. */
static bool
check_default(enum source_key key, const char *option, const char *value, struct error *err)
{
	struct error why;
	const char *reason;

	if (!value)
		return true;
	reason = *value ? source_keys[key].check(value, false, &why) : "is empty";
	return !reason || error_set(err, ERROR_USAGE, "%s %s", option, reason);
}

bool
source_configs_check(
	struct source_configs *configs, const struct source_defaults *defaults, struct error *err)
{
	if (!check_default(SOURCE_KEY_PROFILE, "--profile", defaults->profile, err) ||
		!check_default(SOURCE_KEY_REGION, "--region", defaults->region, err) ||
		!check_default(
			SOURCE_KEY_ENDPOINT_URL, "--endpoint-url", defaults->endpoint_url, err))
		return false;
	for (size_t i = 0; i < configs->count; i++) {
		if (!check_one(&configs->list[i], err))
			return false;
		fill_in(&configs->list[i], SOURCE_KEY_PROFILE, defaults->profile);
		fill_in(&configs->list[i], SOURCE_KEY_REGION, defaults->region);
		fill_in(&configs->list[i], SOURCE_KEY_ENDPOINT_URL, defaults->endpoint_url);
	}
	return true;
}

void
source_configs_fini(struct source_configs *configs)
{
	for (size_t i = 0; i < configs->count; i++)
		config_fini(&configs->list[i]);
	free(configs->list);
	*configs = (struct source_configs){0};
}
