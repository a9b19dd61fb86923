/* How fast `keywatch scan` is, beside others that do the same job. */
#include <stdio.h>
#include <stdlib.h>
#include <getopt.h>

#include "tests/bench/support/corpus.h"

static const struct option options[] = {{"make", no_argument, NULL, 'm'},
	{"seed", required_argument, NULL, 's'}, {"scale", required_argument, NULL, 'x'},
	{"folder", required_argument, NULL, 'f'}, {0}};

int
main(int argc, char **argv)
{
	struct corpus_options corpora = {"build/bench", 1, 1, 2};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (c == 's')
			corpora.seed = strtoull(optarg, NULL, 10);
		else if (c == 'x')
			corpora.scale = strtod(optarg, NULL);
		else if (c == 'f')
			corpora.folder = optarg;
		else if (c != 'm')
			return 2;
	}
	for (int kind = 0; kind < CORPUS_KINDS; kind++) {
		struct corpus corpus;

		corpus_make(&corpus, (enum corpus_kind)kind, &corpora);
		printf("%s  %s  %llu files, %llu MB (%llu MB stored), %llu hits%s\n",
			corpus_name((enum corpus_kind)kind), corpus.path,
			(unsigned long long)corpus.files,
			(unsigned long long)corpus.bytes / 1000000,
			(unsigned long long)corpus.stored / 1000000,
			(unsigned long long)corpus.count, corpus.made ? "" : ", made before");
		fflush(stdout);
	}
	return 0;
}
