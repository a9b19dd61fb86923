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

/* How a text is written in YAML, as far as its characters are written otherwise than they are. */
enum rule_style { STYLE_PLAIN, STYLE_BLOCK, STYLE_SINGLE, STYLE_DOUBLE };

/* Where the query's text begins in the file: its quote, its | or its first character; from 1. */
struct rule_place {
	size_t line, col;
	enum rule_style style;
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

bool rule_is_guid(struct str s);
bool rule_is_utf16(struct str file);
bool rule_is_technique(struct str s);			/* T1098 T1098.001 */
bool rule_parse_duration(struct str s, int64_t *ticks); /* 15m 1h 2d, PT15M PT1H P2D */

/* Of a byte of a text, from 1; the column counts characters. */
void rule_line_and_column(struct str text, size_t at, size_t *line, size_t *col);
/* The place in the file of a byte of the query. */
void rule_place_of(const struct rule *rule, struct str yaml, size_t at, size_t *line, size_t *col);

/* The published text of the built-in rule. */
struct str rule_builtin_text(void);

struct rule_run {
	const struct rule *rule; /* borrows */
	struct kql_frame frame;
};

#endif
