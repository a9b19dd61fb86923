#include "core/rule/rule.h"

#include <assert.h>
#include <stdlib.h>

#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/rule/rule_private.h"

void
rule_list_add(struct rule_list *list, struct str item)
{
	MEM_GROW(list->items, list->count, list->capacity);
	list->items[list->count++] = item;
}

/* ---- refusing ---- */

static struct str
line_number(struct str text, size_t line)
{
	size_t end;

	while (line-- > 1 && (end = str_find(text, STR("\n"), 0)) != (size_t)-1)
		text = str_slice(text, end + 1, text.len);
	end = str_find(text, STR("\n"), 0);
	return str_slice(text, 0, end == (size_t)-1 ? text.len : end);
}

/* A line longer than a screen shows the part around the caret. */
bool
rule_refuse(struct error *err, const char *file, struct str text, size_t line, size_t col,
	const char *sentence)
{
	struct str whole = line_number(text, line), shown;
	struct buf clean = {0}, blanks = {0};
	size_t from = col > 60 ? text_offset(whole, col - 60) : 0, caret;
	struct buf before = {0};

	shown = str_slice(whole, from, whole.len);
	shown = str_slice(shown, 0, text_offset(shown, 76));
	if (shown.len && shown.data[shown.len - 1] == '\r')
		shown.len--;
	for (size_t i = 0; i < shown.len; i++)
		buf_putc(&blanks, shown.data[i] == '\t' ? ' ' : shown.data[i]);
	text_clean(&clean, buf_view(&blanks));
	caret = col > 60 ? 60 : col;
	/* What stands before the caret may be wide, or shown as an escape. */
	text_clean(&before, str_slice(buf_view(&blanks), 0,
				    text_offset(buf_view(&blanks), caret ? caret - 1 : 0)));
	caret = (size_t)text_columns(buf_view(&before)) +
		(col > 0 && text_length(buf_view(&blanks)) + 1 < caret
				? caret - 1 - text_length(buf_view(&blanks))
				: 0);
	error_set(err, ERROR_USAGE, "%s%s%zu:%zu: %s\n  %s\n  %*s^", file ? file : "",
		file ? ":" : "", line, col, sentence, buf_cstr(&clean), (int)caret, "");
	buf_fini(&before);
	buf_fini(&clean);
	buf_fini(&blanks);
	return false;
}

static bool
refuse_query(const struct rule *rule, struct str yaml, const char *file,
	const struct kql_fault *fault, struct error *err)
{
	size_t line, col;

	rule_place_of(rule, yaml, fault->at, &line, &col);
	return rule_refuse(err, file, yaml, line, col, fault->text);
}

/* ---- loading ---- */

static bool
bind_mappings(struct rule *rule, struct str yaml, const char *file, struct error *err)
{
	for (size_t i = 0; i < rule->mapping_count; i++) {
		struct rule_mapping *m = &rule->mappings[i];
		char sentence[320];

		if (!kql_schema_find(&rule->program.output, m->column)) {
			snprintf(sentence, sizeof(sentence),
				"the query's result has no column `%.*s`", STR_ARG(m->column));
			return rule_refuse(err, file, yaml, m->line, m->col, sentence);
		}
	}
	return true;
}

static void
warn(struct rule *rule, const char *text)
{
	rule_list_add(&rule->warnings, str_from(text));
}

/* settled.md 16 */
static void
warn_differences(struct rule *rule)
{
	bool greater = !rule->operator.data || str_is(rule->operator, "gt") ||
		       str_equal_ascii_nocase(rule->operator, STR("GreaterThan"));

	if (!greater || (rule->threshold.data && !str_is(rule->threshold, "0")))
		warn(rule,
			"the trigger is not `gt 0`: Sentinel raises no alert below it, here every "
			"matching event is an alert");
	if (rule->suppressed)
		warn(rule, "suppression is on: Sentinel is silent for a while after an alert, here "
			   "every matching event is an alert");
	if (rule->alert_per_result)
		warn(rule, "an alert per result: Sentinel raises at most 150 a run, here every "
			   "matching event is an alert");
	for (size_t i = 0; i < rule->warnings.count; i++)
		rule->warnings.items[i] = arena_printf(&rule->arena, "rule %.*s: %.*s",
			STR_ARG(rule->name), STR_ARG(rule->warnings.items[i]));
}

bool
rule_load_text(struct rule **out, struct str yaml, const char *file, struct error *err)
{
	struct rule *rule = MEM_NEW(struct rule);
	struct kql_fault fault;
	bool ok;

	ok = rule_read_yaml(rule, yaml, file, err);
	if (ok && !kql_compile(&rule->program, rule->query, &rule->arena, &fault))
		ok = refuse_query(rule, yaml, file, &fault, err);
	ok = ok && bind_mappings(rule, yaml, file, err);
	if (!ok) {
		rule_free(rule);
		return false;
	}
	warn_differences(rule);
	hash_hex(rule->query, rule->query_hash);
	*out = rule;
	return true;
}

struct rule *
rule_builtin(void)
{
	struct rule *rule = NULL;
	bool ok = rule_load_text(&rule, rule_builtin_text(), "builtin", NULL);

	assert(ok);
	(void)ok;
	return rule;
}

void
rule_free(struct rule *rule)
{
	if (!rule)
		return;
	kql_program_fini(&rule->program);
	free(rule->tactics.items);
	free(rule->techniques.items);
	free(rule->warnings.items);
	free(rule->fields);
	free(rule->mappings);
	arena_fini(&rule->arena);
	free(rule);
}

/* ---- fields ---- */

struct str
rule_id(const struct rule *rule)
{
	return rule->id;
}

struct str
rule_name(const struct rule *rule)
{
	return rule->name;
}

struct str
rule_version(const struct rule *rule)
{
	return rule->version;
}

struct str
rule_severity(const struct rule *rule)
{
	return rule->severity;
}

size_t
rule_tactic_count(const struct rule *rule)
{
	return rule->tactics.count;
}

struct str
rule_tactic(const struct rule *rule, size_t i)
{
	return rule->tactics.items[i];
}

size_t
rule_technique_count(const struct rule *rule)
{
	return rule->techniques.count;
}

struct str
rule_technique(const struct rule *rule, size_t i)
{
	return rule->techniques.items[i];
}

struct str
rule_query(const struct rule *rule)
{
	return rule->query;
}

int64_t
rule_frequency(const struct rule *rule)
{
	return rule->frequency;
}

int64_t
rule_period(const struct rule *rule)
{
	return rule->period;
}

const char *
rule_query_hash(const struct rule *rule)
{
	return rule->query_hash;
}

size_t
rule_warning_count(const struct rule *rule)
{
	return rule->warnings.count;
}

struct str
rule_warning(const struct rule *rule, size_t i)
{
	return rule->warnings.items[i];
}

bool
rule_uses_now(const struct rule *rule)
{
	return rule->program.uses_now;
}

bool
rule_gives_event_id(const struct rule *rule)
{
	const struct kql_column *column = kql_schema_find(&rule->program.output, STR("AwsEventId"));

	return column && !column->hidden;
}

size_t
rule_literal_count(const struct rule *rule)
{
	return rule->program.literal_count;
}

struct str
rule_literal(const struct rule *rule, size_t i)
{
	return rule->program.literals[i];
}
