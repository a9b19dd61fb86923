/* What kind of place a sourceIPAddress is. Pure. */
#ifndef KEYWATCH_ALERT_ADDRESS_H
#define KEYWATCH_ALERT_ADDRESS_H

#include "core/base/str.h"

enum address_kind {
	ADDRESS_ABSENT,
	ADDRESS_PUBLIC,
	ADDRESS_PRIVATE, /* RFC 1918, RFC 4193 */
	ADDRESS_SHARED,	 /* RFC 6598: behind a carrier's NAT */
	ADDRESS_LOOPBACK,
	ADDRESS_LINK_LOCAL,
	ADDRESS_RESERVED, /* unspecified, multicast, class E: no caller can have it */
	ADDRESS_SERVICE,  /* an AWS service's name instead of an address */
	ADDRESS_INVALID,  /* anything else, 211.9.016.253 too */
};

enum address_kind address_classify(struct str text);
/* Does it tell one place from another: an address, or what is written like one, as anonymised logs
 * have it (211.9.016.253)? */
bool address_is_place(struct str text);
/* The same address, however it is spelled; what is none, when the text is the same. */
bool address_equal(struct str a, struct str b);

/* IPv6 has many spellings, also of an IPv4 address; IPv4 has one. No colon stands behind more than
 * four digits at the beginning. */
static inline bool
address_has_spellings(struct str text)
{
	for (size_t i = 0; i < 5 && i < text.len; i++)
		if (text.data[i] == ':')
			return true;
	return false;
}
/* The one spelling of all: of what is no address, and of what has no other, the text itself. Borrows
 * from text or from buffer. */
enum { ADDRESS_TEXT = 46 };
struct str address_spell(struct str text, char buffer[ADDRESS_TEXT]);
const char *address_kind_name(enum address_kind kind); /* "public", "AWS service" … */

#endif
