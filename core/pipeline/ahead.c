/* A worker's second thread, that inflates for it while a core has nothing else to do. */
#include "core/pipeline/private.h"
#include "core/scan/ahead.h"

static void *
help(void *ahead)
{
	ahead_run(ahead);
	return NULL;
}

/* Workers see no signal, nor does what they start. */
static bool
start(struct helper *h)
{
	if (h->ahead)
		return true;
	h->ahead = ahead_new();
	if (pthread_create(&h->thread, NULL, help, h->ahead) == 0)
		return true;
	ahead_free(h->ahead);
	h->ahead = NULL;
	return false;
}

static bool
take_core(struct pipeline *p)
{
	int idle = atomic_load(&p->idle_cores);

	while (idle > 0)
		if (atomic_compare_exchange_weak(&p->idle_cores, &idle, idle - 1))
			return true;
	return false;
}

static void
give_core(struct pipeline *p)
{
	atomic_fetch_add(&p->idle_cores, 1);
}

struct ahead *
helper_call(struct helper *h)
{
	if (!take_core(h->pipeline))
		return NULL;
	h->helping = start(h);
	if (!h->helping)
		give_core(h->pipeline);
	return h->helping ? h->ahead : NULL;
}

void
helper_rest(struct helper *h)
{
	if (h->helping)
		give_core(h->pipeline);
	h->helping = false;
}

void
helper_fini(struct helper *h)
{
	if (!h->ahead)
		return;
	ahead_close(h->ahead);
	pthread_join(h->thread, NULL);
	ahead_free(h->ahead);
	h->ahead = NULL;
}
