#include "core/validation/sshsig.h"

#include <stdio.h>

#include "core/base/base64.h"
#include "core/base/hash.h"

#define BEGIN "-----BEGIN SSH SIGNATURE-----"
#define END "-----END SSH SIGNATURE-----"
#define CERTIFICATE "-cert-v01@openssh.com"

enum { VERSION = 1, ARMOUR_WIDTH = 70, FLAG_TOUCHED = 1, FLAG_VERIFIED = 4 };

/* What stands in a key behind its type, in RFC 4251 strings (a number is one as well). */
struct key_type {
	const char *name;      /* without -cert-v01@openssh.com */
	const char *certified; /* the name of its certificate */
	size_t strings;
	bool hardware;
};

static const struct key_type key_types[] = {
	{"ssh-ed25519", "ssh-ed25519" CERTIFICATE, 1, false},
	{"ssh-rsa", "ssh-rsa" CERTIFICATE, 2, false},
	{"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" CERTIFICATE, 2, false},
	{"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384" CERTIFICATE, 2, false},
	{"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521" CERTIFICATE, 2, false},
	{"sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519" CERTIFICATE, 2, true},
	{"sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256" CERTIFICATE, 3, true},
};

/* ---- the wire ---- */

static bool
take_bytes(struct str *rest, size_t count, struct str *bytes)
{
	if (rest->len < count)
		return false;
	*bytes = str_slice(*rest, 0, count);
	*rest = str_slice(*rest, count, rest->len);
	return true;
}

static bool
take_number(struct str *rest, uint32_t *number)
{
	struct str bytes;

	if (!take_bytes(rest, 4, &bytes))
		return false;
	*number = 0;
	for (size_t i = 0; i < 4; i++)
		*number = *number << 8 | (unsigned char)bytes.data[i];
	return true;
}

static bool
take_string(struct str *rest, struct str *string)
{
	uint32_t length;

	return take_number(rest, &length) && take_bytes(rest, length, string);
}

static void
put_string(struct buf *out, struct str s)
{
	const char length[] = {
		(char)(s.len >> 24), (char)(s.len >> 16), (char)(s.len >> 8), (char)s.len};

	buf_append(out, length, sizeof(length));
	buf_str(out, s);
}

/* ---- keys ---- */

static const struct key_type *
find_type(struct str name, bool *certificate)
{
	for (size_t i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++) {
		*certificate = str_is(name, key_types[i].certified);
		if (*certificate || str_is(name, key_types[i].name))
			return &key_types[i];
	}
	return NULL;
}

static void
fingerprint_of(struct str blob, char fingerprint[SSH_FINGERPRINT])
{
	char hex[HASH_HEX], bytes[HASH_HEX / 2];
	struct buf text = {0};
	unsigned byte;

	hash_hex(blob, hex);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		sscanf(hex + 2 * i, "%2x", &byte);
		bytes[i] = (char)byte;
	}
	base64_encode(&text, (struct str){bytes, sizeof(bytes)});
	snprintf(fingerprint, SSH_FINGERPRINT, "SHA256:%.43s", buf_cstr(&text));
	buf_fini(&text);
}

/* A certificate has a nonce before the key's own strings, and more behind them. */
static const struct key_type *
read_key(struct str blob, struct str *name, char fingerprint[SSH_FINGERPRINT])
{
	const struct key_type *type = NULL;
	struct buf plain = {0};
	struct str part, rest = blob;
	bool certificate = false;
	bool ok = take_string(&rest, name);

	if (ok)
		type = find_type(*name, &certificate);
	ok = type && (!certificate || take_string(&rest, &part));
	if (ok)
		put_string(&plain, str_from(type->name));
	for (size_t i = 0; ok && i < type->strings; i++) {
		ok = take_string(&rest, &part) && part.len;
		if (ok)
			put_string(&plain, part);
	}
	ok = ok && (certificate ? rest.len > 0 : rest.len == 0);
	if (ok)
		fingerprint_of(buf_view(&plain), fingerprint);
	buf_fini(&plain);
	return ok ? type : NULL;
}

bool
ssh_key_identify(struct str blob, struct str *type, char fingerprint[SSH_FINGERPRINT])
{
	return read_key(blob, type, fingerprint) != NULL;
}

bool
ssh_key_identify_base64(
	struct str base64, struct arena *arena, struct str *type, char fingerprint[SSH_FINGERPRINT])
{
	struct buf blob = {0};
	bool ok = base64_decode(&blob, base64) &&
		  ssh_key_identify(buf_view(&blob), type, fingerprint);

	if (ok)
		*type = arena_str(arena, *type);
	buf_fini(&blob);
	return ok;
}

/* ---- the signature ---- */

static bool
refuse(struct error *err, const char *why)
{
	return error_set(err, ERROR_INPUT, "not an SSH signature: %s", why);
}

/* What a FIDO key says of itself stands behind its signature; a browser's has more strings. */
static bool
read_hardware(struct sshsig *sig, struct str *rest, bool browser)
{
	struct str flags, part;

	if (!take_bytes(rest, 1, &flags) || !take_number(rest, &sig->counter))
		return false;
	sig->touched = flags.data[0] & FLAG_TOUCHED;
	sig->verified_user = flags.data[0] & FLAG_VERIFIED;
	for (int i = 0; browser && i < 3; i++)
		if (!take_string(rest, &part))
			return false;
	return true;
}

static bool
read_signature(struct sshsig *sig, struct str rest, const struct key_type *type, struct error *err)
{
	struct str algorithm, bytes;
	bool browser;

	if (!take_string(&rest, &algorithm) || !take_string(&rest, &bytes) || !algorithm.len ||
		!bytes.len)
		return refuse(err, "its last part is cut short");
	browser = str_starts_with(algorithm, STR("webauthn-"));
	if (type->hardware && !read_hardware(sig, &rest, browser))
		return refuse(err, "the security key's flags are missing");
	return rest.len == 0 || refuse(err, "something follows its end");
}

static bool
read_header(struct str *rest, struct error *err)
{
	struct str magic;
	uint32_t version;

	if (!take_bytes(rest, 6, &magic) || !str_is(magic, "SSHSIG"))
		return refuse(err, "it does not begin with SSHSIG");
	if (!take_number(rest, &version))
		return refuse(err, "it is cut short");
	return version == VERSION ||
	       error_set(err, ERROR_INPUT, "an SSH signature of version %u; 1 is known", version);
}

static bool
read_blob(struct sshsig *sig, struct error *err)
{
	struct str rest = sig->blob, reserved, signature;
	const struct key_type *type;

	if (!read_header(&rest, err))
		return false;
	if (!take_string(&rest, &sig->key_blob) || !take_string(&rest, &sig->namespace) ||
		!take_string(&rest, &reserved) || !take_string(&rest, &sig->hash) ||
		!take_string(&rest, &signature))
		return refuse(err, "it is cut short");
	if (rest.len)
		return refuse(err, "something follows its end");
	type = read_key(sig->key_blob, &sig->key_type, sig->fingerprint);
	if (!type)
		return refuse(err, "its key is of no kind that is known");
	sig->certificate = !str_is(sig->key_type, type->name);
	sig->hardware = type->hardware;
	if (!sig->namespace.len || memchr(sig->namespace.data, '\0', sig->namespace.len))
		return refuse(err, "its namespace is empty or holds a NUL");
	if (!str_is(sig->hash, "sha256") && !str_is(sig->hash, "sha512"))
		return refuse(err, "its digest is neither sha256 nor sha512");
	return read_signature(sig, signature, type, err);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What stands between BEGIN and END, the only ones; both at the begin of a line. */
static bool
strip_armour(struct str *text, struct error *err)
{
	size_t end;

	*text = str_trim(*text);
	if (!str_starts_with(*text, STR(BEGIN)))
		return refuse(err, "it does not begin with " BEGIN);
	*text = str_slice(*text, sizeof(BEGIN) - 1, text->len);
	end = str_find(*text, STR("\n" END), 0);
	if (end == (size_t)-1)
		return refuse(err, "the line " END " is missing");
	if (end + sizeof("\n" END) - 1 != text->len)
		return refuse(err, "something stands behind " END);
	*text = str_slice(*text, 0, end);
	return text->len && (text->data[0] == '\n' || text->data[0] == '\r')
		       ? true
		       : refuse(err, "something stands behind " BEGIN);
}

bool
sshsig_parse(struct sshsig *sig, struct str armour, struct arena *arena, struct error *err)
{
	struct buf digits = {0}, blob = {0};
	struct str body = armour;
	bool ok;

	*sig = (struct sshsig){0};
	if (armour.len > SSHSIG_MAX)
		return error_set(err, ERROR_INPUT,
			"not an SSH signature: it has %zu bytes, at most %d are read", armour.len,
			SSHSIG_MAX);
	if (!strip_armour(&body, err))
		return false;
	for (size_t i = 0; i < body.len; i++)
		if (!is_space(body.data[i]))
			buf_putc(&digits, body.data[i]);
	ok = base64_decode(&blob, buf_view(&digits)) || refuse(err, "it is no whole base64");
	if (ok) {
		sig->blob = arena_str(arena, (struct str){buf_cstr(&blob), blob.len});
		ok = read_blob(sig, err);
	}
	buf_fini(&digits);
	buf_fini(&blob);
	return ok;
}

void
sshsig_write(const struct sshsig *sig, struct buf *out)
{
	struct buf digits = {0};

	base64_encode(&digits, sig->blob);
	buf_puts(out, BEGIN "\n");
	for (size_t i = 0; i < digits.len; i += ARMOUR_WIDTH) {
		buf_str(out, str_slice(buf_view(&digits), i, ARMOUR_WIDTH));
		buf_putc(out, '\n');
	}
	buf_puts(out, END "\n");
	buf_fini(&digits);
}
