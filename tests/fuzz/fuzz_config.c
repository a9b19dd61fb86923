/* Any configuration is read or refused with its line; so is any --source; what passes the check has
 * a name, a type and all that the type needs. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/command/config_file.h"
#include "core/source/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct source_configs *configs)
{
	for (size_t i = 0; i < configs->count; i++) {
		const struct source_config *c = &configs->list[i];

		if (!c->name || !*c->name || !c->ops)
			abort();
		for (size_t k = 0; c->ops->keys[k]; k++)
			for (size_t row = 0; row < SOURCE_KEY_COUNT; row++)
				if (source_keys[row].required && !c->value[row] &&
					!strcmp(c->ops->keys[k], source_keys[row].name))
					abort();
		for (size_t row = 0; row < SOURCE_KEY_COUNT; row++)
			if (c->value[row] && source_keys[row].span && c->span_ms[row] <= 0)
				abort();
	}
}

static void
try_all(struct source_configs *configs, bool read, const char *place, const struct error *read_err)
{
	const struct source_defaults none = {0};
	struct error err;

	if (!read && strncmp(read_err->text, place, strlen(place)) != 0)
		abort();
	if (read && source_configs_check(configs, &none, &err))
		check(configs);
	source_configs_fini(configs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct source_configs configs = {0};
	struct error err = {0};
	char *word = mem_alloc(size + 1);

	try_all(&configs, config_file_parse(text, "f", &configs, &(struct config_screen){0}, &err),
		"f:", &err);
	memcpy(word, data, size);
	word[size] = '\0';
	try_all(&configs, source_configs_add(&configs, word, &err), "--source: ", &err);
	free(word);
	return 0;
}
