/*
 * What the two files of the parser share: kql_parse.c has expressions, kql_parse_query.c the
 * operators between the bars.
 */
#ifndef KEYWATCH_RULE_KQL_PARSER_H
#define KEYWATCH_RULE_KQL_PARSER_H

#include "core/rule/kql.h"

struct parser {
	struct kql_lexer lexer;
	struct kql_token token; /* the next one */
	size_t last_end;	/* of the token before */
	struct arena *arena;
	struct kql_fault *fault;
	int depth;
};

/* All of them return false, or NULL, with the fault filled. */
bool parser_start(struct parser *p, struct str text, struct arena *arena, struct kql_fault *fault);
bool parser_advance(struct parser *p);
bool parser_expect(struct parser *p, const char *symbol);
struct expr *parser_expr(struct parser *p);
struct expr *parser_quoted_name(struct parser *p); /* ['a name'] */

bool parser_at_symbol(const struct parser *p, const char *text);
bool parser_at_word(const struct parser *p, const char *text);
struct str parser_token_text(const struct parser *p);
struct expr *parser_new_expr(struct parser *p, enum expr_kind kind, size_t at);

#endif
