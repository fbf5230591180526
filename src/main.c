/* keyfob: signs in to MCP servers from hosts with no keyring and no browser, keeps the tokens,
 * and hands a fresh one to whatever needs it.
 *
 * The rooms, from the ground up; each includes only rooms that stand above it here, and
 * scripts/rooms sees to that:
 *
 *   base     slices, arenas, buffers, errors as values, base64url, hex, secrets
 *   json     documents in and out; YAML into the same tree
 *   http     the grammar of URLs, heads, bodies, event streams; the seam to the network (fetch)
 *   sys      this machine: clock, files, locks, terminal, processes; struct world
 *   crypto   hashes, sealing, scrypt, certificates, trusted roots
 *   net      the loop and the only sockets
 *   oauth    the RFCs of a sign-in, as steps without I/O
 *   mcp      JSON-RPC and Streamable HTTP, without I/O
 *   vault    what is kept, encrypted in one file
 *   client   a token for a URL; the waiting room of a sign-in; a talk with a server
 *   cli      one file a command; the table is in cli/command.c
 *
 * main makes the one world there is and lets one command run in it. */
#include "base/err.h"
#include "cli/args.h"
#include "cli/help.h"
#include "cli/machine.h"
#include "cli/report.h"

static bool run(struct machine *m, int argc, char *argv[], struct err *e)
{
	struct world *w = &m->world;
	struct args a;

	if (!machine_start(m, e) || !args_read(&a, w, argc, argv, e))
		return false;
	if (a.command && !a.help && !a.version && !a.licenses)
		return machine_open(m, e) && a.command->run(w, &a, e);
	if (a.version)
		help_print_version(w);
	else if (a.licenses)
		help_print_licenses(w);
	else
		help_print(w, a.command);
	return true;
}

int main(int argc, char *argv[])
{
	static struct machine m;
	struct err e = {0};
	bool done = run(&m, argc > 0 ? argc - 1 : 0, argv + 1, &e);

	if (done && m.world.out_failed)
		done = err_set(&e, ERR_SYSTEM, "standard output takes no more: is the disk full, or the pipe closed?");
	if (!done)
		report_error(&m.world, &e);
	machine_close(&m);
	return done ? 0 : err_exit_status(e.kind);
}
