/* What `rule show` and `rule check` say. */
#include "core/rule/rule_private.h"

enum { LABEL = 24 };

static void
put_block(struct buf *out, struct str text)
{
	while (text.len) {
		size_t end = str_find(text, STR("\n"), 0);
		struct str line = str_slice(text, 0, end == (size_t)-1 ? text.len : end);

		buf_printf(out, "    %.*s\n", STR_ARG(line));
		text = str_slice(text, end == (size_t)-1 ? text.len : end + 1, text.len);
	}
}

void
rule_show(const struct rule *rule, struct buf *out)
{
	for (size_t i = 0; i < rule->field_count; i++) {
		const struct rule_field *f = &rule->fields[i];

		if (f->block) {
			buf_printf(out, "%.*s\n", STR_ARG(f->name));
			put_block(out, f->text);
		} else {
			buf_printf(out, "%-*.*s%.*s\n", LABEL, STR_ARG(f->name), STR_ARG(f->text));
		}
	}
}

static void
explain_bound(const struct rule *rule, struct buf *out)
{
	if (!rule->program.literal_count) {
		buf_puts(out,
			"reads     every record: no comparison of EventName bounds the query\n");
		return;
	}
	buf_puts(out, "reads     records whose eventName is");
	for (size_t i = 0; i < rule->program.literal_count; i++)
		buf_printf(out, "%s %.*s", i ? " or" : "", STR_ARG(rule->program.literals[i]));
	buf_putc(out, '\n');
}

static void
explain_columns(const struct kql_schema *output, struct buf *out)
{
	size_t shown = 0;

	for (size_t i = 0; i < output->count; i++)
		shown += !output->columns[i].hidden;
	buf_printf(out, "columns   %zu\n", shown);
	for (size_t i = 0; i < output->count; i++)
		if (!output->columns[i].hidden)
			buf_printf(out, "    %-28.*s%s\n", STR_ARG(output->columns[i].name),
				kusto_type_name(output->columns[i].type));
}

void
rule_explain(const struct rule *rule, struct buf *out)
{
	buf_printf(out, "rule      %.*s\nid        %.*s\n", STR_ARG(rule->name), STR_ARG(rule->id));
	if (rule->version.data)
		buf_printf(out, "version   %.*s\n", STR_ARG(rule->version));
	if (rule->severity.data)
		buf_printf(out, "severity  %.*s\n", STR_ARG(rule->severity));
	explain_bound(rule, out);
	for (size_t i = 0; i < rule->mapping_count; i++)
		if (rule->mappings[i].entity.data)
			buf_printf(out, "entity    %.*s %.*s <- %.*s\n",
				STR_ARG(rule->mappings[i].entity),
				STR_ARG(rule->mappings[i].identifier),
				STR_ARG(rule->mappings[i].column));
	if (!rule_gives_event_id(rule))
		buf_puts(out, "note      the result has no AwsEventId: in Log Analytics this rule "
			      "cannot run\n");
	for (size_t i = 0; i < rule->warnings.count; i++)
		buf_printf(out, "note      %.*s\n", STR_ARG(rule->warnings.items[i]));
	explain_columns(&rule->program.output, out);
}
