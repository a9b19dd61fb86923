/* What was made or obtained with the new key, and with that, as a tree. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/key_life.h"
#include "tui/trace_text.h"
#include "tui/view.h"

enum { KEY_COLS = 20, SHORT_KEY_COLS = 9, FULL_FROM = 60, USER_COLS = 24 };
enum { INDENT = 2, TREE_STEP = 3, DEEPEST = 8, CHILDREN = 22 };

int
view_key_cols(const struct view_model *model)
{
	return model->width >= FULL_FROM ? KEY_COLS : SHORT_KEY_COLS;
}

void
view_put_key(struct doc *doc, const struct view_model *model, enum role role, struct str id)
{
	struct buf text = {0};

	if (view_key_cols(model) == KEY_COLS)
		buf_str(&text, id);
	else
		trace_text_put_key(&text, id, model->ascii);
	doc_field(doc, role, buf_view(&text), view_key_cols(model), model->ascii);
	buf_fini(&text);
}

struct tree {
	struct doc *doc;
	const struct view_model *model;
	const struct history *history;
	size_t *first, *next; /* child of each key, and its sibling; key_count: none */
};

static size_t
find_life(const struct key_life *l, struct str key)
{
	size_t i = 0;

	while (i < l->count && !str_equal(l->lives[i].key, key))
		i++;
	return i < l->count ? i : VIEW_NO_KEY;
}

/* The lines that lead to the ancestors: seen from the key upwards, written from the root on. */
static void
put_branches(const struct tree *t, size_t key)
{
	const struct history_key *keys = t->history->keys;
	enum glyph glyphs[DEEPEST];
	int count = 0;

	for (size_t k = key; k && count < DEEPEST; k = keys[k].parent) {
		bool last = t->next[k] == t->history->key_count;

		if (k == key)
			glyphs[count++] = last ? GLYPH_TREE_LAST : GLYPH_TREE;
		else
			glyphs[count++] = last ? GLYPH_COUNT : GLYPH_RULE_DOWN;
	}
	doc_spaces(t->doc, INDENT);
	while (count--) {
		bool own = count == 0;

		doc_puts(t->doc, ROLE_RULE,
			glyphs[count] == GLYPH_COUNT ? " "
						     : glyph_text(glyphs[count], t->model->ascii));
		doc_puts(t->doc, ROLE_RULE, own ? glyph_text(GLYPH_RULE, t->model->ascii) : " ");
		doc_puts(t->doc, ROLE_RULE, " ");
	}
}

static void
put_user(const struct tree *t, struct str user)
{
	int cols = grid_columns(user, t->model->ascii);

	doc_field(t->doc, ROLE_STRONG, user, cols < USER_COLS ? cols : USER_COLS, t->model->ascii);
}

/* How it came to be, when, and what became of it. */
static void
put_origin(const struct tree *t, size_t key)
{
	const struct history_key *k = &t->history->keys[key];
	const struct timeline *l = t->model->timeline;
	const struct trace *made =
		k->made < t->history->trace_count ? &t->history->traces[k->made] : &l->own;
	size_t life = find_life(t->model->key_life, k->id);
	struct buf text = {0};

	if (k->temporary)
		doc_puts(t->doc, ROLE_AWAITING, " temporary,");
	doc_puts(t->doc, ROLE_TEXT, " ");
	if (!k->temporary && made->text[TRACE_USER].len) {
		doc_puts(t->doc, ROLE_LABEL, "for ");
		put_user(t, made->text[TRACE_USER]);
		doc_puts(t->doc, ROLE_TEXT, ", ");
	}
	if (key) {
		doc_put(t->doc, ROLE_TEXT, made->text[TRACE_NAME]);
		buf_putc(&text, ' ');
		if (made->time != TIME_NONE && l->own.time != TIME_NONE)
			trace_text_put_age(&text, made->time - l->own.time);
		doc_put(t->doc, ROLE_DIM, buf_view(&text));
	} else {
		doc_puts(t->doc, ROLE_TEXT, "this alert");
	}
	if (life != VIEW_NO_KEY)
		doc_printf(t->doc, ROLE_DIM, ", %zu call%s", t->model->key_life->lives[life].calls,
			t->model->key_life->lives[life].calls == 1 ? "" : "s");
	if (k->depth > DEEPEST)
		doc_printf(t->doc, ROLE_DIM, ", depth %u", k->depth);
	buf_fini(&text);
}

static void
put_member(const struct tree *t, size_t key)
{
	const struct history_key *k = &t->history->keys[key];

	doc_line(t->doc, find_life(t->model->key_life, k->id), true, INDENT + TREE_STEP);
	put_branches(t, key);
	view_put_key(t->doc, t->model, key ? ROLE_TEXT : ROLE_ACCENT, k->id);
	put_origin(t, key);
}

/* Down to the child, else over to the next, else up: a family may be deeper than any stack. */
static void
walk(const struct tree *t)
{
	const struct history *h = t->history;
	size_t at = 0;

	for (;;) {
		put_member(t, at);
		if (t->first[at] < h->key_count) {
			at = t->first[at];
			continue;
		}
		while (at && t->next[at] == h->key_count)
			at = h->keys[at].parent;
		if (!at)
			return;
		at = t->next[at];
	}
}

/* Breadth first as they come: a key stands behind the one that it was made with. */
static void
link_tree(struct tree *t)
{
	size_t count = t->history->key_count;
	size_t *links = mem_array(NULL, 2 * count, sizeof(links[0]));

	t->first = links;
	t->next = links + count;
	for (size_t i = 0; i < 2 * count; i++)
		links[i] = count;
	for (size_t i = count; i-- > 1;) {
		size_t parent = t->history->keys[i].parent;

		t->next[i] = t->first[parent];
		t->first[parent] = i;
	}
}

void
view_put_tree(struct doc *doc, const struct view_model *model)
{
	const struct fact *children = &model->subject->facts[CHILDREN - 1];
	struct tree tree = {.doc = doc, .model = model, .history = &model->subject->history};

	doc_line(doc, VIEW_NO_KEY, false, 0);
	doc_line(doc, VIEW_NO_KEY, false, 1);
	doc_puts(doc, ROLE_LABEL, " made with it  ");
	if (!children->known)
		doc_puts(doc, ROLE_UNKNOWN, "unknown: ");
	doc_put(doc, children->known ? ROLE_TEXT : ROLE_UNKNOWN, children->value);
	if (!model->subject->has_history || tree.history->key_count < 2)
		return;
	link_tree(&tree);
	walk(&tree);
	free(tree.first);
}
