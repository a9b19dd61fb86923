/* The statements that are kept prepared: one row each. */
#include "core/base/buf.h"
#include "core/store/private.h"

#define SOURCE_COLUMNS "i.name, i.path, s.offset"
/* In the order of live.c's tables. */
#define HEALTH_COLUMNS                                                                             \
	"name, type, cause, error, advice, note, history_error, history_advice, state, "           \
	"success_at, retry_at, requests,"                                                          \
	" bytes, records, alerts, problems, failures, position, skew_ms, done, total, "            \
	"history_until, history_left"

/* In the order of trace_text; then where the record stands. */
#define TRACE_COLUMNS                                                                              \
	"event_id, shared_id, name, service, type, actor, actor_user, key, ip, region, agent, "    \
	"error, "                                                                                  \
	"account, user, subject, what, input, offset, sha256"
#define TRACE_PART(light)                                                                          \
	"SELECT time, identity, " TRACE_COLUMNS " FROM trace WHERE term = ?1 AND light = " light   \
	" AND time >= ?2 AND time <= ?3"

#define MARK_COLUMNS "mark, mark_state, mark_values, mark_digests, mark_problems, mark_print"

static const char *const texts[STMT_COUNT] = {
	[STMT_BEGIN] = "BEGIN IMMEDIATE",
	[STMT_BEGIN_READ] = "BEGIN",
	[STMT_COMMIT] = "COMMIT",
	[STMT_ROLLBACK] = "ROLLBACK",

	[STMT_RUN_INSERT] = "INSERT INTO run(started, pid, pid_started) VALUES(?1, ?2, ?3)",
	[STMT_RUN_LIST] = "SELECT n, pid, pid_started FROM run ORDER BY n DESC LIMIT -1 OFFSET ?1",
	[STMT_RUN_DELETE] = "DELETE FROM run WHERE n = ?1",
	[STMT_RUN_INPUT_INSERT] = "INSERT INTO run_input(run, input, generation, n)"
				  " VALUES(?1, ?2, ?3, ?4)"
				  " ON CONFLICT(run, input) DO UPDATE SET generation = ?3",
	[STMT_RUN_INPUT_FIND] = "SELECT n, generation FROM run_input WHERE run = ?1 AND input = ?2",
	/* What it delivered and its problems are asked for last: most inputs are not known. */
	[STMT_INPUT_FIND] =
		"SELECT n, generation, done, size, mtime_ns, ctime_ns, device, inode, "
		"path, EXISTS(SELECT 1 FROM alert_source WHERE input = i.n)"
		" OR EXISTS(SELECT 1 FROM problem WHERE input = i.n), " MARK_COLUMNS " FROM input i"
		" WHERE name = ?1 AND identity = ?2 AND rule_key = ?3",
	[STMT_INPUT_INSERT] = "INSERT INTO input(name, identity, rule_key, path, generation, done)"
			      " VALUES(?1, ?2, ?3, ?4, 1, 0)",
	[STMT_INPUT_AGAIN] = "UPDATE input SET generation = ?2, done = 0 WHERE n = ?1",
	[STMT_INPUT_PATH] = "UPDATE input SET path = ?2 WHERE n = ?1",
	[STMT_INPUT_DONE] = "UPDATE input SET done = 1, size = ?5, mtime_ns = ?6, ctime_ns = ?7,"
			    " device = ?8, inode = ?9, (" MARK_COLUMNS ") ="
			    " (?10, ?11, ?12, ?13, ?14, ?15) WHERE n = ?1 AND rule_key = ?3"
			    " AND generation ="
			    " (SELECT generation FROM run_input WHERE run = ?2 AND input = ?1)",
	[STMT_INPUT_EMPTY] =
		"INSERT INTO input(name, identity, rule_key, path, generation, done, size,"
		" mtime_ns, ctime_ns, device, inode, " MARK_COLUMNS ") VALUES(?1, ?2, ?3, ?4, 1, 1,"
		" ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
		" ON CONFLICT(name, identity, rule_key) DO UPDATE SET path = ?4,"
		" generation = generation + 1, done = 1, size = ?5, mtime_ns = ?6, ctime_ns = ?7,"
		" device = ?8, inode = ?9, (" MARK_COLUMNS ") = (?10, ?11, ?12, ?13, ?14, ?15)"
		" RETURNING n, generation",

	[STMT_PROBLEM_FORGET] = "DELETE FROM problem WHERE input = ?1",
	[STMT_PROBLEM_FORGET_FROM] = "DELETE FROM problem WHERE input = ?1"
				     " AND (offset IS NULL OR offset >= ?2)",
	[STMT_PROBLEM_KEPT] = "SELECT severity, source, path, offset, reason, body FROM problem"
			      " WHERE input = ?1",
	[STMT_PROBLEM_INSERT] =
		"INSERT INTO problem(run, input, severity, source, path, offset, reason, body)"
		" SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS(SELECT 1 FROM problem"
		" WHERE input = ?2 AND offset IS ?6 AND reason = ?7)",
	[STMT_PROBLEM_BOUND] =
		"DELETE FROM problem WHERE source = ?1 AND n <= (SELECT n FROM problem"
		" WHERE source = ?1 ORDER BY n DESC LIMIT 1 OFFSET ?2)",
	[STMT_PROBLEM_LIST] =
		"SELECT severity, source, path, offset, reason, body FROM problem"
		" WHERE run = ?1 OR input IN (SELECT input FROM run_input WHERE run = ?1)"
		" ORDER BY path, offset, n",
	[STMT_PROBLEM_RECENT] = "SELECT severity, source, path, offset, reason, body FROM problem"
				" WHERE source = ?1 ORDER BY n DESC LIMIT ?2",

	[STMT_RULE_INSERT] = "INSERT OR IGNORE INTO rule(id) VALUES(?1)",
	[STMT_ALERT_ELDER] = "SELECT a.n, a.flags, a.last_seq, d.record_hash, d.position, d.offset,"
			     " (SELECT run FROM run_input WHERE n = d.position)"
			     " FROM alert a JOIN detail d ON d.alert = a.n WHERE a.id = ?1",
	[STMT_ALERT_INSERT] =
		"INSERT INTO alert(id, time, rule_id, event_id, severity, actor, target, account, "
		"ip,"
		" self, outcome, flags) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[STMT_ALERT_FLAG] = "UPDATE alert SET flags = ?2 WHERE n = ?1",
	[STMT_ALERT_RENAME] = "UPDATE alert SET id = ?2 WHERE n = ?1",
	[STMT_ALERT_REPLACE] =
		"UPDATE alert SET time = ?2, rule_id = ?3, event_id = ?4, severity = ?5, actor = "
		"?6,"
		" target = ?7, account = ?8, ip = ?9, self = ?10, outcome = ?11, flags = ?12"
		" WHERE id = ?1",
	[STMT_ALERT_STATE] =
		"UPDATE alert SET status = ?2, classification = ?3, reason = ?4, validation = ?5,"
		" owner = ?6, last_seq = ?7 WHERE n = ?1",
	[STMT_DETAIL_INSERT] = NULL, /* made of ALERT_TEXTS */
	[STMT_DETAIL_RAW] =
		"UPDATE detail SET position = ?2, offset = ?3, raw = ?4, raw_sha256 = ?5,"
		" row = ?6 WHERE alert = ?1",
	[STMT_DETAIL_REPLACE] = NULL, /* made of ALERT_TEXTS */
	[STMT_DETAIL_ROW] = "SELECT raw FROM detail WHERE alert = ?1",
	[STMT_SOURCE_DOUBT] = "UPDATE alert_source SET generation = ?3 - 1"
			      " WHERE input = ?1 AND offset >= ?2",
	[STMT_SOURCE_PUT] = "INSERT INTO alert_source(alert, input, offset, generation, position)"
			    " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
			    " generation = ?4 WHERE generation < ?4",
	/* Records before rows (FLAG_FROM_TABLE). */
	[STMT_CONFLICT_FIND] =
		"SELECT a.id FROM conflict c JOIN alert a ON a.n = c.alert WHERE c.identity = ?1"
		" ORDER BY (a.flags & ?2) <> 0, a.n LIMIT 1",
	[STMT_CONFLICT_ANY] = "SELECT 1 FROM conflict WHERE identity = ?1 LIMIT 1",
	[STMT_CONFLICT_INSERT] = "INSERT OR IGNORE INTO conflict(identity, alert) VALUES(?1, ?2)",

	[STMT_ROW] = "SELECT " STORE_ROW_COLUMNS " FROM alert a WHERE n = ?1",
	[STMT_LOAD] = NULL,	  /* made of ALERT_TEXTS */
	[STMT_LOAD_TEXTS] = NULL, /* too */
	[STMT_LOAD_RECORD] = "SELECT a.flags, d.rule_id, d.raw, " ANSWER_COLUMNS
			     " FROM alert a JOIN detail d ON d.alert = a.n"
			     " WHERE a.n = ?1",
	[STMT_LOAD_TWO_SOURCES] =
		"SELECT " SOURCE_COLUMNS " FROM alert_source s JOIN input i ON i.n = s.input"
		" WHERE s.alert = ?1 LIMIT 2",
	[STMT_LOAD_SOURCES] =
		"SELECT " SOURCE_COLUMNS " FROM alert_source s JOIN input i ON i.n = s.input"
		" WHERE s.alert = ?1 GROUP BY i.name, i.identity, s.offset"
		" ORDER BY min(s.position), s.offset",
	[STMT_LOAD_DECISIONS] =
		"SELECT " DECISION_COLUMNS " FROM decision d WHERE d.alert = ?1 ORDER BY d.seq",
	[STMT_CHAIN] = "SELECT " DECISION_COLUMNS ", a.id, a.flags, t.raw_sha256 FROM decision d"
		       " LEFT JOIN alert a ON a.n = d.alert LEFT JOIN detail t ON t.alert = d.alert"
		       " ORDER BY d.seq",
	[STMT_CHAIN_OLD] = "SELECT " DECISION_COLUMNS " FROM decision d WHERE d.seq <= ?1"
			   " ORDER BY d.seq",
	[STMT_CHAIN_HEAD] = "SELECT seq, hash, at FROM decision WHERE ?1 < 0 OR seq = ?1"
			    " ORDER BY seq DESC LIMIT 1",
	[STMT_STATEMENT_FIND] = "SELECT seq FROM decision WHERE statement = ?1",
	[STMT_EVENT] = "SELECT a.id, a.flags, t.raw_sha256 FROM alert a JOIN detail t"
		       " ON t.alert = a.n WHERE a.n = ?1",
	[STMT_FIND_ID] = "SELECT id FROM alert WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3",
	[STMT_FIND_CONFLICT] = "SELECT a.id FROM conflict c JOIN alert a ON a.n = c.alert"
			       " WHERE c.identity = ?1 ORDER BY a.id LIMIT ?2",
	[STMT_FIND_RULES] = "SELECT id FROM rule",

	[STMT_ALERT_ROWID] = "SELECT n FROM alert WHERE id = ?1",
	[STMT_DECISION_INSERT] =
		"INSERT INTO decision(seq, alert, at, action, actor, reason, undoes, alert_id, "
		"event,"
		" signer, statement, signature, previous, hash)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	[STMT_SETTING_PUT] = "INSERT INTO setting(name, value) VALUES(?1, ?2)"
			     " ON CONFLICT DO UPDATE SET value = ?2",
	[STMT_SETTING_GET] = "SELECT value FROM setting WHERE name = ?1",
	[STMT_CHANGE] = "UPDATE change SET n = n + 1",
	[STMT_CHANGED] = "SELECT n FROM change",

	[STMT_POSITION_PUT] = "INSERT INTO position(source, name, value) VALUES(?1, ?2, ?3)"
			      " ON CONFLICT DO UPDATE SET value = ?3",
	[STMT_POSITION_FORGET] = "DELETE FROM position WHERE source = ?1 AND name = ?2",
	[STMT_POSITION_LIST] = "SELECT name, value FROM position WHERE source = ?1 ORDER BY name",
	[STMT_LEASE_GET] = "SELECT pid, pid_started, namespace, owner, user, beat FROM lease",
	[STMT_LEASE_PUT] = "INSERT OR REPLACE INTO lease(n, pid, pid_started, namespace, owner,"
			   " user, beat) VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6)",
	[STMT_LEASE_END] = "DELETE FROM lease WHERE owner = ?1",
	[STMT_HEALTH_CLEAR] = "DELETE FROM health",
	[STMT_HEALTH_PUT] = "INSERT INTO health(" HEALTH_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6,"
			    " ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
			    "?21, ?22, ?23)",
	[STMT_HEALTH_LIST] = "SELECT " HEALTH_COLUMNS " FROM health ORDER BY n",

	[STMT_TERM_FIND] = "SELECT n FROM term WHERE kind = ?1 AND value = ?2",
	[STMT_TERM_INSERT] = "INSERT INTO term(kind, value) VALUES(?1, ?2)",
	[STMT_TERM_LIST] = "SELECT n, kind, value FROM term WHERE n > ?1 ORDER BY n",
	[STMT_TERM_KEPT] = "SELECT heavy, light, heavy_cut, light_cut FROM term WHERE n = ?1",
	[STMT_TERM_KEEP] = "UPDATE term SET heavy = ?2, light = ?3, heavy_cut = ?4, light_cut = ?5"
			   " WHERE n = ?1",
	[STMT_WORD_FIND] = "SELECT n FROM word WHERE value = ?1",
	[STMT_WORD_INSERT] = "INSERT INTO word(value) VALUES(?1)",
	[STMT_WORD] = "SELECT value FROM word WHERE n = ?1",
	[STMT_TRACE_INSERT] =
		"INSERT OR IGNORE INTO trace(term, light, time, identity, " TRACE_COLUMNS ")"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
		" ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
	[STMT_TRACE_MOVE] =
		"UPDATE trace SET offset = ?6, sha256 = ?7 WHERE term = ?1 AND light = ?2"
		" AND time = ?3 AND identity = ?4 AND input = ?5",
	[STMT_TRACE_COPY_PUT] =
		"INSERT INTO trace_copy(identity, input, offset, sha256)"
		" SELECT ?1, ?2, ?3, ?4"
		" WHERE (SELECT count(*) FROM trace_copy WHERE identity = ?1) < ?5"
		" OR EXISTS(SELECT 1 FROM trace_copy WHERE identity = ?1 AND input = ?2)"
		" ON CONFLICT DO UPDATE SET offset = ?3, sha256 = ?4",
	[STMT_TRACE_COPIES] = "SELECT input, offset, sha256 FROM trace_copy WHERE identity = ?1",
	[STMT_TRACE_LAST] = "SELECT time, identity FROM trace WHERE term = ?1 AND light = ?2"
			    " ORDER BY time DESC, identity DESC LIMIT 1",
	[STMT_TRACE_DELETE] = "DELETE FROM trace WHERE term = ?1 AND light = ?2 AND time = ?3"
			      " AND identity = ?4",
	[STMT_TRACE_LIST] = TRACE_PART("0") " UNION ALL " TRACE_PART("1") " ORDER BY 1, 2 LIMIT ?4",
	[STMT_TRACE_LIST_ONE] =
		"SELECT time, identity, " TRACE_COLUMNS " FROM trace WHERE term = ?1 AND light = ?5"
		" AND time >= ?2 AND time <= ?3 ORDER BY time, identity LIMIT ?4",
	[STMT_TRACE_PLACES] =
		"SELECT time, identity, " TRACE_COLUMNS " FROM trace,"
		" (SELECT ip AS at_ip, agent AS by_agent, min(time) AS earliest FROM trace"
		" WHERE term = ?1 AND light = 1 AND time >= ?2 GROUP BY 1, 2 ORDER BY 3 LIMIT ?3)"
		" WHERE term = ?1 AND light = 1 AND time = earliest AND ip IS at_ip"
		" AND agent IS by_agent ORDER BY 1, 2 LIMIT ?3",
	[STMT_TRACE_FIRST] = "SELECT light, time, identity FROM trace_first"
			     " WHERE term = ?1 AND actor = ?2",
	[STMT_TRACE_FIRST_PUT] = "INSERT INTO trace_first(term, actor, light, time, identity)"
				 " VALUES(?1, ?2, ?3, ?4, ?5)"
				 " ON CONFLICT DO UPDATE SET light = ?3, time = ?4, identity = ?5",
	[STMT_INPUT_NAME] = "SELECT name, path FROM input WHERE n = ?1",
	[STMT_LOOKED_PUT] = "INSERT INTO looked(input, term, unread, spans, accounts)"
			    " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
			    " term = ?2, unread = ?3, spans = ?4, accounts = ?5",
	[STMT_LOOKED_TERM] = "SELECT term FROM looked WHERE input = ?1",
	[STMT_LOOKED_RUN] = "SELECT l.term, l.unread, l.spans, l.accounts FROM run_input r"
			    " LEFT JOIN looked l ON l.input = r.input WHERE r.run = ?1",
	/* One of them for each input, whatever rules it was read for. */
	[STMT_LOOKED_ALL] = "SELECT max(l.term), l.unread, l.spans, l.accounts FROM input i"
			    " LEFT JOIN looked l ON l.input = i.n GROUP BY i.name, i.identity",
	[STMT_LOOKED_CHANGED] = "SELECT looked FROM change",
	/* Of keys that were made with an alert's only so many. */
	[STMT_ASK_PUT] = "INSERT OR IGNORE INTO ask(source, alert, term, parent, made, due)"
			 " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?4 = 0"
			 " OR (SELECT count(*) FROM ask WHERE alert = ?2 AND parent <> 0) < ?7",
	[STMT_ASK_KNOWN] = "SELECT 1 FROM ask WHERE alert = ?2 AND term = ?3 AND source = ?1",
	/* What was never asked for first; of that, and of the rest, the newest alert's own. */
	[STMT_ASK_NEXT] =
		"SELECT a.alert, a.term, t.kind, t.value, a.made, a.until, a.places FROM ask a"
		" JOIN term t ON t.n = a.term WHERE a.source = ?1 AND a.due <= ?2"
		" ORDER BY a.places IS NOT NULL, a.parent <> 0, a.made DESC, t.kind, a.term DESC"
		" LIMIT 1",
	[STMT_ASK_TROUBLE] = "UPDATE ask SET trouble = ?4"
			     " WHERE source = ?1 AND alert = ?2 AND term = ?3",
	[STMT_ASKED_PUT] =
		"UPDATE ask SET places = ?4, missing = ?5, since = CASE WHEN ?6 OR since IS NULL"
		" OR ?7 > until THEN ?7 ELSE min(since, ?7) END, until = ?8, due = ?9,"
		" part = CASE WHEN ?6 THEN ?10 ELSE max(part, ?10) END, trouble = NULL"
		" WHERE source = ?1 AND alert = ?2 AND term = ?3",
	[STMT_ASKED_LIST] =
		"SELECT a.source, t.kind, a.parent, a.places, a.missing, a.since, a.until, a.part,"
		" a.trouble FROM ask a JOIN term t ON t.n = a.term"
		" WHERE a.alert = ?1 OR (a.alert = 0"
		" AND a.source IN (SELECT source FROM ask WHERE alert = ?1))"
		" ORDER BY a.source, a.term",
	/* Also what came before what is known of: it is looked for anew then. */
	[STMT_STALE_ALL] = "INSERT OR IGNORE INTO stale(alert) SELECT n FROM alert",
	[STMT_STALE_ASKED] = "INSERT OR IGNORE INTO stale(alert)"
			     " SELECT alert FROM ask WHERE source = ?1 AND alert <> 0",
	[STMT_STALE_SURVEYED] = "INSERT OR IGNORE INTO stale(alert)"
				" SELECT alert FROM term_alert WHERE term = ?1",
	[STMT_STALE_SOURCE] = "INSERT OR IGNORE INTO stale(alert)"
			      " SELECT a.alert FROM survey s JOIN term_alert a ON a.term = s.term"
			      " WHERE s.source = ?1",
	/* The newest first. */
	[STMT_STALE_LIST] = "SELECT alert FROM stale ORDER BY alert DESC LIMIT ?1",
	[STMT_STALE_FRESH] = "DELETE FROM stale WHERE alert = ?1",
	[STMT_TERM_ALERT] = "INSERT OR IGNORE INTO term_alert(term, alert) VALUES(?1, ?2)",
	[STMT_TERM_CHILD] = "INSERT OR IGNORE INTO term_alert(term, alert)"
			      " SELECT ?1, alert FROM term_alert WHERE term = ?2",
	[STMT_SURVEY_PUT] =
		"INSERT INTO survey(source, term, first, last, due) VALUES(?1, ?2, ?3, ?4, ?5)"
		" ON CONFLICT DO UPDATE SET first = min(first, ?3), last = max(last, ?4), due = ?5,"
		" since = CASE WHEN ?3 < since THEN NULL ELSE since END,"
		" until = CASE WHEN ?3 < since THEN NULL ELSE until END"
		" WHERE ?3 < first OR ?4 > last",
	/* What was never looked for first, and of that, and of the rest, the newest. */
	[STMT_SURVEY_DUE] = "SELECT s.term, t.kind, t.value, s.first, s.last, s.until FROM survey s"
			    " JOIN term t ON t.n = s.term WHERE s.source = ?1 AND s.due <= ?2"
			    " ORDER BY s.until IS NOT NULL, s.last DESC, s.term DESC LIMIT ?3",
	/* Joined with what was before, where no time lies between. */
	[STMT_SURVEYED_PUT] =
		"UPDATE survey SET since = CASE WHEN ?3 IS NULL OR (?3 <= until AND ?4 >= since)"
		" THEN min(since, ifnull(?3, since)) ELSE ?3 END,"
		" until = CASE WHEN ?3 IS NULL OR (?3 <= until AND ?4 >= since)"
		" THEN max(until, ifnull(?4, until)) ELSE ?4 END,"
		" due = ?5 WHERE source = ?1 AND term = ?2",
	[STMT_SURVEYED_SOURCE_PUT] = "INSERT INTO surveyed(source, place, trouble, spans, accounts)"
				     " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
				     " place = ifnull(?2, place), trouble = ?3, spans = ?4,"
				     " accounts = ?5",
	[STMT_SURVEYED_SOURCE] = "SELECT spans, accounts, trouble FROM surveyed WHERE source = ?1",
	[STMT_SURVEYED_LIST] = "SELECT s.source, s.since, s.until, d.place, d.trouble, d.spans,"
			       " d.accounts"
			       " FROM survey s LEFT JOIN surveyed d ON d.source = s.source"
			       " WHERE s.term = ?1 ORDER BY s.source",
	[STMT_HISTORY_LEFT] = "SELECT (SELECT count(*) FROM ask WHERE source = ?1 AND due <= ?2)"
			      " + (SELECT count(*) FROM survey WHERE source = ?1 AND due <= ?2)",
	[STMT_HISTORY_UNTIL] = "SELECT max(until) FROM (SELECT until FROM ask WHERE source = ?1"
			       " UNION ALL SELECT until FROM survey WHERE source = ?1)",
	/* A row that has them already is left alone. */
	[STMT_ANSWER_PUT] =
		"UPDATE alert SET (assessed, used, used_elsewhere, used_after, rotation, children,"
		" first_seen) = (?2, ?3, ?4, ?5, ?6, ?7, ?8) WHERE n = ?1"
		" AND (assessed, used, used_elsewhere, used_after, rotation, children, first_seen)"
		" IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8)",
};

static void
text_columns(struct buf *out)
{
	for (size_t i = 0; i < ALERT_TEXT_COUNT; i++)
		buf_printf(out, ", %s", alert_texts[i].column);
}

static void
detail_insert_text(struct buf *out)
{
	buf_puts(out, "INSERT INTO detail(alert, record_hash, position, offset, raw");
	text_columns(out);
	buf_puts(out, ", arrived, watched) VALUES(?1, ?2, ?3, ?4, ?5");
	for (size_t i = 0; i < ALERT_TEXT_COUNT + 2; i++)
		buf_printf(out, ", ?%zu", i + 6);
	buf_puts(out, ")");
}

/* Not when it was first seen: that stays. */
static void
detail_replace_text(struct buf *out)
{
	buf_puts(out, "UPDATE detail SET record_hash = ?2, position = ?3, offset = ?4, raw = ?5");
	for (size_t i = 0; i < ALERT_TEXT_COUNT; i++)
		buf_printf(out, ", %s = ?%zu", alert_texts[i].column, i + 6);
	buf_puts(out, " WHERE alert = ?1");
}

static void
load_text(struct buf *out, const char *raw)
{
	buf_printf(out, "SELECT a.id, a.time, a.self, a.outcome, a.flags, d.record_hash, %s", raw);
	for (size_t i = 0; i < ALERT_TEXT_COUNT; i++)
		buf_printf(out, ", d.%s", alert_texts[i].column);
	buf_puts(out, ", d.arrived, d.watched, " ANSWER_COLUMNS
		      " FROM alert a JOIN detail d ON d.alert = a.n"
		      " WHERE a.n = ?1");
}

static sqlite3_stmt *
prepare(struct store *store, const char *text, struct error *err)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v3(store->db, text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
		SQLITE_OK)
		sql_fail(store, store->db, err);
	return stmt;
}

sqlite3_stmt *
sql_use(struct store *store, enum statement statement, struct error *err)
{
	sqlite3_stmt **kept = &store->statements[statement];
	struct buf made = {0};

	if (*kept) {
		sqlite3_reset(*kept);
		return *kept;
	}
	if (statement == STMT_DETAIL_INSERT)
		detail_insert_text(&made);
	else if (statement == STMT_DETAIL_REPLACE)
		detail_replace_text(&made);
	else if (statement == STMT_LOAD)
		load_text(&made, "d.raw");
	else if (statement == STMT_LOAD_TEXTS)
		load_text(&made, "NULL");
	else
		buf_puts(&made, texts[statement]);
	*kept = prepare(store, buf_cstr(&made), err);
	buf_fini(&made);
	return *kept;
}
