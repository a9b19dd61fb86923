/* `keywatch completion SHELL`: from the tables of commands and options. */
#include <stdio.h>
#include <string.h>

#include "core/command/options.h"
#include "core/export/export.h"

static void
bash_script(struct buf *out)
{
	buf_puts(out, "_keywatch()\n{\n\tlocal word=${COMP_WORDS[COMP_CWORD]} words=\n"
		      "\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n\t--format) words='");
	for (const char *c = export_format_names(); *c; c++)
		if (*c != ',')
			buf_putc(out, *c);
	buf_puts(out, "' ;;\n\t*)\n\t\tif [[ $word == -* ]]; then words='");
	for (size_t i = 0; i < option_count; i++)
		buf_printf(out, "%s--%s", i ? " " : "", options[i].name);
	buf_puts(out, "'\n\t\telif [[ $COMP_CWORD == 1 ]]; then words='");
	for (size_t i = 0; i < command_count; i++)
		buf_printf(out, "%s%s", i ? " " : "", commands[i].name);
	buf_puts(out, "'\n\t\tfi ;;\n\tesac\n"
		      /* A line each, so that a space in a file's name parts nothing. */
		      "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\"\n"
		      "\t\t[[ $word == -* || ${COMP_WORDS[COMP_CWORD-1]} == --format ]] ||"
		      " compgen -f -- \"$word\")\n}\n"
		      "complete -o filenames -F _keywatch keywatch\n");
}

/* Within single quotes, where brackets and colons are zsh's own. */
static void
zsh_text(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'') {
			buf_puts(out, "'\\''");
			continue;
		}
		if (strchr("[]:\\", *text))
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
}

static void
zsh_script(struct buf *out)
{
	buf_puts(out, "#compdef keywatch\n_arguments \\\n");
	for (size_t i = 0; i < option_count; i++) {
		buf_printf(out, "\t'--%s[", options[i].name);
		zsh_text(out, options[i].help);
		buf_putc(out, ']');
		if (options[i].argument) {
			bool file = strcmp(options[i].argument, "FILE") == 0;

			buf_puts(out, options[i].argument[0] == '[' ? "::" : ":");
			zsh_text(out, options[i].argument);
			buf_puts(out, file ? ":_files" : ":");
		}
		buf_puts(out, "' \\\n");
	}
	buf_puts(out, "\t'1:command or path:{_alternative \"c:command:(");
	for (size_t i = 0; i < command_count; i++)
		buf_printf(out, "%s%s", i ? " " : "", commands[i].name);
	buf_puts(out, ")\" \"f:path:_files\"}' \\\n\t'*:path:_files'\n");
}

static void
fish_help(struct buf *out, const char *help)
{
	buf_puts(out, " -d '");
	for (; *help; help++) {
		if (*help == '\'' || *help == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *help);
	}
	buf_puts(out, "'\n");
}

static void
fish_script(struct buf *out)
{
	for (size_t i = 0; i < command_count; i++) {
		buf_printf(out, "complete -c keywatch -n __fish_use_subcommand -a %s",
			commands[i].name);
		fish_help(out, commands[i].help);
	}
	for (size_t i = 0; i < option_count; i++) {
		bool needs_argument = options[i].argument && options[i].argument[0] != '[';

		buf_printf(out, "complete -c keywatch -l %s%s", options[i].name,
			needs_argument ? " -r" : "");
		fish_help(out, options[i].help);
	}
}

int
command_completion(const struct command_line *line)
{
	static const struct {
		const char *shell;
		void (*write)(struct buf *out);
	} shells[] = {
		{"bash", bash_script},
		{"zsh", zsh_script},
		{"fish", fish_script},
	};
	struct buf text = {0};
	struct error err;

	for (size_t i = 0; line->word_count && i < 3; i++) {
		if (strcmp(line->words[0], shells[i].shell) != 0)
			continue;
		shells[i].write(&text);
		fputs(buf_cstr(&text), stdout);
		buf_fini(&text);
		return 0;
	}
	error_set(&err, ERROR_USAGE, "expected: keywatch completion bash, zsh or fish");
	return command_fail(&err);
}
