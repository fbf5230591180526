#include "cli/command.h"

#include "cli/near.h"

const struct command *const command_table[] = {
	&cmd_login,
	&cmd_status,
	&cmd_token,
	&cmd_inspect,
	&cmd_run,
	&cmd_instructions,
	&cmd_bridge,
	&cmd_logout,
	&cmd_vault,
	&cmd_help,
	NULL,
};

const struct command_flag command_global_flags[] = {
	{"--json", 0, NULL, "results as JSON"},
	{"--quiet", 'q', NULL, "say nothing about progress"},
	{"--verbose", 'v', NULL, "say more about it"},
	{"--home", 0, "DIR", "where the vault is"},
	{"--key-file", 0, "FILE", "the vault's key: 32 bytes or their base64"},
	{"--ca-file", 0, "FILE", "trust these roots alone"},
	{"--extra-ca", 0, "FILE", "trust these roots too"},
	{"--allow-http", 0, "HOSTS", "plain http to these hosts, separated by commas"},
	{"--timeout", 0, "SECONDS", "the longest wait for an answer"},
	{"--help", 'h', NULL, "help, also for one command"},
	{"--version", 0, NULL, "versions of keyfob and of what is in it"},
	{"--licenses", 0, NULL, "the notices of what is in it"},
	{0},
};

const struct command *command_find(struct str name)
{
	for (size_t i = 0; command_table[i]; i++)
		if (str_same(str_of(command_table[i]->name), name))
			return command_table[i];
	return NULL;
}

const char *command_nearest(struct str name)
{
	const char *best = NULL;
	size_t nearest = 3;

	for (size_t i = 0; command_table[i]; i++) {
		size_t d = near_distance(str_of(command_table[i]->name), name);

		if (d < nearest) {
			nearest = d;
			best = command_table[i]->name;
		}
	}
	return best;
}
