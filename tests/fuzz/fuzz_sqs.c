/* Any message of a queue is one of the kinds; objects are named whole, poison has a reason, and the
 * same bytes always give the same. */
#include <stdint.h>
#include <stdlib.h>

#include "core/source/sqs_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct sqs_message *m)
{
	if (m->kind == SQS_POISON && !m->why)
		abort();
	if (m->kind == SQS_RECORDS && !m->text.len)
		abort();
	for (size_t i = 0; m->kind == SQS_OBJECTS && i < m->object_count; i++)
		if (!m->objects[i].bucket.len || !m->objects[i].key.len)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = {(const char *)data, size};
	struct sqs_message first, second;
	struct arena arena = {0};

	sqs_message_read(&first, &arena, body);
	sqs_message_read(&second, &arena, body);
	check(&first);
	if (first.kind != second.kind || first.object_count != second.object_count ||
		!str_equal(first.text, second.text))
		abort();
	arena_fini(&arena);
	return 0;
}
