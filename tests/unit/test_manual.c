/* The manual and the tables of the program say the same. KEYWATCH_TEST_UPDATE=1 writes the lists
 * that are copied whole. */
#include <ctype.h>
#include <stdio.h>

#include "core/alert/assessment.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/command/config_file.h"
#include "core/event/column.h"
#include "core/rule/kql.h"
#include "core/rule/rule.h"
#include "core/source/source.h"
#include "core/validation/policy_private.h"
#include "tests/support/child.h"
#include "tests/support/test.h"
#include "tui/action.h"
#include "tui/config.h"

#define INI_PAGE "man/keywatch.ini.5"

static char *
page(const char *name)
{
	return test_read(child_source(name), NULL);
}

static void
rewrite(const char *name, char *text, char *begin, char *end, struct str block)
{
	FILE *f = fopen(child_source(name), "wb");

	assert_non_null(f);
	fwrite(text, 1, (size_t)(begin - text), f);
	fwrite(block.data, 1, block.len, f);
	fputs(end, f);
	assert_int_equal(fclose(f), 0);
}

/* The lines between `.\" NAME begin…` and `.\" NAME end` are exactly the block. Takes it. */
static void
expect_block(const char *name, const char *what, struct buf *block)
{
	char *text = page(name), mark[64], *begin, *end;

	snprintf(mark, sizeof(mark), ".\\\" %s begin", what);
	begin = strstr(text, mark);
	assert_non_null(begin);
	begin += strcspn(begin, "\n") + 1;
	snprintf(mark, sizeof(mark), ".\\\" %s end", what);
	end = strstr(begin, mark);
	assert_non_null(end);
	if (getenv("KEYWATCH_TEST_UPDATE")) {
		rewrite(name, text, begin, end, buf_view(block));
	} else {
		*end = '\0';
		assert_string_equal(begin, buf_cstr(block));
	}
	free(text);
	buf_fini(block);
}

static void
the_manual_lists_every_key_as_the_help_does(void **state)
{
	struct buf block = {0};

	(void)state;
	action_list(&block);
	expect_block("man/keywatch.1", "keys", &block);
}

/* `.Li dark , light , …` where a theme is chosen. */
static void
the_manual_names_every_theme(void **state)
{
	char *manual = page("man/keywatch.1"), *ini = page(INI_PAGE);
	struct buf item = {0};

	(void)state;
	buf_puts(&item, "\n.Li");
	for (size_t i = 0; i < theme_builtin_count(); i++)
		buf_printf(&item, " %s ,", theme_builtin_name(i));
	buf_puts(&item, "\nor a theme of yours");
	assert_non_null(strstr(manual, buf_cstr(&item)));
	assert_non_null(strstr(ini, buf_cstr(&item)));
	buf_fini(&item);
	free(manual);
	free(ini);
}

static void
the_manual_lists_every_column_with_its_type(void **state)
{
	struct buf block = {0};

	(void)state;
	buf_puts(&block, ".Bl -tag -width \"SessionIssuerPrincipalId\" -compact\n");
	for (size_t i = 0; i < column_count; i++)
		buf_printf(&block, ".It Li %s\n%s\n", columns[i].name,
			kusto_type_name(columns[i].type));
	buf_puts(&block, ".El\n");
	expect_block("man/keywatch-kql.7", "columns", &block);
	buf_puts(&block, ".Bl -tag -width \"FirstSeenActor\" -compact\n");
	for (size_t i = 0; i < RULE_ANSWERS; i++)
		buf_printf(&block, ".It Li %s\n%s\n", rule_answers[i].name,
			kusto_type_name(rule_answers[i].type));
	buf_puts(&block, ".El\n");
	expect_block("man/keywatch-kql.7", "answers", &block);
}

/* What the letters of a function's parameters stand for. */
static const char *const parameters[256] = {['a'] = "value",
	['b'] = "bool",
	['c'] = "bool",
	['d'] = "dynamic",
	['h'] = "value",
	['i'] = "number",
	['k'] = "text",
	['l'] = "number",
	['n'] = "number",
	['o'] = "dynamic",
	['p'] = "timespan",
	['q'] = "regex",
	['r'] = "regex",
	['s'] = "text",
	['t'] = "datetime",
	['u'] = "text",
	['x'] = "text",
	['y'] = "type"};

/* "sl|l" → ` text number "[number]"`, "aa+" → ` value value ...` */
static void
put_parameters(struct buf *block, const char *letters)
{
	bool optional = false;

	for (const char *c = letters; *c; c++) {
		if (*c == '|') {
			optional = true;
		} else if (*c == '+') {
			buf_puts(block, " ...");
		} else {
			assert_non_null(parameters[(unsigned char)*c]);
			buf_printf(
				block, optional ? " [%s]" : " %s", parameters[(unsigned char)*c]);
		}
	}
}

/* Lines end before 80 bytes; none begins with what roff would take for a request. */
static void
put_help(struct buf *block, const char *help)
{
	size_t column = 0;

	buf_putc(block, '\n');
	for (; *help; help++, column++) {
		size_t word = strcspn(help + 1, " ");

		if (*help == ' ' && column + word > 76 && help[1] != '.' && help[1] != '\'') {
			buf_putc(block, '\n');
			column = 0;
		} else {
			buf_puts(block, *help == '\\' ? "\\e" : (const char[]){*help, '\0'});
		}
	}
	buf_putc(block, '\n');
}

/* The forms with `!` and `_cs` are said once for all. */
static bool
is_form(const char *name)
{
	size_t len = strlen(name);

	return (name[0] == '!' && isalpha((unsigned char)name[1])) ||
	       (len > 3 && !strcmp(name + len - 3, "_cs"));
}

static void
put_kql_row(struct buf *operators, struct buf *functions, char *row)
{
	bool infix = !strcmp(strsep(&row, "\t"), "operator");
	const char *name = strsep(&row, "\t"), *letters = strsep(&row, "\t");

	if (infix && !is_form(name)) {
		buf_printf(operators, ".It Li %s", name);
		put_help(operators, row);
	} else if (!infix && isalpha((unsigned char)*name)) {
		buf_printf(functions, ".It Fn %s", name);
		put_parameters(functions, letters);
		put_help(functions, row);
	}
}

static void
the_manual_lists_every_operator_and_function(void **state)
{
	struct buf out = {0}, operators = {0}, functions = {0};
	char *list, *rest, *row;

	(void)state;
	kql_list(&out);
	buf_puts(&operators, ".Bl -tag -width \"matches regex\" -compact\n");
	buf_puts(&functions, ".Bl -tag -width Ds -compact\n");
	rest = list = buf_take(&out);
	while ((row = strsep(&rest, "\n")) && *row)
		put_kql_row(&operators, &functions, row);
	buf_puts(&operators, ".El\n");
	buf_puts(&functions, ".El\n");
	expect_block("man/keywatch-kql.7", "operators", &operators);
	expect_block("man/keywatch-kql.7", "functions", &functions);
	free(list);
}

/* `.It Fl -rule Ar FILE`, `.It Fl -false-positive Ns Op …`, `.It Fl -facts` */
static void
option_item(char *line, size_t size, const char *name, const char *argument)
{
	const char *kind = !*argument ? "" : *argument == '[' ? " Ns Op = Ns Ar " : " Ar ";

	snprintf(line, size, "\n.It Fl -%s%s%s\n", name, kind, *argument == '[' ? "" : argument);
	if (*argument == '[')
		line[strlen(line) - 1] = '\0'; /* what may stand there is the page's to say */
}

static void
the_manual_has_every_option_and_no_other(void **state)
{
	char *text = page("man/keywatch.1"), *list, *rest, *row;
	struct buf out = {0};
	size_t options = 0, items = 0;

	(void)state;
	assert_true(command_list("options", &out));
	rest = list = buf_take(&out);
	while ((row = strsep(&rest, "\n")) && *row) {
		const char *name = strsep(&row, "\t"), *argument = strsep(&row, "\t");
		char item[256];

		option_item(item, sizeof(item), name, argument);
		if (!strstr(text, item))
			print_error("keywatch.1 has no%s\n", item);
		assert_non_null(strstr(text, item));
		options++;
	}
	for (const char *at = text; (at = strstr(at, "\n.It Fl -")); at++)
		items++;
	assert_int_equal(items, options);
	free(list);
	free(text);
}

static void
the_manual_has_every_command(void **state)
{
	char *text = page("man/keywatch.1"), item[64];

	(void)state;
	for (size_t i = 0; i < command_count; i++) {
		snprintf(item, sizeof(item), "\n.It Cm %s", commands[i].name);
		assert_non_null(strstr(text, item));
	}
	free(text);
}

/* ---- keywatch.ini(5) ---- */

static bool
has_key(const struct source_ops *kind, const char *name)
{
	for (size_t i = 0; kind->keys[i]; i++)
		if (strcmp(kind->keys[i], name) == 0)
			return true;
	return false;
}

static void
put_pause(struct buf *block, const struct source_ops *kind)
{
	if (kind->poll_interval_ms % 60000 == 0)
		buf_printf(block, " %dm", (int)(kind->poll_interval_ms / 60000));
	else
		buf_printf(block, " %ds", (int)(kind->poll_interval_ms / 1000));
}

/* A sentence in lines of at most 80 bytes. Takes. */
static void
put_lines(struct buf *block, struct buf *sentence)
{
	struct str rest = buf_view(sentence);

	while (rest.len > 80) {
		size_t end = 80;

		while (rest.data[end] != ' ')
			end--;
		buf_str(block, str_slice(rest, 0, end));
		buf_putc(block, '\n');
		rest = str_slice(rest, end + 1, rest.len);
	}
	buf_str(block, rest);
	buf_putc(block, '\n');
	buf_fini(sentence);
}

static void
the_manual_lists_every_role_of_a_theme(void **state)
{
	struct buf block = {0}, line = {0};

	(void)state;
#define X(name, word) buf_printf(&line, "%s%s", line.len ? ", " : "", word);
	ROLES(X)
#undef X
	buf_putc(&line, '.');
	put_lines(&block, &line);
	expect_block("man/keywatch.1", "roles", &block);
}

/* "All types; unless given: cloudtrail 10s, …", "Types: s3, sqs." */
static void
put_kinds(struct buf *block, enum source_key key)
{
	struct buf line = {0};
	bool all = key == SOURCE_KEY_POLL_INTERVAL, any = false;

	buf_puts(&line, all ? "All types; unless given:" : "Types: ");
	for (size_t i = 0; source_kinds[i]; i++) {
		if (!all && !has_key(source_kinds[i], source_keys[key].name))
			continue;
		buf_printf(&line, "%s%s", any ? ", " : all ? " " : "", source_kinds[i]->type);
		if (all)
			put_pause(&line, source_kinds[i]);
		any = true;
	}
	buf_puts(&line, source_keys[key].required ? "; required." : ".");
	put_lines(block, &line);
}

static void
the_manual_lists_every_key_of_a_source_and_the_types_it_belongs_to(void **state)
{
	struct buf block = {0};

	(void)state;
	buf_puts(&block, ".Bl -tag -width Ds\n");
	for (enum source_key key = 0; key < SOURCE_KEY_COUNT; key++) {
		const char *help = source_keys[key].help;
		struct buf line = {0};

		buf_printf(&block, ".It Li %s No = Ar %s\n", source_keys[key].name,
			source_keys[key].argument);
		buf_printf(&line, "%c%s.", toupper((unsigned char)*help), help + 1);
		put_lines(&block, &line);
		put_kinds(&block, key);
	}
	buf_puts(&block, ".El\n");
	expect_block(INI_PAGE, "source-keys", &block);
}

static void
the_manual_has_a_section_for_every_type_and_no_other(void **state)
{
	char *text = page(INI_PAGE), item[64];
	size_t sections = 0, kinds = 0;

	(void)state;
	for (; source_kinds[kinds]; kinds++) {
		snprintf(item, sizeof(item), "\n.Ss %s\n", source_kinds[kinds]->type);
		assert_non_null(strstr(text, item));
	}
	for (const char *at = text; (at = strstr(at, "\n.Ss ")); at++)
		sections++;
	assert_int_equal(sections, kinds);
	free(text);
}

static void
the_manual_lists_every_key_of_the_screen(void **state)
{
	struct buf block = {0};

	(void)state;
	buf_puts(&block, ".Bl -tag -width Ds -compact\n");
	for (enum config_key key = 0; key < CONFIG_KEY_COUNT; key++) {
		const struct config_key_def *def = &config_keys[key];
		struct buf line = {0};

		buf_printf(&block, ".It Li %s No = %s %s\n", def->name,
			isupper((unsigned char)def->values[0]) ? "Ar" : "Li", def->values);
		buf_printf(&line, "%c%s.", toupper((unsigned char)def->help[0]), def->help + 1);
		put_lines(&block, &line);
	}
	buf_puts(&block, ".El\n");
	expect_block(INI_PAGE, "screen-keys", &block);
}

static void
the_manual_lists_every_key_of_who_is_known(void **state)
{
	struct buf block = {0};

	(void)state;
	buf_puts(&block, ".Bl -tag -width Ds -compact\n");
	for (enum known_key key = 0; key < KNOWN_KEYS; key++) {
		const char *help = known_keys[key].help;
		struct buf line = {0};

		buf_printf(&block, ".It Li %s No = Ar GLOBS\n", known_keys[key].name);
		buf_printf(&line, "%c%s.", toupper((unsigned char)*help), help + 1);
		put_lines(&block, &line);
	}
	buf_puts(&block, ".El\n");
	expect_block(INI_PAGE, "known-keys", &block);
}

static void
the_manual_lists_every_rule_of_the_assessment_in_its_order(void **state)
{
	const struct assessment_rule_text *rule;
	struct buf block = {0};

	(void)state;
	buf_puts(&block, ".Bl -tag -width \"logging-stopped\"\n");
	for (size_t i = 0; (rule = assessment_rule(i)); i++) {
		struct buf line = {0};

		buf_printf(&block, ".It Li %s\n", rule->name);
		buf_printf(&line, "When %s:", rule->when);
		put_lines(&block, &line);
		buf_printf(&line, "\"%s\".", rule->says);
		put_lines(&block, &line);
	}
	buf_puts(&block, ".El\n");
	expect_block("man/keywatch.1", "assessment", &block);
}

static void
try_example(struct str example, size_t *policies, size_t *files)
{
	const struct source_defaults none = {0};
	struct source_configs sources = {0};
	struct config config;
	const struct config_screen screen = {config_take, &config, NULL};
	struct json_doc *doc;
	struct error err;

	if (str_starts_with(example, STR("{"))) {
		assert_ok(json_parse(example, &doc, &err), &err);
		json_doc_free(doc);
		++*policies;
	} else if (str_starts_with(example, STR("[source")) ||
		   str_starts_with(example, STR("[known]"))) {
		config_init(&config);
		assert_ok(config_file_parse(example, "example", &sources, &screen, &err), &err);
		assert_ok(source_configs_check(&sources, &none, &err), &err);
		source_configs_fini(&sources);
		config_fini(&config);
		++*files;
	}
}

static void
the_examples_of_the_manual_are_what_is_read(void **state)
{
	char *text = page(INI_PAGE), *at = text, *end;
	size_t policies = 0, files = 0;

	(void)state;
	while ((at = strstr(at, "\n.Bd -literal\n"))) {
		at += strlen("\n.Bd -literal\n");
		end = strstr(at, "\n.Ed\n");
		assert_non_null(end);
		try_example((struct str){at, (size_t)(end - at + 1)}, &policies, &files);
		at = end;
	}
	assert_int_equal(policies, 8);
	assert_int_equal(files, 4);
	free(text);
}

/* One of each type, in the order of their table. */
static void
the_example_of_the_readme_is_what_is_read(void **state)
{
	const struct source_defaults none = {0};
	struct source_configs sources = {0};
	char *text = page("README.md"), *begin = strstr(text, "\n```ini\n"), *end;
	struct error err;

	(void)state;
	assert_non_null(begin);
	begin += strlen("\n```ini\n");
	end = strstr(begin, "\n```\n");
	assert_non_null(end);
	assert_ok(config_file_parse((struct str){begin, (size_t)(end - begin + 1)}, "README.md",
			  &sources, NULL, &err),
		&err);
	assert_ok(source_configs_check(&sources, &none, &err), &err);
	for (size_t i = 0; i < sources.count; i++)
		assert_ptr_equal(sources.list[i].ops, source_kinds[i]);
	assert_null(source_kinds[sources.count]);
	source_configs_fini(&sources);
	free(text);
}

/* The example of a policy, with every key and identity that there is. */
static void
the_policy_of_the_manual_is_what_is_read(void **state)
{
	char *text = page("man/keywatch-validation.5"), *begin = strstr(text, "\n[admins]\n"), *end;
	struct policy policy = {.path = mem_strdup("p")};
	struct policy_settings settings = {0};
	struct error err;

	(void)state;
	assert_non_null(begin);
	end = strstr(begin, "\n.Ed\n");
	assert_non_null(end);
	*end = '\0';
	policy.content = str_from(mem_strdup(begin));
	assert_ok(policy_ini_parse(&policy, &settings, "p", &err), &err);
	assert_string_equal(settings.allowed_signers, "/etc/keywatch/allowed_signers");
	assert_string_equal(settings.revocation_list, "/etc/keywatch/revoked_keys");
	assert_int_equal(policy.principal_count, 2);
	policy_fini(&policy);
	free(text);
}

/* The command of the systemd unit, as systemd splits it. */
static void
the_unit_of_the_manual_starts_what_there_is(void **state)
{
	char *text = page("man/keywatch.1"), *at = strstr(text, "\nExecStart="), *word;
	struct command_line line;
	struct error err;
	char *argv[16];
	int argc = 0;

	(void)state;
	assert_non_null(at);
	at += strlen("\nExecStart=");
	*strstr(at, "\nStateDirectory=") = '\0';
	while ((word = strsep(&at, " \n")))
		if (*word && strcmp(word, "\\e") != 0)
			argv[argc++] = word;
	argv[argc] = NULL;
	assert_ok(command_parse(&line, argc, argv, &err), &err);
	assert_string_equal(line.command->name, "watch");
	assert_string_equal(line.store, "/var/lib/keywatch/keywatch.db");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_manual_lists_every_key_as_the_help_does),
		cmocka_unit_test(the_manual_lists_every_role_of_a_theme),
		cmocka_unit_test(the_manual_names_every_theme),
		cmocka_unit_test(the_manual_lists_every_column_with_its_type),
		cmocka_unit_test(the_manual_lists_every_operator_and_function),
		cmocka_unit_test(the_manual_has_every_option_and_no_other),
		cmocka_unit_test(the_manual_has_every_command),
		cmocka_unit_test(
			the_manual_lists_every_key_of_a_source_and_the_types_it_belongs_to),
		cmocka_unit_test(the_manual_has_a_section_for_every_type_and_no_other),
		cmocka_unit_test(the_manual_lists_every_key_of_the_screen),
		cmocka_unit_test(the_manual_lists_every_key_of_who_is_known),
		cmocka_unit_test(the_manual_lists_every_rule_of_the_assessment_in_its_order),
		cmocka_unit_test(the_examples_of_the_manual_are_what_is_read),
		cmocka_unit_test(the_example_of_the_readme_is_what_is_read),
		cmocka_unit_test(the_policy_of_the_manual_is_what_is_read),
		cmocka_unit_test(the_unit_of_the_manual_starts_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
