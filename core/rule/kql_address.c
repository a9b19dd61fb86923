/* Functions over IP addresses: a row each, and the function behind it. */
#include <arpa/inet.h>

#include "core/rule/kql_function.h"

/* a.b.c.d or a.b.c.d/n, in host order. */
static bool
parse_ipv4(struct str s, uint32_t *address, int *prefix)
{
	char text[20];
	size_t slash = str_find(s, STR("/"), 0);
	struct in_addr in;
	struct str bits;

	*prefix = 32;
	if (slash != (size_t)-1) {
		bits = str_slice(s, slash + 1, s.len);
		if (!bits.len || bits.len > 2 || strspn(bits.data, "0123456789") < bits.len)
			return false;
		*prefix = bits.len == 1 ? bits.data[0] - '0'
					: (bits.data[0] - '0') * 10 + (bits.data[1] - '0');
		s = str_slice(s, 0, slash);
	}
	if (*prefix > 32 || s.len >= sizeof(text))
		return false;
	memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	if (strlen(text) != s.len || inet_pton(AF_INET, text, &in) != 1)
		return false;
	*address = ntohl(in.s_addr);
	return true;
}

static uint32_t
mask_of(int prefix)
{
	return prefix ? UINT32_MAX << (32 - prefix) : 0;
}

static struct value
eval_ipv4_is_private(const struct kql_call *c)
{
	uint32_t a;
	int prefix;

	if (!parse_ipv4(c->args[0].s, &a, &prefix))
		return value_null(KUSTO_BOOL);
	a &= mask_of(prefix);
	return value_bool(
		a >> 24 == 10 || a >> 20 == (172 << 4 | 1) || a >> 16 == (192 << 8 | 168));
}

static struct value
eval_ipv4_is_in_range(const struct kql_call *c)
{
	uint32_t address, range;
	int own, prefix;

	if (!parse_ipv4(c->args[0].s, &address, &own) || !parse_ipv4(c->args[1].s, &range, &prefix))
		return value_null(KUSTO_BOOL);
	if (own < prefix)
		prefix = own;
	return value_bool(((address ^ range) & mask_of(prefix)) == 0);
}

/* clang-format off */
static const struct kql_function rows[] = {
	KQL_FUNCTION("ipv4_is_private", "s", 'b', eval_ipv4_is_private, NULL, "is it an address of a private network; null when it is none"),
	KQL_FUNCTION("ipv4_is_in_range", "ss", 'b', eval_ipv4_is_in_range, NULL, "does it lie in a range such as 10.0.0.0/8"),
};
/* clang-format on */

KQL_TABLE(kql_address_functions);
