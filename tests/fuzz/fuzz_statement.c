/* A text is either refused or written again exactly as it was. */
#include <stdint.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "core/validation/statement.h"
#include "core/validation/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect_same(struct str a, struct str b)
{
	if (!str_equal(a, b))
		abort();
}

/* Any bytes are a value; its text is one line that hides nothing and stands for it alone. */
static void
write_and_read(struct str value)
{
	struct buf written = {0}, read = {0};

	value_write(&written, value);
	if (text_has_hidden(buf_view(&written)) || value_read(&read, buf_view(&written)))
		abort();
	expect_same(buf_view(&read), value);
	buf_fini(&written);
	buf_fini(&read);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct arena arena = {0};
	struct error err = {0};
	struct buf again = {0};
	struct statement s;

	write_and_read(text);
	if (statement_parse(&s, text, &arena, &err)) {
		statement_write(&s, &again);
		expect_same(buf_view(&again), text);
	} else if (err.kind != ERROR_INPUT || !err.text[0]) {
		abort();
	}
	buf_fini(&again);
	arena_fini(&arena);
	return 0;
}
