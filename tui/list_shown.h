/* Which rows the list shows and in which order; a part of list.c with a file of its own. */
#ifndef KEYWATCH_TUI_LIST_SHOWN_H
#define KEYWATCH_TUI_LIST_SHOWN_H

#include "tui/list.h"

bool list_shows(const struct list *list, uint32_t row);
void list_keep_in_window(struct list *list);
/* The shown row at the position goes; the selection stays on its line. */
void list_take_out(struct list *list, size_t position);
/* That row, or none, and nothing else; it is selected. */
void list_show_only(struct list *list, uint32_t row);
void list_build_fini(struct list_build *build);

#endif
