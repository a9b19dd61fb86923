/*
 * KQL: text → tokens → expressions → a bound query that runs over one event. What is not supported
 * or is wrong is refused with its place. Private to core/rule; sources.md §5 and settled.md 16–18
 * have the semantics.
 */
#ifndef KEYWATCH_RULE_KQL_H
#define KEYWATCH_RULE_KQL_H

#include "core/base/regex.h"
#include "core/event/event.h"
#include "core/rule/kql_value.h"

enum {
	KQL_MAX_TEXT = 64 << 10,
	KQL_MAX_DEPTH = 100,
	KQL_MAX_SLOTS = 1024,
	KQL_ANSWER_SLOTS = 1 << 16, /* and on: rule_answers */
};

/* Why a text was refused: where, and a sentence that names the word. */
struct kql_fault {
	size_t at; /* byte in the text */
	char text[320];
};

/* ---- lexer ---- */

enum kql_token_type {
	TOKEN_END,
	TOKEN_NAME,   /* also keywords and word operators: has, !has_cs, in~ */
	TOKEN_SYMBOL, /* one of the operators, text says which */
	TOKEN_VALUE,  /* a literal, in value */
};

struct kql_token {
	enum kql_token_type type;
	size_t at, end;
	struct str text; /* borrows from the query */
	struct value value;
};

struct kql_lexer {
	struct str text;
	size_t at;
	struct arena *arena; /* literals */
	struct kql_fault *fault;
};

/* False: fault is filled. */
bool kql_next_token(struct kql_lexer *lexer, struct kql_token *token);
/* What a word that is no operator, or a character that begins no token, was meant to be: ": write
 * `and`"; empty: nothing is known. */
struct str kql_hint_of(struct arena *arena, struct str word);
struct str kql_hint_of_character(struct arena *arena, struct str rest, struct str *character);
/* What stands in dynamic(...). False: it is no literal. */
bool kql_read_dynamic(struct arena *arena, struct str text, struct value *value);

/* ---- expressions ---- */

enum expr_kind {
	EXPR_LITERAL,
	EXPR_NAME,   /* a column, before binding */
	EXPR_COLUMN, /* bound */
	EXPR_CALL,   /* a function or an operator; operators are functions with odd names */
	EXPR_MEMBER, /* args[0].name */
	EXPR_INDEX,  /* args[0][args[1]] */
	EXPR_TYPE,   /* typeof(name) */
	EXPR_WILD,   /* a name with *, in project-away and its like */
};

struct kql_function;

/* What is known of a dynamic before it is evaluated: Kusto takes a text out of SHAPE_ANY alone. */
enum kql_shape { SHAPE_ANY, SHAPE_VALUE, SHAPE_ARRAY, SHAPE_BAG };

struct expr {
	enum expr_kind kind;
	size_t at, end;
	struct str name; /* NAME, CALL, MEMBER, WILD, TYPE */
	struct expr **args;
	size_t count;
	struct value value;		     /* LITERAL */
	enum kusto_type type;		     /* after binding */
	enum kql_shape shape;		     /* of a dynamic, after binding */
	size_t slot;			     /* COLUMN */
	const struct kql_function *function; /* CALL */
	bool infix;			     /* CALL: written as an operator */
	size_t regex;			     /* CALL: 1 + number of its compiled regex, 0: none */
};

/* One `name = expression` of extend, project …; name absent when none was written. */
struct kql_item {
	struct str name;
	size_t at;
	struct expr *expr;
	int order;    /* project-reorder: 0, 1 asc, -1 desc */
	bool natural; /* granny-asc, granny-desc: numbers in names by their value */
};

enum kql_step_kind {
	STEP_WHERE,
	STEP_EXTEND,
	STEP_PROJECT,
	STEP_PROJECT_AWAY,
	STEP_PROJECT_KEEP,
	STEP_PROJECT_RENAME,
	STEP_PROJECT_REORDER,
	STEP_SORT,
	STEP_PARSE,
};

/* `parse text with * "a=" b:long "," *`: what stands between texts becomes columns. */
enum kql_dissect_kind { DISSECT_SIMPLE, DISSECT_REGEX, DISSECT_RELAXED };

struct kql_part {
	size_t at;
	struct str literal; /* absent: a column or a star */
	struct str name;    /* absent: a star */
	enum kusto_type type;
};

struct kql_dissection {
	enum kql_dissect_kind kind;
	bool where; /* parse-where: what does not fit is dropped */
	struct str flags;
	struct expr *source;
	struct kql_part *parts;
	size_t count;
};

struct kql_step {
	enum kql_step_kind kind;
	size_t at;
	struct kql_item *items;
	size_t count;
	struct kql_dissection dissection; /* PARSE */
};

struct kql_let {
	struct str name;
	struct expr *expr;
	size_t at;
};

struct kql_syntax {
	struct str table;
	size_t table_at;
	struct kql_let *lets;
	size_t let_count;
	struct kql_step *steps;
	size_t step_count;
};

bool kql_parse_query(
	struct kql_syntax *syntax, struct str text, struct arena *arena, struct kql_fault *fault);
/* One expression to the end of the text. */
bool kql_parse_predicate(
	struct expr **expr, struct str text, struct arena *arena, struct kql_fault *fault);

/* ---- binding ---- */

struct kql_column {
	struct str name;
	enum kusto_type type;
	enum kql_shape shape;
	size_t slot; /* below column_count: the table's column of that number */
	bool hidden; /* can be named, but is not part of the result: Azure's billing columns */
};

struct kql_schema {
	struct kql_column *columns;
	size_t count, capacity;
};

/* What bound expressions share. */
struct kql_scope {
	struct arena *arena;
	struct kql_fault *fault;
	const struct kql_schema *schema;
	const struct kql_schema *siblings; /* names being made beside, for a better message */
	const struct kql_let *lets;	   /* bound ones */
	size_t let_count;
	struct regex **regexes; /* owned by the program */
	size_t regex_count, regex_capacity;
	bool uses_now;
};

bool kql_bind(struct kql_scope *scope, struct expr *expr);
bool kql_fail(struct kql_fault *fault, size_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
const struct kql_column *kql_schema_find(const struct kql_schema *schema, struct str name);
void kql_schema_add(struct kql_schema *schema, struct str name, enum kusto_type type, size_t slot);

/* ---- programs ---- */

struct kql_action {
	bool is_where;
	struct expr *expr;
	size_t slot; /* not WHERE: what it fills */
};

struct kql_program {
	struct kql_action *actions;
	size_t action_count;
	struct kql_schema output;
	size_t slot_count; /* column_count and on: made by the query */
	struct regex **regexes;
	size_t regex_count;
	bool uses_now;
	bool sorted;
	struct str *literals; /* eventName bounds; count 0: none */
	size_t literal_count;
};

bool kql_compile(
	struct kql_program *program, struct str text, struct arena *arena, struct kql_fault *fault);
void kql_program_fini(struct kql_program *program); /* the arena is the caller's */

/* ---- evaluation ---- */

struct kql_frame {
	const struct event *event;
	struct arena arena;	    /* reset for each event */
	struct value *slots;	    /* of the query's own columns, from column_count on */
	const struct cell *answers; /* of the alert; NULL: none */
	int64_t now;
	struct regex *const *regexes;
	struct regex_match **matches; /* made when first used */
	size_t gave_up;		      /* matches that reached PCRE2's limits */
};

struct value kql_eval(struct kql_frame *frame, const struct expr *expr);
struct value kql_slot(const struct kql_frame *frame, size_t slot);

/* ---- functions and operators: one row each ---- */

struct kql_call {
	struct kql_frame *frame;
	const struct expr *expr;
	const struct value *args;
	size_t count;
};

/*
 * Parameters, one letter each, as Kusto's own signatures have them. Texts: s a string, or a dynamic
 * that may hold one; u a string or any dynamic; x any scalar, written out. Others: b bool, c bool
 * or dynamic, l int or long, i a constant one, n any number, t datetime, p timespan, d dynamic but
 * no bag, o dynamic but no array, h anything but dynamic, a any, r constant regex, q any, k
 * constant string, y typeof(). After '|' optional ones; a trailing '+' repeats the last. Result: s
 * b l i(nt) r(eal) t p d A(n array) as above, '*' the bind function.
 */
struct kql_function {
	const char *name;
	const char *params;
	char result;
	bool takes_null; /* else a null argument gives null */
	bool infix;	 /* an operator between two operands */
	struct value (*eval)(const struct kql_call *call);
	bool (*bind)(struct kql_scope *scope, struct expr *expr); /* sets expr->type; may be NULL */
	const char *help;
};

const struct kql_function *kql_function_find(struct str name, bool infix);
struct str kql_function_nearest(struct str name);
struct str kql_operator_nearest(struct str name);
struct regex_match *kql_regex(const struct kql_call *call, struct regex **regex);

/* Kusto's spelling of a regular expression → PCRE2's; false: at which column, why not. */
bool kql_translate_regex(struct buf *out, struct str pattern, size_t *column, const char **why);

/* Every function and operator: name, parameters, result, help; tab-separated, for the manual. */
void kql_list(struct buf *out);

/* Shared by binding of operators and iff, case, coalesce: the type both can be; false: none. */
bool kql_common_type(enum kusto_type a, enum kusto_type b, enum kusto_type *common);

#endif
