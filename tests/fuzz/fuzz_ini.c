/* Any text is read or refused with FILE:LINE; every key and value lies within a line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
take(void *context, struct str section, struct str key, struct str value, int line,
	struct error *err)
{
	(void)context;
	(void)section;
	(void)err;
	if (!key.len || line < 1 || (value.len && memchr(value.data, '\n', value.len)))
		abort();
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err;

	if (!ini_parse((struct str){(const char *)data, size}, "f", take, NULL, &err) &&
		strncmp(err.text, "f:", 2) != 0)
		abort();
	return 0;
}
