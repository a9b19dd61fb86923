/* screens FOLDER GOLDEN…: draws each golden screen as FOLDER/NAME.svg (`make screens`). */
#include <stdio.h>
#include <string.h>

#include "core/base/file.h"
#include "tests/support/svg.h"

enum { GOLDEN_MAX = 1 << 20 };

static bool
write_file(const char *folder, struct str name, struct str bytes)
{
	char path[512];
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), "%s/%.*s.svg", folder, STR_ARG(name));
	f = fopen(path, "wb");
	if (!f) {
		perror(path);
		return false;
	}
	ok = fwrite(bytes.data, 1, bytes.len, f) == bytes.len;
	ok = fclose(f) == 0 && ok;
	if (!ok)
		perror(path);
	return ok;
}

static bool
draw(const char *folder, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct str name = str_from(slash ? slash + 1 : path);
	struct picture picture;
	struct buf text = {0}, svg = {0};
	struct error err;
	bool ok = file_read(path, GOLDEN_MAX, &text, &err);

	if (str_ends_with(name, STR(".txt")))
		name.len -= 4;
	if (!ok)
		fprintf(stderr, "%s\n", err.text);
	else if (!(ok = picture_read(&picture, buf_view(&text))))
		fprintf(stderr, "%s is no golden screen\n", path);
	if (ok) {
		svg_draw(&svg, &picture, name);
		ok = write_file(folder, name, buf_view(&svg));
		picture_fini(&picture);
	}
	buf_fini(&text);
	buf_fini(&svg);
	return ok;
}

int
main(int argc, char **argv)
{
	bool ok = argc > 2;

	if (!ok)
		fputs("usage: screens FOLDER GOLDEN...\n", stderr);
	for (int i = 2; i < argc; i++)
		ok = draw(argv[1], argv[i]) && ok;
	return ok ? 0 : 1;
}
