#include "core/base/json.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/base/mem.h"

struct json_doc {
	cJSON *root; /* owns */
};

/* cJSON keeps the place of its last error in one global: parse one at a time. */
static pthread_mutex_t parse_lock = PTHREAD_MUTEX_INITIALIZER;

static const struct json *
as_node(const cJSON *item)
{
	return (const struct json *)(const void *)item;
}

static const cJSON *
as_item(const struct json *node)
{
	return (const cJSON *)(const void *)node;
}

/* ---- before cJSON: limits, and what it would lose ---- */

static bool
check_limits(struct str text, struct error *err)
{
	struct json_lexer lexer = {text, 0};
	struct json_token token;
	size_t values = 0, depth = 0;

	while ((token = json_next_token(&lexer)).type != JSON_TOKEN_END) {
		switch (token.type) {
		case JSON_TOKEN_BAD:
			return error_set(err, ERROR_INPUT, "not JSON at byte %zu", token.offset);
		case JSON_TOKEN_OPEN_OBJECT:
		case JSON_TOKEN_OPEN_ARRAY:
			values++;
			if (++depth > JSON_MAX_DEPTH)
				return error_set(err, ERROR_INPUT,
					"nested more than %d levels deep", JSON_MAX_DEPTH);
			break;
		case JSON_TOKEN_CLOSE_OBJECT:
		case JSON_TOKEN_CLOSE_ARRAY:
			depth -= depth > 0;
			break;
		case JSON_TOKEN_COLON: /* the string before it was a name */
			values -= values > 0;
			break;
		case JSON_TOKEN_COMMA:
			break;
		default:
			values++;
		}
		if (values > JSON_MAX_VALUES + 1)
			break;
	}
	if (values > JSON_MAX_VALUES)
		return error_set(err, ERROR_INPUT, "more than %d JSON values", JSON_MAX_VALUES);
	return true;
}

static int
hex4(const char *p)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i];
		int digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			digit = (c | 32) - 'a' + 10;
		else
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static int
escape_unit(struct str s, size_t at)
{
	if (at + 6 > s.len || s.data[at] != '\\' || s.data[at + 1] != 'u')
		return -1;
	return hex4(s.data + at + 2);
}

static void
put_surrogate(struct buf *out, int unit)
{
	char bytes[3] = {(char)0xed, (char)(0x80 | ((unsigned)unit >> 6 & 0x3f)),
		(char)(0x80 | ((unsigned)unit & 0x3f))};

	buf_append(out, bytes, 3);
}

/* A backslash at s[at]: what cJSON cannot hold is spelled as str.h says, all else is copied.
 * Returns the bytes used. */
static size_t
copy_escape(struct buf *out, struct str s, size_t at)
{
	int unit = escape_unit(s, at), low;
	size_t used = 2;

	if (unit == 0) {
		buf_append(out, "\xc0\x80", 2);
		return 6;
	}
	if (unit >= 0xd800 && unit <= 0xdfff) {
		low = escape_unit(s, at + 6);
		if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) {
			put_surrogate(out, unit);
			return 6;
		}
		used = 12;
	}
	if (used > s.len - at)
		used = s.len - at;
	buf_append(out, s.data + at, used);
	return used;
}

static void
prepare(struct buf *out, struct str text)
{
	buf_reserve(out, text.len + 16);
	for (size_t i = 0; i < text.len;) {
		size_t plain = i;

		while (i < text.len && text.data[i] != '\\' && text.data[i] != '\0')
			i++;
		buf_append(out, text.data + plain, i - plain);
		if (i == text.len)
			break;
		if (text.data[i] == '\0') {
			buf_append(out, "\xc0\x80", 2);
			i++;
		} else {
			i += copy_escape(out, text, i);
		}
	}
}

/* ---- after cJSON: numbers keep their text ---- */

static void
keep_number_text(cJSON *item, struct json_lexer *lexer)
{
	for (; item; item = item->next) {
		struct json_token token;

		if (item->child)
			keep_number_text(item->child, lexer);
		if (!cJSON_IsNumber(item))
			continue;
		do {
			token = json_next_token(lexer);
		} while (token.type != JSON_TOKEN_NUMBER && token.type != JSON_TOKEN_END);
		item->valuestring = mem_zalloc(token.len + 1);
		memcpy(item->valuestring, lexer->text.data + token.offset, token.len);
	}
}

static cJSON *
parse_locked(struct str text, const char **end)
{
	cJSON *root;

	pthread_mutex_lock(&parse_lock);
	root = cJSON_ParseWithLengthOpts(text.data, text.len, end, 0);
	pthread_mutex_unlock(&parse_lock);
	return root;
}

bool
json_parse(struct str text, struct json_doc **out, struct error *err)
{
	struct buf prepared = {0};
	struct json_lexer lexer;
	const char *end = NULL;
	cJSON *root;

	if (!check_limits(text, err))
		return false;
	prepare(&prepared, text);
	root = parse_locked(buf_view(&prepared), &end);
	lexer = (struct json_lexer){buf_view(&prepared), 0};
	if (!root) {
		error_set(err, ERROR_INPUT, "not JSON near byte %zu",
			end && end >= prepared.data ? (size_t)(end - prepared.data) : 0);
		goto fail;
	}
	lexer.at = (size_t)(end - prepared.data);
	if (json_next_token(&lexer).type != JSON_TOKEN_END) {
		error_set(err, ERROR_INPUT, "bytes behind the JSON value");
		cJSON_Delete(root);
		goto fail;
	}
	lexer.at = 0;
	keep_number_text(root, &lexer);
	buf_fini(&prepared);
	*out = MEM_NEW(struct json_doc);
	(*out)->root = root;
	return true;
fail:
	buf_fini(&prepared);
	return false;
}

void
json_doc_free(struct json_doc *doc)
{
	if (!doc)
		return;
	cJSON_Delete(doc->root);
	free(doc);
}

const struct json *
json_root(const struct json_doc *doc)
{
	return as_node(doc->root);
}

/* ---- reading ---- */

enum json_type
json_type(const struct json *node)
{
	const cJSON *item = as_item(node);

	if (!item)
		return JSON_ABSENT;
	switch (item->type & 0xff) {
	case cJSON_False:
	case cJSON_True:
		return JSON_BOOL;
	case cJSON_Number:
		return JSON_NUMBER;
	case cJSON_String:
		return JSON_STRING;
	case cJSON_Array:
		return JSON_ARRAY;
	case cJSON_Object:
		return JSON_OBJECT;
	default:
		return JSON_NULL;
	}
}

static const cJSON *
named(const cJSON *item, struct str key)
{
	while (item && !(item->string && str_equal(str_from(item->string), key)))
		item = item->next;
	return item;
}

const struct json *
json_get(const struct json *node, struct str key)
{
	if (json_type(node) != JSON_OBJECT)
		return NULL;
	return as_node(named(as_item(node)->child, key));
}

const struct json *
json_next_duplicate(const struct json *node)
{
	const cJSON *item = as_item(node);

	if (!item || !item->string)
		return NULL;
	return as_node(named(item->next, str_from(item->string)));
}

const struct json *
json_at(const struct json *array, size_t index)
{
	const cJSON *item;

	if (json_type(array) != JSON_ARRAY)
		return NULL;
	for (item = as_item(array)->child; item && index; index--)
		item = item->next;
	return as_node(item);
}

const struct json *
json_first(const struct json *node)
{
	enum json_type type = json_type(node);

	return type == JSON_ARRAY || type == JSON_OBJECT ? as_node(as_item(node)->child) : NULL;
}

const struct json *
json_next(const struct json *node)
{
	return node ? as_node(as_item(node)->next) : NULL;
}

size_t
json_count(const struct json *node)
{
	size_t count = 0;

	for (node = json_first(node); node; node = json_next(node))
		count++;
	return count;
}

struct str
json_key(const struct json *node)
{
	return node ? str_from(as_item(node)->string) : STR_ABSENT;
}

struct str
json_string(const struct json *node)
{
	return json_type(node) == JSON_STRING ? str_from(as_item(node)->valuestring) : STR_ABSENT;
}

struct str
json_number_text(const struct json *node)
{
	return json_type(node) == JSON_NUMBER ? str_from(as_item(node)->valuestring) : STR_ABSENT;
}

double
json_number(const struct json *node)
{
	return json_type(node) == JSON_NUMBER ? as_item(node)->valuedouble : 0;
}

bool
json_bool(const struct json *node)
{
	return node && cJSON_IsTrue(as_item(node));
}
