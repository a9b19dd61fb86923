#include "core/scan/field.h"

#include <string.h>

/* Constant lengths: compared without a call. before: letters of the word before `at`. */
#define STANDS(word, before)                                                                       \
	(at - begin >= (before) && end - at >= (ptrdiff_t)sizeof(word) - 1 - (before) &&           \
		memcmp(at - (before), word, sizeof(word) - 1) == 0)
#define BEHIND(word, before) (at - (before) + sizeof(word) - 1)

static void
add(struct fields *f, enum field_name name, const char *behind)
{
	if (f->count < FIELDS_MAX)
		f->list[f->count++] = (struct field){name, behind};
	else
		f->more = true;
}

void
field_note(struct fields *f, const char *at, const char *begin, const char *end)
{
	if (*at == 'K' && STANDS("accessKeyId", 6))
		add(f, FIELD_KEY, BEHIND("accessKeyId", 6));
	else if (*at == 'P' && STANDS("sourceIPAddress", 7))
		add(f, FIELD_ADDRESS, BEHIND("sourceIPAddress", 7));
	else if (*at == 'T' && STANDS("eventTime", 5))
		add(f, FIELD_TIME, BEHIND("eventTime", 5));
	else if (*at == 'A' && STANDS("recipientAccountId", 9))
		add(f, FIELD_ACCOUNT, BEHIND("recipientAccountId", 9));
}

void
fields_find(struct fields *f, struct str unit)
{
	const char *end = unit.data + unit.len;

	f->count = 0;
	f->more = false;
	for (const char *at = unit.data; at < end; at++)
		if (*at == 'K' || *at == 'P' || *at == 'T' || *at == 'A')
			field_note(f, at, unit.data, end);
}
