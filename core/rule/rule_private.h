/* What the files of core/rule share of a rule. */
#ifndef KEYWATCH_RULE_RULE_PRIVATE_H
#define KEYWATCH_RULE_RULE_PRIVATE_H

#include "core/rule/kql.h"
#include "core/rule/rule.h"

/* A field as it stands in the file: for `rule show`. */
struct rule_field {
	struct str name;
	struct str text; /* nested values as indented lines */
	bool block;	 /* shown on lines of its own */
};

struct rule_mapping {
	struct str entity, identifier, column;
	size_t line, col; /* of the column's name in the file, from 1 */
	size_t slot;	  /* after binding */
};

struct rule_list {
	struct str *items;
	size_t count, capacity;
};

/* Where the query's text stands in the file. */
struct rule_place {
	size_t line, col; /* of its first character, from 1 */
	size_t indent;	  /* of its further lines */
};

struct rule {
	struct arena arena; /* owns every string below */
	struct str id, name, version, severity, kind, query;
	struct rule_list tactics, techniques, warnings;
	struct rule_field *fields;
	size_t field_count, field_capacity;
	struct rule_mapping *mappings;
	size_t mapping_count, mapping_capacity;
	struct rule_place place;
	int64_t frequency, period; /* ticks, 0: not given */
	struct str operator, threshold;
	bool suppressed, alert_per_result;
	struct kql_program program;
	char query_hash[65];
};

void rule_list_add(struct rule_list *list, struct str item);

/* Reads every field; checks what does not need the query to be bound. */
bool rule_read_yaml(struct rule *rule, struct str yaml, const char *file, struct error *err);

/* [FILE:]LINE:COL: sentence, the line, a caret. `text` is what line counts in; file may be NULL. */
bool rule_refuse(struct error *err, const char *file, struct str text, size_t line, size_t col,
	const char *sentence);

/* The published text of the built-in rule. */
struct str rule_builtin_text(void);

struct rule_run {
	const struct rule *rule; /* borrows */
	struct kql_frame frame;
};

#endif
