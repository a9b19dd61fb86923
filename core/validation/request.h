/* A statement for an admin to sign, and what they signed taken in. */
#ifndef KEYWATCH_VALIDATION_REQUEST_H
#define KEYWATCH_VALIDATION_REQUEST_H

#include "core/validation/judge.h"

/* Appends the text that `principal` would sign to validate this alert now, standing on the chain's
 * head. Refused: what could not be imported again, by the alert's state, the policy's admins or
 * four eyes. The alert is judged. */
bool request_make(struct judge *judge, struct alert *alert, struct str principal, struct str reason,
	int64_t now, struct buf *text, struct error *err);

/* A statement and, from the first line that begins its armour, its signature; both borrow. False:
 * there is no such line behind another. */
bool import_split(struct str both, struct str *statement, struct str *signature);

struct import {
	struct str statement, signature; /* as they came; borrows */
	struct str actor;		 /* the OS user who brings them */
	int64_t now;
};
struct imported {
	char id[ALERT_ID_SIZE];
	int64_t seq;
	unsigned approvals, needed;
	char principal[256];
};
/* Verifies, then appends the decision. Whatever does not hold is refused and nothing is written. */
bool import_signed(struct judge *judge, const struct import *import, struct imported *imported,
	struct error *err);

#endif
