/*
 * What the files that make a program share: kql_query.c has lets, where, extend and project,
 * kql_columns.c what only chooses among columns, kql_dissect.c parse. Private to core/rule.
 */
#ifndef KEYWATCH_RULE_KQL_COMPILER_H
#define KEYWATCH_RULE_KQL_COMPILER_H

#include "core/rule/kql.h"

struct compiler {
	struct kql_program *program;
	struct kql_scope scope;
	struct kql_schema schema; /* as the steps so far leave it */
	size_t action_capacity;
	size_t unnamed; /* Column1, Column2 … */
};

void kql_add_column(struct kql_schema *schema, const struct kql_column *column);
/* New ones stand at the end; one of the same name that was there goes. */
void kql_extend_columns(struct kql_schema *schema, const struct kql_schema *made);
void kql_add_action(struct compiler *c, bool is_where, struct expr *expr, size_t slot);
/* The name that Kusto gives to an expression, and one like it that is not taken. */
struct str kql_auto_name(struct compiler *c, const struct expr *e);
struct str kql_unused_name(struct arena *arena, const struct kql_schema *made, struct str name);
/* A slot for what an expression of that place makes; false: there are too many. */
bool kql_new_slot(struct compiler *c, size_t at, size_t *slot);

/* All of them return false with the fault filled. */
bool kql_compile_keep(struct compiler *c, const struct kql_step *step); /* and -away */
bool kql_compile_rename(struct compiler *c, const struct kql_step *step);
bool kql_compile_reorder(struct compiler *c, const struct kql_step *step);
bool kql_compile_parse(struct compiler *c, const struct kql_step *step);

#endif
