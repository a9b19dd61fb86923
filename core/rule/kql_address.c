/*
 * Functions over IP addresses: a row each, and the function behind it. One representation for all:
 * 128 bits and a prefix, an IPv4 address as ::ffff:a.b.c.d with its prefix behind the first 96.
 */
#include <arpa/inet.h>

#include "core/base/text.h"
#include "core/rule/kql_function.h"

enum { V4_BITS = 96, ALL_BITS = 128 };

struct address {
	unsigned char bytes[16];
	int prefix;
};

static const unsigned char v4_mapped[12] = {[10] = 0xff, [11] = 0xff};

/* 0 to most; false: anything else. */
static bool
read_prefix(struct str s, int most, int *prefix)
{
	*prefix = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9' || i == 3)
			return false;
		*prefix = *prefix * 10 + (s.data[i] - '0');
	}
	return s.len && *prefix <= most;
}

/* Takes `/n` off the end. */
static bool
take_prefix(struct str *s, int bits, int *prefix)
{
	size_t slash = str_find(*s, STR("/"), 0);

	*prefix = bits;
	if (slash == (size_t)-1)
		return true;
	if (!read_prefix(str_slice(*s, slash + 1, s->len), bits, prefix))
		return false;
	*s = str_slice(*s, 0, slash);
	return true;
}

static bool
read_bytes(struct str s, int family, unsigned char *bytes)
{
	char text[INET6_ADDRSTRLEN + 1];

	if (s.len >= sizeof(text) || memchr(s.data, '\0', s.len))
		return false;
	memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	return inet_pton(family, text, bytes) == 1;
}

/* a.b.c.d or a.b.c.d/n */
static bool
parse_ipv4(struct str s, struct address *a)
{
	if (!take_prefix(&s, 32, &a->prefix) || !read_bytes(s, AF_INET, a->bytes + 12))
		return false;
	memcpy(a->bytes, v4_mapped, sizeof(v4_mapped));
	a->prefix += V4_BITS;
	return true;
}

/* Either family; ::a.b.c.d is the IPv4 address, by the documented examples. */
static bool
parse_ipv6(struct str s, struct address *a)
{
	if (parse_ipv4(str_starts_with(s, STR("::")) ? str_slice(s, 2, s.len) : s, a))
		return true;
	return take_prefix(&s, ALL_BITS, &a->prefix) && read_bytes(s, AF_INET6, a->bytes);
}

typedef bool parse_fn(struct str s, struct address *a);

static void
mask(struct address *a)
{
	for (int i = 0; i < 16; i++) {
		int bits = a->prefix - i * 8;

		if (bits < 8)
			a->bytes[i] &= (unsigned char)(bits <= 0 ? 0 : 0xff << (8 - bits));
	}
}

/* <0 0 >0 of what both have of their prefixes, and of a third. */
static int
compare(struct address a, struct address b, int prefix)
{
	if (b.prefix < prefix)
		prefix = b.prefix;
	if (a.prefix < prefix)
		prefix = a.prefix;
	a.prefix = b.prefix = prefix;
	mask(&a);
	mask(&b);
	return memcmp(a.bytes, b.bytes, sizeof(a.bytes));
}

static uint32_t
number_of(const struct address *a)
{
	return (uint32_t)a->bytes[12] << 24 | (uint32_t)a->bytes[13] << 16 |
	       (uint32_t)a->bytes[14] << 8 | a->bytes[15];
}

/* ---- two addresses ---- */

/* False: one is none, or the prefix is out of its range. */
static bool
compare_args(const struct kql_call *c, parse_fn *parse, int skipped, int *order)
{
	int64_t prefix = c->count > 2 ? c->args[2].i : ALL_BITS - skipped;
	struct address a, b;

	if (prefix < 0 || prefix > ALL_BITS - skipped || !parse(kql_text(c, 0), &a) ||
		!parse(kql_text(c, 1), &b))
		return false;
	*order = compare(a, b, (int)prefix + skipped);
	return true;
}

static struct value
eval_match(const struct kql_call *c, parse_fn *parse, int skipped)
{
	int order;

	return compare_args(c, parse, skipped, &order) ? value_bool(order == 0)
						       : value_null(KUSTO_BOOL);
}

static struct value
eval_compare(const struct kql_call *c, parse_fn *parse, int skipped)
{
	int order;

	return compare_args(c, parse, skipped, &order) ? value_long((order > 0) - (order < 0))
						       : value_null(KUSTO_LONG);
}

/* One of the ranges is enough; without it one that is none makes it unknown. */
static struct value
eval_in_any_range(const struct kql_call *c, parse_fn *parse)
{
	struct value answer = value_bool(false);
	struct address a, range;

	if (!parse(kql_text(c, 0), &a))
		return value_null(KUSTO_BOOL);
	for (size_t i = 1; i < c->count; i++)
		for (size_t k = 0; k < kql_item_count(c->args[i]); k++) {
			struct value item = kql_item(c->args[i], k);

			if (!parse(value_text(&c->frame->arena, item), &range))
				answer = value_null(KUSTO_BOOL);
			else if (compare(a, range, ALL_BITS) == 0)
				return value_bool(true);
		}
	return answer;
}

#define FAMILY(name, skipped)                                                                      \
	static struct value eval_##name##_is_match(const struct kql_call *c)                       \
	{                                                                                          \
		return eval_match(c, parse_##name, skipped);                                       \
	}                                                                                          \
	static struct value eval_##name##_compare(const struct kql_call *c)                        \
	{                                                                                          \
		return eval_compare(c, parse_##name, skipped);                                     \
	}                                                                                          \
	static struct value eval_##name##_in_range(const struct kql_call *c)                       \
	{                                                                                          \
		return eval_in_any_range(c, parse_##name);                                         \
	}

FAMILY(ipv4, V4_BITS)
FAMILY(ipv6, 0)

/* ---- one address ---- */

static struct value
eval_ipv4_is_private(const struct kql_call *c)
{
	struct address a;
	uint32_t n;

	if (!parse_ipv4(kql_text(c, 0), &a))
		return value_null(KUSTO_BOOL);
	mask(&a);
	n = number_of(&a);
	return value_bool(
		n >> 24 == 10 || n >> 20 == (172 << 4 | 1) || n >> 16 == (192 << 8 | 168));
}

/* Narrowed by the prefix behind it, when there is one; false: out of its range. */
static bool
narrow(const struct kql_call *c, struct address *a, int skipped)
{
	int64_t prefix = c->count > 1 ? c->args[1].i : ALL_BITS - skipped;

	if (prefix < 0 || prefix > ALL_BITS - skipped)
		return false;
	if (prefix + skipped < a->prefix)
		a->prefix = (int)prefix + skipped;
	mask(a);
	return true;
}

static struct value
eval_parse_ipv4(const struct kql_call *c)
{
	struct address a;

	if (!parse_ipv4(kql_text(c, 0), &a) || !narrow(c, &a, V4_BITS))
		return value_null(KUSTO_LONG);
	return value_long(number_of(&a));
}

static struct value
eval_parse_ipv6(const struct kql_call *c)
{
	struct buf out = {0};
	struct address a;

	if (!parse_ipv6(kql_text(c, 0), &a) || !narrow(c, &a, 0))
		return value_string(STR(""));
	for (int i = 0; i < 16; i += 2)
		buf_printf(&out, "%s%02x%02x", i ? ":" : "", a.bytes[i], a.bytes[i + 1]);
	return kql_keep(c, &out);
}

static struct value
eval_netmask_suffix(const struct kql_call *c)
{
	struct address a;

	return parse_ipv4(kql_text(c, 0), &a) ? value_long(a.prefix - V4_BITS)
					      : value_null(KUSTO_LONG);
}

static bool
bind_format(struct kql_scope *scope, struct expr *e)
{
	enum kusto_type type = e->args[0]->type;

	return type == KUSTO_STRING || type == KUSTO_DYNAMIC || type_is_integer(type) ||
	       kql_fail(scope->fault, e->args[0]->at,
		       "%.*s() takes a string or a long here, not a %s", STR_ARG(e->name),
		       kusto_type_name(type));
}

/* Of a text, or of the number that it is. */
static bool
address_of(struct value v, struct address *a)
{
	v = dynamic_unwrap(v);
	if (v.null)
		return false;
	if (v.type == KUSTO_STRING)
		return parse_ipv4(v.s, a);
	if (!type_is_integer(v.type) || v.i < 0 || v.i > UINT32_MAX)
		return false;
	memcpy(a->bytes, v4_mapped, sizeof(v4_mapped));
	for (int i = 0; i < 4; i++)
		a->bytes[12 + i] = (unsigned char)(v.i >> (24 - 8 * i));
	a->prefix = ALL_BITS;
	return true;
}

static struct value
format(const struct kql_call *c, bool with_prefix)
{
	struct address a;
	struct str text;

	if (!address_of(c->args[0], &a) || !narrow(c, &a, V4_BITS))
		return value_string(STR(""));
	text = arena_printf(&c->frame->arena, with_prefix ? "%d.%d.%d.%d/%d" : "%d.%d.%d.%d",
		a.bytes[12], a.bytes[13], a.bytes[14], a.bytes[15], a.prefix - V4_BITS);
	return value_string(text);
}

static struct value
eval_format_ipv4(const struct kql_call *c)
{
	return format(c, false);
}

static struct value
eval_format_ipv4_mask(const struct kql_call *c)
{
	return format(c, true);
}

/* ---- addresses in texts ---- */

static bool
is_address_char(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

/* The next address that stands between what is neither letter nor digit; absent: no more. */
static struct str
next_address(struct str s, size_t *at)
{
	struct address a;

	while (*at < s.len) {
		size_t from = *at, end = from;
		struct str found;

		while (end < s.len && is_address_char(s.data[end]))
			end++;
		*at = end > from ? end : from + 1;
		found = str_slice(s, from, end - from);
		while (found.len && found.data[found.len - 1] == '.')
			found.len--;
		if (found.len && !text_alnum_before(s, from) && !text_alnum_at(s, end) &&
			parse_ipv4(found, &a))
			return found;
	}
	return STR_ABSENT;
}

/* A whole address, or its beginning up to a dot. */
static bool
is_prefix(struct str s)
{
	static const struct str rest[] = {{"0.0.0", 5}, {"0.0", 3}, {"0", 1}};
	struct address a;
	char text[32];

	if (parse_ipv4(s, &a))
		return !memchr(s.data, '/', s.len);
	if (!s.len || s.len > 12 || s.data[s.len - 1] != '.')
		return false;
	for (size_t i = 0; i < 3; i++) {
		memcpy(text, s.data, s.len);
		memcpy(text + s.len, rest[i].data, rest[i].len);
		if (parse_ipv4((struct str){text, s.len + rest[i].len}, &a))
			return true;
	}
	return false;
}

static bool
text_has(struct str s, struct str wanted, bool prefix)
{
	struct address a;
	struct str found;
	size_t at = 0;

	if (prefix ? !is_prefix(wanted)
		   : !parse_ipv4(wanted, &a) || memchr(wanted.data, '/', wanted.len))
		return false;
	prefix &= wanted.data[wanted.len - 1] == '.';
	while ((found = next_address(s, &at)).data)
		if (prefix ? str_starts_with(found, wanted) : str_equal(found, wanted))
			return true;
	return false;
}

static struct value
has_any(const struct kql_call *c, bool prefix)
{
	for (size_t i = 1; i < c->count; i++)
		for (size_t k = 0; k < kql_item_count(c->args[i]); k++) {
			struct value item = kql_item(c->args[i], k);

			if (text_has(kql_text(c, 0), value_text(&c->frame->arena, item), prefix))
				return value_bool(true);
		}
	return value_bool(false);
}

static struct value
eval_has_ipv4(const struct kql_call *c)
{
	return has_any(c, false);
}

static struct value
eval_has_ipv4_prefix(const struct kql_call *c)
{
	return has_any(c, true);
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_FUNCTION("ipv4_is_private", "s", 'b', eval_ipv4_is_private, NULL, "is it an address of a private network; null when it is none"),
	KQL_FUNCTION("ipv4_is_in_range", "ss", 'b', eval_ipv4_in_range, NULL, "does it lie in a range such as 10.0.0.0/8"),
	KQL_FUNCTION("ipv4_is_in_any_range", "sa+", 'b', eval_ipv4_in_range, kql_bind_texts, "does it lie in one of the ranges, or of an array of them"),
	KQL_FUNCTION("ipv4_is_match", "ss|l", 'b', eval_ipv4_is_match, NULL, "are both the same as far as the shortest prefix goes"),
	KQL_FUNCTION("ipv4_compare", "ss|l", 'l', eval_ipv4_compare, NULL, "-1, 0 or 1 as the first is less, the same or greater"),
	KQL_FUNCTION("ipv4_netmask_suffix", "s", 'l', eval_netmask_suffix, NULL, "its prefix, 32 without one"),
	KQL_FUNCTION("parse_ipv4", "s", 'l', eval_parse_ipv4, NULL, "as a number; null when it is none"),
	KQL_FUNCTION("parse_ipv4_mask", "sl", 'l', eval_parse_ipv4, NULL, "as a number, as far as the prefix goes"),
	KQL_FUNCTION("format_ipv4", "a|l", 's', eval_format_ipv4, bind_format, "written, as far as the prefix goes"),
	KQL_FUNCTION("format_ipv4_mask", "a|l", 's', eval_format_ipv4_mask, bind_format, "written, with the prefix behind it"),
	KQL_FUNCTION("has_ipv4", "ss", 'b', eval_has_ipv4, NULL, "does the address stand in the text"),
	KQL_FUNCTION("has_any_ipv4", "sa+", 'b', eval_has_ipv4, kql_bind_texts, "does one of them, or of an array of them"),
	KQL_FUNCTION("has_ipv4_prefix", "ss", 'b', eval_has_ipv4_prefix, NULL, "does an address that begins so, as 10.1."),
	KQL_FUNCTION("has_any_ipv4_prefix", "sa+", 'b', eval_has_ipv4_prefix, kql_bind_texts, "does one that begins as one of them"),
	KQL_FUNCTION("ipv6_is_in_range", "ss", 'b', eval_ipv6_in_range, NULL, "as ipv4_is_in_range, of both families"),
	KQL_FUNCTION("ipv6_is_in_any_range", "sa+", 'b', eval_ipv6_in_range, kql_bind_texts, "as ipv4_is_in_any_range, of both families"),
	KQL_FUNCTION("ipv6_is_match", "ss|l", 'b', eval_ipv6_is_match, NULL, "as ipv4_is_match, of both families"),
	KQL_FUNCTION("ipv6_compare", "ss|l", 'l', eval_ipv6_compare, NULL, "as ipv4_compare, of both families"),
	KQL_FUNCTION("parse_ipv6", "s", 's', eval_parse_ipv6, NULL, "written in full; \"\" when it is none"),
	KQL_FUNCTION("parse_ipv6_mask", "sl", 's', eval_parse_ipv6, NULL, "written in full, as far as the prefix goes"),
};
/* clang-format on */

KQL_TABLE(kql_address_functions);
