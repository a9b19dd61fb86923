/* `keywatch completion SHELL`: from the tables of commands and options. */
#include <stdio.h>
#include <string.h>

#include "core/command/options.h"

static void
bash_script(struct buf *out)
{
	buf_puts(out, "_keywatch()\n{\n\tlocal word=${COMP_WORDS[COMP_CWORD]}\n"
		      "\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n"
		      "\t--format) COMPREPLY=($(compgen -W 'text json jsonl csv md' -- \"$word\")); return ;;\n"
		      "\tesac\n\tif [[ $word == -* ]]; then\n\t\tCOMPREPLY=($(compgen -W '");
	for (size_t i = 0; i < option_count; i++)
		buf_printf(out, "%s--%s", i ? " " : "", options[i].name);
	buf_puts(out, "' -- \"$word\"))\n\telif [[ $COMP_CWORD == 1 ]]; then\n"
		      "\t\tCOMPREPLY=($(compgen -W '");
	for (size_t i = 0; i < command_count; i++)
		buf_printf(out, "%s%s", i ? " " : "", commands[i].name);
	buf_puts(out, "' -- \"$word\") $(compgen -f -- \"$word\"))\n\telse\n"
		      "\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n\tfi\n}\n"
		      "complete -o filenames -F _keywatch keywatch\n");
}

/* Help texts stand in single quotes; ours hold none, and brackets and colons are zsh's own. */
static void
zsh_text(struct buf *out, const char *text)
{
	for (; *text; text++) {
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
fish_script(struct buf *out)
{
	for (size_t i = 0; i < command_count; i++)
		buf_printf(out, "complete -c keywatch -n __fish_use_subcommand -a %s -d '%s'\n",
			commands[i].name, commands[i].help);
	for (size_t i = 0; i < option_count; i++)
		buf_printf(out, "complete -c keywatch -l %s%s -d '%s'\n", options[i].name,
				options[i].argument && options[i].argument[0] != '[' ? " -r" : "",
				options[i].help);
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
