/* Replays a corpus through a fuzz target without libFuzzer, and mutations of every file: cut at
 * each of 64 places, and one byte in each of 64 places flipped. Deterministic. */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A fresh allocation of exactly this size, so that a read beyond it is seen. */
static void
run(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void
run_mutations(uint8_t *bytes, size_t size)
{
	size_t step = size / 64 + 1;

	run(bytes, size);
	for (size_t at = 0; at < size; at += step) {
		uint8_t before = bytes[at];

		run(bytes, at);
		bytes[at] ^= (uint8_t)(1U << (at % 8));
		run(bytes, size);
		bytes[at] = before;
	}
}

int
main(int argc, char **argv)
{
	static uint8_t bytes[1 << 20];
	struct dirent **names;
	int count, files = 0;

	if (argc != 2)
		return 2;
	count = scandir(argv[1], &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		char path[4096];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", argv[1], names[i]->d_name);
		f = names[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
		if (f) {
			run_mutations(bytes, fread(bytes, 1, sizeof(bytes), f));
			fclose(f);
			files++;
		}
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	printf("%d files replayed\n", files);
	return files ? 0 : 1; /* a target without a corpus tests nothing */
}
