#include "core/alert/chain_link.h"

/* With its length, so that no text can pretend to be the next field. */
static void
add(struct buf *out, const char *name, struct str value)
{
	buf_printf(out, "%s %zu ", name, value.len);
	buf_str(out, value);
	buf_putc(out, '\n');
}

void
chain_begin(struct str store_id, char head[HASH_HEX])
{
	struct buf text = {0};

	buf_puts(&text, "keywatch chain 1\n");
	add(&text, "store", store_id);
	hash_hex(buf_view(&text), head);
	buf_fini(&text);
}

void
chain_hash(const struct decision *d, struct str previous, char hash[HASH_HEX])
{
	const char *action = d->action < DECIDE_COUNT ? decision_rules[d->action].name : "unknown";
	struct buf text = {0};

	buf_puts(&text, "keywatch decision 1\n");
	add(&text, "previous", previous);
	buf_printf(&text, "sequence %lld\nrow %lld\n", (long long)d->seq, (long long)d->row);
	add(&text, "alert", d->alert_id);
	add(&text, "event", d->event);
	buf_printf(&text, "time %lld\n", (long long)d->at);
	add(&text, "action", str_from(action));
	add(&text, "actor", d->actor);
	add(&text, "reason", d->reason);
	buf_printf(&text, "undoes %lld\n", (long long)d->undoes);
	add(&text, "signer", d->principal);
	add(&text, "statement", d->statement);
	add(&text, "signature", d->signature);
	hash_hex(buf_view(&text), hash);
	buf_fini(&text);
}
