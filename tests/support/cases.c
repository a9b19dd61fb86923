#include "tests/support/cases.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "tests/support/test.h"

static struct str
take_line(struct str *rest)
{
	size_t end = str_find(*rest, STR("\n"), 0);
	struct str line = str_slice(*rest, 0, end == (size_t)-1 ? rest->len : end);

	*rest = str_slice(*rest, line.len + 1, rest->len);
	return line;
}

static void
split(struct str line, struct str *key, struct str *value)
{
	size_t at = 0;

	while (at < line.len && line.data[at] != ' ' && line.data[at] != '\t')
		at++;
	*key = str_slice(line, 0, at);
	*value = str_trim(str_slice(line, at, line.len));
}

size_t
cases_run(const char *file, case_visit *visit)
{
	const char *source = getenv("KEYWATCH_TEST_SOURCE");
	struct str rest, name = STR_ABSENT, input = STR_ABSENT, key, value;
	struct buf path = {0};
	size_t len, count = 0;
	char *text;

	buf_printf(&path, "%s/tests/data/%s", source ? source : ".", file);
	text = test_read(buf_cstr(&path), &len);
	rest = (struct str){text, len};
	while (rest.len) {
		struct str line = take_line(&rest);

		if (line.len == 0 || line.data[0] == '#')
			continue;
		if (line.data[0] == '=') {
			name = str_trim(str_slice(line, 1, line.len));
			input = take_line(&rest);
			print_message("%s: %.*s\n", file, STR_ARG(name));
			continue;
		}
		split(line, &key, &value);
		visit(name, input, key, value);
		count++;
	}
	free(text);
	buf_fini(&path);
	return count;
}
