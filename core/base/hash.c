#include "core/base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Kept: to look it up anew costs as much as to hash a record. */
static const EVP_MD *
sha256(void)
{
	static _Atomic(EVP_MD *) kept;
	EVP_MD *found = atomic_load(&kept), *other = NULL;

	if (found)
		return found;
	found = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!found)
		abort();
	if (atomic_compare_exchange_strong(&kept, &other, found))
		return found;
	EVP_MD_free(found);
	return other;
}

void
hash_hex(struct str data, char hex[HASH_HEX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	if (EVP_Digest(data.data ? data.data : "", data.len, digest, &len, sha256(), NULL) != 1)
		abort();
	for (unsigned int i = 0; i < len && i < 32; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[HASH_HEX - 1] = '\0';
}

void
hash_library(struct buf *out)
{
	buf_puts(out, OpenSSL_version(OPENSSL_VERSION));
}
