/* What an input is by its first bytes when it is no log: named, with the command that unpacks it. */
#ifndef KEYWATCH_SCAN_FOREIGN_H
#define KEYWATCH_SCAN_FOREIGN_H

#include "core/base/str.h"

enum { FOREIGN_HEAD = 512 }; /* bytes needed to be sure */

struct foreign {
	const char *name;
	const char *unpack; /* a sentence */
};

/* NULL: none of those. */
const struct foreign *foreign_find(struct str head);

#endif
