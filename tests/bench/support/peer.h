/* Bytes per cursor move beside tig and less, which show the same rows. */
#ifndef KEYWATCH_BENCH_PEER_H
#define KEYWATCH_BENCH_PEER_H

/* Prints rows of the table; what is not installed is said. `home` takes a repository. */
void peer_measure(const char *home, const char *store, int rows, int cols);

#endif
