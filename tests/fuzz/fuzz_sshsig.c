/* An armour is either refused or written anew, and that says the same; what it says lies within it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "core/validation/sshsig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

static void
expect_within(struct str part, struct str whole)
{
	expect(part.data >= whole.data && part.data + part.len <= whole.data + whole.len);
}

static void
expect_told(const struct sshsig *sig)
{
	expect_within(sig->key_blob, sig->blob);
	expect_within(sig->key_type, sig->key_blob);
	expect_within(sig->namespace, sig->blob);
	expect_within(sig->hash, sig->blob);
	expect(sig->namespace.len && strlen(sig->fingerprint) == SSH_FINGERPRINT - 1);
	expect(sig->hardware || (!sig->touched && !sig->verified_user && !sig->counter));
}

static void
expect_again(const struct sshsig *sig, struct arena *arena)
{
	struct buf armour = {0}, twice = {0};
	struct sshsig again;

	sshsig_write(sig, &armour);
	expect(sshsig_parse(&again, buf_view(&armour), arena, NULL));
	expect(str_equal(again.blob, sig->blob));
	expect(strcmp(again.fingerprint, sig->fingerprint) == 0);
	sshsig_write(&again, &twice);
	expect(str_equal(buf_view(&armour), buf_view(&twice)));
	buf_fini(&armour);
	buf_fini(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct error err = {0};
	struct sshsig sig;

	if (sshsig_parse(&sig, (struct str){(const char *)data, size}, &arena, &err)) {
		expect_told(&sig);
		expect_again(&sig, &arena);
	} else {
		expect(err.kind == ERROR_INPUT && err.text[0]);
	}
	arena_fini(&arena);
	return 0;
}
