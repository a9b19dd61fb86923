#include "core/event/glimpse.h"

#include <stdlib.h>

#include "core/event/cell.h"
#include "core/event/judged.h"

enum {
	NAMES_MAX = 63, /* of a place: a bit each */
	SLOTS = 128,
	COLUMNS_MAX = 64,
	NO_COLUMN = COLUMNS_MAX,
	DEPTH_MAX = 64,
	NUMBER_MAX = 60, /* some versions of cJSON take none much longer */
};

/* A member that counts. */
struct name {
	struct str text;
	size_t column; /* that it is asked for, or NO_COLUMN */
	bool some, none;
	struct place *below; /* NULL: nothing in it counts */
};

/* An object, or an array, whose members count. */
struct place {
	struct name names[NAMES_MAX];
	size_t count;
	unsigned char slots[SLOTS]; /* 1 + which name hashes there, or to a slot before; 0: none */
};

struct glimpse {
	struct arena places; /* owns them */
	struct place *top;
	size_t asked[COLUMNS_MAX], asked_count; /* columns */
	struct event event;			/* its arena is for texts that must be made */
	/* What the last record says. */
	struct str tokens[COLUMNS_MAX]; /* as written */
	bool plain[COLUMNS_MAX];	/* strings without an escape */
	bool some;
};

/* ---- places ---- */

static size_t
slot_of(struct str key)
{
	const unsigned char *bytes = (const unsigned char *)key.data;

	return (key.len * 11 + bytes[0] * 3u + bytes[key.len - 1] * 5u + bytes[key.len / 2]) %
	       SLOTS;
}

static struct name *
find_name(struct place *place, struct str key)
{
	size_t slot;

	if (!key.len)
		return NULL;
	for (slot = slot_of(key); place->slots[slot]; slot = (slot + 1) % SLOTS) {
		struct name *name = &place->names[place->slots[slot] - 1];

		if (str_equal(name->text, key))
			return name;
	}
	return NULL;
}

static struct name *
add_name(struct place *place, struct str text)
{
	struct name *name = find_name(place, text);
	size_t slot = slot_of(text);

	if (name)
		return name;
	if (place->count == NAMES_MAX)
		abort();
	while (place->slots[slot])
		slot = (slot + 1) % SLOTS;
	name = &place->names[place->count++];
	*name = (struct name){.text = text, .column = NO_COLUMN};
	place->slots[slot] = (unsigned char)place->count;
	return name;
}

/* The place at a dotted path, from the top. */
static struct place *
add_place(struct glimpse *g, struct str path)
{
	struct place *place = g->top;

	while (path.len) {
		size_t dot = str_find(path, STR("."), 0);
		struct str text = str_slice(path, 0, dot == (size_t)-1 ? path.len : dot);
		struct name *name = add_name(place, text);

		if (!name->below)
			name->below = arena_alloc(&g->places, sizeof(*name->below));
		place = name->below;
		path = str_slice(path, text.len + 1, path.len);
	}
	return place;
}

static void
ask_for(struct glimpse *g, size_t column)
{
	struct str path = str_from(columns[column].path);
	size_t at = path.len;

	g->asked[g->asked_count++] = column;
	if (!path.len)
		return;
	while (at && path.data[at - 1] != '.')
		at--;
	add_name(add_place(g, str_slice(path, 0, at ? at - 1 : 0)), str_slice(path, at, path.len))
		->column = column;
}

struct glimpse *
glimpse_new(uint64_t wanted, const char *const *some, const char *const *none)
{
	struct glimpse *g = MEM_NEW(struct glimpse);

	g->top = arena_alloc(&g->places, sizeof(*g->top));
	for (size_t i = 0; i < judged_object_count; i++)
		for (const char *const *name = judged_objects[i].names; *name; name++)
			add_name(add_place(g, str_from(judged_objects[i].path)), str_from(*name));
	for (; *some; some++)
		add_name(g->top, str_from(*some))->some = true;
	for (; *none; none++)
		add_name(g->top, str_from(*none))->none = true;
	g->event = (struct event){.variants = 1, .time = TIME_NONE};
	g->event.cells = mem_zalloc(column_count * sizeof(*g->event.cells));
	for (size_t i = 0; i < column_count; i++) {
		g->event.cells[i].text = STR("");
		if (wanted >> i & 1)
			ask_for(g, i);
	}
	return g;
}

void
glimpse_free(struct glimpse *g)
{
	if (!g)
		return;
	arena_fini(&g->places);
	arena_fini(&g->event.arena);
	free(g->event.cells);
	free(g);
}

/* ---- reading ---- */

struct reading {
	struct glimpse *glimpse;
	const char *at, *end;
	unsigned depth;
};

static bool read_value(struct reading *r, const struct name *name);

/* The next byte that is not blank; NUL at the end. */
static char
next(struct reading *r)
{
	while (r->at < r->end && (unsigned char)*r->at <= ' ') {
		if (*r->at != ' ' && *r->at != '\n' && *r->at != '\r' && *r->at != '\t')
			return '\0';
		r->at++;
	}
	return r->at < r->end ? *r->at : '\0';
}

static bool
take(struct reading *r, char c)
{
	if (next(r) != c)
		return false;
	r->at++;
	return true;
}

static bool
read_string(struct reading *r, struct str *token, bool *plain)
{
	struct str rest = {r->at, (size_t)(r->end - r->at)};

	*token = (struct str){r->at, json_string_length(rest, plain)};
	r->at += token->len;
	return token->len > 0;
}

/* seen: a bit for each of the place's names that was there. */
static bool
read_key(struct reading *r, struct place *place, uint64_t *seen, const struct name **name)
{
	struct str token;
	uint64_t bit;
	bool plain;

	*name = NULL;
	if (next(r) != '"' || !read_string(r, &token, &plain))
		return false;
	if (!place)
		return true;
	if (!plain)
		return false;
	*name = find_name(place, (struct str){token.data + 1, token.len - 2});
	if (!*name)
		return true;
	bit = UINT64_C(1) << (*name - place->names);
	if (*seen & bit || (*name)->none)
		return false;
	*seen |= bit;
	r->glimpse->some |= (*name)->some;
	return true;
}

/* Behind its brace. */
static bool
read_members(struct reading *r, struct place *place)
{
	const struct name *name;
	uint64_t seen = 0;

	if (take(r, '}'))
		return true;
	do {
		if (!read_key(r, place, &seen, &name) || !take(r, ':') || !read_value(r, name))
			return false;
	} while (take(r, ','));
	return take(r, '}');
}

/* Behind its bracket. Of the elements paths name the first alone. */
static bool
read_elements(struct reading *r, struct place *place)
{
	const struct name *name = place ? find_name(place, STR("0")) : NULL;

	if (take(r, ']'))
		return true;
	do {
		if (!read_value(r, name))
			return false;
		name = NULL;
	} while (take(r, ','));
	return take(r, ']');
}

static bool
read_scalar(struct reading *r)
{
	struct json_lexer lexer = {{r->at, (size_t)(r->end - r->at)}, 0};
	struct json_token token = json_next_token(&lexer);

	r->at += token.len;
	return token.type == JSON_TOKEN_LITERAL ||
	       (token.type == JSON_TOKEN_NUMBER && token.len <= NUMBER_MAX);
}

static bool
read_nested(struct reading *r, struct place *place)
{
	bool object = *r->at++ == '{', ok;

	if (++r->depth > DEPTH_MAX)
		return false;
	ok = object ? read_members(r, place) : read_elements(r, place);
	r->depth--;
	return ok;
}

/* name: what it is called, where that counts. */
static bool
read_value(struct reading *r, const struct name *name)
{
	char c = next(r);
	struct str token = {r->at, 0};
	bool ok, plain = false;

	if (c == '"')
		ok = read_string(r, &token, &plain);
	else if (c == '{' || c == '[')
		ok = read_nested(r, name ? name->below : NULL);
	else
		ok = read_scalar(r);
	if (!ok || !name || name->column == NO_COLUMN)
		return ok;
	token.len = (size_t)(r->at - token.data);
	r->glimpse->tokens[name->column] = token;
	r->glimpse->plain[name->column] = plain;
	return true;
}

/* ---- cells ---- */

/* Is it written as json_write writes it? Asked only of a value; false: who knows. */
static bool
is_compact(struct str token)
{
	bool string = false;

	for (size_t i = 0; i < token.len; i++) {
		char c = token.data[i];

		if (c < ' ' || c > '~' || c == '\\' || (c == ' ' && !string))
			return false;
		string ^= c == '"';
	}
	return true;
}

/* By way of a tree of this value alone. */
static bool
parse_cell(struct glimpse *g, size_t i, struct str token)
{
	struct arena *arena = &g->event.arena;
	struct cell *cell = &g->event.cells[i];
	struct json_doc *doc;

	if (!json_parse(token, &doc, NULL))
		return false;
	*cell = cell_of(arena, &columns[i], json_root(doc));
	cell->text = arena_str(arena, cell->text);
	json_doc_free(doc);
	return true;
}

static bool
make_cell(struct glimpse *g, size_t i)
{
	const struct column *column = &columns[i];
	struct cell *cell = &g->event.cells[i];
	struct str token = g->tokens[i];
	bool string = token.len && token.data[0] == '"';
	bool text = column->type == KUSTO_STRING;

	if (!token.len || str_is(token, "null"))
		*cell = cell_of(&g->event.arena, column, NULL);
	else if (string && g->plain[i] && !column->serialised)
		*cell = cell_of_string(column, str_slice(token, 1, token.len - 2));
	else if (text && (!string || column->serialised) && is_compact(token))
		*cell = (struct cell){.present = true, .text = token};
	else if (column->type == KUSTO_BOOL && (str_is(token, "true") || str_is(token, "false")))
		*cell = (struct cell){.present = true, .number = token.data[0] == 't'};
	else
		return parse_cell(g, i, token);
	return true;
}

static bool
make_cells(struct glimpse *g)
{
	for (size_t i = 0; i < g->asked_count; i++)
		if (!make_cell(g, g->asked[i]))
			return false;
	return true;
}

static bool
read_record(struct glimpse *g, struct str raw)
{
	struct reading r = {g, raw.data, raw.data + raw.len, 0};

	/* No more values than bytes. */
	return raw.len <= JSON_MAX_VALUES && next(&r) == '{' && read_nested(&r, g->top) &&
	       next(&r) == '\0' && r.at == r.end;
}

const struct event *
glimpse_take(struct glimpse *g, struct str raw)
{
	arena_reset(&g->event.arena);
	for (size_t i = 0; i < g->asked_count; i++)
		g->tokens[g->asked[i]] = STR_ABSENT;
	g->some = false;
	g->event.raw = raw;
	return read_record(g, raw) && g->some && make_cells(g) ? &g->event : NULL;
}
