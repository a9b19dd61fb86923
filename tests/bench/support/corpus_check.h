/* Did a scan of a corpus find exactly its hits, each where it stands? */
#ifndef KEYWATCH_BENCH_CORPUS_CHECK_H
#define KEYWATCH_BENCH_CORPUS_CHECK_H

#include "core/base/buf.h"
#include "tests/bench/support/corpus.h"

/* `output` is what `keywatch scan --format jsonl` of the corpus's path printed. False: `why` says
 * what is missing, or there without being one. */
bool corpus_check(const struct corpus *corpus, struct str output, struct buf *why);

#endif
