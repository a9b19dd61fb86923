/*
 * What the files of the parser share: kql_parse.c has expressions, kql_parse_query.c the operators
 * between the bars, kql_parse_with.c the one with a pattern.
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
/* A name, bare or quoted; `what` says in the refusal what is expected. */
bool parser_read_name(struct parser *p, struct str *name, const char *what);
bool parser_fail_reserved(struct parser *p);
/* Behind the word parse: up to the bar or the end. */
bool parser_dissection(struct parser *p, struct kql_dissection *d);

/* Must the word be quoted where it is no keyword: as a reference, or as the name of a column? */
bool kql_is_reserved(struct str word, bool reference);

bool parser_at_symbol(const struct parser *p, const char *text);
bool parser_at_word(const struct parser *p, const char *text);
struct str parser_token_text(const struct parser *p);
/* What the token, which stands where none can, was meant to be; empty: nothing is known. */
struct str parser_hint(const struct parser *p);
struct expr *parser_new_expr(struct parser *p, enum expr_kind kind, size_t at);

#endif
