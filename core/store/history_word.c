/*
 * Texts that many traces share, under a number each, and what was remembered of them: the same few
 * names, addresses and agents stand in most traces.
 */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/store/private.h"

enum { BUCKETS = 1 << 14, REMEMBERED_MAX = 1 << 15, REMEMBERED_BYTES = 8 << 20 };

struct word {
	struct word *next_value, *next_number;
	struct str text;
	int64_t n;
};

struct input_name {
	struct input_name *next;
	int64_t input;
	struct str name, path;
};

enum { INPUT_BUCKETS = 1 << 8 };

struct words {
	struct arena arena, input_arena;
	size_t count, bytes;
	struct word *values[BUCKETS], *numbers[BUCKETS];
	const struct word *lately[WORD_PLACES]; /* put at each place */
	struct input_name *inputs[INPUT_BUCKETS];
};

static struct words *
words_of(struct store *store)
{
	if (!store->words)
		store->words = MEM_NEW(struct words);
	return store->words;
}

void
word_forget(struct store *store)
{
	if (!store->words)
		return;
	arena_fini(&store->words->arena);
	arena_fini(&store->words->input_arena);
	free(store->words);
	store->words = NULL;
}

/* A path is told anew by every run. */
void
word_fresh(struct store *store)
{
	struct words *words = store->words;

	if (!words)
		return;
	if (words->count > REMEMBERED_MAX || words->bytes > REMEMBERED_BYTES) {
		word_forget(store);
		return;
	}
	memset(words->inputs, 0, sizeof(words->inputs));
	arena_reset(&words->input_arena);
}

static struct word **
by_value(struct words *words, struct str text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.data[i]) * UINT64_C(1099511628211);
	return &words->values[(hash ^ hash >> 29) % BUCKETS];
}

static struct word **
by_number(struct words *words, int64_t n)
{
	return &words->numbers[(uint64_t)n % BUCKETS];
}

static const struct word *
remember(struct words *words, struct str text, int64_t n)
{
	struct word *word = arena_alloc_word(&words->arena, sizeof(*word));
	struct word **value, **number;

	word->text = arena_str(&words->arena, text);
	word->n = n;
	value = by_value(words, text);
	number = by_number(words, n);
	word->next_value = *value;
	word->next_number = *number;
	*value = *number = word;
	words->count++;
	words->bytes += text.len;
	return word;
}

static bool
find_in_table(struct store *store, struct str text, int64_t *n, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_WORD_FIND, err);
	int rc;

	*n = 0;
	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, text);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW)
		*n = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static bool
insert(struct store *store, struct str text, int64_t *n, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_WORD_INSERT, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, text);
	if (!sql_run(store, stmt, err))
		return false;
	*n = sqlite3_last_insert_rowid(store->db);
	return true;
}

static const struct word *
known_word(struct words *words, struct str text)
{
	const struct word *word = *by_value(words, text);

	while (word && !str_equal(word->text, text))
		word = word->next_value;
	return word;
}

static const struct word *
put_word(struct store *store, struct str text, struct error *err)
{
	int64_t n;

	if (!find_in_table(store, text, &n, err) || (n == 0 && !insert(store, text, &n, err)))
		return NULL;
	if (store->words->count > REMEMBERED_MAX || store->words->bytes > REMEMBERED_BYTES)
		word_forget(store);
	return remember(words_of(store), text, n);
}

bool
word_put(struct store *store, unsigned place, struct str text, int64_t *n, struct error *err)
{
	struct words *words = words_of(store);
	const struct word *word = words->lately[place];

	*n = 0;
	if (!text.data)
		return true;
	text = text_cut(text, WORD_MAX);
	if (!word || !str_equal(word->text, text))
		word = known_word(words, text);
	if (!word)
		word = put_word(store, text, err);
	if (!word)
		return false;
	words_of(store)->lately[place] = word;
	*n = word->n;
	return true;
}

bool
word_get(struct store *store, int64_t n, struct str *text, struct error *err)
{
	struct words *words = words_of(store);
	sqlite3_stmt *stmt;
	int rc;

	for (struct word *word = *by_number(words, n); word; word = word->next_number)
		if (word->n == n) {
			*text = word->text;
			return true;
		}
	*text = STR_ABSENT;
	stmt = sql_use(store, STMT_WORD, err);
	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, n);
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW)
		*text = remember(words, sql_text(stmt, 0), n)->text;
	else if (rc == SQLITE_DONE)
		error_set(err, ERROR_STORE, "%s: the store is damaged: a text of history is gone",
			store->path);
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW;
}

/* What is gone is absent: of a trace the rest is still true. */
bool
word_input(
	struct store *store, int64_t input, struct str *name, struct str *path, struct error *err)
{
	struct words *words = words_of(store);
	struct input_name **bucket = &words->inputs[(uint64_t)input % INPUT_BUCKETS], *known;
	sqlite3_stmt *stmt;
	int rc = SQLITE_ROW;

	for (known = *bucket; known && known->input != input; known = known->next)
		;
	if (!known) {
		stmt = sql_use(store, STMT_INPUT_NAME, err);
		if (!stmt)
			return false;
		known = arena_alloc_word(&words->input_arena, sizeof(*known));
		*known = (struct input_name){.next = *bucket, .input = input};
		*bucket = known;
		sql_bind_long(stmt, 1, input);
		rc = sql_step(store, stmt, err);
		if (rc == SQLITE_ROW) {
			known->name = arena_str(&words->input_arena, sql_text(stmt, 0));
			known->path = arena_str(&words->input_arena, sql_text(stmt, 1));
		}
		sqlite3_reset(stmt);
	}
	*name = known->name;
	*path = known->path;
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}
