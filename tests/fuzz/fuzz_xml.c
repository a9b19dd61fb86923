/* Any text is read or refused; paths are balanced and every text is there. */
#include <stdint.h>
#include <stdlib.h>

#include "core/source/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
take(void *context, const char *path, struct str text)
{
	size_t *count = context;

	if (!path[0] || path[0] == '/' || !text.data)
		abort();
	return ++*count < 100000;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {0};
	size_t count = 0;

	if (xml_parse((struct str){(const char *)data, size}, take, &count, &err)) {
		if (!count)
			abort(); /* a document has an element */
	} else if (err.kind != ERROR_INPUT) {
		abort();
	}
	return 0;
}
