/* What comes from a service, a file or a program: errors, keys, command lines. No text makes a
 * region that could leave its place in a host name, or half a pair of keys. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/source/aws_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_error(struct str text)
{
	struct http_response response = {.status = 400};
	size_t head = str_find(text, STR("\n\n"), 0);
	struct aws_error error;

	buf_str(&response.headers, str_slice(text, 0, head));
	buf_str(&response.body, str_slice(text, head == (size_t)-1 ? 0 : head + 2, text.len));
	aws_error_read(&error, &response);
	if (strspn(error.region, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(error.region) ||
		strpbrk(error.code, "#:"))
		abort();
	http_response_fini(&response);
}

static void
read_keys(struct str text)
{
	struct aws_keys keys = {0};
	struct error err;

	if (aws_keys_read_json(&keys, text, "fuzz", &err) &&
		(!keys.access_key_id || !keys.secret_access_key))
		abort();
	aws_keys_wipe(&keys);
}

static void
split(struct str text)
{
	struct buf line = {0};
	size_t len = 0;
	struct error err;
	char **argv;

	buf_str(&line, text);
	argv = aws_split_command(buf_cstr(&line), &err);
	for (char **word = argv; word && *word; word++)
		len += strlen(*word) + 1;
	if (argv && (!argv[0] || len > line.len + 1))
		abort();
	free(argv);
	buf_fini(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};

	read_error(text);
	read_keys(text);
	split(text);
	return 0;
}
