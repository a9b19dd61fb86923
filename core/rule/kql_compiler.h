/*
 * What the two files that make a program share: kql_query.c has lets, where, extend and project,
 * kql_columns.c what only chooses among columns. Private to core/rule.
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

/* All of them return false with the fault filled. */
bool kql_compile_keep(struct compiler *c, const struct kql_step *step); /* and -away */
bool kql_compile_rename(struct compiler *c, const struct kql_step *step);
bool kql_compile_reorder(struct compiler *c, const struct kql_step *step);

#endif
