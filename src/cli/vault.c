/* vault: looks at the vault and changes what opens it. */
#include <inttypes.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/secret.h"
#include "cli/answer.h"
#include "cli/args.h"
#include "cli/command.h"
#include "crypto/kdf.h"
#include "sys/text.h"
#include "sys/tty.h"
#include "sys/world.h"
#include "vault/vault.h"

enum { ANSWER_ROOM = 64 * 1024 };

static void print_info(struct world *w, const struct vault_info *i, struct arena scratch)
{
	struct buf id = buf_in(&scratch, 0);

	world_print(w, "Vault:      %.*s%s\n", STR(text_shown(i->path, &scratch)), i->exists ? "" : " (not made yet)");
	if (!i->exists)
		return;
	hex_encode(&id, str_make(i->id, sizeof i->id));
	world_print(w, "Id:         %.*s\nGeneration: %" PRIu64 "\nSize:       %zu bytes\n", STR(buf_str(&id)), i->generation, i->bytes);
	if (i->open)
		world_print(w, "Sign-ins:   %zu\nOpened by:  %.*s (slot %" PRIu32 ")\nMemory:     %s\n", i->profiles,
			STR(text_shown(i->opened_by, &scratch)), i->opened_slot,
			i->locked ? "locked, never swapped out" : "not locked (the limit does not allow it)");
	for (size_t n = 0; n < i->slots; n++) {
		const struct slot *s = &i->slot[n];

		world_print(w, "Slot %-3" PRIu32 "    %s", s->id, slot_type_name(s->type));
		if (s->type == SLOT_PASSPHRASE)
			world_print(w, ", scrypt N = 2^%u (%zu MiB)", s->log_n, kdf_memory(s->log_n) >> 20);
		world_print(w, "\n");
	}
}

static void write_slots(struct json_write *j, const struct vault_info *i)
{
	json_write_name(j, S("slots"));
	json_write_array(j);
	for (size_t n = 0; n < i->slots; n++) {
		json_write_object(j);
		json_write_int_as(j, S("slot"), i->slot[n].id);
		json_write_str_as(j, S("type"), str_of(slot_type_name(i->slot[n].type)));
		if (i->slot[n].type == SLOT_PASSPHRASE)
			json_write_int_as(j, S("logN"), i->slot[n].log_n);
		json_write_int_as(j, S("createdAt"), i->slot[n].created_at);
		json_write_end_object(j);
	}
	json_write_end_array(j);
}

static bool print_info_json(struct world *w, const struct vault_info *i, struct err *e)
{
	char memory[2 * ENVELOPE_ID];
	struct buf id = buf_over(memory, sizeof memory);
	struct answer a;

	if (!answer_begin(&a, ANSWER_ROOM, e))
		return false;
	if (i->exists)
		hex_encode(&id, str_make(i->id, sizeof i->id));
	json_write_str_as(&a.json, S("path"), i->path);
	json_write_bool_as(&a.json, S("exists"), i->exists);
	json_write_bool_as(&a.json, S("open"), i->open);
	json_write_str_as(&a.json, S("openedBy"), i->opened_by);
	json_write_str_as(&a.json, S("id"), buf_str(&id));
	json_write_int_as(&a.json, S("generation"), (int64_t)i->generation);
	json_write_int_as(&a.json, S("bytes"), (int64_t)i->bytes);
	json_write_int_as(&a.json, S("profiles"), (int64_t)i->profiles);
	json_write_bool_as(&a.json, S("memoryLocked"), i->locked);
	write_slots(&a.json, i);
	return answer_send(&a, w, e);
}

/* Shown even when a vault that is there could not be opened; that is then still the error. */
static bool info(struct world *w, struct vault *v, bool opened, struct err *e)
{
	struct vault_info i;

	if (!opened && !v->exists)
		return false;
	vault_info(v, &i);
	if (!w->options.json)
		print_info(w, &i, *w->arena);
	else if (!print_info_json(w, &i, opened ? e : NULL))
		return false;
	return opened;
}

/* A new passphrase, asked for twice. */
static bool ask_passphrase(struct world *w, struct keysearch_secret *secret, struct err *e)
{
	char memory[2][KEYSEARCH_PASSPHRASE_MAX];
	struct buf once = buf_over(memory[0], sizeof memory[0]);
	struct buf again = buf_over(memory[1], sizeof memory[1]);
	bool done = tty_ask_secret(w->tty, S("New passphrase: "), &once, e) &&
		tty_ask_secret(w->tty, S("The same again: "), &again, e);

	if (done && !str_same(buf_str(&once), buf_str(&again)))
		done = err_set(e, ERR_USAGE, "the two passphrases differ: nothing was changed");
	done = done && keysearch_passphrase(buf_str(&once), "the terminal", secret, e);
	secret_wipe(memory, sizeof memory);
	return done;
}

static bool read_log_n(const struct args *a, struct vault *v, struct err *e)
{
	struct str text = args_value(a, "--log-n");
	uint64_t n;

	if (!text.len)
		return true;
	if (!str_to_u64(text, &n) || n < KDF_LOG_N_MIN || n > KDF_LOG_N_MAX)
		return err_set(e, ERR_USAGE, "--log-n takes %d to %d, not '%.*s'", KDF_LOG_N_MIN, KDF_LOG_N_MAX, STR(str_first(text, 20)));
	v->log_n = (unsigned)n;
	return true;
}

static bool add_key(struct world *w, const struct args *a, struct vault *v, struct err *e)
{
	struct keysearch_secret secret = {0};
	struct str key = args_value(a, "--new-key-file");
	struct str passphrase = args_value(a, "--new-passphrase-file");
	uint32_t slot = 0;
	bool done;

	if (key.len && passphrase.len)
		return err_set(e, ERR_USAGE, "one key at a time: --new-key-file or --new-passphrase-file");
	if (!v->exists)
		return err_set(e, ERR_VAULT, "there is no vault yet: keyfob login URL makes one");
	done = read_log_n(a, v, e);
	if (done && key.len)
		done = keysearch_key_file(key, false, &secret, e);
	else if (done && passphrase.len)
		done = keysearch_passphrase_file(passphrase, &secret, e);
	else if (done && w->tty->present)
		done = ask_passphrase(w, &secret, e);
	else if (done)
		done = err_set(e, ERR_USAGE, "no terminal to ask for a passphrase: give --new-key-file or --new-passphrase-file");
	done = done && vault_add_key(v, &secret, &slot, e);
	keysearch_wipe(&secret);
	if (done)
		world_say(w, "Slot %" PRIu32 " opens the vault too.", slot);
	return done;
}

/* Opens the slots that the flags bring keys for. */
static bool unlock_also(const struct args *a, struct vault *v, struct err *e)
{
	struct keysearch_secret secret = {0};
	struct str key = args_value(a, "--also-key-file");
	struct str passphrase = args_value(a, "--also-passphrase-file");
	uint32_t slot;
	bool done = true;

	if (key.len)
		done = keysearch_key_file(key, false, &secret, e) && vault_unlock_also(v, &secret, &slot, e);
	keysearch_wipe(&secret);
	if (done && passphrase.len)
		done = keysearch_passphrase_file(passphrase, &secret, e) && vault_unlock_also(v, &secret, &slot, e);
	keysearch_wipe(&secret);
	return done;
}

static bool read_slots(struct str text, uint32_t *slots, size_t *n, struct err *e)
{
	struct str word;
	uint64_t slot;

	for (*n = 0; str_word(&text, ',', &word); slots[(*n)++] = (uint32_t)slot)
		if (*n >= SLOT_MAX || !str_to_u64(word, &slot) || slot > UINT32_MAX)
			return err_set(e, ERR_USAGE, "'%.*s' is no slot number: see keyfob vault info", STR(str_first(word, 20)));
	return true;
}

static bool rekey(struct world *w, const struct args *a, struct vault *v, struct str drop, struct err *e)
{
	uint32_t slots[SLOT_MAX];
	size_t n;

	if (!v->exists)
		return err_set(e, ERR_VAULT, "there is no vault yet: keyfob login URL makes one");
	if (!read_slots(drop, slots, &n, e) || !unlock_also(a, v, e) || !vault_rekey(v, slots, n, e))
		return false;
	world_say(w, "The vault has a new data key%s.\nOlder copies of the file still open with the old keys: where others may have\n"
		"one, log out and in again, so that its tokens are revoked.",
		n ? ", and the slots that were dropped do not open it" : "");
	return true;
}

static bool vault(struct world *w, const struct args *a, struct err *e)
{
	struct str verb = args_word(a, 0);
	struct vault v = {0};
	bool done;

	if (!str_same(verb, S("info")) && !str_same(verb, S("add-key")) && !str_same(verb, S("remove-key")) && !str_same(verb, S("rekey")))
		return err_set(e, ERR_USAGE, "what with the vault? info, add-key, remove-key SLOT or rekey");
	if (str_same(verb, S("remove-key")) ? a->words_n != 2 : a->words_n > 1)
		return err_set(e, ERR_USAGE, "%s", str_same(verb, S("remove-key")) ? "which slot? keyfob vault remove-key SLOT, with a number from keyfob vault info"
										   : "one word too many: see keyfob vault --help");
	done = vault_open(&v, w, e);
	if (str_same(verb, S("info")))
		done = info(w, &v, done, e);
	else if (done && str_same(verb, S("add-key")))
		done = add_key(w, a, &v, e);
	else if (done)
		done = rekey(w, a, &v, str_same(verb, S("rekey")) ? args_value(a, "--drop") : args_word(a, 1), e);
	vault_close(&v);
	return done;
}

static const struct command_flag flags[] = {
	{"--new-key-file", 0, "FILE", "add-key: 32 bytes or their base64"},
	{"--new-passphrase-file", 0, "FILE", "add-key: a passphrase; else asked for"},
	{"--log-n", 0, "N", "add-key: cost of a passphrase, 15 to 18 (17)"},
	{"--drop", 0, "SLOTS", "rekey: these slots no longer open the vault"},
	{"--also-key-file", 0, "FILE", "remove-key, rekey: opens one more slot"},
	{"--also-passphrase-file", 0, "FILE", "the same with a passphrase"},
	{0},
};

const struct command cmd_vault = {
	.name = "vault",
	.usage = "vault info | add-key | remove-key SLOT | rekey [flags]",
	.summary = "Looks at the vault and changes the keys that open it",
	.flags = flags,
	.more = "remove-key and rekey draw a new data key and wrap it for the slots that stay, so\n"
		"each of these must be opened: by the key in use, or by the --also flags.\n"
		"A passphrase is used as it is, byte for byte, less one line break at its end.\n"
		"Older copies of the file stay readable to a removed key: revoke their tokens by\n"
		"logging out.\n",
	.words_max = 2,
	.run = vault,
};
