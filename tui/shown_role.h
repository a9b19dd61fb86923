/* In which role a cell goes to the terminal: of roles that look the same there, the one that costs
 * the fewest changes. Pure. */
#ifndef KEYWATCH_TUI_SHOWN_ROLE_H
#define KEYWATCH_TUI_SHOWN_ROLE_H

#include "tui/grid.h"
#include "tui/theme.h"

struct shown_roles {
	enum role blank[ROLE_COUNT]; /* a role in which a blank looks the same */
	enum role alike[ROLE_COUNT]; /* the first role that looks the same */
};

void shown_roles_init(struct shown_roles *roles, const struct theme *theme, enum depth depth);
/* Depends on nothing but its row. */
enum role shown_role(const struct shown_roles *roles, const struct grid *grid, int y, int x);

#endif
