#include "core/scan/split_name.h"

#include "core/base/json.h"

enum split_name
split_name_of(struct str quoted)
{
	static const struct {
		const char *name;
		enum split_name what;
	} names[] = {
		{"Records", SPLIT_NAME_LIST},
		{"Events", SPLIT_NAME_LIST},
		{"eventName", SPLIT_NAME_EVENT},
		{"tables", SPLIT_NAME_TABLES},
		{"partialTables", SPLIT_NAME_TABLES}, /* Azure's client for JavaScript */
		{"rows", SPLIT_NAME_ROWS},
		{"error", SPLIT_NAME_ERROR},
		{"partialError", SPLIT_NAME_ERROR},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (json_spells(quoted, str_from(names[i].name)))
			return names[i].what;
	return SPLIT_NAME_OTHER;
}

bool
split_begins_record(struct str raw)
{
	return str_find(raw, STR("\"event"), 0) != (size_t)-1 ||
	       str_find(raw, STR("\"CloudTrailEvent\""), 0) != (size_t)-1;
}
