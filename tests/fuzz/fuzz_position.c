/* Any bytes are a followed file's position or are none; one that is, is written as it was read. */
#include <stdlib.h>

#include "core/source/follow_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
load(struct follow_file **file, struct str value)
{
	*file = follow_file_new("/p", &(struct stat){0});
	return follow_file_load(*file, value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct follow_file *file, *again;
	struct buf first = {0}, second = {0};

	if (load(&file, (struct str){(const char *)data, size})) {
		follow_file_save(file, &first);
		if (!load(&again, buf_view(&first)))
			abort();
		follow_file_save(again, &second);
		if (!str_equal(buf_view(&first), buf_view(&second)))
			abort();
		follow_file_free(again);
	}
	follow_file_free(file);
	buf_fini(&first);
	buf_fini(&second);
	return 0;
}
