#include "cli/machine.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "client/broker_vault.h"
#include "crypto/rng.h"
#include "net/carrier.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/proxy.h"
#include "sys/clock.h"
#include "sys/farewell.h"
#include "sys/file.h"
#include "sys/harden.h"
#include "sys/tty.h"
#include "vault/keysearch.h"
#include "vault/memory.h"

/* --- Files for the trust, which may not read them itself ------------------------------------ */

static bool read_file(void *self, struct str path, struct arena *a, struct str *content, struct err *e)
{
	struct buf whole = buf_in(a, TRUST_FILE_MAX);
	struct str name = arena_str(a, path);

	(void)self;
	if (!name.at)
		return err_set(e, ERR_LIMIT, "no memory for a path");
	if (!file_read(name.at, FILE_ANY, &whole, NULL, e))
		return false;
	*content = buf_str(&whole);
	return true;
}

static int by_name(const void *a, const void *b)
{
	return str_order(*(const struct str *)a, *(const struct str *)b);
}

static size_t count_entries(DIR *folder)
{
	size_t n = 0;

	while (readdir(folder))
		n++;
	rewinddir(folder);
	return n;
}

static bool list_folder(void *self, struct str path, struct arena *a, struct str **paths, size_t *n, struct err *e)
{
	struct str name = arena_str(a, path);
	DIR *folder = name.at ? opendir(name.at) : NULL;
	struct dirent *entry;
	struct stat about;
	size_t room;

	(void)self;
	*n = 0;
	if (!folder)
		return err_set(e, ERR_SYSTEM, "%.*s cannot be opened as a folder", STR(str_first(path, 160)));
	room = count_entries(folder);
	*paths = arena_take_many(a, room, sizeof **paths);
	while (*paths && *n < room && (entry = readdir(folder)))
		if (fstatat(dirfd(folder), entry->d_name, &about, 0) == 0 && S_ISREG(about.st_mode))
			(*paths)[(*n)++] = arena_print(a, "%.*s/%s", STR(path), entry->d_name);
	closedir(folder);
	if (!*paths)
		return err_set(e, ERR_LIMIT, "%.*s holds too many files", STR(str_first(path, 160)));
	qsort(*paths, *n, sizeof **paths, by_name);
	return true;
}

static void set_trust(struct machine *m)
{
	struct world *w = &m->world;
	struct trust_wish wish = {
		.ca_file = w->options.ca_file,
		.ssl_cert_file = world_env(w, "SSL_CERT_FILE"),
		.ssl_cert_dir = world_env(w, "SSL_CERT_DIR"),
		.extra_ca = w->options.extra_ca,
		.node_extra_ca = world_env(w, "NODE_EXTRA_CA_CERTS"),
	};

	trust_init(&m->trust, wish, (struct trust_files){.read = read_file, .list = list_folder});
}

/* --- Opening and closing ------------------------------------------------------------------------ */

bool machine_start(struct machine *m, struct err *e)
{
	struct world *w = &m->world;

	world_use_system(w);
	w->clock = &clock_system;
	w->rng = &rng_system;
	w->input = -1;
	w->arena = &m->arena;
	return harden_start(e) && (arena_new(&m->arena, MACHINE_ARENA) || err_set(e, ERR_SYSTEM, "no memory"));
}

static bool open_network(struct machine *m, struct err *e)
{
	struct world *w = &m->world;
	struct carrier_options options = {
		.clock = w->clock, .rng = w->rng, .trust = &m->trust, .timeout_ms = w->options.timeout_ms};

	set_trust(m);
	proxy_rules_read(&options.proxies, w);
	m->loop = options.loop = loop_open(w->clock, e);
	if (!m->loop)
		return false;
	w->events = loop_events(m->loop);
	m->carrier = carrier_open(&options, e);
	m->listener = m->carrier ? listener_open(m->loop, e) : NULL;
	if (!m->listener)
		return false;
	w->fetch = carrier_fetch(m->carrier);
	w->listen = listener_listen(m->listener);
	return true;
}

bool machine_open(struct machine *m, struct err *e)
{
	struct world *w = &m->world;

	w->tty = tty_open(world_env(w, "NO_COLOR"), world_env(w, "TERM"));
	w->input = isatty(STDIN_FILENO) ? -1 : STDIN_FILENO;
	if (!open_network(m, e))
		return false;
	w->broker = broker_vault_open(w, e);
	return w->broker != NULL;
}

void machine_close(struct machine *m)
{
	farewell_finish(&m->world);
	broker_vault_close(m->world.broker);
	memory_free(&m->world);
	keysearch_forget(&m->world);
	listener_close(m->listener);
	carrier_close(m->carrier);
	loop_close(m->loop);
	trust_free(&m->trust);
	if (m->world.tty)
		tty_close(m->world.tty);
	arena_free(&m->arena);
}
