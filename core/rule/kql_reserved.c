/* Names, and the words that Kusto wants quoted, ['first'], where they are names: by Microsoft's own
 * parser. */
#include "core/rule/kql_parser.h"

/* As the name of a new column and as a reference. */
static const char *const always[] = {
	"and",
	"anomalychart",
	"areachart",
	"asc",
	"bagexpansion",
	"barchart",
	"between",
	"boolean",
	"byte",
	"cachingpolicy",
	"callout",
	"cancel",
	"card",
	"char",
	"columnchart",
	"contains_cs",
	"containscs",
	"cycles",
	"dataexport",
	"datascope",
	"date",
	"datetime",
	"decimal",
	"decodeblocks",
	"desc",
	"double",
	"dynamic",
	"encodingpolicy",
	"endswith",
	"endswith_cs",
	"expandoutput",
	"extent_tags_retention",
	"external_data",
	"first",
	"flags",
	"float",
	"force_remote",
	"harddelete",
	"hardretention",
	"has_all",
	"has_any",
	"has_cs",
	"hasprefix",
	"hasprefix_cs",
	"hassuffix",
	"hassuffix_cs",
	"hotcache",
	"int",
	"isfuzzy",
	"journal",
	"ladderchart",
	"last",
	"like",
	"likecs",
	"linechart",
	"long",
	"missing",
	"nooptimization",
	"notcontains",
	"notcontainscs",
	"notlike",
	"notlikecs",
	"or",
	"others",
	"pathformat",
	"piechart",
	"pivotchart",
	"project",
	"queries",
	"query_results",
	"real",
	"relaxed",
	"restricted_view_access",
	"row_level_security",
	"rowstore",
	"rowstore_references",
	"rowstore_sealinfo",
	"rowstorepolicy",
	"rowstores",
	"scatterchart",
	"seal",
	"seals",
	"shards",
	"simple",
	"softdelete",
	"softretention",
	"stackedareachart",
	"startswith",
	"startswith_cs",
	"statistics",
	"storedqueryresultcontainers",
	"string",
	"tablepurge",
	"time",
	"timechart",
	"timeline",
	"timepivot",
	"timespan",
	"treemap",
	"uint",
	"ulong",
	"union",
	"uniqueid",
	"unrestrictedviewers",
	"views",
	"with_itemindex",
	"with_match_id",
	"with_step_name",
	"writeaheadlog",
};

/* A column may be made of that name, but is not named so without quotes. */
static const char *const references[] = {
	"accumulate",
	"as",
	"by",
	"contains",
	"datatable",
	"earliest",
	"externaldata",
	"find",
	"has",
	"in",
	"invoke",
	"latest",
	"materialize",
	"mdm",
	"of",
	"print",
	"sample",
	"search",
	"set",
	"sql",
	"title",
	"to",
	"toscalar",
	"totable",
	"verbose",
	"viewers",
	"where",
};

static bool
is_among(struct str word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_is(word, words[i]))
			return true;
	return false;
}

bool
kql_is_reserved(struct str word, bool reference)
{
	if (is_among(word, always, sizeof(always) / sizeof(always[0])))
		return true;
	if (!reference)
		return str_is(word, "kind") || str_is(word, "with_source") ||
		       str_is(word, "withsource") || str_is(word, "with_step_name");
	return is_among(word, references, sizeof(references) / sizeof(references[0]));
}

/* ---- reading a name ---- */

bool
parser_read_name(struct parser *p, struct str *name, const char *what)
{
	struct expr *quoted;

	if (parser_at_symbol(p, "[")) {
		quoted = parser_quoted_name(p);
		*name = quoted ? quoted->name : STR_ABSENT;
		return quoted != NULL;
	}
	if (p->token.type != TOKEN_NAME)
		return kql_fail(p->fault, p->token.at, "expected %s before %.*s", what,
			STR_ARG(parser_token_text(p)));
	if (kql_is_reserved(p->token.text, true))
		return parser_fail_reserved(p);
	*name = p->token.text;
	return parser_advance(p);
}

bool
parser_fail_reserved(struct parser *p)
{
	return kql_fail(p->fault, p->token.at, "`%.*s` is a keyword: as a name it is ['%.*s']",
		STR_ARG(p->token.text), STR_ARG(p->token.text));
}

/* ['a name']: the bracket stands at the token. */
struct expr *
parser_quoted_name(struct parser *p)
{
	struct expr *e = parser_new_expr(p, EXPR_NAME, p->token.at);

	if (!parser_advance(p))
		return NULL;
	if (p->token.type != TOKEN_VALUE || p->token.value.type != KUSTO_STRING) {
		kql_fail(p->fault, p->token.at, "expected a quoted name");
		return NULL;
	}
	e->name = p->token.value.s;
	return parser_advance(p) && parser_expect(p, "]") ? e : NULL;
}
