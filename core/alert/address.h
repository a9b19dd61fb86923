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
/* The same address, however it is spelled; what is none, when the text is the same. */
bool address_equal(struct str a, struct str b);
const char *address_kind_name(enum address_kind kind); /* "public", "AWS service" … */

#endif
