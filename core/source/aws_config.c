/* AWS's two files, as AWS's own tools read them: names of keys in any case, the credentials file
 * wins, a section said twice goes on. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/ini.h"
#include "core/base/mem.h"
#include "core/source/aws_private.h"

enum { MAX_FILE = 4 << 20 };

const char *
aws_environment(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

/* ---- files ---- */

static char *
take_all(int fd, size_t size, size_t *len)
{
	char *bytes = mem_zalloc(size + 1);
	ssize_t n;

	*len = 0;
	while (*len < size &&
		((n = read(fd, bytes + *len, size - *len)) > 0 || (n < 0 && errno == EINTR)))
		*len += n > 0 ? (size_t)n : 0;
	return bytes;
}

char *
aws_read_file(const char *path, size_t *len, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *bytes = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_SYSTEM, "%s: %s", path,
			strerror(errno));
	else if (!S_ISREG(st.st_mode) || st.st_size > MAX_FILE)
		error_set(err, ERROR_USAGE, "%s: expected a small file", path);
	else
		bytes = take_all(fd, (size_t)st.st_size, len);
	if (fd >= 0)
		close(fd);
	return bytes;
}

static void
find_path(struct buf *path, const char *variable, const char *name)
{
	const char *given = aws_environment(variable), *home = aws_environment("HOME");

	if (given && (strncmp(given, "~/", 2) != 0 || !home))
		buf_puts(path, given);
	else if (given)
		buf_printf(path, "%s%s", home, given + 1);
	else if (home)
		buf_printf(path, "%s/.aws/%s", home, name);
}

/* ---- sections ---- */

/* A name in quotes, as shlex reads it. */
static void
put_unquoted(struct buf *out, struct str name)
{
	name = str_trim(name);
	if (name.len >= 2 && (name.data[0] == '"' || name.data[0] == '\'') &&
		name.data[name.len - 1] == name.data[0])
		name = str_slice(name, 1, name.len - 2);
	buf_str(out, name);
}

static bool
is_kind(struct str header, struct str kind)
{
	return str_starts_with(header, kind) && header.len > kind.len &&
	       (header.data[kind.len] == ' ' || header.data[kind.len] == '\t');
}

void
aws_config_section(struct buf *out, struct str header, enum aws_file file)
{
	static const struct str profile = {"profile", 7}, services = {"services", 8};

	header = str_trim(header);
	if (file == AWS_FILE_CREDENTIALS || str_is(header, "default")) {
		buf_str(out, header);
	} else if (is_kind(header, profile)) {
		put_unquoted(out, str_slice(header, profile.len, header.len));
	} else if (is_kind(header, services)) {
		buf_puts(out, "services ");
		put_unquoted(out, str_slice(header, services.len, header.len));
	}
}

struct reading {
	struct aws_config *config;
	enum aws_file file;
};

static char *
copy(struct str text)
{
	char *out = mem_alloc(text.len + 1);

	if (text.len)
		memcpy(out, text.data, text.len);
	out[text.len] = '\0';
	return out;
}

static void
setting_fini(struct aws_setting *setting)
{
	free(setting->section);
	free(setting->key);
	mem_free_wiping(setting->value);
}

static bool
take(void *context, struct str section, struct str key, struct str value, int line,
	struct error *err)
{
	const struct reading *reading = context;
	struct aws_config *config = reading->config;
	struct buf name = {0};

	(void)line;
	(void)err;
	aws_config_section(&name, section, reading->file);
	if (name.len) {
		MEM_GROW(config->list, config->count, config->capacity);
		config->list[config->count++] =
			(struct aws_setting){.section = copy(buf_view(&name)),
				.key = copy(key),
				.value = copy(value),
				.file = reading->file};
	}
	buf_fini(&name);
	return true;
}

static bool
read_one(struct aws_config *config, enum aws_file file, const char *variable, const char *name,
	struct error *err)
{
	struct reading reading = {config, file};
	struct error trouble = {0};
	struct buf path = {0};
	size_t len = 0;
	char *text;
	bool ok = true;

	find_path(&path, variable, name);
	text = path.len ? aws_read_file(buf_cstr(&path), &len, &trouble) : NULL;
	if (text)
		ok = ini_parse((struct str){text, len}, buf_cstr(&path), take, &reading, err);
	else if (path.len && trouble.kind != ERROR_NOT_FOUND)
		ok = error_set(err, trouble.kind, "%s", trouble.text);
	mem_free_wiping(text);
	buf_fini(&path);
	return ok;
}

bool
aws_config_read(struct aws_config *config, struct error *err)
{
	aws_config_fini(config);
	config->read = read_one(config, AWS_FILE_CONFIG, "AWS_CONFIG_FILE", "config", err) &&
		       read_one(config, AWS_FILE_CREDENTIALS, "AWS_SHARED_CREDENTIALS_FILE",
			       "credentials", err);
	return config->read;
}

void
aws_config_fini(struct aws_config *config)
{
	for (size_t i = 0; i < config->count; i++)
		setting_fini(&config->list[i]);
	free(config->list);
	*config = (struct aws_config){0};
}

const char *
aws_config_get(
	const struct aws_config *config, const char *section, const char *key, enum aws_file file)
{
	/* The credentials file was read last, and the last one holds. */
	for (size_t i = config->count; i-- > 0;) {
		const struct aws_setting *s = &config->list[i];

		if ((file == AWS_FILE_ANY || s->file == file) && strcmp(s->section, section) == 0 &&
			strcasecmp(s->key, key) == 0)
			return s->value[0] ? s->value : NULL;
	}
	return NULL;
}

bool
aws_config_has(const struct aws_config *config, const char *section)
{
	for (size_t i = 0; i < config->count; i++)
		if (strcmp(config->list[i].section, section) == 0)
			return true;
	return false;
}
