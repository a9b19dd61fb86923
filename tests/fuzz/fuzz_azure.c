/* Any bytes are an answer of Azure or refused: tokens, refusals, rows. A row that is JSON stays an
 * object that parses, without what the query around added; a token fits into a header. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/source/azure_private.h"
#include "core/source/loganalytics.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_row(struct str bytes)
{
	struct json_doc *doc;
	struct buf row = {0};
	int64_t arrived;

	if (json_parse(bytes, &doc, NULL)) {
		bool object = json_type(json_root(doc)) == JSON_OBJECT;

		json_doc_free(doc);
		loganalytics_read_row(&row, bytes, &arrived);
		if (object && (!json_parse(buf_view(&row), &doc, NULL) ||
				      json_get(json_root(doc), STR("keywatch_row"))))
			abort();
		if (object)
			json_doc_free(doc);
	}
	buf_fini(&row);
}

static void
check_token(struct azure_token *token, bool ok)
{
	if (ok && (!token->text[0] || strpbrk(token->text, " \r\n")))
		abort();
	azure_token_wipe(token);
}

static void
check_refusals(struct str bytes)
{
	struct http_response response = {.status = 400};
	struct loganalytics_error error;
	struct source_failure failure = {0};
	struct error err;

	buf_str(&response.body, bytes);
	loganalytics_error_read(&error, &response, STR("secret"));
	azure_explain(&response, "who", STR("secret"), &failure, &err);
	if (strstr(error.text, "secret ") || !err.text[0])
		abort();
	http_response_fini(&response);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = {(const char *)data, size};
	struct azure_token token = {0};

	check_token(&token, azure_token_read(&token, bytes, 0, "who", NULL));
	check_token(&token, azure_token_read_cli(&token, bytes, 0, NULL));
	check_refusals(bytes);
	loganalytics_judge(bytes);
	check_row(bytes);
	return 0;
}
