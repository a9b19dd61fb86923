/* Functions that Kusto has and that are refused here: a name one knows deserves the reason. */
#include "core/rule/kql_function.h"

static const struct {
	const char *reason;
	const char *const *names;
} groups[] = {
	{"it gathers rows, and an alert is one event",
		(const char *const[]){"arg_max", "arg_min", "avg", "avgif", "buildschema", "count",
			"count_distinct", "countif", "dcount", "dcountif", "hll", "make_bag",
			"make_list", "make_list_if", "make_set", "make_set_if", "makelist",
			"makeset", "max", "maxif", "min", "minif", "percentile", "percentiles",
			"stdev", "sum", "sumif", "take_any", "variance", NULL}},
	{"it looks at other rows, and an alert is one event",
		(const char *const[]){"next", "prev", "row_cumsum", "row_number", "row_rank",
			"row_rank_dense", "row_rank_min", "row_window_session", "toscalar", NULL}},
	{"a log does not say it: TimeGenerated is when it happened",
		(const char *const[]){
			"ingestion_time", "cursor_after", "cursor_current", "extent_id", NULL}},
	{"a rule must give the same each time it runs",
		(const char *const[]){"rand", "new_guid", "current_principal",
			"current_principal_details", "current_cluster_endpoint", "current_database",
			NULL}},
	{"it is not there yet",
		(const char *const[]){"around", "array_iff", "array_iif", "array_rotate_left",
			"array_rotate_right", "array_shift_left", "array_shift_right",
			"array_split", "array_sum", "assert", "bag_set_key", "bag_zip",
			"base64_decode_toarray", "base64_decode_toguid", "bitset_count_ones",
			"datetime_local_to_utc", "datetime_utc_to_local", "dynamic_to_json",
			"format_bytes", "hash", "hash_md5", "hash_sha1", "hash_xxhash64",
			"ipv4_range_to_cidr_list", "iscolumnexists", "jaccard_index",
			"parse_command_line", "parse_path", "parse_user_agent", "parse_version",
			"parse_xml", "punycode_from_string", "punycode_to_string", "range",
			"repeat", "set_equals", "treepath", "unicode_codepoints_from_string",
			"unicode_codepoints_to_string", "weekofyear", "zip", NULL}},
};

const char *
kql_function_absent(struct str name)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
		for (const char *const *known = groups[g].names; *known; known++)
			if (str_is(name, *known))
				return groups[g].reason;
	return NULL;
}
