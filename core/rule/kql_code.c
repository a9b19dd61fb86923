/* Functions that take texts apart as URLs, base64 and CSV, or hash them: a row each, and the
 * function behind it. */
#include "core/base/base64.h"
#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/rule/kql_function.h"

static const struct dynamic *
text_item(struct arena *arena, struct str text)
{
	return dynamic_of(arena, value_string(text));
}

/* ---- percent ---- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* %41 and +; a % without two digits behind it stands for itself. */
static struct str
percent_decoded(struct arena *arena, struct str s)
{
	struct buf out = {0};
	struct str text;

	for (size_t i = 0; i < s.len; i++) {
		int high = i + 2 < s.len && s.data[i] == '%' ? hex_digit(s.data[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.data[i + 2]) : -1;

		if (low >= 0) {
			buf_putc(&out, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_putc(&out, s.data[i] == '+' ? ' ' : s.data[i]);
		}
	}
	text = arena_str(arena, buf_view(&out));
	buf_fini(&out);
	return text;
}

static struct value
eval_url_decode(const struct kql_call *c)
{
	return value_string(percent_decoded(&c->frame->arena, kql_text(c, 0)));
}

static struct value
percent_encoded(const struct kql_call *c, const char *space)
{
	struct str s = kql_text(c, 0);
	struct buf out = {0};

	for (size_t i = 0; i < s.len; i++) {
		char b = s.data[i];
		bool plain = ((b | 32) >= 'a' && (b | 32) <= 'z') || (b >= '0' && b <= '9') ||
			     (b && strchr("-_.~", b));

		if (plain)
			buf_putc(&out, b);
		else if (b == ' ')
			buf_puts(&out, space);
		else
			buf_printf(&out, "%%%02x", (unsigned)(unsigned char)b);
	}
	return kql_keep(c, &out);
}

static struct value
eval_url_encode(const struct kql_call *c)
{
	return percent_encoded(c, "+");
}

static struct value
eval_url_encode_component(const struct kql_call *c)
{
	return percent_encoded(c, "%20");
}

/* ---- parse_url ---- */

/* Up to the character, which is taken off too; all when it is not there. */
static struct str
take_until(struct str *s, struct str end, bool *found)
{
	size_t at = str_find(*s, end, 0);
	struct str head = str_slice(*s, 0, at == (size_t)-1 ? s->len : at);

	*found = at != (size_t)-1;
	*s = str_slice(*s, *found ? at + end.len : s->len, s->len);
	return head;
}

enum { MAX_PARAMETERS = 1000 }; /* each is looked up among those before it */

/* a=b&c=d; of two of one name the first. */
static const struct dynamic *
query_bag(struct arena *arena, struct str query)
{
	struct dynamic *bag = dynamic_make(arena, DYNAMIC_BAG, 0);
	bool more = query.len > 0, pair;

	while (more && bag->count < MAX_PARAMETERS) {
		struct str value = take_until(&query, STR("&"), &more);
		struct str name = take_until(&value, STR("="), &pair);

		name = percent_decoded(arena, name);
		if (name.len && !dynamic_member(bag, name))
			dynamic_put(
				arena, bag, name, text_item(arena, percent_decoded(arena, value)));
	}
	return bag;
}

struct url {
	struct str scheme, host, port, path, username, password, query, fragment;
};

/* The place of the first of these characters, or the end. */
static size_t
first_of(struct str s, const char *set)
{
	size_t i = 0;

	while (i < s.len && !(s.data[i] && strchr(set, s.data[i])))
		i++;
	return i;
}

/* user:password@host:port; a host in brackets has colons of its own. */
static void
split_authority(struct url *url, struct str authority)
{
	size_t at = authority.len, colon;
	bool found;

	while (at > 0 && authority.data[at - 1] != '@')
		at--;
	if (at > 0) {
		struct str user = str_slice(authority, 0, at - 1);

		url->username = take_until(&user, STR(":"), &found);
		url->password = user;
		authority = str_slice(authority, at, authority.len);
	}
	colon = str_starts_with(authority, STR("[")) ? first_of(authority, "]") : 0;
	while (colon < authority.len && authority.data[colon] != ':')
		colon++;
	url->host = str_slice(authority, 0, colon);
	url->port = str_slice(authority, colon + 1, authority.len);
}

/* False: it is neither absolute nor a query alone. */
static bool
split_url(struct url *url, struct str s)
{
	size_t end, scheme = str_find(s, STR("://"), 0);
	bool found;

	end = first_of(s, "#");
	url->fragment = str_slice(s, end + 1, s.len);
	s = str_slice(s, 0, end);
	if (scheme == (size_t)-1 || scheme > end) {
		url->query = str_starts_with(s, STR("?")) ? str_slice(s, 1, s.len) : s;
		return str_find(url->query, STR("="), 0) != (size_t)-1;
	}
	url->scheme = take_until(&s, STR("://"), &found);
	end = first_of(s, "/?");
	split_authority(url, str_slice(s, 0, end));
	s = str_slice(s, end, s.len);
	if (str_starts_with(s, STR("/")))
		s = str_slice(s, 1, s.len);
	url->path = take_until(&s, STR("?"), &found);
	url->query = s;
	return true;
}

static struct value
eval_parse_url(const struct kql_call *c)
{
	struct arena *arena = &c->frame->arena;
	struct dynamic *bag = dynamic_make(arena, DYNAMIC_BAG, 0);
	struct url url = {0};

	if (!split_url(&url, kql_text(c, 0)))
		return value_null(KUSTO_DYNAMIC);
	dynamic_put(arena, bag, STR("Scheme"), text_item(arena, url.scheme));
	dynamic_put(arena, bag, STR("Host"), text_item(arena, url.host));
	dynamic_put(arena, bag, STR("Port"), text_item(arena, url.port));
	dynamic_put(arena, bag, STR("Path"), text_item(arena, url.path));
	dynamic_put(arena, bag, STR("Username"), text_item(arena, url.username));
	dynamic_put(arena, bag, STR("Password"), text_item(arena, url.password));
	dynamic_put(arena, bag, STR("Query Parameters"), query_bag(arena, url.query));
	dynamic_put(arena, bag, STR("Fragment"), text_item(arena, url.fragment));
	return value_dynamic(bag);
}

static struct value
eval_parse_urlquery(const struct kql_call *c)
{
	struct arena *arena = &c->frame->arena;
	struct dynamic *bag = dynamic_make(arena, DYNAMIC_BAG, 0);

	dynamic_put(arena, bag, STR("Query Parameters"), query_bag(arena, kql_text(c, 0)));
	return value_dynamic(bag);
}

/* ---- base64 ---- */

static struct value
eval_base64_encode(const struct kql_call *c)
{
	struct buf out = {0};

	base64_encode(&out, kql_text(c, 0));
	return kql_keep(c, &out);
}

static bool
is_utf8(struct str s)
{
	uint32_t cp;

	for (size_t i = 0; i < s.len;) {
		size_t n = text_decode(str_slice(s, i, s.len), &cp);

		if (cp == TEXT_INVALID || (cp >= 0xd800 && cp <= 0xdfff))
			return false;
		i += n;
	}
	return true;
}

/* What is no base64, or no text behind it, is "". */
static struct value
eval_base64_decode(const struct kql_call *c)
{
	struct buf out = {0};

	if (!base64_decode(&out, kql_text(c, 0)) || !is_utf8(buf_view(&out)))
		buf_clear(&out);
	return kql_keep(c, &out);
}

static struct value
eval_isutf8(const struct kql_call *c)
{
	return value_bool(is_utf8(kql_text(c, 0)));
}

static struct value
eval_isascii(const struct kql_call *c)
{
	struct str s = kql_text(c, 0);
	bool ascii = true;

	for (size_t i = 0; i < s.len; i++)
		ascii &= (unsigned char)s.data[i] < 0x80;
	return value_bool(ascii);
}

/* ---- CSV, hashes ---- */

/* One field; false: the record ends behind it. "" within quotes is one quote. */
static bool
take_field(struct str *s, struct buf *out)
{
	bool quoted = str_starts_with(*s, STR("\""));
	size_t i = quoted;

	for (; i < s->len; i++) {
		char b = s->data[i];

		if (quoted && b == '"' && i + 1 < s->len && s->data[i + 1] == '"')
			i++;
		else if (quoted && b == '"')
			quoted = false;
		else if (!quoted && (b == ',' || b == '\n' || b == '\r'))
			break;
		if (b != '"' || quoted)
			buf_putc(out, b);
	}
	quoted = i < s->len && s->data[i] == ',';
	*s = str_slice(*s, i + 1, s->len);
	return quoted;
}

/* The first record. */
static struct value
eval_parse_csv(const struct kql_call *c)
{
	struct arena *arena = &c->frame->arena;
	struct dynamic *list = dynamic_make(arena, DYNAMIC_ARRAY, 0);
	struct str s = kql_text(c, 0);
	struct buf field = {0};
	bool more = true;

	while (more) {
		buf_clear(&field);
		more = take_field(&s, &field);
		dynamic_append(arena, list, text_item(arena, arena_str(arena, buf_view(&field))));
	}
	buf_fini(&field);
	return value_dynamic(list);
}

static struct value
eval_hash_sha256(const struct kql_call *c)
{
	char hex[HASH_HEX];

	hash_hex(value_text(&c->frame->arena, c->args[0]), hex);
	return value_string(arena_str(&c->frame->arena, str_from(hex)));
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_FUNCTION("parse_url", "s", 'd', eval_parse_url, NULL, "a bag of Scheme, Host, Port, Path, Username, Password, Query Parameters (the first 1000), Fragment; null when it is none"),
	KQL_FUNCTION("parseurl", "s", 'd', eval_parse_url, NULL, "the same as parse_url"),
	KQL_FUNCTION("parse_urlquery", "s", 'd', eval_parse_urlquery, NULL, "a bag with the bag of Query Parameters"),
	KQL_FUNCTION("parseurlquery", "s", 'd', eval_parse_urlquery, NULL, "the same as parse_urlquery"),
	KQL_FUNCTION("url_decode", "s", 's', eval_url_decode, NULL, "%41 and + taken back"),
	KQL_FUNCTION("url_encode", "s", 's', eval_url_encode, NULL, "what a URL must not hold as %41, spaces as +"),
	KQL_FUNCTION("url_encode_component", "s", 's', eval_url_encode_component, NULL, "the same, spaces as %20"),
	KQL_FUNCTION("base64_decode_tostring", "s", 's', eval_base64_decode, NULL, "the text that base64 holds; \"\" when it holds none"),
	KQL_FUNCTION("base64_decodestring", "s", 's', eval_base64_decode, NULL, "the same as base64_decode_tostring"),
	KQL_FUNCTION("base64_encode_tostring", "s", 's', eval_base64_encode, NULL, "the text in base64"),
	KQL_FUNCTION("base64_encodestring", "s", 's', eval_base64_encode, NULL, "the same as base64_encode_tostring"),
	KQL_FUNCTION("parse_csv", "u", 'A', eval_parse_csv, NULL, "the fields of its first record"),
	KQL_FUNCTION("hash_sha256", "h", 's', eval_hash_sha256, NULL, "the SHA-256 in hexadecimal of the value as a string"),
	KQL_FUNCTION("isascii", "x", 'b', eval_isascii, NULL, "is it all ASCII"),
	KQL_FUNCTION("isutf8", "x", 'b', eval_isutf8, NULL, "is it all UTF-8"),
};
/* clang-format on */

KQL_TABLE(kql_code_functions);
