/* Logs with a new key in them, and what a run with history makes of them: for tests of its passes.
 */
#ifndef KEYWATCH_TESTS_LOOKED_H
#define KEYWATCH_TESTS_LOOKED_H

#include "core/base/buf.h"
#include "core/pipeline/pipeline.h"
#include "core/store/history.h"

#define NEW_KEY "AKIANEW0000000000001"
#define HOP_1 "ASIAHOP0000000000001"
#define HOP_2 "ASIAHOP0000000000002"
#define HOP_3 "ASIAHOP0000000000003"
#define ADMIN_KEY "AKIAADMIN00000000001"

enum { SLICE = 1500 };

struct fixture {
	char *folder;
	struct store *store;
	struct rule *rule;
	unsigned jobs;
	bool plain_run;	  /* without history */
	bool unlisted;
	const char *pipe; /* read as well; NULL: none */
	uint64_t slice;
	struct pipeline_progress progress;
	int64_t run;
	struct buf found; /* see collect */
	struct buf problems;
};

/* Told from others by what tests need. */
struct call {
	const char *id, *name, *service, *key, *ip;
	int minute;	      /* of 2026-01-02 */
	const char *elements; /* more members */
};

#define MADE(key)                                                                                  \
	",\"requestParameters\":{\"userName\":\"svc\"},\"responseElements\":{\"accessKey\":{"      \
	"\"accessKeyId\":\"" key "\",\"userName\":\"svc\",\"status\":\"Active\"}}"
#define OBTAINED(key) ",\"responseElements\":{\"credentials\":{\"accessKeyId\":\"" key "\"}}"

extern const struct call creation;

int looked_setup(void **state);
int looked_teardown(void **state);
void put_call(struct buf *out, const struct call *c);
struct call use(const char *id, const char *key, int minute);
struct call hop(const char *id, const char *key, int minute, const char *obtained);
void put_lines(struct buf *out, const struct call *calls, size_t count);
void put_noise(struct buf *out, int first, int count);
void put_file(struct fixture *f, const char *name, struct str text);
void put_calls(struct fixture *f, const char *name, const struct call *calls, size_t count);
void put_gzip(struct fixture *f, const char *name, const struct call *calls, size_t count);
struct pipeline *start(struct fixture *f);
void run(struct fixture *f);
void assert_has(const struct fixture *f, const char *line);
void assert_looked(const struct fixture *f);
void put_big(struct fixture *f);

#define TEST(name) cmocka_unit_test_setup_teardown(name, looked_setup, looked_teardown)

#endif
