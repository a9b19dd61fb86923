#include "tui/shown_role.h"

void
shown_roles_init(struct shown_roles *roles, const struct theme *theme, enum depth depth)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		roles->blank[i] = theme_blank_role(theme, depth, (enum role)i);
		roles->alike[i] = theme_alike_role(theme, depth, (enum role)i);
	}
}

/* Blanks beside each other are plain ones where that looks the same: then the terminal is told to
 * erase, and a change of role around them costs nothing. One between words is of the role before
 * it where that looks the same, so that roles change once there and not twice. */
static enum role
blank_role(const struct shown_roles *roles, const struct grid *grid, int y, int x)
{
	enum role role = (enum role)grid_at(grid, y, x)->role, before = role;

	if (grid_is_blank(grid, y, x - 1) || grid_is_blank(grid, y, x + 1))
		return roles->blank[role];
	if (x > 0)
		before = (enum role)grid_at(grid, y, x - 1)->role;
	return roles->blank[before] == roles->blank[role] ? before : role;
}

enum role
shown_role(const struct shown_roles *roles, const struct grid *grid, int y, int x)
{
	if (grid_is_blank(grid, y, x))
		return roles->alike[blank_role(roles, grid, y, x)];
	return roles->alike[grid_at(grid, y, x)->role];
}
