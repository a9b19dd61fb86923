#include "tui/view.h"

enum { KEY_COLS = 17, NAME_COLS = 20 };

static void
put_padded(struct doc *doc, enum role role, struct str s, int cols)
{
	int width = grid_columns(s, false);

	doc_put(doc, role, s);
	doc_spaces(doc, width < cols ? cols - width : 1);
}

static void
put_action(struct doc *doc, const struct view_model *model, enum action action)
{
	const struct action_argument *argument = action_argument(action);
	bool narrow = model->width < 72;
	struct buf keys = {0};

	keymap_key_names(model->keymap, action, &keys);
	doc_line(doc, action, false, narrow ? KEY_COLS + 2 : KEY_COLS + NAME_COLS + 2);
	doc_spaces(doc, 2);
	if (keys.len)
		put_padded(doc, ROLE_HINT_KEY, buf_view(&keys), KEY_COLS);
	else
		put_padded(doc, ROLE_DIM, STR("(no key)"), KEY_COLS);
	if (!narrow)
		put_padded(doc, ROLE_DIM, str_from(actions[action].name), NAME_COLS);
	doc_puts(doc, ROLE_TEXT, actions[action].help);
	if (argument) {
		doc_puts(doc, ROLE_DIM, "; :");
		doc_puts(doc, ROLE_DIM, actions[action].name);
		doc_puts(doc, ROLE_DIM, " ");
		doc_puts(doc, ROLE_DIM, argument->word);
	}
	buf_fini(&keys);
}

void
view_help(struct doc *doc, const struct view_model *model)
{
	for (enum action_group g = 0; g < GROUP_COUNT; g++) {
		if (g) {
			doc_line(doc, 0, false, 0);
		}
		doc_line(doc, 0, false, 0);
		doc_puts(doc, ROLE_TITLE, action_group_title(g));
		for (enum action a = 0; a < ACTION_COUNT; a++)
			if (actions[a].group == g)
				put_action(doc, model, a);
	}
}
