#include "core/store/live.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/store/private.h"

bool
store_be_durable(struct store *store, struct error *err)
{
	store->durable = true;
	if (!store->relaxed)
		return true;
	store->relaxed = false;
	return sql_exec(store, store->db, "PRAGMA synchronous=FULL", err);
}

/* ---- positions ---- */

bool
store_position_put(struct store *store, struct str source, struct str name, struct str value,
	struct error *err)
{
	sqlite3_stmt *stmt =
		sql_use(store, value.data ? STMT_POSITION_PUT : STMT_POSITION_FORGET, err);

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, source);
	sql_bind_text(stmt, 2, name);
	if (value.data)
		sql_bind_text(stmt, 3, value);
	return sql_run(store, stmt, err);
}

bool
store_positions(struct store *store, struct str source, store_position_visit *visit, void *context,
	struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_POSITION_LIST, err);
	int rc;

	if (!stmt)
		return false;
	sql_bind_text(stmt, 1, source);
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW)
		visit(context, sql_text(stmt, 0), sql_text(stmt, 1));
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE;
}

/* Positions of the programs themselves: no source has an empty name. */
#define OF_NO_SOURCE STR("")

struct since {
	struct buf name;
	int64_t at;
};

static void
take_since(void *context, struct str name, struct str value)
{
	struct since *since = context;

	if (str_equal(name, buf_view(&since->name)) && !time_parse(value, &since->at))
		since->at = TIME_NONE;
}

bool
store_since(struct store *store, struct str source, int64_t *at, struct error *err)
{
	struct since since = {.at = TIME_NONE};
	bool ok;

	buf_printf(&since.name, "since %.*s", STR_ARG(source));
	ok = store_positions(store, OF_NO_SOURCE, take_since, &since, err);
	buf_fini(&since.name);
	*at = since.at;
	return ok;
}

bool
store_since_put(struct store *store, struct str source, int64_t since, struct error *err)
{
	struct buf name = {0};
	char value[TIME_TEXT];
	int64_t kept;
	bool ok;

	if (!store_since(store, source, &kept, err))
		return false;
	if (kept != TIME_NONE)
		return true;
	buf_printf(&name, "since %.*s", STR_ARG(source));
	time_format_iso(since, value);
	ok = store_position_put(store, OF_NO_SOURCE, buf_view(&name), str_from(value), err);
	buf_fini(&name);
	return ok;
}

/* ---- the lease ---- */

struct holder {
	int64_t pid, started, owner, beat_ms;
	char namespace[64];
	char user[64];
};

/* owner 0: nobody has it. */
static bool
find_holder(struct store *store, struct holder *holder, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_LEASE_GET, err);
	int rc;

	*holder = (struct holder){0};
	if (!stmt)
		return false;
	rc = sql_step(store, stmt, err);
	if (rc == SQLITE_ROW) {
		holder->pid = sqlite3_column_int64(stmt, 0);
		holder->started = sqlite3_column_int64(stmt, 1);
		snprintf(holder->namespace, sizeof(holder->namespace), "%.*s",
			STR_ARG(sql_text(stmt, 2)));
		holder->owner = sqlite3_column_int64(stmt, 3);
		snprintf(holder->user, sizeof(holder->user), "%.*s", STR_ARG(sql_text(stmt, 4)));
		holder->beat_ms = sqlite3_column_int64(stmt, 5);
		sqlite3_reset(stmt);
	}
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

/* A beat from the future is of another boot. Where its pid means something here, a program that is
 * gone need not be waited for. */
static bool
is_lost(const struct holder *holder, const char *namespace)
{
	int64_t age = time_monotonic_ms() - holder->beat_ms;

	if (holder->owner == 0 || age < 0 || age > STORE_LEASE_LOST_MS)
		return true;
	return namespace[0] && strcmp(holder->namespace, namespace) == 0 &&
	       !program_is_running(holder->pid, holder->started);
}

static bool
put_holder(struct store *store, const struct holder *holder, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_LEASE_PUT, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, holder->pid);
	sql_bind_long(stmt, 2, holder->started);
	sql_bind_text(stmt, 3, str_from(holder->namespace));
	sql_bind_long(stmt, 4, holder->owner);
	sql_bind_text(stmt, 5, str_from(holder->user));
	sql_bind_long(stmt, 6, holder->beat_ms);
	return sql_run(store, stmt, err);
}

static void
draw_owner(struct store *store)
{
	while (store->owner == 0)
		if (getrandom(&store->owner, sizeof(store->owner), 0) !=
			(ssize_t)sizeof(store->owner))
			abort();
}

static bool
take_lease(struct store *store, const char *user, struct holder *holder, struct error *err)
{
	char namespace[64];

	program_namespace(namespace, sizeof(namespace));
	if (!find_holder(store, holder, err))
		return false;
	if (holder->owner != store->owner && !is_lost(holder, namespace))
		return true;
	*holder = (struct holder){.pid = getpid(),
		.started = program_started(getpid()),
		.owner = store->owner,
		.beat_ms = time_monotonic_ms()};
	snprintf(holder->namespace, sizeof(holder->namespace), "%s", namespace);
	snprintf(holder->user, sizeof(holder->user), "%s", user);
	return put_holder(store, holder, err);
}

bool
store_lease(struct store *store, const char *user, struct store_lease *lease, struct error *err)
{
	struct holder holder;
	bool began, ok;

	draw_owner(store);
	if (!sql_write_begin(store, &began, err))
		return false;
	ok = take_lease(store, user, &holder, err);
	if (!sql_write_end(store, began, ok, err))
		return false;
	*lease = (struct store_lease){.ours = holder.owner == store->owner, .pid = holder.pid};
	snprintf(lease->user, sizeof(lease->user), "%s", holder.user);
	return true;
}

bool
store_lease_holder(struct store *store, struct store_lease *lease, struct error *err)
{
	struct holder holder;
	char namespace[64];

	*lease = (struct store_lease){0};
	program_namespace(namespace, sizeof(namespace));
	if (!find_holder(store, &holder, err))
		return false;
	if (is_lost(&holder, namespace))
		return true;
	lease->pid = holder.pid;
	lease->ours = holder.owner == store->owner;
	snprintf(lease->user, sizeof(lease->user), "%s", holder.user);
	return true;
}

bool
store_lease_end(struct store *store, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_LEASE_END, err);

	if (!stmt)
		return false;
	sql_bind_long(stmt, 1, store->owner);
	return sql_run(store, stmt, err);
}

/* ---- health ---- */

struct text_field {
	size_t offset, size;
};
#define TEXT(member)                                                                               \
	{                                                                                          \
		offsetof(struct health, member), sizeof(((struct health *)0)->member)              \
	}
static const struct text_field texts[] = {TEXT(name), TEXT(type), TEXT(cause), TEXT(error),
	TEXT(advice), TEXT(note), TEXT(history_error), TEXT(history_advice)};
enum { TEXT_COUNT = sizeof(texts) / sizeof(texts[0]) };

/* All of 64 bits; `state` stands before them. */
static const size_t numbers[] = {offsetof(struct health, success_at),
	offsetof(struct health, retry_at), offsetof(struct health, requests),
	offsetof(struct health, bytes), offsetof(struct health, records),
	offsetof(struct health, alerts), offsetof(struct health, problems),
	offsetof(struct health, failures), offsetof(struct health, position),
	offsetof(struct health, skew_ms), offsetof(struct health, done),
	offsetof(struct health, total), offsetof(struct health, history_until),
	offsetof(struct health, history_left)};
enum { NUMBER_COUNT = sizeof(numbers) / sizeof(numbers[0]) };

static bool
put_health(struct store *store, const struct health *health, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_HEALTH_PUT, err);
	int64_t number;

	if (!stmt)
		return false;
	for (int i = 0; i < TEXT_COUNT; i++)
		sql_bind_text(stmt, i + 1, str_from((const char *)health + texts[i].offset));
	sql_bind_long(stmt, TEXT_COUNT + 1, health->state);
	for (int i = 0; i < NUMBER_COUNT; i++) {
		memcpy(&number, (const char *)health + numbers[i], sizeof(number));
		sql_bind_long(stmt, TEXT_COUNT + 2 + i, number);
	}
	return sql_run(store, stmt, err);
}

bool
store_health_put(struct store *store, const struct health *list, size_t count, struct error *err)
{
	bool began, ok;

	if (!sql_write_begin(store, &began, err))
		return false;
	ok = sql_run_plain(store, STMT_HEALTH_CLEAR, err);
	for (size_t i = 0; i < count && ok; i++)
		ok = put_health(store, &list[i], err);
	return sql_write_end(store, began, ok, err);
}

static void
get_health(sqlite3_stmt *stmt, struct health *health)
{
	int64_t number;

	*health = (struct health){0};
	for (int i = 0; i < TEXT_COUNT; i++)
		snprintf((char *)health + texts[i].offset, texts[i].size, "%.*s",
			STR_ARG(sql_text(stmt, i)));
	health->state = (enum health_state)sql_choice(stmt, TEXT_COUNT, HEALTH_ENDED);
	for (int i = 0; i < NUMBER_COUNT; i++) {
		number = sqlite3_column_int64(stmt, TEXT_COUNT + 1 + i);
		memcpy((char *)health + numbers[i], &number, sizeof(number));
	}
}

bool
store_health_get(struct store *store, struct health **list, size_t *count, struct error *err)
{
	sqlite3_stmt *stmt = sql_use(store, STMT_HEALTH_LIST, err);
	size_t capacity = 0;
	int rc;

	*list = NULL;
	*count = 0;
	if (!stmt)
		return false;
	while ((rc = sql_step(store, stmt, err)) == SQLITE_ROW) {
		MEM_GROW(*list, *count, capacity);
		get_health(stmt, &(*list)[(*count)++]);
	}
	sqlite3_reset(stmt);
	if (rc != SQLITE_DONE) {
		free(*list);
		*list = NULL;
		*count = 0;
	}
	return rc == SQLITE_DONE;
}
