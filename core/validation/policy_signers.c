/*
 * allowed_signers, as ssh-keygen(1) describes it under ALLOWED SIGNERS: per line the principals, in
 * quotes when blanks stand in them, then options with commas between, then the key.
 */
#include "core/validation/policy_private.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/text.h"

enum { KEY_MAX = 16384, PATTERN_MAX = 1023 /* ssh takes no longer one */ };

/* The types that ssh-keygen of Debian 12 verifies. */
static const struct {
	const char *name;
	bool hardware;
} key_types[] = {
	{"ssh-ed25519", false},
	{"ssh-rsa", false},
	{"ecdsa-sha2-nistp256", false},
	{"ecdsa-sha2-nistp384", false},
	{"ecdsa-sha2-nistp521", false},
	{"sk-ssh-ed25519@openssh.com", true},
	{"sk-ecdsa-sha2-nistp256@openssh.com", true},
};

/* ---- patterns ---- */

bool
policy_pattern_next(struct str *rest, struct str *pattern)
{
	size_t end;

	if (!rest->len)
		return false;
	end = str_find(*rest, STR(","), 0);
	if (end == (size_t)-1)
		end = rest->len;
	*pattern = str_slice(*rest, 0, end);
	*rest = str_slice(*rest, end + 1, rest->len);
	return true;
}

/* One pattern; goes back to the last star at most, so that its cost is bounded by the product. */
static bool
match_one(struct str pattern, struct str name)
{
	size_t p = 0, n = 0, star = (size_t)-1, mark = 0;

	while (n < name.len) {
		if (p < pattern.len && pattern.data[p] == '*') {
			star = p++;
			mark = n;
		} else if (p < pattern.len &&
			   (pattern.data[p] == '?' || pattern.data[p] == name.data[n])) {
			p++;
			n++;
		} else if (star != (size_t)-1) {
			p = star + 1;
			n = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.data[p] == '*')
		p++;
	return p == pattern.len;
}

bool
policy_patterns_match(struct str patterns, struct str name)
{
	struct str pattern;
	bool matches = false;

	while (policy_pattern_next(&patterns, &pattern)) {
		bool negated = str_starts_with(pattern, STR("!"));

		if (pattern.len > PATTERN_MAX)
			return false;
		if (!match_one(str_slice(pattern, negated, pattern.len), name))
			continue;
		if (negated)
			return false;
		matches = true;
	}
	return matches;
}

/* ---- keys ---- */

static int
base64_digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Exactly one spelling of each run of bytes is taken. */
static bool
base64_decode(struct str text, struct buf *out)
{
	size_t pad = str_ends_with(text, STR("==")) ? 2 : str_ends_with(text, STR("="));
	unsigned bits = 0;

	if (!text.len || text.len % 4 || text.len > KEY_MAX)
		return false;
	for (size_t i = 0; i < text.len - pad; i++) {
		int digit = base64_digit(text.data[i]);

		if (digit < 0)
			return false;
		bits = bits << 6 | (unsigned)digit;
		if (i % 4 == 3)
			buf_append(out, (char[]){(char)(bits >> 16), (char)(bits >> 8), (char)bits},
				3);
	}
	if (pad == 1)
		buf_append(out, (char[]){(char)(bits >> 10), (char)(bits >> 2)}, 2);
	else if (pad == 2)
		buf_append(out, (char[]){(char)(bits >> 4)}, 1);
	return (bits & (pad == 2 ? 15 : pad == 1 ? 3 : 0)) == 0;
}

static unsigned
hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* SHA-256 in base64 without padding, as ssh-keygen -l prints it. */
static void
put_fingerprint(struct str blob, char fingerprint[POLICY_FINGERPRINT])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char hex[HASH_HEX], *out = fingerprint + 7;
	unsigned bits = 0, have = 0;

	hash_hex(blob, hex);
	memcpy(fingerprint, "SHA256:", 7);
	for (size_t i = 0; i + 1 < HASH_HEX; i++) {
		bits = bits << 4 | hex_digit(hex[i]);
		for (have += 4; have >= 6; have -= 6)
			*out++ = digits[bits >> (have - 6) & 63];
	}
	*out++ = digits[bits << (6 - have) & 63];
	*out = '\0';
}

/* A blob begins with the name of its type, with its length in four bytes before it. */
static bool
blob_is(struct str blob, struct str key_type)
{
	const unsigned char *b = (const unsigned char *)blob.data;

	return blob.len >= 4 + key_type.len && b[0] == 0 && b[1] == 0 &&
	       (size_t)(b[2] << 8 | b[3]) == key_type.len &&
	       memcmp(b + 4, key_type.data, key_type.len) == 0;
}

bool
policy_fingerprint(struct str key_type, struct str key, char fingerprint[POLICY_FINGERPRINT])
{
	struct buf blob = {0};
	bool ok = base64_decode(key, &blob) && blob_is(buf_view(&blob), key_type);

	if (ok)
		put_fingerprint(buf_view(&blob), fingerprint);
	buf_fini(&blob);
	return ok;
}

/* ---- options ---- */

static int64_t
in_local_zone(const struct time_parts *parts)
{
	struct tm tm = {.tm_isdst = -1,
		.tm_year = parts->year - 1900,
		.tm_mon = parts->month - 1,
		.tm_mday = parts->day,
		.tm_hour = parts->hour,
		.tm_min = parts->minute,
		.tm_sec = parts->second};

	return mktime(&tm) * TICKS_PER_SECOND;
}

/* YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, in UTC with a Z behind, else in local time. */
static bool
parse_time(struct str text, int64_t *ticks, bool *local)
{
	struct time_parts parts = {0};
	int number[7] = {0};
	size_t zone = str_ends_with(text, STR("Z")) ? 1 : str_ends_with(text, STR("UTC")) ? 3 : 0;
	size_t len = text.len - zone;

	if (len != 8 && len != 12 && len != 14)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		number[i / 2] = number[i / 2] * 10 + (text.data[i] - '0');
	}
	parts = (struct time_parts){.year = number[0] * 100 + number[1],
		.month = number[2],
		.day = number[3],
		.hour = number[4],
		.minute = number[5],
		.second = number[6]};
	*local = zone == 0;
	if (!time_join(&parts, ticks)) /* no such day */
		return false;
	if (*local)
		*ticks = in_local_zone(&parts);
	return true;
}

struct options {
	struct policy_signer *signer;
	struct str namespaces;
	bool local; /* a time without Z */
};

/* NAME="…" at the front of the rest; a quote within the value is more than we need to read. */
static bool
take_value(struct str *rest, struct str name, struct str *value)
{
	size_t end;

	if (rest->len < name.len + 2 ||
		!str_equal_ascii_nocase(str_slice(*rest, 0, name.len), name) ||
		memcmp(rest->data + name.len, "=\"", 2) != 0)
		return false;
	end = str_find(*rest, STR("\""), name.len + 2);
	if (end == (size_t)-1)
		return false;
	*value = str_slice(*rest, name.len + 2, end - name.len - 2);
	*rest = str_slice(*rest, end + 1, rest->len);
	return memchr(value->data, '\\', value->len) == NULL;
}

static const char *
take_time(struct options *o, struct str value, struct str *text, int64_t *ticks)
{
	bool local = false;

	if (text->data)
		return "an option stands twice";
	*text = value;
	if (!parse_time(value, ticks, &local))
		return "a time is YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, and Z for UTC";
	o->local |= local;
	return NULL;
}

/* NULL, or what is wrong. */
static const char *
take_option(struct options *o, struct str *rest)
{
	static const struct str authority = {"cert-authority", 14};
	struct policy_signer *s = o->signer;
	struct str value;

	if (str_equal_ascii_nocase(str_slice(*rest, 0, authority.len), authority)) {
		s->authority = true;
		*rest = str_slice(*rest, authority.len, rest->len);
		return NULL;
	}
	if (take_value(rest, STR("namespaces"), &value)) {
		if (o->namespaces.data)
			return "an option stands twice";
		o->namespaces = value;
		return NULL;
	}
	if (take_value(rest, STR("valid-after"), &value))
		return take_time(o, value, &s->valid_after, &s->after);
	if (take_value(rest, STR("valid-before"), &value))
		return take_time(o, value, &s->valid_before, &s->before);
	return "an option is none of cert-authority, namespaces=\"...\", valid-after=\"...\" and "
	       "valid-before=\"...\"";
}

static const char *
take_options(struct options *o, struct str rest)
{
	const char *wrong;

	while (true) {
		if ((wrong = take_option(o, &rest)))
			return wrong;
		if (!rest.len)
			break;
		if (rest.data[0] != ',')
			return "options need commas between them";
		rest = str_slice(rest, 1, rest.len);
	}
	if (o->signer->after != TIME_NONE && o->signer->before != TIME_NONE &&
		o->signer->before <= o->signer->after)
		return "valid-before lies before valid-after";
	return NULL;
}

/* ---- lines ---- */

/* A word up to a blank that stands in no quotes. */
static struct str
take_word(struct str *rest)
{
	bool quoted = false;
	size_t end = 0;
	struct str word;

	for (; end < rest->len; end++) {
		char c = rest->data[end];

		if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == ' ' || c == '\t'))
			break;
	}
	word = str_slice(*rest, 0, end);
	*rest = str_trim(str_slice(*rest, end, rest->len));
	return word;
}

static const char *
take_principals(struct policy_signer *s, struct str word)
{
	if (word.data[0] == '"') {
		if (word.len < 2 || word.data[word.len - 1] != '"')
			return "the quotes around the principals do not close";
		word = str_slice(word, 1, word.len - 2);
	}
	if (memchr(word.data, '"', word.len))
		return "a quote stands within the principals";
	if (!word.len)
		return "no principal stands in front";
	s->principals = word;
	return NULL;
}

static bool
is_key_type(struct str word, bool *hardware)
{
	for (size_t i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++)
		if (str_is(word, key_types[i].name)) {
			*hardware = key_types[i].hardware;
			return true;
		}
	return false;
}

static const char *
take_key(struct policy_signer *s, struct str word, struct str *rest)
{
	s->key_type = word;
	s->key = take_word(rest);
	if (!is_key_type(word, &s->hardware))
		return "no key of a known type stands behind the principals and options";
	if (!policy_fingerprint(s->key_type, s->key, s->fingerprint))
		return "the key is damaged, or of another type than it says";
	return NULL;
}

static const char *
take_line(struct options *o, struct str line)
{
	struct str word = take_word(&line);
	const char *wrong = take_principals(o->signer, word);
	bool hardware;

	if (wrong)
		return wrong;
	word = take_word(&line);
	if (!is_key_type(word, &hardware)) {
		if ((wrong = take_options(o, word)))
			return line.len ? wrong : "a key is missing";
		word = take_word(&line);
	}
	return take_key(o->signer, word, &line);
}

/* What ssh skips around a line, and no other white space. */
static struct str
trim_line(struct str line)
{
	while (line.len && (line.data[0] == ' ' || line.data[0] == '\t'))
		line = str_slice(line, 1, line.len);
	if (str_ends_with(line, STR("\r")))
		line.len--;
	while (line.len && (line.data[line.len - 1] == ' ' || line.data[line.len - 1] == '\t'))
		line.len--;
	return line;
}

/* They hide what a line says, and ssh takes some of them for blanks. */
static bool
has_hidden(struct str line)
{
	uint32_t cp;

	for (size_t i = 0; i < line.len;) {
		i += text_decode(str_slice(line, i, line.len), &cp);
		if (cp != '\t' && text_is_hidden(cp))
			return true;
	}
	return !text_is_utf8(line);
}

static void
add_line(struct policy *policy, struct str line, int number, size_t *capacity)
{
	struct policy_signer signer = {
		.line = number, .after = TIME_NONE, .before = TIME_NONE, .any_namespace = true};
	struct options o = {.signer = &signer};
	const char *file = policy->allowed_signers.path, *wrong;

	wrong = has_hidden(line) ? "hidden characters or bytes that are no UTF-8 stand in it"
				 : take_line(&o, line);
	if (wrong) {
		policy_warn(policy, "%s:%d: allows nothing: %s", file, number, wrong);
		return;
	}
	signer.any_namespace = !o.namespaces.data;
	signer.ours =
		signer.any_namespace || policy_patterns_match(o.namespaces, STR(POLICY_NAMESPACE));
	if (signer.any_namespace)
		policy_warn(policy,
			"%s:%d: without namespaces=\"" POLICY_NAMESPACE
			"\" the key is good for signatures of every other use too",
			file, number);
	if (o.local)
		policy_warn(policy, "%s:%d: a time without Z is local, another on each machine",
			file, number);
	MEM_GROW(policy->signers, policy->signer_count, *capacity);
	policy->signers[policy->signer_count++] = signer;
}

bool
policy_signers_parse(struct policy *policy, struct error *err)
{
	struct str text = policy->allowed_signers.content;
	size_t capacity = 0;

	if (memchr(text.data ? text.data : "", '\0', text.len))
		return error_set(err, ERROR_USAGE,
			"%s: holds NUL bytes, at which ssh-keygen stops reading a line: write it "
			"anew as text",
			policy->allowed_signers.path);
	for (int number = 1; text.len; number++) {
		size_t end = str_find(text, STR("\n"), 0);
		struct str line = trim_line(str_slice(text, 0, end));

		text = end == (size_t)-1 ? STR_ABSENT : str_slice(text, end + 1, text.len);
		if (line.len && line.data[0] != '#')
			add_line(policy, line, number, &capacity);
	}
	return true;
}
