#include "core/scan/table.h"

#include <stdlib.h>

/* The columns that hold no text (the table's reference); a test compares them with event's. */
static const struct {
	const char *name;
	enum table_type type;
} typed[] = {
	{"TimeGenerated", TABLE_TIME},
	{"SessionCreationDate", TABLE_TIME},
	{"SessionMfaAuthenticated", TABLE_OTHER},
	{"ReadOnly", TABLE_OTHER},
	{"ManagementEvent", TABLE_OTHER},
	{"_BilledSize", TABLE_OTHER},
};

/* One of these is enough to know the table: no other of Microsoft's has it. */
static const char *const ours[] = {"AwsEventId", "AwsRequestId_", "UserIdentityType",
	"UserIdentityPrincipalid", "UserIdentityArn", "UserIdentityUserName",
	"UserIdentityAccountId", "UserIdentityAccessKeyId", "SessionIssuerArn", "EC2RoleDelivery"};

enum table_type
table_type_of(struct str name)
{
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		if (str_is(name, typed[i].name))
			return typed[i].type;
	return TABLE_TEXT;
}

void
table_clear(struct table *t)
{
	arena_reset(&t->arena);
	t->count = 0;
	t->event_name = SIZE_MAX;
	t->is_ours = t->other_zone = false;
}

void
table_fini(struct table *t)
{
	arena_fini(&t->arena);
	free(t->columns);
	*t = (struct table){0};
}

/* The portal writes the zone of a time behind the column's name: ` [UTC]`, ` [Local Time]`. */
static struct str
zone_of(struct str header)
{
	size_t at = str_find(header, STR(" ["), 0);

	if (at == (size_t)-1 || !str_ends_with(header, STR("]")))
		return STR_ABSENT;
	return str_slice(header, at, header.len);
}

void
table_add_column(struct table *t, struct str header)
{
	struct table_column column = {.header = arena_str(&t->arena, header)};
	struct str zone = zone_of(column.header);

	column.name = arena_str(&t->arena, str_slice(header, 0, header.len - zone.len));
	column.type = zone.data ? TABLE_TIME : table_type_of(column.name);
	if (zone.data && !str_is(zone, " [UTC]"))
		t->other_zone = true;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		t->is_ours |= str_is(column.name, ours[i]);
	if (str_is(column.name, "EventName") && t->event_name == SIZE_MAX)
		t->event_name = t->count;
	MEM_GROW(t->columns, t->count, t->capacity);
	t->columns[t->count++] = column;
}

bool
table_wants(const struct scan_options *options, struct str event_name)
{
	if (options->literal_count == 0 || options->wants)
		return true;
	for (size_t i = 0; i < options->literal_count; i++)
		if (str_equal(event_name, options->literals[i]))
			return true;
	return false;
}

const char *
table_note(const struct table *t)
{
	if (t->is_ours && t->event_name == SIZE_MAX)
		return "has rows without EventName: they match only a rule whose whole result "
		       "they are, or that does not ask for it";
	return NULL;
}

void
table_put_string(struct buf *out, struct str s)
{
	size_t from = 0;

	buf_putc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_append(out, s.data + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else
			buf_printf(out, "\\u%04x", c);
	}
	buf_append(out, s.data + from, s.len - from);
	buf_putc(out, '"');
}
