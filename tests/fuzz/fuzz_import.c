/* A statement and its signature in one text: what is split is the whole, and what was put together
 * is split where it was. */
#include <stdint.h>
#include <stdlib.h>

#include "core/validation/request.h"
#include "core/validation/sshsig.h"
#include "core/validation/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

/* Any text may be the reason, also one that quotes an armour. */
static void
expect_found(struct str reason, struct str armour)
{
	struct statement s = {0};
	struct str statement, signature;
	struct buf both = {0};
	size_t len;

	s.text[STATEMENT_REASON] = reason;
	statement_write(&s, &both);
	len = both.len;
	buf_str(&both, armour);
	expect(import_split(buf_view(&both), &statement, &signature));
	expect(statement.len == len && str_equal(signature, armour));
	buf_fini(&both);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str both = {(const char *)data, size}, statement, signature;
	struct arena arena = {0};
	struct sshsig sig;

	if (import_split(both, &statement, &signature)) {
		expect(statement.data == both.data && statement.len + signature.len == size);
		expect(signature.data == statement.data + statement.len);
		expect(str_ends_with(statement, STR("\n")));
		if (sshsig_parse(&sig, signature, &arena, NULL))
			expect_found(statement, signature);
	}
	arena_fini(&arena);
	return 0;
}
