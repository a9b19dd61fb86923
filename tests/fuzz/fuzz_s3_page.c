/* Any answer is refused or is a page whose keys are in order and are asked for as they were
 * given. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/source/s3_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_key(const struct s3_entry *entry)
{
	struct buf encoded = {0}, decoded = {0};

	if (!entry->key.data || (entry->etag.len && !entry->etag.data))
		abort();
	http_encode(&encoded, entry->key, true);
	if (encoded.len && strpbrk(buf_cstr(&encoded), " ?#&+=\n"))
		abort();
	http_decode(&decoded, buf_view(&encoded), false);
	if (!str_equal(buf_view(&decoded), entry->key))
		abort();
	(void)s3_is_trail_key(entry->key);
	buf_fini(&encoded);
	buf_fini(&decoded);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct s3_page page;
	struct error err;

	if (s3_page_read(&page, (struct str){(const char *)data, size}, &err)) {
		for (size_t i = 0; i < page.count; i++) {
			check_key(&page.entries[i]);
			if (i && str_compare(page.entries[i - 1].key, page.entries[i].key) > 0)
				abort();
		}
		if (page.token.data && !page.token.len)
			abort();
	}
	s3_page_fini(&page);
	return 0;
}
