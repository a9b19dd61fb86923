#include "core/base/json.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/base/mem.h"

struct json_doc {
	struct arena arena; /* owns the nodes and their strings */
	cJSON *root;
};

/* cJSON keeps its allocator, and the place of its last error, in globals: parse one at a time. */
static pthread_mutex_t parse_lock = PTHREAD_MUTEX_INITIALIZER;
static struct arena *parse_arena; /* where nodes go; guarded by the lock */

/* A tree in one arena takes two thirds of what single allocations do, and gives all of it back. */
static void *
allocate_node(size_t size)
{
	return arena_alloc_word(parse_arena, size);
}

static void
keep_node(void *node)
{
	(void)node;
}

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

/* ---- before cJSON: what it would lose ---- */

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

static size_t
find_byte(struct str text, char c, size_t from)
{
	const char *hit = memchr(text.data + from, c, text.len - from);

	return hit ? (size_t)(hit - text.data) : text.len;
}

static void
prepare(struct buf *out, struct str text)
{
	size_t escape = find_byte(text, '\\', 0), nul = find_byte(text, '\0', 0);

	buf_reserve(out, text.len + 16);
	for (size_t i = 0; i < text.len;) {
		size_t plain = i;

		i = escape < nul ? escape : nul;
		buf_append(out, text.data + plain, i - plain);
		if (i == text.len)
			break;
		if (i == nul) {
			buf_append(out, "\xc0\x80", 2);
			i++;
		} else {
			i += copy_escape(out, text, i);
		}
		if (escape < i)
			escape = find_byte(text, '\\', i);
		if (nul < i)
			nul = find_byte(text, '\0', i);
	}
}

/* ---- after cJSON: numbers keep their text ---- */

static void
keep_number_text(struct arena *arena, cJSON *item, struct json_lexer *lexer)
{
	for (; item; item = item->next) {
		struct json_token token;

		if (item->child)
			keep_number_text(arena, item->child, lexer);
		if (!cJSON_IsNumber(item))
			continue;
		do {
			token = json_next_token(lexer);
		} while (token.type != JSON_TOKEN_NUMBER && token.type != JSON_TOKEN_END);
		item->valuestring = arena_alloc_word(arena, token.len + 1);
		memcpy(item->valuestring, lexer->text.data + token.offset, token.len);
	}
}

static void
parse_locked(struct json_doc *doc, struct str text)
{
	cJSON_Hooks hooks = {allocate_node, keep_node};
	struct buf prepared = {0};
	struct json_lexer lexer;

	prepare(&prepared, text);
	lexer = (struct json_lexer){buf_view(&prepared), 0};
	parse_arena = &doc->arena;
	cJSON_InitHooks(&hooks);
	doc->root = cJSON_ParseWithLength(prepared.data, prepared.len);
	parse_arena = NULL;
	if (doc->root)
		keep_number_text(&doc->arena, doc->root, &lexer);
	buf_wipe(&prepared); /* credentials come this way, too */
}

bool
json_parse(struct str text, struct json_doc **out, struct error *err)
{
	struct json_doc *doc;

	if (!json_check(text, err))
		return false;
	doc = MEM_NEW(struct json_doc);
	/* The copy that it works on is under the lock too, so that there is only one. */
	pthread_mutex_lock(&parse_lock);
	parse_locked(doc, text);
	pthread_mutex_unlock(&parse_lock);
	if (!doc->root) {
		json_doc_free(doc);
		return error_set(err, ERROR_INPUT, "not JSON");
	}
	*out = doc;
	return true;
}

void
json_doc_free(struct json_doc *doc)
{
	if (!doc)
		return;
	arena_fini(&doc->arena);
	free(doc);
}

static void
wipe_strings(cJSON *item)
{
	for (; item; item = item->next) {
		if (item->valuestring)
			mem_wipe(item->valuestring, strlen(item->valuestring));
		wipe_strings(item->child);
	}
}

void
json_doc_wipe(struct json_doc *doc)
{
	if (doc)
		wipe_strings(doc->root);
	json_doc_free(doc);
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
	char first = key.len ? key.data[0] : '\0';

	/* Most differ in their first letter. */
	while (item && !(item->string && item->string[0] == first &&
			       str_equal(str_from(item->string), key)))
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

void
json_library(struct buf *out)
{
	buf_printf(out, "cJSON %s", cJSON_Version());
}
