/*
 * Values as Kusto has them: scalars with null (strings have none), dynamic trees. Everything built
 * while evaluating lives in the arena of the evaluation. Private to core/rule.
 */
#ifndef KEYWATCH_RULE_KQL_VALUE_H
#define KEYWATCH_RULE_KQL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/event/column.h"

struct dynamic;

struct value {
	enum kusto_type type;
	bool null;
	union {
		bool b;
		int64_t i; /* int, long; ticks of datetime and timespan */
		double r;  /* real, decimal */
		struct str s; /* string, guid */
		const struct dynamic *d; /* NULL with null */
	};
};

enum dynamic_kind { DYNAMIC_SCALAR, DYNAMIC_ARRAY, DYNAMIC_BAG };

struct dynamic {
	enum dynamic_kind kind;
	union {
		struct value scalar; /* SCALAR: never itself dynamic; null for JSON null */
		struct {	     /* ARRAY, BAG */
			size_t count;
			struct str *names; /* BAG */
			const struct dynamic **items;
		};
	};
};

struct value value_null(enum kusto_type type); /* the empty string for string */
struct value value_bool(bool b);
struct value value_long(int64_t i);
struct value value_real(double r);
struct value value_string(struct str s);
struct value value_time(int64_t ticks);
struct value value_span(int64_t ticks);
struct value value_dynamic(const struct dynamic *d); /* NULL or a null scalar: null */

bool type_is_number(enum kusto_type type);
bool type_is_integer(enum kusto_type type);

/* Sums wrap around, as Kusto's longs do. */
int64_t ticks_plus(int64_t a, int64_t b);

double value_as_real(struct value v);
/* tostring() */
struct str value_text(struct arena *arena, struct value v);
/* As JSON in an alert's row: typed (settled.md 15). */
void value_write_json(struct buf *out, struct value v);

/* An array or a bag of that many, for the caller to fill. */
struct dynamic *dynamic_make(struct arena *arena, enum dynamic_kind kind, size_t count);
/* One more at the end of an array or a bag that began with 0. */
void dynamic_append(struct arena *arena, struct dynamic *array, const struct dynamic *item);
void dynamic_put(struct arena *arena, struct dynamic *bag, struct str name,
	const struct dynamic *item);

/* A scalar wrapped, or the dynamic itself. */
const struct dynamic *dynamic_of(struct arena *arena, struct value v);
const struct dynamic *dynamic_from_json(struct arena *arena, const struct json *node);
/* The value a dynamic holds when it is a scalar: "a" of dynamic("a"); else the dynamic. */
struct value dynamic_unwrap(struct value v);
const struct dynamic *dynamic_member(const struct dynamic *d, struct str name);
const struct dynamic *dynamic_item(const struct dynamic *d, int64_t index);
void dynamic_write(struct buf *out, const struct dynamic *d);

/* Conversions of to*(): null when it cannot be. */
struct value value_convert(struct arena *arena, struct value v, enum kusto_type type);
/* All the spellings of todatetime(). */
bool kql_time_parse(struct str text, int64_t *ticks);
/* 1d 15m 1.02:03:04.5 */
bool span_parse(struct str text, int64_t *ticks);

/* <0 0 >0; both of one type, or both numbers; not null. */
int value_compare(struct value a, struct value b);
/* == of settled.md 17: null with a value false, of two nulls null. */
struct value value_equal(struct arena *arena, struct value a, struct value b, bool nocase);

/* Case folding as Kusto's case-insensitive operators do it. */
struct str fold_text(struct arena *arena, struct str s);

#endif
