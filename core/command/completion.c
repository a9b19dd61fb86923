/* `keywatch completion SHELL`: from the tables of commands and options. */
#include <stdio.h>
#include <string.h>

#include "core/command/options.h"

static bool
is_optional(const struct option_def *option)
{
	return option->argument && option->argument[0] == '[';
}

static bool
is_file(const struct option_def *option)
{
	return option->argument && strcmp(option->argument, "FILE") == 0;
}

/* Between single quotes, each with the backslashes that its shell needs. */
static void
put_escaped(struct buf *out, const char *text, const char *special, const char *quote)
{
	for (; *text; text++) {
		if (*text == '\'') {
			buf_puts(out, quote);
			continue;
		}
		if (strchr(special, *text))
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
}

/* ---- bash ---- */

/* An argument that may be missing stands only behind '='. */
static void
bash_pattern(struct buf *out, const struct option_def *option)
{
	if (!is_optional(option))
		buf_printf(out, "\t--%s | --%s=)", option->name, option->name);
	else
		buf_printf(out, "\t--%s=)", option->name);
}

static void
bash_choices(struct buf *out)
{
	for (size_t i = 0; i < option_count; i++) {
		if (!options[i].choices && !is_file(&options[i]))
			continue;
		bash_pattern(out, &options[i]);
		if (options[i].choices)
			buf_printf(out, " words='%s' ;;\n", options[i].choices);
		else
			buf_puts(out, " files=yes ;;\n");
	}
	for (size_t i = 0; i < command_count; i++)
		if (commands[i].choices)
			buf_printf(out, "\t%s) words='%s' ;;\n", commands[i].name,
				commands[i].choices);
}

static void
bash_names(struct buf *out)
{
	buf_puts(out, "\t\tif [[ $word == -* ]]; then words='");
	for (size_t i = 0; i < option_count; i++)
		buf_printf(out, "%s--%s", i ? " " : "", options[i].name);
	buf_puts(out, "'; else files=yes; fi\n\t\t[[ $COMP_CWORD != 1 ]] || words+=' ");
	for (size_t i = 0; i < command_count; i++)
		buf_printf(out, "%s%s", i ? " " : "", commands[i].name);
	buf_puts(out, "' ;;\n");
}

/* bash takes '=' for a word of its own. */
static void
bash_script(struct buf *out)
{
	buf_puts(out, "_keywatch()\n{\n"
		      "\tlocal word=${COMP_WORDS[COMP_CWORD]} words= files=\n"
		      "\tlocal before=${COMP_WORDS[COMP_CWORD-1]}\n"
		      "\t[[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}=\n"
		      "\t[[ $word == = ]] && word= before=$before=\n"
		      "\tcase $before in\n");
	bash_choices(out);
	buf_puts(out, "\t*)\n");
	bash_names(out);
	/* A line each, so that a space in a file's name parts nothing. */
	buf_puts(out, "\tesac\n\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\"\n"
		      "\t\t[[ -z $files ]] || compgen -f -- \"$word\")\n}\n"
		      "complete -o filenames -F _keywatch keywatch\n");
}

/* ---- zsh ---- */

static void
zsh_option(struct buf *out, const struct option_def *option)
{
	const char *end = is_optional(option) ? "=-" : option->argument ? "=" : "";

	buf_printf(out, "\t'--%s%s[", option->name, end);
	put_escaped(out, option->help, "[]:\\", "'\\''");
	buf_putc(out, ']');
	if (option->argument) {
		buf_puts(out, is_optional(option) ? "::" : ":");
		put_escaped(out, option->argument, "[]:\\", "'\\''");
		buf_putc(out, ':');
	}
	if (option->choices)
		buf_printf(out, "(%s)", option->choices);
	else if (is_file(option))
		buf_puts(out, "_files");
	buf_puts(out, "' \\\n");
}

static void
zsh_script(struct buf *out)
{
	buf_puts(out, "#compdef keywatch\n_arguments \\\n");
	for (size_t i = 0; i < option_count; i++)
		zsh_option(out, &options[i]);
	buf_puts(out, "\t'1:command or path:{_alternative \"c:command:(");
	for (size_t i = 0; i < command_count; i++)
		buf_printf(out, "%s%s", i ? " " : "", commands[i].name);
	buf_puts(out, ")\" \"f:path:_files\"}' \\\n\t'*:path:{case $words[2] in ");
	for (size_t i = 0; i < command_count; i++)
		if (commands[i].choices)
			buf_printf(out, "(%s) _alternative \"w:word:(%s)\" \"f:path:_files\";; ",
				commands[i].name, commands[i].choices);
	buf_puts(out, "(*) _files;; esac}'\n");
}

/* ---- fish ---- */

static void
fish_help(struct buf *out, const char *help)
{
	buf_puts(out, " -d '");
	put_escaped(out, help, "\\", "\\'");
	buf_puts(out, "'\n");
}

static void
fish_script(struct buf *out)
{
	for (size_t i = 0; i < command_count; i++) {
		buf_printf(out, "complete -c keywatch -n __fish_use_subcommand -a %s",
			commands[i].name);
		fish_help(out, commands[i].help);
		if (commands[i].choices)
			buf_printf(out,
				"complete -c keywatch -n '__fish_seen_subcommand_from %s' -a "
				"'%s'\n",
				commands[i].name, commands[i].choices);
	}
	for (size_t i = 0; i < option_count; i++) {
		bool asks = options[i].argument && !is_optional(&options[i]);

		buf_printf(out, "complete -c keywatch -l %s", options[i].name);
		if (asks)
			buf_puts(out, is_file(&options[i]) ? " -r -F" : " -x");
		if (options[i].choices)
			buf_printf(out, " -a '%s'", options[i].choices);
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
