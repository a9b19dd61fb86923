/* Where plain http may go (settled.md 21). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>

#include "core/base/str.h"
#include "core/source/http_private.h"

/* The link-local addresses of IMDS, of ECS and of EKS Pod Identity (sources.md §2). */
static const char *const metadata_addresses[] = {
	"169.254.169.254",
	"169.254.170.2",
	"169.254.170.23",
	"fd00:ec2::254",
	"fd00:ec2::23",
};

union address {
	struct in_addr v4;
	struct in6_addr v6;
};

/* An address as a URL writes it; 0 when it is a name. */
static int
parse_address(const char *host, union address *address)
{
	char inner[INET6_ADDRSTRLEN] = "";
	size_t len = strlen(host);

	if (inet_pton(AF_INET, host, &address->v4) == 1)
		return AF_INET;
	if (len > 2 && host[0] == '[' && host[len - 1] == ']' && len - 2 < sizeof(inner))
		memcpy(inner, host + 1, len - 2);
	return inet_pton(AF_INET6, inner[0] ? inner : host, &address->v6) == 1 ? AF_INET6 : 0;
}

static bool
is_loopback(int family, const union address *address)
{
	if (family == AF_INET)
		return (ntohl(address->v4.s_addr) >> 24) == 127;
	return family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->v6);
}

static bool
is_metadata(int family, const union address *address)
{
	for (size_t i = 0; i < sizeof(metadata_addresses) / sizeof(metadata_addresses[0]); i++) {
		union address known;

		if (parse_address(metadata_addresses[i], &known) != family)
			continue;
		if (!memcmp(&known, address,
			    family == AF_INET ? sizeof(known.v4) : sizeof(known.v6)))
			return true;
	}
	return false;
}

/* localhost and what is below it are this machine by RFC 6761, whatever a resolver says; the peer's
 * address is looked at as well. */
bool
http_host_is_loopback(const char *host)
{
	union address address;
	int family = parse_address(host, &address);
	struct str name = str_from(host);

	if (family)
		return is_loopback(family, &address);
	if (name.len > 10)
		name = str_slice(name, name.len - 10, 10);
	return strcasecmp(host, "localhost") == 0 ||
	       str_equal_ascii_nocase(name, STR(".localhost"));
}

bool
http_host_is_metadata(const char *host)
{
	union address address;
	int family = parse_address(host, &address);

	return family && is_metadata(family, &address);
}

bool
http_peer_allowed(const struct sockaddr *peer, bool metadata)
{
	union address address = {0};

	if (peer->sa_family == AF_INET)
		memcpy(&address.v4, &((const struct sockaddr_in *)(const void *)peer)->sin_addr,
			sizeof(address.v4));
	else if (peer->sa_family == AF_INET6)
		memcpy(&address.v6, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr,
			sizeof(address.v6));
	else
		return false;
	return is_loopback(peer->sa_family, &address) ||
	       (metadata && is_metadata(peer->sa_family, &address));
}
