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

/* A column of the result that the rule names: for an entity, or elsewhere when entity is absent. */
struct rule_mapping {
	struct str entity, identifier, column;
	size_t line, col; /* of the column's name in the file, from 1 */
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

/* A value of the file; a mapping has as many keys as items. Lives in the rule's arena. */
struct rule_node {
	enum { NODE_TEXT, NODE_LIST, NODE_MAP } kind;
	struct str text;
	enum rule_style style;
	size_t line, col; /* from 1 */
	size_t count;
	const struct rule_node **keys, **items;
};

/* Reading a file: everything that a refusal needs. */
struct rule_reader {
	struct rule *rule;
	struct str text; /* the whole file */
	const char *file;
	struct error *err;
};

bool rule_refuse_node(const struct rule_reader *r, const struct rule_node *node, const char *fmt,
	...) __attribute__((format(printf, 3, 4)));
/* Absent: it is no text. */
struct str rule_node_text(const struct rule_node *node);
const struct rule_node *rule_node_member(const struct rule_node *map, const char *name);
/* Is it among the words, whatever the case? Refuses otherwise, with what is expected. */
bool rule_one_of(const struct rule_reader *r, const struct rule_node *node, const char *field,
	const char *const *words, const char *expected);
bool rule_take_duration(const struct rule_reader *r, const struct rule_node *node,
	const char *field, int64_t most, int64_t *ticks);

/* Fields that name columns of the result. */
bool rule_take_mappings(const struct rule_reader *r, const struct rule_node *node);
bool rule_take_sentinel_mappings(const struct rule_reader *r, const struct rule_node *node);
bool rule_take_details(const struct rule_reader *r, const struct rule_node *node);
bool rule_take_override(const struct rule_reader *r, const struct rule_node *node);

bool rule_read_fields(const struct rule_reader *r, const struct rule_node *root);

/* Reads every field; checks what does not need the query to be bound. */
bool rule_read_yaml(struct rule *rule, struct str yaml, const char *file, struct error *err);

/* [FILE:]LINE:COL: sentence, the line, a caret. `text` is what line counts in; file may be NULL. */
bool rule_refuse(struct error *err, const char *file, struct str text, size_t line, size_t col,
	const char *sentence);

bool rule_is_guid(struct str s);
bool rule_is_utf16(struct str file);
bool rule_is_technique(struct str s);			/* T1098 T1098.001 */
bool rule_is_version(struct str s);			/* 1.0.1 */
bool rule_parse_duration(struct str s, int64_t *ticks); /* 15m 1h 2d, PT15M PT1H P2D */

/* Of a byte of a text, from 1; the column counts characters. */
void rule_line_and_column(struct str text, size_t at, size_t *line, size_t *col);
/* The place in the file of a byte of the query. */
void rule_place_of(const struct rule *rule, struct str yaml, size_t at, size_t *line, size_t *col);

/* ---- filters ---- */

enum { RULE_COLUMN_BITS = 63 };
#define RULE_COLUMN_OTHER (UINT64_C(1) << RULE_COLUMN_BITS) /* never known */

/* The and, or and not of a filter, down to what is evaluated as a whole. */
struct rule_glance_node {
	enum glance_kind { GLANCE_LEAF, GLANCE_AND, GLANCE_OR, GLANCE_NOT } kind;
	const struct expr *expr;
	uint64_t columns; /* that it reads */
	const struct rule_glance_node *args[2];
	/* Of a leaf, in lower case: of these one stands in any record that it holds for. 0: who
	 * knows. */
	const struct str *words;
	size_t word_count;
};
uint64_t rule_answer_bit(enum rule_answer answer);
struct rule_glance_node *rule_glance_new(struct arena *arena, const struct expr *expr);
void rule_find_words(struct arena *arena, struct rule_glance_node *leaf);

struct rule_filter {
	struct arena arena;
	struct expr *expr;
	const struct rule_glance_node *glance;
	struct regex **regexes;	      /* owns */
	struct regex_match **matches; /* owns; one thread at a time */
	size_t regex_count;
};

/* The published text of the built-in rule. */
struct str rule_builtin_text(void);

struct rule_run {
	const struct rule *rule; /* borrows */
	struct kql_frame frame;
	/* Of the output's columns: what a row gave itself (rule_take_row); NULL: nothing. */
	const struct value **given; /* owns the array */
};

#endif
