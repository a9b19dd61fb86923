#include "core/alert/address.h"

#include <arpa/inet.h>

#include "core/base/mem.h"

/* Prefixes of the special-purpose registries of IANA that a log may show; the first that holds
 * counts. IPv4 stands as its IPv4-mapped form. */
#define V4(a, b, c, d) 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d

/* clang-format off */
static const struct {
	unsigned char prefix[16];
	unsigned bits;
	enum address_kind kind;
} networks[] = {
	{{V4(10, 0, 0, 0)}, 96 + 8, ADDRESS_PRIVATE},
	{{V4(172, 16, 0, 0)}, 96 + 12, ADDRESS_PRIVATE},
	{{V4(192, 168, 0, 0)}, 96 + 16, ADDRESS_PRIVATE},
	{{V4(100, 64, 0, 0)}, 96 + 10, ADDRESS_SHARED},
	{{V4(127, 0, 0, 0)}, 96 + 8, ADDRESS_LOOPBACK},
	{{V4(169, 254, 0, 0)}, 96 + 16, ADDRESS_LINK_LOCAL},
	{{V4(0, 0, 0, 0)}, 96 + 8, ADDRESS_RESERVED},
	{{V4(224, 0, 0, 0)}, 96 + 3, ADDRESS_RESERVED},
	{{V4(0, 0, 0, 0)}, 96, ADDRESS_PUBLIC},
	{{[15] = 1}, 128, ADDRESS_LOOPBACK},
	{{0}, 128, ADDRESS_RESERVED},
	{{0xfc}, 7, ADDRESS_PRIVATE},
	{{0xfe, 0x80}, 10, ADDRESS_LINK_LOCAL},
	{{0xff}, 8, ADDRESS_RESERVED},
};

static const char *const kind_names[] = {
	[ADDRESS_ABSENT] = "not recorded",
	[ADDRESS_PUBLIC] = "public",
	[ADDRESS_PRIVATE] = "private",
	[ADDRESS_SHARED] = "shared (carrier NAT)",
	[ADDRESS_LOOPBACK] = "loopback",
	[ADDRESS_LINK_LOCAL] = "link-local",
	[ADDRESS_RESERVED] = "reserved",
	[ADDRESS_SERVICE] = "AWS service",
	[ADDRESS_INVALID] = "no valid address",
};
/* clang-format on */

static const char *const service_endings[] = {
	".amazonaws.com",
	".amazonaws.com.cn",
	".amazonaws.eu",
	".amazon.com",
	".aws.internal",
};

const char *
address_kind_name(enum address_kind kind)
{
	return kind_names[kind];
}

static bool
in_network(const unsigned char address[16], const unsigned char prefix[16], unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(address, prefix, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

static bool
parse(struct str text, unsigned char address[16])
{
	static const unsigned char mapped[16] = {V4(0, 0, 0, 0)};
	char copy[INET6_ADDRSTRLEN];

	if (text.len >= sizeof(copy) || memchr(text.data, '\0', text.len))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	memcpy(address, mapped, 16);
	return inet_pton(AF_INET, copy, address + 12) == 1 ||
	       inet_pton(AF_INET6, copy, address) == 1;
}

static bool
is_service(struct str text)
{
	if (str_is(text, "AWS Internal"))
		return true;
	for (size_t i = 0; i < sizeof(service_endings) / sizeof(service_endings[0]); i++)
		if (str_ends_with(text, str_from(service_endings[i])))
			return true;
	return false;
}

enum address_kind
address_classify(struct str text)
{
	unsigned char address[16];

	if (text.len == 0)
		return ADDRESS_ABSENT;
	if (is_service(text))
		return ADDRESS_SERVICE;
	if (!parse(text, address))
		return ADDRESS_INVALID;
	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++)
		if (in_network(address, networks[i].prefix, networks[i].bits))
			return networks[i].kind;
	return ADDRESS_PUBLIC;
}

static bool
is_written_like_one(struct str text)
{
	static const char characters[] = "0123456789abcdefABCDEF.:";
	bool digit = false, parted = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (!c || !strchr(characters, c))
			return false;
		digit |= c >= '0' && c <= '9';
		parted |= c == '.' || c == ':';
	}
	return digit && parted;
}

bool
address_is_place(struct str text)
{
	enum address_kind kind = address_classify(text);

	return kind == ADDRESS_INVALID ? is_written_like_one(text)
				       : kind != ADDRESS_ABSENT && kind != ADDRESS_SERVICE;
}

struct str
address_spell(struct str text, char buffer[ADDRESS_TEXT])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	unsigned char address[16];
	const char *spelled;

	_Static_assert((int)ADDRESS_TEXT >= (int)INET6_ADDRSTRLEN, "every address has room");
	if (!address_has_spellings(text) || !parse(text, address))
		return text;
	if (memcmp(address, mapped, sizeof(mapped)) == 0)
		spelled = inet_ntop(AF_INET, address + 12, buffer, ADDRESS_TEXT);
	else
		spelled = inet_ntop(AF_INET6, address, buffer, ADDRESS_TEXT);
	return spelled ? str_from(buffer) : text;
}

bool
address_equal(struct str a, struct str b)
{
	char x[ADDRESS_TEXT], y[ADDRESS_TEXT];

	return str_equal(a, b) || str_equal(address_spell(a, x), address_spell(b, y));
}
