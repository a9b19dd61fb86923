#include "core/base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

/* Once: to look it up anew costs as much as to hash a record. */
static EVP_MD *sha256;

static void
find_sha256(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!sha256)
		abort();
}

void
hash_hex(struct str data, char hex[HASH_HEX])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	pthread_once(&once, find_sha256);
	if (EVP_Digest(data.data ? data.data : "", data.len, digest, &len, sha256, NULL) != 1)
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
