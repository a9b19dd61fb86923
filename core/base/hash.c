#include "core/base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

void
hash_hex(struct str data, char hex[HASH_HEX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	if (EVP_Digest(data.data ? data.data : "", data.len, digest, &len, EVP_sha256(), NULL) != 1)
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
